"""What notes and parcels owe somebody by a time."""

from logistics.followups import buying, dispatch, loose_ends, parcels, shipping, signing, witness

__all__ = ["buying", "dispatch", "loose_ends", "parcels", "shipping", "signing", "witness"]
