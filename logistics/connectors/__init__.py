"""Connectors to carriers and tracking providers."""
