"""Waybill numbers: into the pool, onto a note, torn up. One number belongs to one note, and a note has one at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from core import audit
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.states import move, move_many
from logistics.choices import NoteState, NumberSource, NumberState
from logistics.connectors import Asked, CarrierConnector, carrier
from logistics.models import DispatchNote, Parcel, PrintLog, Service, WaybillNumber
from logistics.rules import waybill
from logistics.selectors import carriers as accounts
from logistics.selectors import dispatch as selectors
from logistics.selectors import pools
from logistics.services import carriers, stages
from stores import selectors as store_selectors
from stores.choices import Ability
from stores.models import OutboundCall
from stores.services import outbox
from worklist import services as worklist

LOW_RULE = "logistics.number_low"

#: Notes that may get a number: approved ones, and those on the packing table.
MAY_HAVE = [NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED]


@dataclass
class Added:
    """What became of pasted numbers."""

    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    faults: list[waybill.Fault] = field(default_factory=list)

    @property
    def unreadable(self) -> list[str]:
        """The texts that could not be read."""
        return [fault.text for fault in self.faults]


@dataclass
class Reserved:
    """What became of notes that wanted a number: reserved now, asked of the carrier, refused with the reason."""

    reserved: list[DispatchNote] = field(default_factory=list)
    asked: list[DispatchNote] = field(default_factory=list)
    refused: dict[int, DomainError] = field(default_factory=dict)


#: Why a note does not get a number.
REFUSED: dict[str, Any] = {
    "not_approved": _("A note gets its number when both signatures are given."),
    "no_service": _("Choose a service first."),
    "bad_number": _("This is no waybill number."),
    "number_void": _("The waybill number %(number)s is void."),
    "number_taken": _("The waybill number %(number)s belongs to another note."),
}


#: Why a pasted text is no number.
UNREADABLE: dict[str, Any] = {
    "short": _("It is too short for a waybill number."), "long": _("It is too long for a waybill number."),
    "signs": _("It has signs that no waybill number has."), "digits": _("It has no digits."),
    "range": _("The two ends are no range: the same letters, the first below the last, not too many numbers."),
}  # fmt: skip
#: So many lines that cannot be read are named in a refusal.
NAMED = 20


def fault_text(fault: waybill.Fault) -> str:
    """Line, text and reason in one sentence."""
    return gettext("Line %(line)s, “%(text)s”: %(why)s") % {"line": fault.line, "text": fault.text, "why": UNREADABLE[fault.why]}


def need(actor: Actor) -> None:
    """Refuse people who may not deal with waybill numbers."""
    if not actor.has_perm("logistics.number_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def add_to_pool(*, service: Service, text: str, actor: Actor, now: datetime) -> Added:
    """Put pasted numbers or ranges into the pool of a service: added, already known, doubtful (pattern or check digit: a
    warning, they are added), unreadable. Twice is once. Set-based. Refuses a text without numbers, and one with more than
    anybody adds at once."""
    need(actor)
    try:
        wanted, bad = waybill.expand(text)
    except ValueError:
        most = _("These are more than %(n)s numbers: add them in parts.")
        raise Invalid("too_many", most, field="text", n=waybill.MOST_AT_ONCE) from None
    if not wanted:
        raise Invalid(
            "no_numbers", _("There is no waybill number in this text."),
            errors={"text": [fault_text(fault) for fault in bad[:NAMED]] or [str(_("No number found."))]},
        )  # fmt: skip
    known = set(WaybillNumber.objects.filter(service=service, number__in=wanted).values_list("number", flat=True))
    countries = selectors.postal_countries()
    rows = [
        WaybillNumber(
            service=service, number=number, source=NumberSource.POOL, added_at=now,
            check_ok=waybill.check_ok(number, service.number_pattern, countries),
        )
        for number in wanted if number not in known
    ]  # fmt: skip
    WaybillNumber.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    made = Added([r.number for r in rows], sorted(known), [r.number for r in rows if not r.check_ok], bad)
    if rows:
        audit.record(
            service, "waybill.add", actor=actor, now=now, text=gettext_noop("%(n)s waybill numbers added"), n=len(rows)
        )
        _watch_pool(service, actor, now)
    return made


def reserve_for(*, notes: Iterable[DispatchNote], actor: Actor, now: datetime) -> Reserved:
    """Get a waybill number for each approved note that has none: from the carrier where the service has a connector and the
    store can ask, else the oldest free ones of the pool. Set-based; workers never wait for each other's numbers."""
    made = Reserved()
    with transaction.atomic():
        rows = selectors.lock_notes(note.pk for note in notes)
        have = selectors.live_numbers(note.pk for note in rows)
        by_service: dict[Service, list[DispatchNote]] = defaultdict(list)
        for note in rows:
            if note.pk in have:
                continue
            if note.state not in MAY_HAVE:
                made.refused[note.pk] = Conflict("not_approved", REFUSED["not_approved"])
            elif note.service is None:
                made.refused[note.pk] = Conflict("no_service", REFUSED["no_service"])
            else:
                by_service[note.service].append(note)
        for service, waiting in sorted(by_service.items(), key=lambda item: item[0].pk):
            by_api = _askable(service, waiting)
            _ask(service, by_api, now)
            made.asked += by_api
            _from_pool(service, [n for n in waiting if n not in by_api], made, actor, now)
        stages.push(order_ids=[note.order_id for note in made.reserved], actor=actor, now=now)
    return made


