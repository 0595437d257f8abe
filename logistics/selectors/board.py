"""The dispatch board and the rows of its lists: where each open note stands, what it lacks, its three clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL

from core.audit import Actor
from core.clock import start_of_day
from inventory.models import Reservation
from logistics.choices import NoteState, ParcelState, Work
from logistics.models import DispatchNote, NoteLine, Parcel, PrintBatch, PrintLog, WaybillNumber
from logistics.selectors.dispatch import LIVE_NUMBERS, OPEN_NOTES, signatures_of
from orders.models import OrderLine

#: Notes that left the desk and have not left the house.
WITH_WAREHOUSE = [NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED]


def short_orders() -> Exists:
    """Whether the note's order lacks goods."""
    return Exists(Reservation.objects.filter(order_ref=OuterRef("order_id"), state="open", held__lt=F("wanted")))


def numbered() -> Exists:
    """Whether the note has a waybill number."""
    return Exists(WaybillNumber.objects.filter(note_id=OuterRef("pk"), state__in=LIVE_NUMBERS))


def with_work(notes: QuerySet[DispatchNote]) -> QuerySet[DispatchNote]:
    """Open notes with the column of the board they stand in (``work``)."""
    released = Q(state=NoteState.RELEASED)
    return notes.filter(state__in=OPEN_NOTES).annotate(is_short=short_orders(), has_number=numbered()).annotate(
        work=Case(
            When(state__in=[NoteState.DRAFT, NoteState.SIGNED], then=Value(Work.TO_SIGN)),
            When(state=NoteState.BLOCKED, then=Value(Work.BLOCKED)),
            When(state=NoteState.PACKED, then=Value(Work.PACKED)),
            When(released & Q(is_short=True), then=Value(Work.TO_BUY)),
            When(released & Q(has_number=False), then=Value(Work.TO_NUMBER)),
            When(released & Q(printed_at__isnull=True), then=Value(Work.TO_PRINT)),
            default=Value(Work.TO_PACK), output_field=CharField(),
        )
    )  # fmt: skip


def narrow(notes: QuerySet[DispatchNote], work: str, now: datetime) -> QuerySet[DispatchNote]:
    """The notes of one column of the board."""
    if work == Work.LATE:
        return notes.filter(state__in=WITH_WAREHOUSE, pickup_at__lt=now)
    return with_work(notes).filter(Q(work=work))


def counts(actor: Actor, now: datetime) -> dict[str, int]:
    """How many notes stand in each column, and how many are late. Two queries."""
    rows: QuerySet[Any] = with_work(DispatchNote.objects.all())
    found = dict(rows.values_list("work").annotate(n=Count("pk")).order_by())
    late = DispatchNote.objects.filter(state__in=WITH_WAREHOUSE, pickup_at__lt=now).count()
    return {work: found.get(work, 0) for work in Work.values} | {Work.LATE.value: late}


def first_of(work: str, limit: int) -> list[DispatchNote]:
    """The most urgent notes of one column."""
    rows = (
        with_work(DispatchNote.objects.all())
        .filter(Q(work=work))
        .select_related("order", "store", "service", "blocked_by")
    )
    return list(rows.order_by("due_at", "pk")[:limit])


def to_print(limit: int) -> tuple[int, list[DispatchNote]]:
    """How many notes wait to be printed, and the first of them by pick-up."""
    rows = with_work(DispatchNote.objects.all()).filter(Q(work=Work.TO_PRINT))
    first = rows.select_related("order", "store", "service", "warehouse").order_by("pickup_at", "pk")[:limit]
    return rows.count(), list(first)


def handed_over_today(now: datetime, zone_name: str) -> int:
    """Parcels that left since midnight in a time zone (the reader's on the board)."""
    return Parcel.objects.filter(shipped_at__gte=start_of_day(now, zone_name), note__isnull=False).count()


def clocks(now: datetime) -> dict[str, Any]:
    """The next moment of each of the three clocks among open notes, and how many notes it concerns."""
    notes = DispatchNote.objects.filter(state__in=OPEN_NOTES)
    made: dict[str, Any] = {}
    for name, lookup in (("target", "order__target_at"), ("pickup", "pickup_at"), ("ship_by", "order__ship_by")):
        next_at = notes.filter(**{f"{lookup}__gte": now}).order_by(lookup).values_list(lookup, flat=True).first()
        made[name] = {
            "at": next_at, "late": notes.filter(**{f"{lookup}__lt": now}).count(),
            "count": notes.filter(**{lookup: next_at}).count() if next_at else 0,
        }  # fmt: skip
    return made


