"""Changes of a note after it was drafted. What was signed must be what is sent: every real change voids the signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.states import move, move_many
from inventory import selectors as stock_selectors
from inventory.services import stock
from logistics.choices import BlockReason, DifferenceReason, NoteState, SupplyRoute
from logistics.models import (
    DispatchNote,
    NoteLine,
    NoteSignature,
    Parcel,
    ParcelLine,
    Service,
    ValueDifference,
)
from logistics.rules.packing import address_digest
from logistics.rules.routing import why_not
from logistics.selectors import dispatch as selectors
from logistics.selectors import drafting as reads
from logistics.selectors import incidents
from logistics.selectors.signing import lines_of
from logistics.services import boxes, carriers, numbers, stages
from logistics.services.customs import values
from logistics.services.customs.named import named
from logistics.services.dispatch.drafting import Desk, add_spares, line_sum, lines_from
from logistics.services.dispatch.signing import DESK, auto_sign, release_by_rule
from worklist import services as worklist

BLOCKED_RULE = "logistics.blocked_note"


@dataclass(frozen=True)
class LineChange:
    """What may be changed on one line; None = as it is. ``value`` only upwards: never below the price really paid (a lower
    one, with its paper and a second person, is :func:`differences.declare_difference`)."""

    id: int
    wish: str | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    value_reason: str = DifferenceReason.REAL


@transaction.atomic
def edit(
    *, note: DispatchNote, actor: Actor, now: datetime, service: Service | None = None, supply: str = "",
    lines: Sequence[LineChange] = (), take_address: bool = False, reason: str = "", seen: int | None = None,
) -> bool:  # fmt: skip
    """Change a note; True when anything changed. The signatures are then void and the note is a draft again.

    ``take_address`` takes over the order's present address. A new service or address tears up a printed label and frees or
    voids the waybill number. Refuses packed and closed notes, a service that cannot carry the parcel, a declared value below
    the price paid, a note that was changed since its editor looked at it (``seen``: that revision), and people without the
    right.
    """
    if not actor.has_perm("logistics.change_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = selectors.lock_note(note.pk)
    if held.state in (NoteState.PACKED, NoteState.CLOSED, NoteState.WITHDRAWN):
        raise Conflict("note_closed", _("This note is packed or closed: open the parcel again before you change it."))
    if seen is not None and held.revision != seen:
        raise Conflict("note_changed", _("The note was changed since you opened it: open it again, then change it."))
    if supply and supply not in SupplyRoute.values:
        raise Invalid("bad_supply", _("Unknown way of supply."), errors={"supply": [str(_("Unknown way of supply."))]})
    with named(actor):
        changed = _change_lines(held, lines, actor, now, reason)
    relabel = False
    if service is not None and service.pk != held.service_id:
        _check_service(held, service, now)
        held.service, relabel = service, True
        changed["service"] = service.code
        held.pickup_at = Desk(now).clocks(held.order, service, held.warehouse.time_zone)[1]
    if supply and supply != held.supply:
        held.supply = supply
        changed["supply"] = supply
    if take_address and _take_address(held):
        changed["address"] = "order"
        relabel = True
    if not changed:
        return False
    reopen(held, changed, relabel=relabel, actor=actor, now=now, reason=reason)
    note.refresh_from_db()
    return True


def _check_service(note: DispatchNote, service: Service, now: datetime) -> None:
    convert = reads.converter(now.date())
    reason = incidents.why_stopped(note, service, now) or why_not(
        selectors.facts_of_service(service), country=note.country, weight_g=None,
        value_in=lambda currency: convert(note.declared_value, note.declared_currency, currency),
    )  # fmt: skip
    texts = {
        "incident": _("An incident stops this service there: choose another."),
        "inactive": _("This service is switched off."),
        "country": _("This service does not go to that country."),
        "value": _("The goods are worth more than this service may carry: choose another service."),
        "weight": _("The parcel is too heavy for this service."),
    }
    if reason:
        raise Conflict(f"service_{reason}", texts[reason], field="service")


def _change_lines(
    note: DispatchNote, changes: Sequence[LineChange], actor: Actor, now: datetime, reason: str
) -> dict[str, str]:
    if not changes:
        return {}
    rows = {
        line.pk: line
        for line in NoteLine.objects.select_for_update(of=("self",)).filter(note=note).select_related("sku")
    }
    done: dict[str, str] = {}
    differences: list[ValueDifference] = []
    for change in changes:
        line = rows.get(change.id)
        if line is None:
            raise Invalid("bad_line", _("This line is not on the note."), errors={"lines": [str(_("Unknown line."))]})
        if change.wish is not None and change.wish.strip() != line.wish:
            line.wish, line.wish_by_hand = change.wish.strip()[:300], True
            done[f"wish {line.sku.code}"] = line.wish
        if change.unit_cost is not None and change.unit_cost != line.unit_cost:
            if not actor.has_perm("products.view_cost"):
                raise NotAllowed("not_allowed", _("Your role may not see or change what goods cost."))
            line.unit_cost = change.unit_cost
            done[f"price {line.sku.code}"] = ""  # the timeline is read by people who may not see what goods cost
        if change.value is not None and change.value != line.value:
            made = values.raised(line, change.value, reason=change.value_reason, text=reason, actor=actor, now=now)
            differences.append(made)
            done[f"value {line.sku.code}"] = str(change.value)
    NoteLine.objects.bulk_update(rows.values(), ["wish", "wish_by_hand", "unit_cost", "value", "unit_value"])
    ValueDifference.objects.bulk_create(differences)
    note.declared_value = line_sum(rows.values())
    return done


def line_values(note: DispatchNote) -> Decimal:
    """What the lines of a note declare together, as stored."""
    return line_sum(NoteLine.objects.filter(note=note))


def _take_address(note: DispatchNote) -> bool:
    address = selectors.addresses([note.order_id]).get(note.order_id)
    digest = address_digest(selectors.address_parts(address, note.order.country))
    if digest == note.address_digest:
        return False
    note.address_digest, note.country = digest, note.order.country
    return True


def reopen(
    note: DispatchNote, changed: Mapping[str, str], *, relabel: bool, actor: Actor, now: datetime, reason: str
) -> None:
    """Store a changed note: next revision, signatures void, draft again, label torn up where it no longer fits or its carrier
    was told something else."""
    boxes.break_up(notes=[note], why="changed", actor=actor, now=now)
    if relabel or carriers.outdated(note):
        numbers.give_back(notes=[note], reason="label torn up: note changed", actor=actor, now=now)
        note.printed_at = None
    elif note.printed_at:
        note.printed_at = None  # the printed sheet no longer says what is signed
    note.revision += 1
    columns = [
        "service",
        "supply",
        "country",
        "address_digest",
        "declared_value",
        "due_at",
        "pickup_at",
        "printed_at",
        "revision",
    ]
    note.save(update_fields=columns)
    NoteSignature.objects.filter(note=note, void_at__isnull=True).update(void_at=now)
    audit.record(
        note, "note.edit", actor=actor, now=now, reason=reason, text=gettext_noop("Changed: %(what)s"),
        what=", ".join(f"{name}: {value}" if value else name for name, value in changed.items())[:200],
    )  # fmt: skip
    if note.state != NoteState.DRAFT:
        move(note, "edit", actor=actor, now=now, block_reason="", block_note="", released_at=None, signed_at=None)
        _end_duties([note], actor, now, "changed")
    auto_sign(notes=[note], now=now)
    for rule in DESK:
        worklist.plan(rule_key=rule, subject_ids=[note.pk], now=now)
    stages.push(order_ids=[note.order_id], actor=actor, now=now)


#: Duties that a note has while it is with the warehouse.
OF_WAREHOUSE = (
    "logistics.blocked_note", "logistics.three_days", "logistics.goods_missing", "logistics.find_goods", "logistics.number_waiting",
    "logistics.pickup_missed", "logistics.not_handed_over",
)  # fmt: skip


def _end_duties(notes: Sequence[DispatchNote], actor: Actor, now: datetime, why: str) -> None:
    ids = [note.pk for note in notes]
    for rule in OF_WAREHOUSE:
        worklist.close(rule_key=rule, subject_ids=ids, actor=actor, now=now, reason=why, cancelled=True)


def _shape(line: NoteLine) -> tuple[Any, ...]:
    """What of a line comes from the order."""
    return (line.order_line_id, line.sku_id, line.spare, line.quantity, line.paid, line.wish, line.assort)


@transaction.atomic
def refresh_lines(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Write the lines of open, unpacked notes anew after articles were matched or lines changed; answers how many changed.

    A wish that somebody wrote on the note stays. A note whose content stays the same keeps its signatures.
    """
    notes = DispatchNote.objects.filter(
        order_id__in=list(order_ids),
        state__in=[NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED],
    )
    rows = selectors.lock_notes(notes.values_list("pk", flat=True))
    found = reads.sources([note.order for note in rows])
    add_spares(list(found.values()), stock_selectors.default_warehouse().pk if rows else 0, actor, now)
    count, same, lines = 0, [], lines_of([note.pk for note in rows])
    for note in rows:
        fresh = lines_from(note, found[note.order_id])
        held = lines.get(note.pk, [])
        written = {(line.order_line_id, line.sku_id, line.spare): line.wish for line in held if line.wish_by_hand}
        for line in fresh:
            key = (line.order_line_id, line.sku_id, line.spare)
            line.wish, line.wish_by_hand = written.get(key, line.wish), key in written
        if [_shape(line) for line in held] == [_shape(line) for line in fresh]:
            same.append(note)
            continue
        with named(actor):
            values.keep_differences(note, fresh)
            ParcelLine.objects.filter(
                note_line__note=note
            ).delete()  # of a box that was opened again: it is filled anew
            NoteLine.objects.filter(note=note).delete()
            NoteLine.objects.bulk_create(fresh)
        note.declared_value = line_sum(fresh)
        reopen(note, {"articles": str(len(fresh))}, relabel=False, actor=actor, now=now, reason="")
        count += 1
    auto_sign(notes=same, now=now)
    return count


