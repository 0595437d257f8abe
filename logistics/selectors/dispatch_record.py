"""What is known of how an order was packed: scale, articles scanned, checks, photos, hand-over. Read before a claim of missing
pieces is answered (RMD-03)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core import policies
from core.clock import utcnow
from logistics.choices import ParcelState
from logistics.models import NoteLine, Parcel, ParcelLine, ParcelPhoto, ScanEvent
from logistics.policies.dispatch import PACKAGING_G, WEIGH_CHECK
from logistics.rules.weighcheck import Tolerance, weigh_check


@dataclass
class Packed:
    """One article of a parcel: on the note, scanned into the parcel, weight of a piece, and what the scale says to one piece
    missing."""

    sku: str
    name: str
    wanted: int
    scanned: int
    piece_g: Decimal | None
    one_missing: str


@dataclass
class Record:
    """How one parcel was packed. ``reckoned_g``: catalogue weight of all pieces and packing; ``expected_g``, ``spread_g``: what
    the weight witness expected when it was sealed."""

    parcel: Parcel
    lines: list[Packed] = field(default_factory=list)
    reckoned_g: Decimal | None = None
    margin_g: Decimal | None = None
    scans: int = 0
    refused: int = 0
    photos: list[int] = field(default_factory=list)
    taken_by: str = ""

    @property
    def verdict(self) -> str:
        """What the scale says to the claim as a whole: full when every single piece would have been noticed missing."""
        told = {line.one_missing for line in self.lines}
        return next((word for word in ("none", "short", "inconclusive") if word in told), "full") if told else "none"


def records_of_order(order_id: int, now: datetime | None = None) -> list[Record]:
    """The parcels of an order, oldest first. A fixed number of queries."""
    rows = Parcel.objects.filter(order_id=order_id).exclude(state=ParcelState.CLOSED, shipped_at__isnull=True)
    parcels = list(
        rows.select_related("packed_by", "handed_over_by", "service", "manifest_line__manifest")
        .prefetch_related("materials__sku")
        .order_by("pk")
    )
    ids, notes = [p.pk for p in parcels], [p.note_id for p in parcels if p.note_id]
    scanned = _scanned(ids)
    wanted: dict[int, list[NoteLine]] = defaultdict(list)
    for line in NoteLine.objects.filter(note_id__in=notes).select_related("sku").order_by("position"):
        wanted[line.note_id].append(line)
    events: dict[int, list[bool]] = defaultdict(list)
    for note_id, ok in ScanEvent.objects.filter(note_id__in=notes, undone=False, kind="item").values_list(
        "note_id", "ok"
    ):
        events[note_id or 0].append(ok)
    photos: dict[int, list[int]] = defaultdict(list)
    shots = ParcelPhoto.objects.filter(parcel_id__in=ids, removed_at__isnull=True).order_by("pk")
    for parcel_id, pk in shots.values_list("parcel_id", "pk"):
        photos[parcel_id or 0].append(pk)
    moment = now or utcnow()
    return [
        _record(p, wanted[p.note_id or 0], scanned[p.pk], events[p.note_id or 0], photos[p.pk], moment) for p in parcels
    ]


def _scanned(parcel_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for parcel, sku, pieces in ParcelLine.objects.filter(parcel_id__in=parcel_ids).values_list(
        "parcel_id", "sku_id", "quantity"
    ):
        found[parcel][sku] += pieces
    return found


def _record(
    parcel: Parcel, lines: Sequence[NoteLine], scanned: Mapping[int, int], scans: Sequence[bool], photos: list[int], now: datetime
) -> Record:  # fmt: skip
    row = policies.value(WEIGH_CHECK, now, parcel.store_id)
    tolerance = Tolerance(Decimal(str(row["grams"])), Decimal(str(row["percent"])))
    known = bool(lines) and all(line.sku.weight_g is not None for line in lines)
    packing = _packing_g(parcel, now)
    reckoned = sum((line.sku.weight_g or Decimal(0)) * line.quantity for line in lines) + packing if known else None
    scale = Decimal(parcel.weight_g) if parcel.weight_g is not None else None
    line_of = getattr(parcel, "manifest_line", None)
    return Record(
        parcel, reckoned_g=reckoned, margin_g=tolerance.of(reckoned) if reckoned is not None else None, scans=len(scans),
        refused=sum(not ok for ok in scans), photos=photos, taken_by=line_of.manifest.taken_by if line_of else "",
        lines=[
            Packed(
                line.sku.code, line.sku.name_en or line.sku.name_zh, line.quantity, scanned.get(line.sku_id, 0), line.sku.weight_g,
                weigh_check(reckoned, scale, line.sku.weight_g, tolerance),
            )
            for line in lines
        ],
    )  # fmt: skip


def _packing_g(parcel: Parcel, now: datetime) -> Decimal:
    """Catalogue weight of the packing material; the house's usual bag stands for a first one nobody weighed."""
    used = list(parcel.materials.all())
    bag = used[0].sku.weight_g if used else None
    usual = Decimal(str(policies.value(PACKAGING_G, now)))
    more = sum((row.pieces - (place == 0)) * (row.sku.weight_g or Decimal(0)) for place, row in enumerate(used))
    return (bag if bag is not None else usual) + more


def digest_of(records: Sequence[Record]) -> str:
    """What the record says, as a digest: who answers a claim of missing pieces names it, so it was in front of him."""
    told: list[Any] = [
        [
            r.parcel.pk, r.parcel.weight_g, r.parcel.expected_g, str(r.reckoned_g), sorted(r.parcel.checks), r.photos,
            [[x.sku, x.wanted, x.scanned] for x in r.lines],
        ]
        for r in records
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def public(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The record for programs."""
    return [
        {
            "parcel_id": str(r.parcel.pk), "tracking_number": r.parcel.tracking_number, "weight_g": r.parcel.weight_g,
            "expected_g": r.parcel.expected_g, "reckoned_g": None if r.reckoned_g is None else f"{r.reckoned_g:.2f}", "verdict": r.verdict,
            "packed_by": r.parcel.packed_by.label if r.parcel.packed_by else "",
            "packed_at": r.parcel.packed_at.isoformat() if r.parcel.packed_at else None,
            "shipped_at": r.parcel.shipped_at.isoformat() if r.parcel.shipped_at else None, "checks": sorted(r.parcel.checks),
            "materials": [{"sku": m.sku.code, "pieces": m.pieces} for m in r.parcel.materials.all()],
            "scans": r.scans, "refused": r.refused, "photos": [str(pk) for pk in r.photos], "taken_by": r.taken_by,
            "lines": [
                {"sku": x.sku, "wanted": x.wanted, "scanned": x.scanned, "one_missing": x.one_missing} for x in r.lines
            ],
        }
        for r in records
    ]  # fmt: skip
