"""What notes and parcels owe somebody by a time."""

from logistics.followups import (
    buying,
    customs,
    dispatch,
    incidents,
    lanes,
    loose_ends,
    manifests,
    parcels,
    rates,
    review,
    shipping,
    signing,
    sources,
    witness,
)

__all__ = [
    "buying",
    "customs",
    "dispatch",
    "incidents",
    "lanes",
    "loose_ends",
    "manifests",
    "parcels",
    "rates",
    "review",
    "shipping",
    "signing",
    "sources",
    "witness",
]
