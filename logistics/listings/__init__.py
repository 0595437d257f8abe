"""Lists of dispatch and of parcels."""

from logistics.listings import (
    customs,
    customs_tables,
    dispatch,
    hand_over,
    house,
    manifests,
    orders,
    parcels,
    rates,
    tables,
    waves,
)

__all__ = [
    "customs",
    "customs_tables",
    "dispatch",
    "hand_over",
    "house",
    "manifests",
    "orders",
    "parcels",
    "rates",
    "tables",
    "waves",
]
