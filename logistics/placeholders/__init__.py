"""Facts that texts to buyers may use."""

from logistics.placeholders import dispatch, incidents, parcels

__all__ = ["dispatch", "incidents", "parcels"]