def with_row_facts(notes: QuerySet[DispatchNote]) -> QuerySet[DispatchNote]:
    """Notes with their waybill number, missing pieces and lines that are not matched (None = none of them)."""
    numbers = WaybillNumber.objects.filter(note_id=OuterRef("pk"), state__in=LIVE_NUMBERS)
    lacks = Reservation.objects.filter(order_ref=OuterRef("order_id"), state="open", held__lt=F("wanted")).order_by()
    lines = OrderLine.objects.filter(
        order_id=OuterRef("order_id"), item__matched=False, item__not_goods=False, shipped_quantity__lt=F("quantity")
    ).order_by()
    return notes.annotate(
        waybill=Subquery(numbers.values("number")[:1]),
        missing=Subquery(lacks.values("order_ref").annotate(n=Sum(F("wanted") - F("held"))).values("n")),
        unmatched=Subquery(lines.values("order_id").annotate(n=Count("pk")).values("n")),
    )


def lines_and_signatures(note_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The lines, pieces and living signatures of notes. Two queries whatever the number of notes."""
    found: dict[int, dict[str, Any]] = {pk: {"lines": [], "signed": [], "pieces": 0} for pk in note_ids}
    rows = NoteLine.objects.filter(note_id__in=note_ids).order_by("note_id", "position")
    for row in rows.values(
        "note_id", "id", "position", "quantity", "value", "unit_value", "wish", "assort", "fragile", "spare", sku_code=F("sku__code"),
        picture=F("sku__image_url"), name=F("sku__name_en"), name_zh=F("sku__name_zh"),
    ):  # fmt: skip
        shown: dict[str, Any] = dict(row)
        held = found[shown.pop("note_id")]
        chinese = shown.pop("name_zh")
        shown["name"], shown["sku"] = shown["name"] or chinese, shown.pop("sku_code")
        held["lines"].append(shown)
        held["pieces"] += row["quantity"]
    for pk, kinds in signatures_of(note_ids).items():
        found[pk]["signed"] = sorted(kinds, reverse=True)
    return found


#: The newest note of an order with its waybill number, read with the rows of the order list.
DISPATCH_OF_ORDER = RawSQL(
    """
  (SELECT json_build_object('note', n.number, 'note_id', n.id::text, 'note_state', n.state, 'waybill',
     (SELECT w.number FROM logistics_waybillnumber w WHERE w.note_id = n.id AND w.state IN ('reserved', 'used') LIMIT 1))
   FROM logistics_dispatchnote n WHERE n.order_id = orders_order.id AND n.state <> 'withdrawn' ORDER BY n.id DESC LIMIT 1)""",
    (),
)


def notes_of_orders(order_ids: Iterable[int]) -> list[DispatchNote]:
    """The open notes of orders."""
    return list(DispatchNote.objects.filter(order_id__in=list(order_ids), state__in=OPEN_NOTES))


def notes_of_order(order_id: int) -> list[DispatchNote]:
    """Every note an order ever had, newest first."""
    return list(DispatchNote.objects.filter(order_id=order_id).select_related("service").order_by("-pk"))


def batch_counts(batch_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Reprints and labels that were left out, by batch. One query."""
    rows = PrintLog.objects.filter(batch_id__in=batch_ids).values_list("batch_id").order_by()
    made = rows.annotate(again=Count("pk", filter=Q(reprint=True)), left_out=Count("pk", filter=~Q(problem="")))
    return {pk: {"reprints": again, "left_out": left_out} for pk, again, left_out in made}


def batch_rows(batch: PrintBatch) -> list[PrintLog]:
    """The notes of a batch in shelf order."""
    return list(PrintLog.objects.filter(batch=batch).select_related("note", "note__order").order_by("position"))


def packed_by_carrier() -> list[dict[str, Any]]:
    """Sealed parcels that wait for their carrier, by service."""
    rows = Parcel.objects.filter(state=ParcelState.PACKED, label_scanned_at__isnull=False, note__state=NoteState.PACKED)
    rows = rows.filter(together__isnull=True)  # boxes, not orders
    named = rows.values(
        "service_id", code=F("service__code"), carrier=F("service__carrier"), name_en=F("service__name_en"),
        name_zh=F("service__name_zh"),
    )  # fmt: skip
    return [dict(row) for row in named.annotate(n=Count("pk")).order_by("carrier", "code")]


def packed_of(service_id: int | None) -> list[Parcel]:
    """Sealed parcels of one service that wait for their carrier."""
    rows = Parcel.objects.filter(state=ParcelState.PACKED, label_scanned_at__isnull=False, note__state=NoteState.PACKED)
    return list(
        rows.filter(service=service_id, together__isnull=True)
        .select_related("service", "note", "order")
        .order_by("packed_at")
    )


def declared_at(parcel_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """When the shop was told of each parcel. One query."""
    rows = Parcel.objects.filter(pk__in=parcel_ids).values_list("pk", "declared_at")
    return {pk: {"declared_at": at} for pk, at in rows}