def _askable(service: Service, notes: Sequence[DispatchNote]) -> list[DispatchNote]:
    """Those notes whose number the carrier gives out by program: by our account with it, or through the store."""
    if accounts.account_of(service):
        return list(notes)
    if not carrier(service.connector):
        return []
    offers = {
        n.store_id: store_selectors.offers(n.store, Ability.WAYBILL) for n in {n.store_id: n for n in notes}.values()
    }
    return [note for note in notes if offers[note.store_id]]


def _ask(service: Service, notes: Sequence[DispatchNote], now: datetime) -> None:
    account, speaker = accounts.account_of(service), carrier(service.connector)
    if not notes:
        return
    if account is not None:
        carriers.ask(account=account, notes=notes, now=now)
    elif speaker:
        _ask_the_store(speaker, service, notes, now)


def _ask_the_store(speaker: CarrierConnector, service: Service, notes: Sequence[DispatchNote], now: datetime) -> None:
    """Ask through the stores. A note whose number was torn up, or that goes by another service now, asks anew."""
    voided: dict[int | None, int] = defaultdict(int)
    rows = WaybillNumber.objects.filter(note__in=notes, state=NumberState.VOID).values_list("note_id", flat=True)
    for note_id in rows:
        voided[note_id] += 1
    earlier = accounts.asked_of_stores(notes)
    places = selectors.addresses(note.order_id for note in notes)
    calls = []
    for note in notes:
        place, turn = places.get(note.order_id), voided[note.pk]
        while earlier.get(f"waybill:{note.number}:{turn}", service.code) != service.code:
            turn += 1
        asked = Asked(
            reference=note.number if not turn else f"{note.number}-{turn + 1}", service=service.code,
            country=note.country, postcode=place.postcode if place else "", weight_g=None, value=str(note.declared_value),
            currency=note.declared_currency, order_id=note.order.external_id,
        )  # fmt: skip
        calls.append(
            outbox.CallSpec(
                store=note.store, ability=Ability.WAYBILL, key=f"waybill:{note.number}:{turn}",
                subject_type=audit.subject_type(note), subject_id=note.pk, payload=speaker.payload(asked),
            )
        )  # fmt: skip
    outbox.enqueue_many(calls=calls, now=now)


def _from_pool(service: Service, notes: Sequence[DispatchNote], made: Reserved, actor: Actor, now: datetime) -> None:
    if not notes:
        return
    free = list(
        WaybillNumber.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(service=service, state=NumberState.FREE).order_by("pk")[: len(notes)]
    )  # fmt: skip
    pairs = list(zip(notes, free, strict=False))
    tie(pairs, actor, now)
    made.reserved += [note for note, _number in pairs]
    _watch_pool(service, actor, now)
    for note in notes[len(pairs) :]:
        made.refused[note.pk] = Conflict(
            "no_number", _("There is no free waybill number of %(service)s: add numbers first."), service=service.code
        )


