"""Boxes of dispatch."""
