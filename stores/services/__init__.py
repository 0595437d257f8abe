"""Writes of the doors to channels: calls out, records in, connections, reference data."""
