"""Pages of dispatch and of parcels."""
