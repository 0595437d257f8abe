"""Handing over: what left the house, and telling the channel the same day. Set-based from the first to the last line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import services as conversations
from core import audit, collector, copying
from core.audit import Actor
from core.errors import Conflict, DomainError, NotAllowed
from core.events import publish
from core.states import move_many
from inventory.services.stock import Issue, consume_many
from logistics.choices import ParcelState
from logistics.events import ParcelsShipped
from logistics.models import Parcel, ParcelLine
from logistics.rules.boxes import by_box, orders_named
from logistics.rules.packing import why_stopped
from logistics.selectors import boxes as box_selectors
from logistics.selectors import dispatch as selectors
from logistics.selectors import parcels as parcel_selectors
from logistics.selectors.customs import declarations
from logistics.selectors.station import stop_facts
from logistics.services import boxes, manifests, stages, tracking, witness
from logistics.services.packing_words import SAYS
from orders.services import fulfilment
from stores import selectors as store_selectors
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import outbox
from worklist import services as worklist

DECLARE_RULE, NOT_ONLINE_RULE = "logistics.declare_today", "logistics.not_online"
#: The text "your order is on its way".
SHIPPED_TEXT = "T02"
#: Duties that end when the parcel leaves the house.
ENDS_WITH_HAND_OVER = (
    "logistics.three_days", "logistics.goods_missing", "logistics.find_goods", "logistics.number_waiting", "logistics.pickup_missed",
    "logistics.not_handed_over",
)  # fmt: skip


@dataclass
class HandedOver:
    """What became of parcels that were to be handed over."""

    parcels: list[Parcel] = field(default_factory=list)
    refused: dict[int, DomainError] = field(default_factory=dict)


#: (order line, SKU) -> pieces, for each parcel
Contents = dict[int, dict[tuple[int, int], int]]


def hand_over(*, parcels: Iterable[Parcel], actor: Actor, now: datetime) -> HandedOver:
    """Give sealed parcels to their carrier: parcel shipped, stock booked out with the waybill number, order marked as
    shipped, the channel told through the outbox (or a duty for people where the store has no such program), the buyer told,
    the first check set. Answers parcels handed over and refusals by id.

    Refused: not sealed by a label scan, order intercepted, held, cancelled or with another address, goods not in the books.
    The number of statements does not grow with the number of parcels. Again changes nothing.
    """
    if not actor.has_perm("logistics.hand_over_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with collector.paused(), transaction.atomic():
        rows, made = _lock(parcels), HandedOver()
        good = check(rows, made, now)
        contents = _contents(good)
        good = _book_out(good, contents, made, actor, now)
        if not good:
            return made
        tracking.start_following(parcels=good, now=now, loaded=True)
        moved, refused = move_many(good, "hand_over", actor=actor, now=now, handed_over_by_id=actor.user_id)
        made.refused.update(refused)
        made.parcels = [parcel for parcel in moved if isinstance(parcel, Parcel)]
        _follow(made.parcels, actor, now)
        publish(ParcelsShipped(tuple(parcel.pk for parcel in made.parcels)))
    return made


def _lock(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The parcels with note, order, store and service, locked in primary-key order; their notes before them, as at the
    packing table, and their orders after them: whoever stops an order comes before the question or after the hand-over."""
    ids = box_selectors.whole_boxes([parcel.pk for parcel in parcels])
    selectors.hold_notes(Parcel.objects.filter(pk__in=ids, note__isnull=False).values_list("note_id", flat=True))
    rows = Parcel.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    found = list(rows.select_related("note"))
    orders = {order.pk: order for order in parcel_selectors.orders_locked({parcel.order_id for parcel in found})}
    for parcel in found:
        parcel.order = orders[parcel.order_id]
    return parcel_selectors.shared(found)


def check(rows: Sequence[Parcel], made: HandedOver, now: datetime) -> list[Parcel]:
    """Those of the parcels that may leave now; why the others may not stands in ``made`` (nothing of those that left)."""
    places = selectors.addresses(parcel.order_id for parcel in rows)
    unsent = declarations.unsent_parcels(rows, now)
    pairs, good = witness.stopped_pairs(rows), []
    for parcel in rows:
        if parcel.state != ParcelState.PACKED:
            if parcel.state == ParcelState.CLOSED:
                made.refused[parcel.pk] = Conflict("parcel_closed", _("This parcel was closed."))
            continue  # handed over already: success without effect
        if not parcel.label_scanned_at or not parcel.tracking_number or parcel.note is None:
            made.refused[parcel.pk] = Conflict("label_not_scanned", _("Scan the label before the parcel leaves."))
            continue
        if parcel.pk in pairs:
            made.refused[parcel.pk] = Conflict("mirror", SAYS["mirror"], parcel=parcel.number, other=pairs[parcel.pk])
            continue
        parcel.note.order = parcel.order
        address = selectors.address_parts(places.get(parcel.order_id), parcel.order.country)
        reason = why_stopped(stop_facts(parcel.note, address, {}))
        if reason:
            words: dict[str, Any] = {"note": parcel.note.number, "why": parcel.note.block_note, "parcel": parcel.number}
            made.refused[parcel.pk] = Conflict(reason, SAYS[reason], **words)
        elif parcel.pk in unsent:
            made.refused[parcel.pk] = Conflict(
                "data_not_sent", _("The carrier must have the electronic customs data first: send it, then hand over.")
            )
        else:
            good.append(parcel)
    return _whole(good, rows, made)


