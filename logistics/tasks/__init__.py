"""Jobs of dispatch and of parcels."""

from logistics.tasks import customs, dispatch, lanes, parcels, printing, quotes, sources

__all__ = ["customs", "dispatch", "lanes", "parcels", "printing", "quotes", "sources"]
