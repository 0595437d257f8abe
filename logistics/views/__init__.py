"""Pages of dispatch and of parcels."""

from logistics.views import dispatch, parcels

__all__ = ["dispatch", "parcels"]
