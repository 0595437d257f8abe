"""Promises of this app, proven on any database."""

from logistics.checks import customs, dispatch, parcels, quotes

__all__ = ["customs", "dispatch", "parcels", "quotes"]
