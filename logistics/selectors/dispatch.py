"""Reads over dispatch notes, waybill numbers and print batches."""
