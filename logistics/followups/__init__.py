"""What notes and parcels owe somebody by a time."""

from logistics.followups import dispatch, parcels, shipping

__all__ = ["dispatch", "parcels", "shipping"]