def _watch_pool(service: Service, actor: Actor, now: datetime) -> None:
    """Ask people for more numbers when the pool runs low; the duty ends when there are enough."""
    if service.pk in {low.pk for low in pools.low_pools(now)}:
        worklist.plan(rule_key=LOW_RULE, subject_ids=[service.pk], now=now)
    else:
        worklist.close(rule_key=LOW_RULE, subject_ids=[service.pk], actor=actor, now=now, reason="enough numbers")


def tie(pairs: Sequence[tuple[DispatchNote, WaybillNumber]], actor: Actor, now: datetime) -> None:
    """Reserve each number for its note."""
    if not pairs:
        return
    move_many([number for _note, number in pairs], "reserve", actor=actor, now=now)
    for note, number in pairs:
        number.note = note
    WaybillNumber.objects.bulk_update([number for _note, number in pairs], ["note"], batch_size=1000)
    audit.record_many(
        audit.entry(
            note,
            "note.number",
            actor=actor,
            now=now,
            number=number.number,
            text=gettext_noop("Waybill number %(number)s reserved"),
        )
        for note, number in pairs
    )


@transaction.atomic
def set_by_hand(
    *, note: DispatchNote, number: str, actor: Actor, now: datetime, source: str = NumberSource.HAND
) -> WaybillNumber:
    """Give a note a typed waybill number (an earlier one is torn up). Refuses a number that is too short, belongs to another
    note, or was voided; a failed check digit only marks it as doubtful."""
    need(actor)
    held = selectors.lock_note(note.pk)
    wanted = _clean(number)
    if held.state not in MAY_HAVE:
        raise Conflict("not_approved", REFUSED["not_approved"])
    if held.service is None:
        raise Conflict("no_service", REFUSED["no_service"])
    row = _taken(held.service, wanted, held, now, source)
    old = selectors.live_numbers([held.pk]).get(held.pk)
    if old and old.pk == row.pk:
        return row
    if old:
        give_back(notes=[held], reason=f"replaced by {wanted}", actor=actor, now=now)
    tie([(held, row)], actor, now)
    stages.push(order_ids=[held.order_id], actor=actor, now=now)
    return row


def _clean(number: str) -> str:
    wanted = waybill.normalise(number)
    if not waybill.is_number(wanted):
        raise Invalid("bad_number", REFUSED["bad_number"], errors={"number": [str(REFUSED["bad_number"])]})
    return wanted


def _taken(service: Service, wanted: str, note: DispatchNote, now: datetime, source: str) -> WaybillNumber:
    """The row of a typed number, locked; made when it is new."""
    ok = waybill.check_ok(wanted, service.number_pattern, selectors.postal_countries())
    WaybillNumber.objects.bulk_create(
        [WaybillNumber(service=service, number=wanted, source=source, added_at=now, check_ok=ok)], ignore_conflicts=True
    )
    row = WaybillNumber.objects.select_for_update().get(service=service, number=wanted)
    if row.state == NumberState.VOID:
        raise Conflict("number_void", REFUSED["number_void"], number=wanted)
    if row.state != NumberState.FREE and row.note_id != note.pk:
        raise Conflict("number_taken", REFUSED["number_taken"], number=wanted)
    return row


@transaction.atomic
def void(*, number: WaybillNumber, reason: str, actor: Actor, now: datetime) -> WaybillNumber:
    """Tear a number up: its label is refused at every scan from now on. Refuses a missing reason and a number whose parcel
    is sealed or gone. Its note is locked first, as at the packing table: whoever seals comes before the question or finds
    the label void."""
    need(actor)
    note_id = WaybillNumber.objects.values_list("note_id", flat=True).get(pk=number.pk)
    note = selectors.lock_note(note_id) if note_id else None
    held = WaybillNumber.objects.select_for_update(of=("self",)).get(pk=number.pk)
    if held.note_id != note_id:
        raise Conflict("moved", _("Somebody changed this at the same moment. Try again."))
    if note and held.state in selectors.LIVE_NUMBERS and note.state in (NoteState.PACKED, NoteState.CLOSED):
        raise Conflict("label_in_use", _("The parcel with this label is sealed: open it again first."))
    move(held, "void", actor=actor, now=now, reason=reason, void_reason=reason[:200])
    carriers.cancel(numbers=[held], now=now)
    if note:
        DispatchNote.objects.filter(pk=note.pk).update(printed_at=None)
        stages.push(order_ids=[note.order_id], actor=actor, now=now)
    return held


