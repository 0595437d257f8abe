"""Facts of parcels for texts."""
