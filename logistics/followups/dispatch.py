"""Duties of dispatch."""