def _whole(good: list[Parcel], rows: Sequence[Parcel], made: HandedOver) -> list[Parcel]:
    """A box with several orders leaves whole or not at all: what stops one of them stops the others."""
    why: dict[int, DomainError] = {}
    for parcel in rows:
        if parcel.pk in made.refused:
            why.setdefault(parcel.together_id or parcel.pk, made.refused[parcel.pk])
    for parcel in good:
        if (parcel.together_id or parcel.pk) in why:
            made.refused[parcel.pk] = why[parcel.together_id or parcel.pk]
    return [parcel for parcel in good if parcel.pk not in made.refused]


def _contents(parcels: Sequence[Parcel]) -> Contents:
    found: Contents = {parcel.pk: defaultdict(int) for parcel in parcels}
    rows = ParcelLine.objects.filter(parcel__in=parcels, note_line__isnull=False)
    names = ("parcel_id", "note_line__order_line_id", "note_line__spare", "sku_id", "quantity")
    for parcel, line, spare, sku, quantity in rows.values_list(*names):
        found[parcel][-line if spare else line, sku] += quantity  # spare pieces are promised under the negative line
    return found


def _book_out(parcels: list[Parcel], contents: Contents, made: HandedOver, actor: Actor, now: datetime) -> list[Parcel]:
    """Take the goods out of the stock with the waybill number as reference (DSP-15)."""
    shared = any(parcel.together_id for parcel in parcels)
    while parcels:
        before = transaction.savepoint() if shared else None
        issues = [Issue(p.order_id, p.tracking_number, contents[p.pk]) for p in parcels]
        refused = consume_many(issues=issues, actor=actor, now=now)
        for parcel in parcels:
            if parcel.order_id in refused:
                made.refused[parcel.pk] = refused[parcel.order_id]
        gone = [parcel for parcel in parcels if parcel.order_id not in refused]
        left = _whole(gone, parcels, made)
        if before is None or len(left) == len(gone):
            parcels = gone
            break
        transaction.savepoint_rollback(before)  # goods of a box that stays: nothing of it leaves the books
        parcels = left
    boxes.use_packing(parcels=parcels, actor=actor, now=now)
    return parcels


def _follow(parcels: list[Parcel], actor: Actor, now: datetime) -> None:
    """Everything a hand-over brings with it, from the note down to the order and up to the channel."""
    notes = [parcel.note for parcel in parcels if parcel.note]
    move_many(notes, "close", actor=actor, now=now)
    move_many(list(selectors.live_numbers(note.pk for note in notes).values()), "use", actor=actor, now=now)
    fulfilment.mark_shipped_many(quantities=_order_pieces(parcels), actor=actor, now=now)
    _take_states(parcels)
    manifests.put(parcels=[p for p in parcels if p.together_id is None], now=now)
    declare(parcels=parcels, now=now)
    conversations.send_many(specs=_texts(parcels), actor=audit.system("shipping"), now=now)
    for rule, ids in selectors.living_duties(ENDS_WITH_HAND_OVER, notes).items():
        worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason="handed over")
    stages.push(order_ids=[parcel.order_id for parcel in parcels], actor=actor, now=now)


def _texts(parcels: Sequence[Parcel]) -> list[conversations.TextSpec]:
    """One text a box: orders of one buyer that travel together are named in it."""
    return [
        conversations.TextSpec(
            SHIPPED_TEXT, box[0], key=f"{SHIPPED_TEXT}:{box[0].number}", more=tuple(box[1:]),
            extra=orders_named(box),
        )
        for box in by_box(parcels)
    ]  # fmt: skip


def _take_states(parcels: Sequence[Parcel]) -> None:
    """The orders moved in the books, not in this memory: what the channel is told (all of it or a part) asks where they are."""
    states = selectors.order_states({parcel.order_id for parcel in parcels})
    for parcel in parcels:
        parcel.order.state = states[parcel.order_id]


def _order_pieces(parcels: Sequence[Parcel]) -> dict[int, dict[int, int]]:
    """Pieces of the order's own lines that left: a note always takes all that was open of its lines, and lines that are no
    goods go with them."""
    packed: dict[int, set[int]] = defaultdict(set)
    rows = ParcelLine.objects.filter(parcel__in=parcels, note_line__isnull=False)
    for order_id, line_id in rows.values_list("parcel__order_id", "note_line__order_line_id"):
        packed[order_id].add(line_id)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for order_id, line_id, pieces, no_goods in selectors.open_lines([parcel.order_id for parcel in parcels]):
        if no_goods or line_id in packed[order_id]:
            found[order_id][line_id] = pieces
    return found


