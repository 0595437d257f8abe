"""The packing table: every scan is stored with its answer, every scan asks again whether the parcel may go on.

A refusal is an answer, not an error: it is recorded, and a stop of the order (ORD-24) blocks the note in the same moment.
The same key again answers the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, numbering
from core.audit import Actor
from core.errors import Conflict, NotAllowed
from core.states import move
from logistics.choices import BlockReason, NoteState, ParcelState
from logistics.models import DispatchNote, Parcel, ParcelLine, ScanEvent
from logistics.rules import packing as rules
from logistics.rules.waybill import normalise
from logistics.selectors import dispatch as selectors
from logistics.selectors import station as reads
from logistics.selectors import witness as witnesses
from logistics.selectors.station import Table
from logistics.services import dispatch, stages, witness
from logistics.services.customs import filling
from logistics.services.packing_words import ACCEPTED, LOUD, SAYS
from worklist import services as worklist

NOTE_NUMBER = re.compile(r"^DN-\d+$")


@dataclass
class Scanned:
    """The answer to one scan: stable code, its fields, the note on the table afterwards."""

    code: str
    note_id: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the scan was accepted."""
        return self.code in ACCEPTED

    @property
    def result(self) -> str:
        """ok, warn, refused or done, as the station draws and sounds it."""
        return "done" if self.code == "packed" else "warn" if self.code in LOUD else "ok" if self.ok else "refused"

    @property
    def sentence(self) -> str:
        """What happened and what to do with the thing in the hand, in the reader's language."""
        return str(SAYS[self.code]) % self.fields


@dataclass
class _Plan:
    """What a scan is going to do: kind and answer for the record, the fields, and the note afterwards."""

    kind: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)
    note: DispatchNote | None = None
    parcel: Parcel | None = None
    leave: bool = False


