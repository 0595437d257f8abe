"""Jobs of dispatch and of parcels."""

from logistics.tasks import dispatch, parcels

__all__ = ["dispatch", "parcels"]
