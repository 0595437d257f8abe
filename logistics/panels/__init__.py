"""Boxes on the pages of orders, notes and parcels."""

from logistics.panels import customs, dispatch, parcels, quotes

__all__ = ["customs", "dispatch", "parcels", "quotes"]
