"""Jobs of dispatch and of parcels."""

from logistics.tasks import customs, dispatch, incidents, lanes, parcels, printing, quotes, review, sources

__all__ = ["customs", "dispatch", "incidents", "lanes", "parcels", "printing", "quotes", "review", "sources"]
