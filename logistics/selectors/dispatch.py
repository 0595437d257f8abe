"""Reads over dispatch notes, waybill numbers and print batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import audit, counts, policies
from core.audit import Actor
from core.errors import Missing
from core.remembering import Remembered
from logistics.choices import BlockReason, NoteState, NumberState, ParcelState
from logistics.models import (
    ApprovalRule,
    DispatchNote,
    NoteLine,
    NoteSignature,
    Parcel,
    PrintBatch,
    PrintLog,
    Service,
    WaybillNumber,
)  # fmt: skip
from logistics.policies.dispatch import NOTE_TIMES, RELEASE_WHEN_SIGNED
from logistics.rules.clocks import NoteTimes, parse_time
from logistics.rules.routing import ServiceFacts
from logistics.selectors.naming import named
from orders.choices import OrderState
from orders.models import Order, OrderAddress, OrderLine
from stores.models import Deadline
from worklist.models import Duty

#: States in which a note still has work to do.
OPEN_NOTES = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED]
#: States of numbers that belong to a note.
LIVE_NUMBERS = [NumberState.RESERVED, NumberState.USED]
#: Parcels that left the house.
LEFT = [ParcelState.SHIPPED, ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.LOST]
ADDRESS_PARTS = ("recipient", "phone", "line1", "line2", "city", "state", "postcode", "country")


def notes_for(actor: Actor) -> QuerySet[DispatchNote]:
    """The notes of the actor's stores."""
    return DispatchNote.objects.select_related("store", "order", "service", "warehouse")


def numbers_for(actor: Actor) -> QuerySet[WaybillNumber]:
    """Waybill numbers; they belong to the house, but a number on a note is seen with the note's store only."""
    mine = DispatchNote.objects.filter(pk=OuterRef("note_id"))
    return WaybillNumber.objects.filter(Q(note__isnull=True) | Exists(mine))


def live_numbers_for(actor: Actor) -> QuerySet[WaybillNumber]:
    """Numbers of notes of the actor's stores (for search)."""
    mine = DispatchNote.objects.filter(pk=OuterRef("note_id"))
    return WaybillNumber.objects.filter(Exists(mine), state__in=LIVE_NUMBERS)


def orders_with_note_for(actor: Actor) -> QuerySet[Order]:
    """Orders of the actor's stores that have a note (for search)."""
    return Order.objects.filter(notes__isnull=False)


def batches_for(actor: Actor) -> QuerySet[PrintBatch]:
    """Print batches that hold a note of the actor's stores, newest first."""
    if actor.store_ids is None:
        return PrintBatch.objects.all()
    return PrintBatch.objects.filter(Exists(PrintLog.objects.filter(batch_id=OuterRef("pk"))))


def services_for(actor: Actor) -> QuerySet[Service]:
    """All services."""
    return Service.objects.all()


def approval_rules_for(actor: Actor) -> QuerySet[ApprovalRule]:
    """Approval rules of the actor's stores and of all stores."""
    rules = ApprovalRule.objects.select_related("store")
    return rules if actor.store_ids is None else rules.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))


def _called(code: str, english: str, chinese: str) -> str:
    return f"{code} · {named(code, english, chinese)}"


def _service_names() -> list[tuple[str, Any]]:
    said = lazy(_called, str)  # remembered for readers of both languages
    return [(row[0], said(*row)) for row in Service.objects.values_list("code", "name_en", "name_zh")]


#: Code and name of every service for the filters of lists (they are asked on every page).
service_choices = Remembered(_service_names, 5.0)


def service_by_code(code: str) -> Service:
    """The service called ``code``. Raises ``Missing``."""
    found = Service.objects.filter(code=code).first()
    if found is None:
        raise Missing("service_missing", _("There is no service with the code “%(code)s”."), code=code)
    return found


def service_facts() -> list[ServiceFacts]:
    """Every service as the choice of a service needs it. One query."""
    return [facts_of_service(service) for service in Service.objects.all()]


