"""House rules of dispatch."""
