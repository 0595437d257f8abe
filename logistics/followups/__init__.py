"""What notes and parcels owe somebody by a time."""

from logistics.followups import dispatch, loose_ends, parcels, shipping

__all__ = ["dispatch", "loose_ends", "parcels", "shipping"]