def facts_of_service(service: Service) -> ServiceFacts:
    """One service as plain values."""
    return ServiceFacts(
        code=service.code, words=tuple(service.match_words or ()), active=service.active,
        destinations=str(service.facts.get("destinations") or "ALL"), value_max=service.value_max,
        value_max_currency=service.value_max_currency, max_weight_g=service.max_weight_g,
    )  # fmt: skip


def lock_notes(ids: Iterable[int]) -> list[DispatchNote]:
    """These notes, locked in primary-key order, with their order, store, service and warehouse."""
    rows = DispatchNote.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_related("order", "store", "service", "warehouse"))


def hold_notes(ids: Iterable[int]) -> list[int]:
    """Lock these notes in primary-key order without reading them; answers their ids."""
    rows = DispatchNote.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def lock_note(pk: int) -> DispatchNote:
    """One note, locked. Raises ``Missing`` for a note that is gone or of another store."""
    found = lock_notes([pk])
    if not found:
        raise Missing("note_missing", _("There is no such dispatch note."))
    return found[0]


def lock_if_free(note_id: int) -> DispatchNote | None:
    """A note, locked, unless somebody holds it just now (nobody waits for a second packer)."""
    rows = DispatchNote.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=note_id)
    return rows.select_related("order", "store", "service", "warehouse").first()


def note_by_number(number: str) -> DispatchNote | None:
    """The note with this printed number, or None."""
    return DispatchNote.objects.filter(number=number).select_related("order", "store", "service", "warehouse").first()


def open_note_of(order_id: int) -> DispatchNote | None:
    """The note of the order that still has work to do, or None."""
    return DispatchNote.objects.filter(order_id=order_id, state__in=OPEN_NOTES).select_related("service").first()


def live_numbers(note_ids: Iterable[int]) -> dict[int, WaybillNumber]:
    """The waybill number of each note that has one. One query."""
    rows = WaybillNumber.objects.filter(note_id__in=list(note_ids), state__in=LIVE_NUMBERS)
    return {row.note_id: row for row in rows if row.note_id}


def signatures_of(note_ids: Iterable[int]) -> dict[int, dict[str, NoteSignature]]:
    """The living signatures of notes by kind. One query."""
    found: dict[int, dict[str, NoteSignature]] = defaultdict(dict)
    rows = NoteSignature.objects.filter(note_id__in=list(note_ids), void_at__isnull=True).select_related("rule")
    for row in rows:
        found[row.note_id][row.kind] = row
    return found


def addresses(order_ids: Iterable[int]) -> dict[int, OrderAddress]:
    """The address of each order that has one. One query."""
    return {row.order_id: row for row in OrderAddress.objects.filter(order_id__in=list(order_ids))}


def address_parts(address: OrderAddress | None, country: str) -> dict[str, str]:
    """An address as plain text; an order without one has its country only."""
    if address is None:
        return dict.fromkeys(ADDRESS_PARTS, "") | {"country": country}
    return {name: str(getattr(address, name) or "") for name in ADDRESS_PARTS} | {"country": address.country or country}


#: Rows of the table of deadlines that are the house times of notes.
_TIME_CODES = {
    "ready_am": "SHOP_NOTE_READY_AM", "due_am": "SHOP_NOTE_DUE_AM", "ready_pm": "SHOP_NOTE_READY_PM",
    "due_pm": "SHOP_NOTE_DUE_PM", "due_next": "SHOP_NOTE_DUE_NEXT", "pickup": "SHOP_CARRIER_PICKUP",
}  # fmt: skip


def note_times(day: date) -> NoteTimes:
    """The house times of notes on ``day``: the table of deadlines as it counts that day, else the house rule. One query."""
    rows: dict[str, str] = {}
    for row in Deadline.objects.filter(rule_code__in=_TIME_CODES.values()).order_by("rule_code", "valid_from"):
        if row.valid_from <= day or row.rule_code not in rows:
            rows[row.rule_code] = row.value
    given, base = policies.value(NOTE_TIMES, day), NoteTimes()
    return NoteTimes(**{
        name: parse_time(rows.get(code) or str(given.get(name, "")), getattr(base, name)) for name, code in _TIME_CODES.items()
    })  # fmt: skip


