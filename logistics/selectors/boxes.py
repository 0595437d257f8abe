"""What travels in one box: orders of one buyer under one label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Coalesce

from logistics.choices import ParcelState
from logistics.models import Parcel


def whole_boxes(ids: Iterable[int]) -> list[int]:
    """These parcels and those that travel in the same boxes. One query, each half by an index of its own: asked for with OR
    across the boxes it read every parcel there is."""
    wanted = list(ids)
    if not wanted:
        return []
    heads = Parcel._base_manager.filter(pk__in=wanted).values_list(Coalesce("together_id", "pk"))
    leading, riding = Parcel.objects.filter(pk__in=heads), Parcel.objects.filter(together__in=heads)
    return list(leading.values_list("pk", flat=True).union(riding.values_list("pk", flat=True)))


def box_of(parcel: Parcel) -> list[Parcel]:
    """A parcel and those in the same box, itself first."""
    rows = Parcel.objects.filter(pk__in=whole_boxes([parcel.pk])).exclude(pk=parcel.pk)
    return [parcel, *rows.select_related("note", "order", "service").order_by("pk")]


def with_boxes(ids: Iterable[int]) -> dict[int, list[int]]:
    """For each of these parcels every parcel in its box: what happens to one happens to all. One query."""
    wanted = set(ids)
    rows = Parcel._base_manager.filter(Q(together__in=wanted) | Q(pk__in=wanted, together__isnull=False))
    pairs = list(rows.exclude(state=ParcelState.CLOSED).values_list("pk", "together_id"))
    boxes: dict[int, set[int]] = defaultdict(set)
    for pk, box in pairs:
        boxes[box or 0] |= {pk, box or 0}
    if {pk for pk, _box in pairs} & wanted:  # named by one that travels along: its mates under the same lid
        for pk, box in Parcel._base_manager.filter(together__in=boxes).values_list("pk", "together_id"):
            boxes[box or 0].add(pk)
    mates = {pk: sorted(box) for box in boxes.values() for pk in box}
    return {pk: mates.get(pk, [pk]) for pk in wanted}
