"""Lists of parcels and events."""
