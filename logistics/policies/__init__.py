"""Dated numbers of this app."""

from logistics.policies import dispatch, parcels, quotes

__all__ = ["dispatch", "parcels", "quotes"]
