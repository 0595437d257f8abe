"""Parcels that one matter concerns: those under way on a lane, those that need no word any more."""

from __future__ import annotations

from collections.abc import Iterable

from core.audit import Actor
from logistics.choices import SETTLED, ParcelState
from logistics.models import Lane, Parcel
from logistics.selectors.parcels import parcels_for


def under_way_on(lane: Lane, actor: Actor) -> list[int]:
    """The parcels under way on a lane that the actor sees, the oldest first."""
    rows = parcels_for(actor).filter(service_id=lane.service_id, country=lane.country, state=ParcelState.SHIPPED)
    return list(rows.order_by("shipped_at", "pk").values_list("pk", flat=True))


def settled_of(ids: Iterable[int]) -> set[int]:
    """Which of these parcels have arrived or are settled."""
    rows = Parcel._base_manager.filter(pk__in=list(ids), state__in=SETTLED)
    return set(rows.values_list("pk", flat=True))
