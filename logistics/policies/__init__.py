"""Dated numbers of this app."""

from logistics.policies import customs, dispatch, lanes, parcels, quotes, sources

__all__ = ["customs", "dispatch", "lanes", "parcels", "quotes", "sources"]
