"""Waves at the table: an article opens the oldest fitting single-item order, or says into which slot it goes."""

from __future__ import annotations

from datetime import datetime

from core.audit import Actor
from logistics.choices import WaveKind
from logistics.models import DispatchNote, PrintBatch, ScanEvent, Wave
from logistics.rules import packing as rules
from logistics.selectors import dispatch as notes
from logistics.selectors import station as reads
from logistics.selectors import waves as selectors
from logistics.selectors.station import Table
from logistics.services import printing
from logistics.services.packing import opening, steps
from logistics.services.packing.answers import SLOT, Plan, article


def take_wave(number: str, note: DispatchNote | None) -> Plan:
    """The barcode of a wave puts it onto the table, when nothing else lies there."""
    if note is not None and not reads.bare_table_note(note):
        return Plan("wave", "finish_first", {"note": note.number})
    wave = selectors.open_wave(number)
    if wave is None:
        return Plan("wave", "no_such_wave", {"code": number[:40]}, note=note)
    return Plan("wave", "wave_on", {"wave": wave.number}, leave=True, wave_id=wave.pk)


def decide(
    word: str, text: str, quantity: int, note: DispatchNote | None, wave_id: int, actor: Actor, now: datetime
) -> Plan | None:
    """What a scan means for the wave on a free table; None when it is none of the wave's business."""
    wave = selectors.lock(wave_id)
    if wave is None:
        return None
    slot = SLOT.match(text)
    if slot:
        return _slot(wave, int(slot[1]), actor, now)
    if note is None and word == "leave":
        return Plan("wave", "wave_left", {"wave": wave.number}, leave=True, leave_wave=True)
    if note is None and word == "undo" and wave.kind == WaveKind.MIXED:
        return _undo(wave, actor)
    sku = reads.sku_by_code(text)
    if sku is None or sku.packing:
        return None
    fitting = selectors.lines_of_article(wave, sku)
    if wave.kind == WaveKind.SINGLE:
        return _single(wave, fitting, text, quantity, actor, now)
    return _put(wave, fitting, text, quantity, actor, now)


def _slot(wave: Wave, slot: int, actor: Actor, now: datetime) -> Plan:
    found = selectors.note_in_slot(wave, slot)
    if found is None:
        return Plan("wave", "no_such_slot", {"wave": wave.number, "slot": slot}, leave=True)
    held = notes.lock_if_free(found[0])  # who seals it holds it and waits for the wave
    if held is None:
        return Plan("wave", "slot_busy", {}, leave=True)
    plan = opening.take_note(found[1], None, actor, now, locked=held)
    plan.fields["slot"] = slot
    return plan


def _nobody(wave: Wave, text: str, code: str) -> Plan:
    """Pieces for which the wave has no place: back to where they lie."""
    sku = reads.sku_by_code(text)
    said = article(sku.code, reads.name_of(sku)) if sku else text[:40]
    at = reads.bin_of(sku, wave.warehouse_id) if sku else ""
    return Plan("wave", f"{code}_bin" if at else code, {"wave": wave.number, "article": said, "bin": at}, leave=True)


def _free(line: rules.WaveLine, actor: Actor, now: datetime) -> Table | None:
    """The note of a line, locked, when nobody else has it in hand."""
    held = notes.lock_if_free(line.note)
    table = reads.table(held, now) if held else None
    if table is None or (table.holder and table.holder.user_id != actor.user_id):
        return None
    return table


def _single(
    wave: Wave, fitting: list[rules.WaveLine], text: str, quantity: int, actor: Actor, now: datetime
) -> Plan:  # fmt: skip
    busy = False
    for line in sorted(fitting, key=lambda line: line.position):
        table = _free(line, actor, now)
        if table is None:
            busy = True
            continue
        reason = rules.why_stopped(table.stop)
        if reason and reason not in rules.BASKET:
            continue  # goods missing, or not ready: the next order takes the piece
        refused = opening.stopped(table, actor, now)
        if refused:
            refused.about = table.note
            return refused
        answer = rules.decide_item(table.lines, table.session, text, quantity)
        if answer.answer == "ok":
            return _opened(wave, table, answer, quantity, actor, now)
    return Plan("wave", "slot_busy", {}, leave=True) if busy else _nobody(wave, text, "wave_foreign")


def _opened(
    wave: Wave, table: Table, answer: rules.ItemAnswer, quantity: int, actor: Actor, now: datetime
) -> Plan:  # fmt: skip
    """The order is on the table and its first piece is counted by the same scan; its label comes out where it was not."""
    plan = steps.item(table, answer, quantity)
    plan.note, plan.code = table.note, "wave_open"
    plan.fields["wave"] = wave.number
    batch = _label(table, actor, now)
    if batch:
        plan.code, plan.fields["batch"] = "wave_label", batch.pk
    return plan


def _label(table: Table, actor: Actor, now: datetime) -> PrintBatch | None:
    """Print label and customs papers of this note when its present number was never printed."""
    if not table.label or not selectors.prints_labels(now) or selectors.label_printed(table.note, table.label):
        return None
    return printing.print_label(note=table.note, actor=actor, now=now)


def _put(
    wave: Wave, fitting: list[rules.WaveLine], text: str, quantity: int, actor: Actor, now: datetime
) -> Plan:  # fmt: skip
    decided = rules.decide_slot(fitting, quantity)
    if decided.answer == "foreign":
        return _nobody(wave, text, "wave_foreign")
    if decided.answer == "full":
        return _nobody(wave, text, "slots_full")
    if decided.answer == "too_many":
        plan = _nobody(wave, text, "slots_full")
        return Plan("wave", "slot_too_many", {**plan.fields, "room": decided.room}, leave=True)
    busy = False
    for line in decided.lines:
        table = _free(line, actor, now)
        if table is None:
            busy = True
            continue
        reason = rules.why_stopped(table.stop)
        if reason and reason not in rules.BASKET:
            continue
        refused = opening.stopped(table, actor, now)
        if refused:
            refused.about, refused.note, refused.leave = table.note, None, True
            refused.fields["slot"] = line.slot
            return refused
        return _lies(wave, table, line, quantity)
    return Plan("wave", "slot_busy", {}, leave=True) if busy else _nobody(wave, text, "slots_full")


def _lies(wave: Wave, table: Table, line: rules.WaveLine, quantity: int) -> Plan:
    """The pieces lie in the slot of this line; says so when that was the last of them."""
    wanted = next(one for one in table.lines if one.id == line.line)
    left = rules.missing(table.lines, table.session) - quantity
    fields = {
        "wave": wave.number, "slot": line.slot, "article": article(wanted.code, wanted.name), "note": table.note.number,
        "line": line.line, "quantity": quantity,
    }  # fmt: skip
    return Plan("put", "slot_put" if left else "slot_complete", fields, about=table.note, leave=True)


def _undo(wave: Wave, actor: Actor) -> Plan:
    """Take back this person's last piece in a slot that is not packed yet."""
    last = selectors.last_put(wave, actor.user_id)
    if last is None:
        return Plan("undo", "nothing_to_undo", {"wave": wave.number}, leave=True)
    ScanEvent.objects.filter(pk=last.pk).update(undone=True)
    fields = {"wave": wave.number, "slot": last.detail.get("slot"), "article": last.detail.get("article", "")}
    return Plan("undo", "put_undone", fields, leave=True)
