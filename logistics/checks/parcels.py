"""Promises of parcels."""