def scan(*, code: str, key: str, actor: Actor, now: datetime, note_id: int | None = None) -> Scanned:
    """Answer one scan at the packing table; ``note_id`` is the note that lies there. Stored with ``key``: again is once.

    Refuses only people without the right; everything else is an answer with a sentence.
    """
    if not actor.has_perm("logistics.pack_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    key = f"{actor.kind}{actor.ref or ''}:{key}"[:80]
    try:
        with transaction.atomic():
            return _scan(code, key, actor, now, note_id)
    except IntegrityError:
        repeated = _repeated(key)  # the same scan on two connections at once: the other one won
        if repeated is None:
            raise
        return repeated


@transaction.atomic
def pack(
    *, note: DispatchNote, items: Mapping[str, int], checks: Iterable[str], label: str, key: str, actor: Actor, now: datetime,
    weight_g: int | None = None,
) -> Parcel:  # fmt: skip
    """Pack a note in one call, for programs with a machine of their own: the same scans in the same order as at the table.
    The check "weight" confirms a weight the scale doubts, and is nothing otherwise. All or nothing; the first refused scan is
    raised with its sentence."""
    checks = list(checks)
    codes = [
        note.number,
        *(f"{pieces}*{code}" for code, pieces in items.items()),
        *(f"check:{name}" for name in checks if name != rules.WEIGHT),
        *([f"weight:{weight_g}"] if weight_g else []),
        label,
    ]
    for position, code in enumerate(codes):
        answer = scan(code=code, key=f"{key}:{position}", actor=actor, now=now, note_id=note.pk)
        if not answer.ok:
            raise Conflict(answer.code, answer.sentence.replace("%", "%%"))
        if answer.code in LOUD and rules.WEIGHT in checks and code != label:
            scan(code=f"check:{rules.WEIGHT}", key=f"{key}:{position}:w", actor=actor, now=now, note_id=note.pk)
    return Parcel.objects.get(note=note, state=ParcelState.PACKED)


def _repeated(key: str) -> Scanned | None:
    row = ScanEvent._base_manager.filter(key=key).first()
    if row is None:
        return None
    return Scanned(row.answer, row.detail.get("table"), dict(row.detail.get("fields", {})), repeated=True)


def _scan(code: str, key: str, actor: Actor, now: datetime, note_id: int | None) -> Scanned:
    note = _lock(note_id)
    repeated = _repeated(key)
    if repeated:
        return repeated
    plan = _decide(code, note, actor, now)
    after = None if plan.leave else (plan.note or note)
    about = plan.note or note
    detail = {**plan.fields, "fields": {k: v for k, v in plan.fields.items() if isinstance(v, str | int)}}
    detail["table"] = after.pk if after else None
    if about:
        detail["revision"] = about.revision
    ScanEvent.objects.create(
        note=about, parcel=plan.parcel, kind=plan.kind, code=code.replace("\x00", "").strip()[:120], ok=plan.code in ACCEPTED,
        answer=plan.code, detail=detail, key=key, user_id=actor.user_id, at=now,
    )  # fmt: skip
    return Scanned(plan.code, detail["table"], detail["fields"])


def _lock(note_id: int | None) -> DispatchNote | None:
    found = selectors.lock_notes([note_id]) if note_id else []
    return found[0] if found else None


def _decide(raw: str, note: DispatchNote | None, actor: Actor, now: datetime) -> _Plan:
    word = raw.strip().lower()
    text, quantity = rules.scanned_code(raw)
    if NOTE_NUMBER.match(text):
        return _take_note(text, note, actor, now)
    if note is None:
        return _without_note(text, actor, now)
    if word == "leave":
        return _Plan("leave", "left", note=note, leave=True)
    table = reads.table(note, now)
    base = _names(table)
    if table.holder and table.holder.user_id != actor.user_id:
        return _Plan("note", "taken_over", {**base, "who": _who(table.holder)}, leave=True)
    if word == "undo":
        return _undo(table, actor, now)
    stopped = _stopped(table, actor, now)
    if stopped:
        return stopped
    if note.state == NoteState.PACKED:
        return _Plan("item", "already_packed", base)
    if word.startswith("block:"):
        return _report(table, word.removeprefix("block:").strip(), actor, now)
    if word.startswith("check:") or word == "ok":
        return _check(table, word)
    if word.startswith("weight:") or rules.grams(raw) is not None:
        return _weight(table, word, now)
    answer = rules.decide_item(table.lines, table.session, text, quantity)
    if answer.answer != "foreign":
        return _item(table, answer, text, quantity)
    numbers = reads.number_rows(normalise(text))
    if numbers or normalise(text) == table.label:
        return _label(table, normalise(text), numbers, actor, now)
    return _foreign(table, text)


def _names(table: Table) -> dict[str, Any]:
    return {
        "note": table.note.number, "label": table.label, "why": table.note.block_note or table.note.get_block_reason_display(),
        "parcel": table.parcel.number if table.parcel else "",
    }  # fmt: skip


def _who(event: ScanEvent) -> str:
    return event.user.label if event.user else "?"


def _take_note(number: str, held: DispatchNote | None, actor: Actor, now: datetime) -> _Plan:
    """A note's own barcode: it goes onto the table when nothing speaks against it."""
    found = selectors.note_by_number(number)
    if found is None:
        return _Plan("note", "no_such_note", {"code": number[:40]})
    note = held if held and held.pk == found.pk else selectors.lock_note(found.pk)
    table = reads.table(note, now)
    base = _names(table)
    if table.holder and table.holder.user_id != actor.user_id and note.state == NoteState.RELEASED:
        return _Plan("note", "being_packed", {**base, "who": _who(table.holder)}, note=held)
    stopped = _stopped(table, actor, now)
    if stopped:
        stopped.note = note
        return stopped
    if note.state == NoteState.PACKED:
        return _Plan("note", "already_packed", base, note=note)
    return _Plan("note", "note_open", base, note=note)


def _without_note(text: str, actor: Actor, now: datetime) -> _Plan:
    for row in reads.number_rows(normalise(text)):
        if row.note and row.state in selectors.LIVE_NUMBERS:
            return _take_note(row.note.number, None, actor, now)  # a label leads to its note
    return _Plan("note", "scan_note_first", {"code": text[:40]})


def _stopped(table: Table, actor: Actor, now: datetime) -> _Plan | None:
    """Why this parcel must not go on, asked again at every scan; an interception blocks the note upward at once."""
    reason = rules.why_stopped(table.stop)
    if not reason:
        return None
    note = table.note
    if reason in rules.BASKET and note.state == NoteState.RELEASED:
        move(
            note, "block", actor=audit.system(actor.label), now=now, reason=reason, block_reason=BlockReason.INTERCEPTED,
            block_note=str(note.order.get_intercept_display() or note.order.get_state_display())[:300],
            blocked_by_id=actor.user_id,
        )  # fmt: skip
        worklist.plan(rule_key="logistics.blocked_note", subject_ids=[note.pk], now=now)
        stages.push(order_ids=[note.order_id], actor=actor, now=now)
    return _Plan("note", reason, {**_names(table), "missing": sum(table.short.values())}, leave=True)


def _item(table: Table, answer: rules.ItemAnswer, code: str, quantity: int) -> _Plan:
    row = next(row for row in table.rows if row.pk == answer.line)
    line = next(line for line in table.lines if line.id == answer.line)
    have = table.session.counts.get(line.id, 0)
    fields = {**_names(table), "article": _article(line.code, line.name), "want": line.quantity, "line": line.id}
    if answer.answer == "too_many":
        at = table.bins.get(row.sku_id, "")
        if answer.room:
            return _Plan("item", "too_many_at_once", {**fields, "room": answer.room})
        return _Plan("item", "too_many_bin" if at else "too_many", {**fields, "bin": at})
    left = rules.missing(table.lines, table.session) - quantity
    fields |= {"quantity": quantity, "have": have + quantity}
    return _Plan("item", "item_ok" if left else "items_complete", fields)


def _article(code: str, name: str) -> str:
    return f"{code} {name}".strip()[:80]


def _foreign(table: Table, code: str) -> _Plan:
    sku = reads.sku_by_code(code)
    if sku is None:
        return _Plan("item", "unknown_code", {"code": code[:40]})
    if sku.packing:
        said = _article(sku.code, reads.name_of(sku))
        return _Plan("packing", "packing_taken", {**_names(table), "value": str(sku.pk), "article": said})
    at = reads.bin_of(sku, table.note.warehouse_id)
    fields = {
        **_names(table),
        "article": _article(sku.code, " ".join(filter(None, [sku.name_zh or sku.name_en, sku.variant]))),
        "bin": at,
    }
    return _Plan("item", "foreign_bin" if at else "foreign", fields)


def _report(table: Table, reason: str, actor: Actor, now: datetime) -> _Plan:
    """The packer reports upward by a command barcode why this parcel cannot go on; the table is free for the next note."""
    if not actor.has_perm("logistics.block_note") or reason not in set(BlockReason.values) - {BlockReason.INTERCEPTED}:
        return _Plan("block", "no_such_reason", _names(table))
    dispatch.block(note=table.note, reason=reason, text="", actor=actor, now=now)
    return _Plan("block", "reported", {**_names(table), "why": str(BlockReason(reason).label)}, leave=True)


def _check(table: Table, word: str) -> _Plan:
    open_now = rules.open_checks(table.lines, table.session)
    if word == "ok":
        name = open_now[0] if open_now else ""
    else:
        name = word.removeprefix("check:").split()[0] if word != "check:" else ""
    if name not in rules.required_checks(table.lines, alarm=table.session.alarm):
        return _Plan("check", "no_such_check", _names(table))
    if word.endswith(" off"):
        ScanEvent.objects.filter(note=table.note, kind="check", undone=False, detail__value=name).update(undone=True)
        return _Plan("unchecked", "check_off", _names(table))
    return _Plan("check", "check_on", {**_names(table), "value": name})


def _weight(table: Table, word: str, now: datetime) -> _Plan:
    written = word.removeprefix("weight:").strip()
    grams = int(written) if written.isascii() and written.isdigit() and len(written) <= 6 else rules.grams(written)
    if not grams or grams > rules.HEAVIEST_G:
        return _Plan("weight", "bad_weight", _names(table))
    fields = {**_names(table), "value": str(grams), "weight": grams}
    said = witnesses.verdict(table.rows, table.packing, grams, now)
    if not said.alarm:
        return _Plan("weight", "weighed", fields)
    best = said.best
    line = next((line for line in table.lines if best and line.id == best.line), None)
    fields |= {"off": abs(round(said.difference))}
    if best is None or line is None:
        return _Plan("weight", f"weighed_{said.answer}", fields)
    fields |= {"pieces": abs(best.pieces), "article": _article(line.code, line.name)}
    return _Plan("weight", "weighed_missing" if best.pieces < 0 else "weighed_extra", fields)


def _label(table: Table, scanned: str, rows: list[Any], actor: Actor, now: datetime) -> _Plan:
    base = _names(table)
    mine = next((row for row in rows if row.note_id == table.note.pk and row.number == scanned), None)
    row = mine or (rows[0] if rows else None)
    answer = rules.label_answer(scanned, ours=table.label, state=row.state if row else "", of_this_note=bool(mine))
    if answer == "other_label" and row and row.note:
        return _Plan("label", "other_note", {**base, "other": row.note.number})
    if answer != "ok":
        return _Plan("label", answer, base)
    missing = rules.missing(table.lines, table.session)
    if missing:
        return _Plan("label", "pieces_missing", {**base, "missing": missing})
    checks = rules.open_checks(table.lines, table.session)
    if checks:
        return _Plan("label", "checks_missing", {**base, "missing": len(checks)})
    if table.must_weigh and not table.session.weight_g:
        return _Plan("label", "weight_missing", base)
    parcel = _seal(table, scanned, actor, now)
    service = table.note.service.code if table.note.service else ""
    fields = {**base, "value": scanned, "parcel": parcel.number, "service": service}
    other = witness.look_for_mirror(parcel=parcel, actor=actor, now=now)
    if other:
        return _Plan("label", "packed_mirror", {**fields, "other": other.number}, parcel=parcel)
    return _Plan("label", "packed", fields, parcel=parcel)


def _seal(table: Table, number: str, actor: Actor, now: datetime) -> Parcel:
    """Make the parcel (or close the opened one again) and mark the note as packed."""
    note = table.note
    parcel = table.parcel or Parcel(
        number=numbering.parcel_number(numbering.take("parcel")[0]), store=note.store, order=note.order, note=note,
        state=ParcelState.PACKED, created_at=now,
    )  # fmt: skip
    parcel.warehouse, parcel.service, parcel.country = note.warehouse, note.service, note.country
    parcel.tracking_number, parcel.weight_g = number, table.session.weight_g
    parcel.label_scanned_at = parcel.packed_at = now
    parcel.packed_by_id = actor.user_id
    parcel.packing = table.packing
    witness.keep_proof(parcel, table.verdict, {line.id: line.code for line in table.lines})
    done = {*table.session.checks, rules.ARTICLE} & set(rules.required_checks(table.lines, alarm=table.session.alarm))
    parcel.checks = {name: {"by": actor.label, "at": now.isoformat()} for name in rules.CHECKS if name in done}
    parcel.save()
    parcel.lines.all().delete()
    ParcelLine.objects.bulk_create(
        [ParcelLine(parcel=parcel, note_line=row, sku=row.sku, quantity=row.quantity) for row in table.rows]
    )
    move(note, "pack", actor=actor, now=now)
    filling.weigh(note=note, parcel=parcel, actor=actor)
    audit.record(
        parcel,
        "parcel.pack",
        actor=actor,
        now=now,
        text=gettext_noop("Packed and sealed with label %(number)s"),
        number=number,
    )
    stages.push(order_ids=[note.order_id], actor=actor, now=now)
    return parcel


def _undo(table: Table, actor: Actor, now: datetime) -> _Plan:
    """Take back the last accepted step of this revision; a sealed parcel is opened again until it is handed over."""
    note = table.note
    if note.state == NoteState.CLOSED:
        return _Plan("undo", "already_handed_over", _names(table))
    rows = ScanEvent.objects.filter(note=note, kind__in=reads.TABLE_KINDS, ok=True, undone=False).order_by("-at", "-pk")
    last = next((row for row in rows[:50] if row.detail.get("revision") == note.revision), None)
    if last is None:
        return _Plan("undo", "nothing_to_undo", _names(table))
    ScanEvent.objects.filter(pk=last.pk).update(undone=True)
    if last.kind == "label" and note.state == NoteState.PACKED:
        open_again(note=note, parcel=table.parcel, actor=actor, now=now)
    return _Plan("undo", "undone", _names(table), note=note)


def open_again(*, note: DispatchNote, parcel: Parcel | None, actor: Actor, now: datetime) -> None:
    """Open a sealed parcel that still lies here: the note is with the packer again, its label must be scanned anew."""
    if parcel:
        Parcel.objects.filter(pk=parcel.pk).update(label_scanned_at=None, packed_at=None)
        witness.forget_mirror(parcel=parcel, actor=actor, now=now)
        ScanEvent.objects.filter(parcel=parcel, kind="hand_over", undone=False).update(undone=True)
    move(note, "unpack", actor=actor, now=now, packed_at=None)
    stages.push(order_ids=[note.order_id], actor=actor, now=now)
