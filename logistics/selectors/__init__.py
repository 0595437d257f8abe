"""Reads over notes, numbers, print batches (dispatch) and parcels, tracking (parcels)."""

from logistics.selectors import dispatch, parcels

__all__ = ["dispatch", "parcels"]
