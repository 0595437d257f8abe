"""Writes of this app; one module per matter."""
