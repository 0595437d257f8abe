"""What parcels were expected to cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from logistics.models import FreightEstimate, Parcel, RateTable


def sizes_of(note_ids: Iterable[int]) -> dict[int, tuple[Decimal, ...]]:
    """The packed size of notes for which somebody said one. One query."""
    rows = FreightEstimate.objects.filter(note_id__in=list(note_ids), length_cm__isnull=False, basis="note")
    found = rows.values_list("note_id", "length_cm", "width_cm", "height_cm")
    return {note_id: tuple(side for side in sides if side is not None) for note_id, *sides in found}


def estimates_of(note_id: int) -> list[FreightEstimate]:
    """What was expected of a note: when its service was chosen, and when it left."""
    return list(
        FreightEstimate.objects.filter(note_id=note_id).select_related("service", "rate__table").order_by("made_at")
    )


def has_rates() -> bool:
    """Whether the house has any rate table."""
    return RateTable.objects.filter(active=True).exists()


def parcels_to_estimate(since: datetime, limit: int) -> list[int]:
    """Parcels that left since then and have no expected freight."""
    rows = Parcel.objects.filter(shipped_at__gte=since, note__isnull=False, service__isnull=False, together__isnull=True)
    return list(rows.exclude(estimates__basis="parcel").order_by("-shipped_at").values_list("pk", flat=True)[:limit])
