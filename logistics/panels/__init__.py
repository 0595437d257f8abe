"""Boxes on the pages of orders, notes and parcels."""

from logistics.panels import dispatch, parcels, quotes

__all__ = ["dispatch", "parcels", "quotes"]