def follow(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Let open, unpacked notes follow their orders: articles, wishes, the service a person chose, and the address while the
    note has not left the desk (later the parcel is stopped at the scan instead). Answers how many changed."""
    ids = list(order_ids)
    count = refresh_lines(order_ids=ids, actor=actor, now=now)
    services = {service.code: service for service in Service.objects.filter(active=True)}
    rows = DispatchNote.objects.filter(order_id__in=ids, state__in=[NoteState.DRAFT, NoteState.SIGNED]).select_related(
        "order"
    )
    for note in rows:
        wanted = services.get(note.order.service_code)
        chosen = wanted if wanted and wanted.pk != note.service_id else None
        try:
            count += edit(note=note, service=chosen, take_address=True, actor=actor, now=now)
        except DomainError as error:
            text = gettext_noop("The order changed: %(why)s")
            audit.record(note, "note.not_followed", actor=actor, now=now, text=text, why=error.message[:200])
    return count


@transaction.atomic
def resume(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Go on with notes whose orders are ready again: an interception is lifted, a changed address is taken over (which
    voids signatures and label), what was signed while the order stood is released by rule. Answers how many notes changed."""
    notes = DispatchNote.objects.filter(
        order_id__in=list(order_ids),
        state__in=[NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED],
    )
    count = 0
    for note in selectors.lock_notes(notes.values_list("pk", flat=True)):
        if note.order.intercept or note.order.state not in ("ready", "part_shipped"):
            continue
        if _take_address(note):
            reopen(note, {"address": "order"}, relabel=True, actor=actor, now=now, reason="")
            count += 1
        elif note.state == NoteState.BLOCKED and note.block_reason == BlockReason.INTERCEPTED:
            move(
                note,
                "unblock",
                actor=audit.SYSTEM,
                now=now,
                block_reason="",
                block_note="",
                blocked_by=None,
                blocked_at=None,
            )
            worklist.close(rule_key=BLOCKED_RULE, subject_ids=[note.pk], actor=actor, now=now, reason="order goes on")
            stages.push(order_ids=[note.order_id], actor=actor, now=now)
            count += 1
        elif note.state == NoteState.SIGNED:
            count += release_by_rule(notes=[note], now=now)
    return count


def withdraw_notes(
    *, notes: Iterable[DispatchNote], reason: str, actor: Actor, now: datetime
) -> tuple[list[DispatchNote], dict[int, DomainError]]:
    """Take notes back: (withdrawn, refusals by id). A printed number is void, an unprinted one goes back into its pool, a
    packed parcel is closed. Refuses notes whose parcel was handed over, and a missing reason."""
    with transaction.atomic():
        ids = [note.pk for note in notes]
        boxes.break_up(notes=selectors.lock_notes(ids), why="withdrawn", actor=actor, now=now)
        rows = selectors.lock_notes(ids)
        parcels = list(Parcel.objects.filter(note__in=rows, state="packed"))
        if parcels:
            move_many(parcels, "close", actor=actor, now=now, reason=reason, settle_reason=reason[:300])
        moved, refused = move_many(rows, "withdraw", actor=actor, now=now, reason=reason)
        gone = [note for note in moved if isinstance(note, DispatchNote)]
        numbers.give_back(notes=gone, reason=reason, actor=actor, now=now)
        spared = [note.order_id for note in gone if reads.any_spares([note.order_id])]
        stock.hold_spares(order_refs=spared, wants={}, actor=actor, now=now)
        _end_duties(gone, actor, now, "withdrawn")
        for rule in DESK:
            worklist.close(
                rule_key=rule,
                subject_ids=[n.pk for n in gone],
                actor=actor,
                now=now,
                reason="withdrawn",
                cancelled=True,
            )
        stages.push(order_ids=[note.order_id for note in gone], actor=actor, now=now)
    return gone, refused


def withdraw(*, note: DispatchNote, reason: str, actor: Actor, now: datetime) -> DispatchNote:
    """Take one note back; the refusal is raised."""
    _gone, refused = withdraw_notes(notes=[note], reason=reason, actor=actor, now=now)
    if refused:
        raise refused[note.pk]
    note.refresh_from_db()
    return note


def withdraw_for_cancelled(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Take back the open notes of cancelled orders (what is packed is opened again and put back); answers how many."""
    notes = DispatchNote.objects.filter(
        order_id__in=list(order_ids), order__state="cancelled", state__in=selectors.OPEN_NOTES
    )
    gone, _refused = withdraw_notes(notes=list(notes), reason=str(_("The order was cancelled")), actor=actor, now=now)
    return len(gone)


@transaction.atomic
def block(*, note: DispatchNote, reason: str, text: str, actor: Actor, now: datetime) -> DispatchNote:
    """The warehouse reports upward why it cannot go on (DSP-06): the reason, who and when. Refuses an unknown reason and
    notes that are not with the warehouse."""
    if reason not in BlockReason.values:
        raise Invalid("reason_needed", _("Say what is wrong."), errors={"reason": [str(_("Say what is wrong."))]})
    held = selectors.lock_note(note.pk)
    move(
        held, "block", actor=actor, now=now, reason=f"{BlockReason(reason).label} {text}".strip(), block_reason=reason,
        block_note=text.strip()[:300], blocked_by_id=actor.user_id,
    )  # fmt: skip
    worklist.plan(rule_key=BLOCKED_RULE, subject_ids=[held.pk], now=now)
    worklist.close(rule_key="logistics.find_goods", subject_ids=[held.pk], actor=actor, now=now, reason="reported")
    stages.push(order_ids=[held.order_id], actor=actor, now=now)
    note.refresh_from_db()
    return note


@transaction.atomic
def unblock(*, note: DispatchNote, actor: Actor, now: datetime, reason: str = "") -> DispatchNote:
    """The problem is solved: the warehouse may go on. Refuses while the order is still intercepted or held."""
    held = selectors.lock_note(note.pk)
    if held.order.intercept or held.order.state not in ("ready", "part_shipped"):
        raise Conflict("order_not_ready", _("The order is held or intercepted: settle that first."))
    move(
        held,
        "unblock",
        actor=actor,
        now=now,
        reason=reason,
        block_reason="",
        block_note="",
        blocked_by=None,
        blocked_at=None,
    )
    worklist.close(rule_key=BLOCKED_RULE, subject_ids=[held.pk], actor=actor, now=now, reason="solved")
    stages.push(order_ids=[held.order_id], actor=actor, now=now)
    note.refresh_from_db()
    return note
