"""Jobs of dispatch."""
