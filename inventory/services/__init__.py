"""Writes about stock, warehouses and bins."""
