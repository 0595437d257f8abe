"""Facts that texts to buyers may use."""

from logistics.placeholders import dispatch, parcels

__all__ = ["dispatch", "parcels"]
