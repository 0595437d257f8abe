"""Lists of dispatch and of parcels."""

from logistics.listings import dispatch, parcels

__all__ = ["dispatch", "parcels"]
