"""Jobs of dispatch and of parcels."""

from logistics.tasks import dispatch, parcels, quotes

__all__ = ["dispatch", "parcels", "quotes"]
