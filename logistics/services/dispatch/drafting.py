"""Notes draft themselves when orders become ready, and follow what happens to the order afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, numbering, policies
from core.audit import Actor
from core.errors import Conflict
from inventory import selectors as stock_selectors
from inventory.services import stock
from logistics.models import DispatchNote, NoteLine, Service
from logistics.policies.dispatch import DEFAULT_SERVICE
from logistics.rules.clocks import note_due, pickup_after
from logistics.rules.incidents import stopping
from logistics.rules.packing import address_digest
from logistics.rules.routing import Choice, choose
from logistics.rules.values import per_piece
from logistics.selectors import dispatch as selectors
from logistics.selectors import drafting as reads
from logistics.selectors import incidents
from logistics.selectors.drafting import Source
from logistics.services import stages
from logistics.services.customs.named import named
from logistics.services.dispatch.signing import DESK, auto_sign
from orders.models import Order
from worklist import services as worklist

CHUNK = 500


def draft_notes(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> list[DispatchNote]:
    """Draft one note for each of these orders that may have one now; answers the new notes.

    Nothing happens for history, for orders that are not ready, and for those with an open note. A line whose channel SKU is
    not matched is left out for the time being and blocks the signatures. Approval rules sign what they may. Set-based.
    """
    ids = sorted(set(order_ids))
    made: list[DispatchNote] = []
    for start in range(0, len(ids), CHUNK):
        made += _draft_chunk(ids[start : start + CHUNK], actor, now)
    return made


def draft_one(*, order: Order, actor: Actor, now: datetime) -> DispatchNote:
    """Draft the note of one order. Refuses an order that cannot have one now, with the reason."""
    made = draft_notes(order_ids=[order.pk], actor=actor, now=now)
    if made:
        return made[0]
    if selectors.open_note_of(order.pk):
        raise Conflict("note_exists", _("This order already has an open dispatch note."))
    if order.history:
        raise Conflict("history", _("This order is history: take it up first."))
    if order.state not in ("ready", "part_shipped"):
        raise Conflict("order_not_ready", _("Only orders that are ready get a dispatch note."))
    raise Conflict("nothing_to_send", _("There is nothing left to send in this order."))


@transaction.atomic
def _draft_chunk(ids: Sequence[int], actor: Actor, now: datetime) -> list[DispatchNote]:
    orders = reads.lock_orders_to_draft(ids)
    if not orders:
        return []
    found = reads.sources(orders)
    kept = [found[order.pk] for order in orders if found[order.pk].pieces or found[order.pk].unmatched]
    if not kept:
        return []
    desk = Desk(now)
    add_spares(kept, desk.warehouse.pk, actor, now)
    numbers = numbering.take("note", len(kept))
    notes = [desk.note(source, numbering.note_number(number)) for source, number in zip(kept, numbers, strict=True)]
    with named(actor):
        notes = DispatchNote.objects.bulk_create(notes, batch_size=1000)
        NoteLine.objects.bulk_create(
            [line for note, source in zip(notes, kept, strict=True) for line in lines_from(note, source)],
            batch_size=1000,
        )
    audit.record_many(
        audit.entry(note, "note.draft", actor=actor, now=now, text=gettext_noop("Dispatch note drafted"))
        for note in notes
    )
    auto_sign(notes=notes, now=now)
    for rule in DESK:
        worklist.plan(rule_key=rule, subject_ids=[note.pk for note in notes], now=now)
    stages.push(order_ids=[note.order_id for note in notes], actor=actor, now=now)
    return notes


class Desk:
    """What drafting knows once per run: services, house times, calendar, default warehouse."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.facts = selectors.service_facts()
        self.disturbed = incidents.open_ones(now)
        self.services = {service.code: service for service in Service.objects.all()}
        self.times = selectors.note_times(now.date())
        self.calendar = policies.work_calendar(now)
        self.convert = reads.converter(now.date())
        self.warehouse = stock_selectors.default_warehouse()

    def choose(self, source: Source) -> Choice:
        """The service of one order."""
        order = source.order
        return choose(
            method=order.shipping_method, assigned=order.service_code,
            default=str(policies.value(DEFAULT_SERVICE, self.now, order.store_id)), services=self.facts,
            country=order.country, value_in=lambda currency: self.convert(source.value, order.currency, currency),
            weight_g=source.weight_g, stopped=self.stopped(order),
        )  # fmt: skip

    def stopped(self, order: Order) -> set[str]:
        """The services that an incident stops for this order."""
        return {
            code for code, service in (self.services.items() if self.disturbed else ())
            if stopping(self.disturbed, service_id=service.pk, country=order.country, store_id=order.store_id)
        }  # fmt: skip

    def clocks(self, order: Order, service: Service | None, zone_name: str) -> tuple[datetime, datetime]:
        """(to the warehouse by, carrier pick-up aimed at)."""
        due = note_due(order.ready_at or self.now, times=self.times, calendar=self.calendar, zone_name=zone_name)
        wall = (service.pickup_time if service else None) or self.times.pickup
        return due, pickup_after(max(due, self.now), pickup=wall, calendar=self.calendar, zone_name=zone_name)

    def note(self, source: Source, number: str) -> DispatchNote:
        """An unsaved draft."""
        order = source.order
        service = self.services.get(self.choose(source).code)
        warehouse = order.warehouse or self.warehouse
        due, pickup = self.clocks(order, service, warehouse.time_zone)
        return DispatchNote(
            number=number, store=order.store, order=order, warehouse=warehouse, service=service, country=order.country,
            declared_value=source.value, declared_currency=order.currency, due_at=due, pickup_at=pickup, drafted_at=self.now,
            address_digest=address_digest(selectors.address_parts(source.address, order.country)),
        )  # fmt: skip


def lines_from(note: DispatchNote, source: Source) -> list[NoteLine]:
    """Unsaved lines of a note: one for each article, valued at what was really paid."""
    return [
        NoteLine(
            note=note, order_line=piece.line, sku=piece.sku, position=position, quantity=piece.quantity, value=piece.value,
            paid=piece.paid, spare=piece.spare, unit_value=per_piece(piece.value, piece.quantity), unit_cost=piece.sku.cost,
            wish=piece.wish, assort=piece.line.assort, fragile=piece.sku.fragile,
        )
        for position, piece in enumerate(source.pieces, start=1)
    ]  # fmt: skip


def add_spares(sources: Sequence[Source], warehouse_id: int, actor: Actor, now: datetime) -> None:
    """Promise the spare pieces of fragile articles (DSP-19) as far as they are there, and add them to what the notes are made
    of; what is no longer due is let go. Orders without such articles cost nothing."""
    choices = reads.spare_choices([source.order.pk for source in sources])
    wished = reads.spare_wishes(sources, {key: choice.pieces for key, choice in choices.items()})
    houses = {source.order.pk: source.order.warehouse_id or warehouse_id for source in sources}
    orders = {piece.line.pk: source.order.pk for source in sources for piece in source.pieces}
    wants = {(line, sku, houses[orders[line]]): (orders[line], pieces) for (line, sku), pieces in wished.items()}
    if not wants and not reads.any_spares(list(houses)):
        return
    got = stock.hold_spares(order_refs=list(houses), wants=wants, actor=actor, now=now)
    granted = {(line, sku): pieces for (line, sku, _house), pieces in got.items()}
    for source in sources:
        reads.with_spares(source, granted)


def line_sum(lines: Iterable[NoteLine]) -> Decimal:
    """What the lines declare together."""
    return sum((line.value for line in lines), Decimal(0))
