"""News from below that notes and parcels listen to."""

from logistics.subscribers import dispatch, parcels

__all__ = ["dispatch", "parcels"]
