"""Reads over parcels and their events."""
