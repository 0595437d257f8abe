"""Dated numbers of this app."""

from logistics.policies import customs, dispatch, parcels, quotes, sources

__all__ = ["customs", "dispatch", "parcels", "quotes", "sources"]
