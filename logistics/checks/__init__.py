"""Promises of this app, proven on any database."""

from logistics.checks import customs, dispatch, incidents, parcels, quotes

__all__ = ["customs", "dispatch", "incidents", "parcels", "quotes"]
