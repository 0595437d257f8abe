"""What the weight witness needs: what articles and packing are believed to weigh, and who lies in the same batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from core import policies
from core.clock import start_of_day
from logistics.choices import ParcelState
from logistics.models import NoteLine, Parcel, PrintLog, ScanEvent, WeightBelief
from logistics.policies.dispatch import PACKAGING_G, SCATTER, WEIGHT_ODDS
from logistics.rules.witness import Belief, Noise, Odds, Part, Verdict, Weighed, judge
from products.models import Sku

#: An article nobody weighed and whose catalogue weight is empty: anything is possible, its first parcel tells.
UNKNOWN = Belief(50.0, 200.0**2)
#: Parcels of one batch that are looked at for exchanged labels.
MOST_MATES = 400


def noise(now: datetime) -> Noise:
    """How weights scatter, as the house says on that day."""
    scatter = policies.value(SCATTER, now)
    return Noise(float(scatter["piece_percent"]) / 100, float(scatter["packing_g"]), float(scatter["scale_g"]))


def odds(now: datetime) -> Odds:
    """How often parcels are wrong, as the house says on that day."""
    row = {name: float(value) / 100 for name, value in policies.value(WEIGHT_ODDS, now).items()}
    return Odds(row["missing_percent"], row["extra_percent"], row["other_percent"], row["silent_from_percent"])


class Beliefs:
    """What articles and packing materials are believed to weigh. One query."""

    def __init__(self, weights: Mapping[int, Any], packing_ids: Sequence[int | None], now: datetime) -> None:
        """``weights``: SKU -> weight of the catalogue (or None), for articles and packing materials alike."""
        scatter = policies.value(SCATTER, now)
        self._share, self._bag = float(scatter["catalogue_percent"]) / 100, float(scatter["bag_g"])
        self._usual = Belief(float(policies.value(PACKAGING_G, now)), self._bag**2)
        self._weights = weights
        asked = Q(sku__in={*weights, *filter(None, packing_ids)}) | Q(sku__isnull=True)
        self.rows = {row.sku_id: row for row in WeightBelief.objects.filter(asked)}

    def article(self, sku_id: int) -> Belief:
        """One piece of an article."""
        row, weight = self.rows.get(sku_id), self._weights.get(sku_id)
        if row:
            return Belief(row.mean_g, row.variance)
        return Belief(float(weight), (float(weight) * self._share) ** 2) if weight else UNKNOWN

    def packing(self, sku_id: int | None) -> Belief:
        """A packing material with its filling; without one: the house's usual bag."""
        row = self.rows.get(sku_id)
        if row:
            return Belief(row.mean_g, row.variance)
        weight = self._weights.get(sku_id) if sku_id else None
        return Belief(float(weight), self._bag**2) if weight else self._usual

    def further(self, sku_id: int) -> Belief:
        """One piece of material that lies beside the first one: what nobody weighed counts as nothing, give or take a bag."""
        row, weight = self.rows.get(sku_id), self._weights.get(sku_id)
        if row:
            return Belief(row.mean_g, row.variance)
        return Belief(float(weight or 0), self._bag**2)

    def materials(self, used: Sequence[tuple[int, int]]) -> Belief:
        """All packing material of a parcel (SKU, pieces; the first is what it is packed in) as one."""
        made = self.packing(used[0][0] if used else None)
        for place, (sku_id, pieces) in enumerate(used):
            more = pieces if place else pieces - 1
            one = self.further(sku_id)
            made = Belief(made.mean + more * one.mean, made.variance + more**2 * one.variance)
        return made


Materials = Sequence[tuple[Sku, int]]


def verdict(rows: Sequence[NoteLine], materials: Materials, weight_g: int | None, now: datetime) -> Verdict:
    """What the scale says of a parcel with these lines; without a weight: what is expected (``unsure`` or ``ok``)."""
    weights = {row.sku_id: row.sku.weight_g for row in rows} | {sku.pk: sku.weight_g for sku, _pieces in materials}
    held = Beliefs(weights, [sku.pk for sku, _pieces in materials], now)
    parts = [Part(row.pk, row.quantity, held.article(row.sku_id)) for row in rows]
    bag = held.materials([(sku.pk, pieces) for sku, pieces in materials])
    grams = weight_g or bag.mean + sum(part.quantity * part.belief.mean for part in parts)
    return judge(parts, bag, grams, noise=noise(now), odds=odds(now))


def packing_materials(used: Mapping[int, int]) -> list[tuple[Sku, int]]:
    """Packing materials by their keys, with their pieces, in the order in which they were scanned."""
    found = Sku.objects.in_bulk(list(used)) if used else {}
    return [(found[sku_id], pieces) for sku_id, pieces in used.items() if sku_id in found]


def batch_of(parcel: Parcel, now: datetime) -> list[Weighed]:
    """Sealed, weighed parcels that could have been exchanged with this one, itself among them: those printed in the same
    batch; without a batch those packed in the house today. Refused scans of each other's labels count."""
    waiting = Parcel._base_manager.filter(
        state=ParcelState.PACKED, packed_at__isnull=False, warehouse=parcel.warehouse_id
    )
    waiting = waiting.filter(weight_g__isnull=False, expected_g__isnull=False).exclude(weight_answer="unsure")
    batch = (
        PrintLog._base_manager.filter(note=parcel.note_id, batch__void_at__isnull=True)
        .order_by("-pk")
        .values("batch")[:1]
    )
    mates = PrintLog._base_manager.filter(batch__in=list(batch.values_list("batch", flat=True))).values("note")
    together = (
        waiting.filter(note__in=mates)
        if batch
        else waiting.filter(
            packed_at__gte=start_of_day(now, parcel.warehouse.time_zone if parcel.warehouse else parcel.store.time_zone)
        )
    )
    rows = list(
        together.order_by("-packed_at").values_list(
            "pk", "note_id", "note__number", "expected_g", "spread_g", "weight_g"
        )[:MOST_MATES]
    )
    by_number = {number: pk for pk, _note, number, *_rest in rows}
    strays: dict[int, set[int]] = {}
    refused = ScanEvent._base_manager.filter(note__in=[row[1] for row in rows], answer="other_note", undone=False)
    for note_id, detail in refused.values_list("note", "detail"):
        if other := by_number.get(str(detail.get("other", ""))):
            strays.setdefault(note_id, set()).add(other)
    return [
        Weighed(pk, float(expected or 0), float(spread or 1) ** 2, float(weight or 0), frozenset(strays.get(note, ())))
        for pk, note, _number, expected, spread, weight in rows
    ]


def to_learn(limit: int) -> list[Parcel]:
    """Parcels that left, were weighed and not yet learned from, oldest first, locked."""
    rows = Parcel._base_manager.select_for_update(of=("self",), skip_locked=True).filter(
        weight_learned_at__isnull=True, weight_g__isnull=False, shipped_at__isnull=False, note__isnull=False
    )
    return list(rows.order_by("shipped_at", "pk")[:limit])


def open_mirrors() -> Any:
    """Sealed parcels that look exchanged and that nobody has looked into."""
    return Parcel.objects.filter(mirror__isnull=False, mirror_cleared_at__isnull=True, state=ParcelState.PACKED)
