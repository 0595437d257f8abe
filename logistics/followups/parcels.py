"""Duties of parcels under way."""
