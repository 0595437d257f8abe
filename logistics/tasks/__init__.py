"""Jobs of dispatch and of parcels."""

from logistics.tasks import customs, dispatch, parcels, printing, quotes, sources

__all__ = ["customs", "dispatch", "parcels", "printing", "quotes", "sources"]