def give_back(*, notes: Sequence[DispatchNote], reason: str, actor: Actor, now: datetime) -> None:
    """Take the numbers off these notes: void when a label with it may lie about (printed, scanned onto a parcel, or from the
    carrier), else free for the next. Set-based."""
    live = selectors.live_numbers(note.pk for note in notes)
    if not live:
        return
    printed = set(PrintLog.objects.filter(note_id__in=live).exclude(label_number="").values_list("note_id", flat=True))
    stuck = set(
        Parcel.objects.filter(note_id__in=live).values_list("note_id", "tracking_number")
    )  # scanned onto a parcel
    gone = [
        n for pk, n in live.items()
        if pk in printed or (pk, n.number) in stuck or n.source != NumberSource.POOL or n.state == NumberState.USED
    ]  # fmt: skip
    back = [n for n in live.values() if n not in gone]
    move_many(gone, "void", actor=actor, now=now, reason=reason, void_reason=reason[:200])
    if gone:
        carriers.cancel(numbers=gone, now=now)
    WaybillNumber.objects.filter(pk__in=[number.pk for number in back]).update(note=None)
    move_many(back, "free", actor=actor, now=now, reserved_at=None)


def why_not_ask(*, call: OutboundCall) -> str:
    """Why a carrier need not be asked for the number of a note any more, or ""."""
    note = DispatchNote._base_manager.filter(pk=call.subject_id).first()
    if note is None or note.state not in MAY_HAVE:
        return str(_("The note was taken back."))
    if selectors.live_numbers([note.pk]):
        return str(_("The note has its number."))
    return "" if carriers.asks_as_now(call=call, note=note) else str(_("The note was changed since."))


def carrier_answered(*, call: OutboundCall, now: datetime) -> None:
    """The carrier gave a number (or refused for good): tie it to its note, or leave the reason on the note's timeline."""
    note = (
        DispatchNote._base_manager.select_for_update(of=("self",))
        .filter(pk=call.subject_id)
        .select_related("service")
        .first()
    )
    if note is None:
        return
    own = call.ability == Ability.CARRIER_WAYBILL
    speaker = carriers.SPEAKER if own else carrier(note.service.connector) if note.service else None
    number = speaker.number(call.receipt) if speaker and call.state == "sent" else ""
    actor = audit.system(note.service.carrier if note.service else "carrier")
    if not number:
        text = gettext_noop("The carrier gave no waybill number")
        audit.record(note, "note.no_number", actor=actor, now=now, text=text, reason=call.error)
        return
    unwanted = note.state in (NoteState.CLOSED, NoteState.WITHDRAWN) or note.service is None
    if (
        own and not unwanted and note.service is not None
    ):  # another carrier by now, or another parcel than it was told of
        unwanted = note.service.connector != call.payload.get("account") or not carriers.asks_as_now(
            call=call, note=note
        )
    elif note.service is not None:
        unwanted = unwanted or note.service.code != call.payload.get("service", note.service.code)
    held = selectors.live_numbers([note.pk]).get(note.pk)
    if own and (unwanted or (held is not None and held.number != _clean(number))):
        text = gettext_noop("The carrier's number %(number)s is for the parcel as it was: cancelled")
        audit.record(note, "note.number_unused", actor=actor, now=now, text=text, number=number)
        carriers.cancel_unused(call=call, note=note, number=number, now=now)
        return
    if unwanted or note.service is None:
        return
    row = _taken(note.service, _clean(number), note, now, NumberSource.API)
    if own:
        carriers.keep_label(number=row, call=call, now=now)
    if row.note_id != note.pk and held is None:
        tie([(note, row)], actor, now)
        stages.push(order_ids=[note.order_id], actor=actor, now=now)
