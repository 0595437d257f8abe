"""Dated numbers of this app."""

from logistics.policies import customs, dispatch, incidents, lanes, links, parcels, quotes, review, sources

__all__ = ["customs", "dispatch", "incidents", "lanes", "links", "parcels", "quotes", "review", "sources"]