def declare(*, parcels: Sequence[Parcel], now: datetime) -> int:
    """Tell the channel of each handed-over parcel, once: an outgoing call with its final payload where the store can be told
    by program, else a duty for the day. What was given up already is not asked again: it stays a duty until somebody did it.
    Answers for how many the channel is told."""
    waiting = [p for p in parcels if p.shipped_at and p.declared_at is None and p.declare_call_id is None]
    offers = {p.store_id: p.store for p in waiting}
    able = {pk for pk, store in offers.items() if store_selectors.offers(store, Ability.DECLARE_SHIPMENT)}
    calls = {parcel.pk: _call(parcel) for parcel in waiting if parcel.store_id in able}
    made = outbox.enqueue_many(calls=list(calls.values()), now=now)
    told = []
    for parcel in (parcel for parcel in waiting if parcel.pk in calls):
        call = made[calls[parcel.pk].key]
        if call.state in (CallState.FAILED, CallState.DROPPED):
            continue
        parcel.declare_call = call
        told.append(parcel)
    if told:
        copying.update_objects(told, ["declare_call"])
    by_hand = [parcel.pk for parcel in waiting if parcel.declare_call is None]
    if by_hand:
        worklist.plan(rule_key=DECLARE_RULE, subject_ids=by_hand, now=now)
    return len(told)


def _call(parcel: Parcel) -> outbox.CallSpec:
    service = parcel.service
    payload = {
        "order_id": parcel.order.external_id, "tracking_number": parcel.tracking_number,
        "service": service.code if service else "", "carrier": service.carrier if service else "",
        "tracking_url": tracking_link(parcel), "shipped_at": parcel.shipped_at.isoformat() if parcel.shipped_at else "",
        "part": parcel.order.state == "part_shipped",
    }  # fmt: skip
    return outbox.CallSpec(
        store=parcel.store, ability=Ability.DECLARE_SHIPMENT, key=f"declare:{parcel.number}",
        subject_type=audit.subject_type(parcel), subject_id=parcel.pk, payload=payload,
    )  # fmt: skip


def tracking_link(parcel: Parcel) -> str:
    """The carrier's page for the parcel, or ""."""
    url = parcel.service.tracking_url if parcel.service else ""
    return url.replace("{number}", parcel.tracking_number) if url and parcel.tracking_number else ""


@transaction.atomic
def confirm_declared(*, parcel: Parcel, actor: Actor, now: datetime) -> Parcel:
    """Somebody entered the number in the shop by hand: the parcel counts as declared, its duty is done. Refuses a parcel
    that has not left."""
    if not (actor.has_perm("orders.change_order") or actor.has_perm("logistics.hand_over_parcel")):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = Parcel.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=parcel.pk)
    if held.shipped_at is None:
        raise Conflict("not_shipped", _("A shipment is declared when the parcel was handed over, never before."))
    _declared([held], actor=actor, now=now)
    return held


def channel_answered(*, call: OutboundCall, now: datetime) -> None:
    """The channel settled a declaration: done, or given up (then a person must enter the number today)."""
    rows = Parcel._base_manager.select_for_update(of=("self",)).filter(pk=call.subject_id)
    parcel = rows.select_related("order", "store").first()
    if parcel is None:
        return
    if call.state == CallState.SENT:
        _declared([parcel], actor=audit.system(parcel.store.name), now=now)
    elif parcel.declared_at is None and parcel.state != ParcelState.CLOSED:
        Parcel._base_manager.filter(pk=parcel.pk).update(declare_call=None)
        worklist.plan(rule_key=DECLARE_RULE, subject_ids=[parcel.pk], now=now)


def _declared(parcels: Sequence[Parcel], *, actor: Actor, now: datetime) -> None:
    fresh = [parcel for parcel in parcels if parcel.declared_at is None]
    if not fresh:
        return
    Parcel._base_manager.filter(pk__in=[parcel.pk for parcel in fresh]).update(declared_at=now)
    for parcel in fresh:
        parcel.declared_at = now
    audit.record_many(
        audit.entry(
            parcel, "parcel.declared", actor=actor, now=now, text=gettext_noop("Marked as shipped in the shop: %(number)s"),
            number=parcel.tracking_number,
        )
        for parcel in fresh
    )  # fmt: skip
    fulfilment.mark_declared_many(order_ids=[parcel.order_id for parcel in fresh], actor=actor, now=now)
    stages.push(order_ids=[parcel.order_id for parcel in fresh], actor=actor, now=now)
    for rule in (DECLARE_RULE, NOT_ONLINE_RULE):
        worklist.close(rule_key=rule, subject_ids=[p.pk for p in fresh], actor=actor, now=now, reason="declared")


def why_not_declare(*, call: OutboundCall) -> str:
    """Why a declaration that waits must not leave any more, or "": the parcel was closed or declared by hand meanwhile."""
    parcel = Parcel._base_manager.filter(pk=call.subject_id).first()
    if parcel is None or parcel.state == ParcelState.CLOSED:
        return "the parcel was closed"
    return "declared by hand already" if parcel.declared_at else ""
