"""The service of a note is chosen from its quotes, by a person or by the choosing rules; what it should cost is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from logistics.choices import EstimateBasis, NoteState
from logistics.models import DispatchNote, FreightEstimate, Parcel, Service
from logistics.rules.quotes import Quote
from logistics.rules.weighing import Shipment
from logistics.selectors import estimates
from logistics.selectors import parcels as parcel_selectors
from logistics.selectors import quotes as selectors
from logistics.services import dispatch

#: Notes whose service may still be chosen.
OPEN = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED]
CHUNK = 500
_COLUMNS = [
    "parcel", "service", "rate", "amount", "currency", "weight_g", "charge_g", "length_cm", "width_cm", "height_cm", "lines",
    "refusal", "made_at",
]  # fmt: skip


@dataclass
class Chosen:
    """What choosing by rule did: note -> service, those that kept theirs, and those for which no service fits."""

    changed: dict[int, str] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    refused: dict[int, DomainError] = field(default_factory=dict)


@transaction.atomic
def choose_service(
    *,
    note: DispatchNote,
    service: Service,
    actor: Actor,
    now: datetime,
    sides: tuple[Decimal, ...] = (),
    reason: str = "",
) -> FreightEstimate | None:
    """Send a note by this service; ``sides``: packed size in cm. Keeps what it should cost. A new service voids the signatures.

    Refuses packed notes, services whose limits the parcel breaks (named), and people without the right. A service without a
    price list may be chosen: nothing is expected then.
    """
    if not actor.has_perm("logistics.change_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if sides and (len(sides) != 3 or any(side <= 0 for side in sides)):
        raise Invalid(
            "bad_size", _("A size has three sides above zero."), errors={"length": [str(_("Three sides, or none."))]}
        )
    if note.state not in OPEN:
        raise Conflict("note_closed", _("This note is packed or closed: open the parcel again before you change it."))
    held = selectors.book(now.date(), [note.country])
    case = selectors.cases_of_notes([note], held)[0]
    if sides:
        case.ship = selectors.sized(case.ship, sides)
    found = held.candidate(service, case.ship).quote
    stop = held.stopped(service, note.country, note.store_id)
    if stop is not None and note.service_id != service.pk:
        raise Conflict(
            "service_incident",
            _("%(incident)s stops this service there: choose another."),
            field="service",
            incident=stop.number,
        )
    _refuse_broken(found)
    if note.service_id != service.pk:
        dispatch.edit(note=note, service=service, actor=actor, now=now, reason=reason)
    made = _keep([_estimate(note, None, service, found, case.ship, EstimateBasis.NOTE, now)])
    return made[0]


def _refuse_broken(found: Quote) -> None:
    """A limit that is broken refuses the choice; a missing price does not."""
    texts = {
        "weight": _("The parcel weighs %(is)s; this service takes %(limit)s."),
        "side": _("The longest side is %(is)s; this service takes %(limit)s."),
        "sum": _("Length, width and height are %(is)s; this service takes %(limit)s."),
        "girth": _("Length and girth are %(is)s; this service takes %(limit)s."),
        "too_small": _("The parcel is smaller than %(limit)s."),
        "goods_blocked": _("Goods of this class are not sent: %(goods)s."),
        "goods_refused": _("This service does not take such goods: %(goods)s."),
    }
    text = texts.get(found.refusal)
    if text:
        params: dict[str, Any] = dict(found.fields)
        raise Conflict(f"service_{found.refusal}", text, field="service", **params)


def choose_by_rule(*, notes: Sequence[DispatchNote], actor: Actor, now: datetime) -> Chosen:
    """Give each note the service that the choosing rules take: the paid one where there is one, else by the first rule that
    fits. Prices of all notes are found together; each note answers for itself. Twice is once."""
    if not actor.has_perm("logistics.change_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    made = Chosen()
    for start in range(0, len(notes), CHUNK):
        piece = [note for note in notes[start : start + CHUNK] if _open(note, made)]
        held = selectors.book(now.date(), {note.country for note in piece})
        for case in selectors.cases_of_notes(piece, held):
            assert case.note is not None
            try:
                with transaction.atomic():
                    _take(case.note, held, held.price(case), made, actor, now)
            except DomainError as error:
                made.refused[case.note.pk] = error
    return made


def _open(note: DispatchNote, made: Chosen) -> bool:
    if note.state in OPEN:
        return True
    made.refused[note.pk] = Conflict(
        "note_closed", _("This note is packed or closed: open the parcel again before you change it.")
    )
    return False


def _take(
    note: DispatchNote, held: selectors.Book, priced: selectors.Priced, made: Chosen, actor: Actor, now: datetime
) -> None:
    code = priced.picked.code
    if not code:
        raise Conflict("no_service_fits", _("No service fits: choose one yourself."))
    service, found = held.services[code], priced.of(code)
    assert found is not None
    if note.service_id == service.pk:
        made.kept[note.pk] = code
    else:
        dispatch.edit(
            note=note, service=service, actor=actor, now=now, reason=f"rule: {priced.picked.rule or priced.picked.why}"
        )
        made.changed[note.pk] = code
    _keep([_estimate(note, None, service, found.quote, priced.case.ship, EstimateBasis.NOTE, now)])


def estimate_parcels(*, parcel_ids: Iterable[int], now: datetime) -> int:
    """Keep what these parcels should cost, by the scale; answers for how many. Set-based, twice is once. A house without rate
    tables expects nothing."""
    ids = sorted(set(parcel_ids))
    if not ids or not estimates.has_rates():
        return 0
    kept = 0
    for start in range(0, len(ids), CHUNK):
        rows = [p for p in parcel_selectors.with_note_and_service(ids[start : start + CHUNK]) if p.note and p.service]
        kept += len(_keep(_parcel_estimates(rows, now)))
    return kept


def _parcel_estimates(parcels: Sequence[Parcel], now: datetime) -> list[FreightEstimate]:
    notes = {p.note_id: p.note for p in parcels if p.note}
    held = selectors.book(now.date(), {p.country for p in parcels})
    weights = {p.note_id: p.weight_g for p in parcels if p.note_id and p.weight_g}
    cases = {c.note.pk: c for c in selectors.cases_of_notes(list(notes.values()), held, weights) if c.note}
    made = []
    for parcel in parcels:
        assert parcel.note is not None
        assert parcel.service is not None
        ship = cases[parcel.note.pk].ship
        found = held.candidate(held.services[parcel.service.code], ship).quote
        made.append(_estimate(parcel.note, parcel, parcel.service, found, ship, EstimateBasis.PARCEL, now))
    return made


def _estimate(
    note: DispatchNote, parcel: Parcel | None, service: Service, found: Quote, ship: Shipment, basis: str, now: datetime
) -> FreightEstimate:
    size: dict[str, Any] = (
        dict(zip(("length_cm", "width_cm", "height_cm"), ship.sides, strict=True)) if len(ship.sides) == 3 else {}
    )
    return FreightEstimate(
        note=note, parcel=parcel, basis=basis, service=service, rate_id=found.rate_id, amount=found.total,
        currency=found.currency, weight_g=ship.weight_g, charge_g=found.charge_g, refusal=found.refusal, made_at=now,
        lines=[{"kind": line.kind, "amount": str(line.amount), **line.fields} for line in found.lines], **size,
    )  # fmt: skip


def _keep(rows: Sequence[FreightEstimate]) -> list[FreightEstimate]:
    return FreightEstimate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["note", "basis"], update_fields=_COLUMNS
    )