def orders_without_note(limit: int) -> list[int]:
    """Ready orders that never got a note since they became ready: what the sweep drafts."""
    later = DispatchNote.objects.filter(order_id=OuterRef("pk"), drafted_at__gte=OuterRef("ready_at"))
    open_one = DispatchNote.objects.filter(order_id=OuterRef("pk"), state__in=OPEN_NOTES)
    rows = Order.objects.filter(state=OrderState.READY, history=False).exclude(Exists(later)).exclude(Exists(open_one))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def cancelled_with_note(limit: int) -> list[int]:
    """Cancelled orders that still have an open note."""
    rows = DispatchNote.objects.filter(state__in=OPEN_NOTES, order__state=OrderState.CANCELLED)
    return list(rows.values_list("order_id", flat=True)[:limit])


def orders_to_resume(limit: int, now: datetime) -> list[int]:
    """Ready orders whose note is blocked only because they were intercepted, or was signed at that moment and not released
    although the house releases what is signed."""
    stores = [s.pk for s in Store.objects.all() if policies.value(RELEASE_WHEN_SIGNED, now, s.pk)]
    stood = Q(state=NoteState.BLOCKED, block_reason=BlockReason.INTERCEPTED)
    rows = DispatchNote.objects.filter(
        stood | Q(state=NoteState.SIGNED, store__in=stores), order__intercept="",
        order__state__in=[OrderState.READY, OrderState.PART_SHIPPED],
    )  # fmt: skip
    return list(rows.values_list("order_id", flat=True)[:limit])


def orders_to_follow(limit: int) -> list[int]:
    """Orders with an open, unpacked note that lacks an article which is matched by now: the news of the match was lost."""
    unpacked = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED]
    written = NoteLine.objects.filter(order_line_id=OuterRef("pk"), note__state__in=unpacked)
    lines = OrderLine.objects.filter(
        ~Exists(written), order__notes__state__in=unpacked, item__matched=True, item__not_goods=False,
        quantity__gt=F("shipped_quantity"),
    )  # fmt: skip
    return list(lines.order_by("order_id").values_list("order_id", flat=True).distinct()[:limit])


def order_states(ids: Iterable[int]) -> dict[int, str]:
    """Where these orders are now."""
    return dict(Order._base_manager.filter(pk__in=list(ids)).values_list("pk", "state"))


def undeclared(limit: int) -> list[Parcel]:
    """Parcels that left the house and whose shop was neither told nor is being told."""
    rows = Parcel.objects.filter(
        state__in=LEFT, declared_at__isnull=True, declare_call__isnull=True, note__isnull=False
    )
    return list(rows.select_related("store", "order", "service").order_by("pk")[:limit])


def drafts_of(order_ids: Iterable[int]) -> list[DispatchNote]:
    """The drafts of these orders."""
    return list(DispatchNote.objects.filter(order_id__in=list(order_ids), state=NoteState.DRAFT))


def drafts(limit: int) -> list[DispatchNote]:
    """Drafts, those due first."""
    return list(DispatchNote.objects.filter(state=NoteState.DRAFT).order_by("due_at", "pk")[:limit])


def waiting_for_number(limit: int) -> list[DispatchNote]:
    """Released notes without a waybill number."""
    have = WaybillNumber.objects.filter(note_id=OuterRef("pk"), state__in=LIVE_NUMBERS)
    return list(
        DispatchNote.objects.filter(state=NoteState.RELEASED).exclude(Exists(have)).order_by("due_at", "pk")[:limit]
    )


def batch(pk: int) -> PrintBatch:
    """One print batch. Raises ``Missing``."""
    found = PrintBatch.objects.select_related("owner", "job").filter(pk=pk).first()
    if found is None:
        raise Missing("batch_missing", _("There is no such print batch."))
    return found


