"""One scan, one photo, or a whole parcel in one call; stored with its key, answered once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, NotAllowed
from logistics.choices import NoteState, ParcelState
from logistics.models import DispatchNote, Parcel, ScanEvent
from logistics.rules import packing as rules
from logistics.rules.waybill import normalise
from logistics.selectors import dispatch as selectors
from logistics.selectors import station as reads
from logistics.selectors.signing import lines_of
from logistics.services import photos
from logistics.services.packing import joining, opening, sealing, sorting, steps
from logistics.services.packing.answers import NOTE_NUMBER, WAVE_NUMBER, Plan, Scanned, names, who
from logistics.services.packing_words import ACCEPTED, LOUD


def scan(
    *, code: str, key: str, actor: Actor, now: datetime, note_id: int | None = None, wave_id: int | None = None
) -> Scanned:
    """Answer one scan at the packing table; ``note_id`` is the note that lies there, ``wave_id`` the wave that is packed.
    Stored with ``key``: again is once.

    Refuses only people without the right; everything else is an answer with a sentence.
    """
    return _once(code, key, actor, now, note_id, wave_id, lambda note: _decide(code, note, wave_id, actor, now))


def photograph(
    *, raw: bytes, key: str, actor: Actor, now: datetime, note_id: int | None = None, wave_id: int | None = None
) -> Scanned:
    """Keep a picture of the goods on the table as proof (DSP-16); answered and stored like a scan. What cannot be read as a
    picture, or is too large, is refused."""
    _need(actor)
    held = _repeated(_key(actor, key))
    if held:
        return held
    made, code = photos.develop(raw)

    def decide(note: DispatchNote | None) -> Plan:
        if note is None:
            return Plan("note", "scan_note_first", {"code": ""})
        table = reads.table(note, now)
        refused = _not_mine(table, actor) or opening.stopped(table, actor, now)
        if refused:
            return refused
        if made is None or table.photo == "off":
            return Plan("photo", code if made is None else "photo_off", names(table))
        row = photos.keep(note=note, parcel=table.parcel, picture=made, actor=actor, now=now)
        return Plan("photo", "photo_taken", {**names(table), "photo": row.pk})

    return _once("photo", key, actor, now, note_id, wave_id, decide)


@transaction.atomic
def pack(
    *, note: DispatchNote, items: Mapping[str, int], checks: Iterable[str], label: str, key: str, actor: Actor, now: datetime,
    weight_g: int | None = None,
) -> Parcel:  # fmt: skip
    """Pack a note in one call, for programs with a machine of their own: the same scans in the same order as at the table.
    The checks "fragile" and "wish" stand for all such lines; "weight" confirms a weight the scale doubts, and is nothing
    otherwise. All or nothing; the first refused scan is raised with its sentence."""
    checks = list(checks)
    codes = [
        note.number,
        *(f"{part}*{code}" for code, pieces in items.items() for part in _by_line(note, code, pieces)),
        *(f"check:{name}" for name in checks if name != rules.WEIGHT),
        *([f"weight:{weight_g}"] if weight_g else []),
        label,
    ]
    for position, code in enumerate(codes):
        answer = scan(code=code, key=f"{key}:{position}", actor=actor, now=now, note_id=note.pk)
        if not answer.ok:
            raise Conflict(answer.code, answer.sentence.replace("%", "%%"))
        if answer.code in LOUD and rules.WEIGHT in checks and code not in (label, note.number):
            scan(code=f"check:{rules.WEIGHT}", key=f"{key}:{position}:w", actor=actor, now=now, note_id=note.pk)
    return Parcel.objects.get(note=note, state=ParcelState.PACKED)


def _by_line(note: DispatchNote, code: str, pieces: int) -> list[int]:
    """The pieces of an article line by line, where they are exactly what its lines want (spare pieces are a line of their
    own); else as they were told, to be answered as at the table."""
    rows = lines_of([note.pk]).get(note.pk, [])
    parts = [row.quantity for row in rows if code.strip().upper() in reads.codes_of(row.sku)]
    return parts if sum(parts) == pieces else [pieces]


def _need(actor: Actor) -> None:
    if not actor.has_perm("logistics.pack_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def _key(actor: Actor, key: str) -> str:
    return rules.event_key(f"{actor.kind}{actor.ref or ''}", key)


def _repeated(key: str) -> Scanned | None:
    row = ScanEvent._base_manager.filter(key=key).first()
    if row is None:
        return None
    fields = dict(row.detail.get("fields", {}))
    return Scanned(row.answer, row.detail.get("table"), fields, repeated=True, wave_id=row.detail.get("wave_on"))


def _once(
    code: str, key: str, actor: Actor, now: datetime, note_id: int | None, wave_id: int | None,
    decide: Callable[[DispatchNote | None], Plan],
) -> Scanned:  # fmt: skip
    _need(actor)
    key = _key(actor, key)
    try:
        with transaction.atomic():
            found = selectors.lock_notes([note_id]) if note_id else []
            note = found[0] if found else None
            return _repeated(key) or _write(decide(note), note, code, key, actor, now, wave_id)
    except IntegrityError:
        repeated = _repeated(key)  # the same scan on two connections at once: the other one won
        if repeated is None:
            raise
        return repeated


def _write(
    plan: Plan, note: DispatchNote | None, code: str, key: str, actor: Actor, now: datetime, wave_id: int | None
) -> Scanned:
    """Keep the scan with its answer."""
    after = None if plan.leave else (plan.note or note)
    about = plan.about or plan.note or (None if plan.kind == "wave" else note)
    wave = None if plan.leave_wave else (plan.wave_id or wave_id)
    detail = {**plan.fields, "fields": {k: v for k, v in plan.fields.items() if isinstance(v, str | int)}}
    detail |= {"table": after.pk if after else None, "wave_on": wave}
    if about:
        detail["revision"] = about.revision
    ScanEvent.objects.create(
        note=about, parcel=plan.parcel, kind=plan.kind, code=code.replace("\x00", "").strip()[:120], ok=plan.code in ACCEPTED,
        answer=plan.code, detail=detail, key=key, user_id=actor.user_id, at=now,
    )  # fmt: skip
    return Scanned(plan.code, detail["table"], detail["fields"], wave_id=wave)


def _decide(raw: str, note: DispatchNote | None, wave_id: int | None, actor: Actor, now: datetime) -> Plan:
    word = raw.strip().lower()
    text, quantity = rules.scanned_code(raw)
    if NOTE_NUMBER.match(text):
        return opening.take_note(text, note, actor, now)
    if WAVE_NUMBER.match(text):
        return sorting.take_wave(text, note)
    if wave_id and reads.bare_table_note(note):
        plan = sorting.decide(word, text, quantity, note, wave_id, actor, now)
        if plan:
            plan.leave = plan.leave and (plan.code in ACCEPTED or note is None)  # a refusal leaves the table as it is
            return plan
    if note is None:
        return opening.without_note(text, actor, now)
    if word == "leave":
        return Plan("leave", "left", note=note, leave=True)
    table = reads.table(note, now)
    refused = _not_mine(table, actor)
    if refused:
        return refused
    if word == "undo":
        return sealing.undo(table, actor, now)
    refused = opening.stopped(table, actor, now)
    if refused:
        return refused
    if word == steps.LABEL:
        return steps.print_again(table, actor, now)
    if note.state == NoteState.PACKED:
        return Plan("item", "already_packed", names(table))
    return _step(table, word, text, quantity, raw, actor, now)


def _not_mine(table: reads.Table, actor: Actor) -> Plan | None:
    """Somebody else took the note over."""
    if table.holder and table.holder.user_id != actor.user_id:
        return Plan("note", "taken_over", {**names(table), "who": who(table.holder)}, leave=True)
    return None


def _step(
    table: reads.Table, word: str, text: str, quantity: int, raw: str, actor: Actor, now: datetime
) -> Plan:  # fmt: skip
    """What a scan means for the note on the table."""
    if word.startswith("block:"):
        return steps.report(table, word.removeprefix("block:").strip(), actor, now)
    if word.startswith("check:") or word == "ok":
        return steps.check(table, word)
    if word.startswith("weight:") or rules.grams(raw) is not None:
        return steps.weight(table, word, now)
    if word == joining.JOIN:
        return joining.join(table, actor, now)
    if word == joining.APART:
        return joining.apart(table, now)
    answer = rules.decide_item(table.lines, table.session, text, quantity)
    if answer.answer != "foreign":
        return steps.item(table, answer, quantity)
    numbers = reads.number_rows(normalise(text))
    if numbers or normalise(text) == table.label:
        return sealing.label(table, normalise(text), numbers, actor, now)
    return steps.foreign(table, text, quantity)
