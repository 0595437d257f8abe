"""House rules of tracking."""