def parcels_by_id(ids: Iterable[int]) -> list[Parcel]:
    """Parcels of the actor's stores in the order of their numbers, for the hand-over list."""
    rows = Parcel.objects.filter(pk__in=list(ids), shipped_at__isnull=False, together__isnull=True)
    return list(rows.select_related("service", "warehouse").order_by("service__code", "pk"))


def parcel_of_note(note: DispatchNote) -> Parcel | None:
    """The parcel of a packed note that still counts."""
    return Parcel.objects.filter(note=note).exclude(state=ParcelState.CLOSED).order_by("-pk").first()


def note_ids_of(order_id: int) -> list[int]:
    """Ids of every note of an order."""
    return list(DispatchNote.objects.filter(order_id=order_id).values_list("pk", flat=True))


def open_count(actor: Actor) -> int:
    """Open notes, counted up to the cap of the menu."""
    return DispatchNote.objects.filter(state__in=OPEN_NOTES)[: counts.CAP + 1].count()


def living_duties(rules: Sequence[str], notes: Sequence[DispatchNote]) -> dict[str, list[int]]:
    """Which of these rules have a living duty about these notes: rule -> note ids. One query."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Duty.objects.filter(
        subject_type=audit.subject_type(DispatchNote),
        subject_id__in=[note.pk for note in notes],
        rule__in=rules,
        closed_at__isnull=True,
    )
    for rule, note_id in rows.values_list("rule", "subject_id"):
        found[rule].append(note_id)
    return found


def open_lines(order_ids: Sequence[int]) -> list[tuple[int, int, int, bool]]:
    """Order lines with pieces that have not left yet: (order, line, open pieces, is no goods). One query."""
    rows = OrderLine.objects.filter(order_id__in=order_ids, shipped_quantity__lt=F("quantity"))
    return list(rows.values_list("order_id", "pk", F("quantity") - F("shipped_quantity"), "item__not_goods"))


def postal_countries() -> frozenset[str]:
    """ISO codes that a post may use in its numbers."""
    groups = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    codes = (str(code) for code in Locale.parse("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - groups


@dataclass(frozen=True)
class StageRow:
    """What dispatch knows of one order, for its place in the list of orders."""

    note_state: str = ""
    has_number: bool = False
    printed: bool = False
    packed: bool = False
    handed_over: bool = False
    declared: bool = False
    approved: bool = False


def stage_rows(order_ids: Sequence[int]) -> dict[int, StageRow]:
    """Dispatch facts of orders, from their newest note and their parcels; orders with neither are absent. Three queries."""
    newest: dict[int, tuple[int, str, bool]] = {}
    notes = DispatchNote.objects.filter(order_id__in=order_ids).exclude(state=NoteState.WITHDRAWN).order_by("pk")
    for order_id, pk, state, printed_at in notes.values_list("order_id", "pk", "state", "printed_at"):
        newest[order_id] = (pk, state, printed_at is not None)
    numbered = set(
        WaybillNumber.objects.filter(note_id__in=[pk for pk, _s, _p in newest.values()], state__in=LIVE_NUMBERS)
        .values_list("note_id", flat=True)
    )  # fmt: skip
    parcels: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = Parcel.objects.filter(order_id__in=order_ids).exclude(state=ParcelState.CLOSED)
    for order_id, state, declared_at in rows.values_list("order_id", "state", "declared_at"):
        parcels[order_id].append((state, declared_at))
    made = {}
    for order_id in {*newest, *parcels}:
        pk, state, printed = newest.get(order_id, (0, "", False))
        left = [declared for parcel_state, declared in parcels.get(order_id, ()) if parcel_state != ParcelState.PACKED]
        made[order_id] = StageRow(
            note_state=state, has_number=pk in numbered, printed=printed, packed=state in (NoteState.PACKED, NoteState.CLOSED),
            handed_over=bool(left), declared=bool(left) and all(left), approved=state not in ("", NoteState.DRAFT),
        )  # fmt: skip
    return made
