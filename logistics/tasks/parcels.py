"""Jobs of parcels and tracking."""
