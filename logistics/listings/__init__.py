"""Lists of dispatch and of parcels."""

from logistics.listings import (
    carriers,
    customs,
    customs_tables,
    dispatch,
    events,
    hand_over,
    house,
    incidents,
    lanes,
    manifests,
    orders,
    parcels,
    rates,
    sources,
    tables,
    waves,
)

__all__ = [
    "carriers",
    "customs",
    "customs_tables",
    "dispatch",
    "events",
    "hand_over",
    "house",
    "incidents",
    "lanes",
    "manifests",
    "orders",
    "parcels",
    "rates",
    "sources",
    "tables",
    "waves",
]
