"""News from below that notes and parcels listen to."""

from logistics.subscribers import dispatch, parcels, quotes

__all__ = ["dispatch", "parcels", "quotes"]
