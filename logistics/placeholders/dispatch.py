"""Facts of dispatch notes for texts."""
