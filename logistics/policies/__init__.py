"""Dated numbers of this app."""

from logistics.policies import dispatch, parcels

__all__ = ["dispatch", "parcels"]
