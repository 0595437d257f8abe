"""Boxes of parcels."""
