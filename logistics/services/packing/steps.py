"""The steps between the note and the label: articles, checks, the scale, a problem reported upward."""

from __future__ import annotations

from datetime import datetime

from core.audit import Actor
from logistics.choices import BlockReason
from logistics.models import ScanEvent
from logistics.rules import packing as rules
from logistics.selectors import station as reads
from logistics.selectors import witness as witnesses
from logistics.selectors.station import Table
from logistics.services import dispatch, printing
from logistics.services.packing.answers import Plan, article, names

#: The command that prints what sticks on the parcel.
LABEL = "label"


def item(table: Table, answer: rules.ItemAnswer, quantity: int) -> Plan:
    """An article of this parcel, or one too many of it."""
    row = next(row for row in table.rows if row.pk == answer.line)
    line = next(line for line in table.lines if line.id == answer.line)
    have = table.session.counts.get(line.id, 0)
    fields = {**names(table), "article": article(line.code, line.name), "want": line.quantity, "line": line.id}
    if answer.answer == "too_many":
        at = table.bins.get(row.sku_id, "")
        if answer.room:
            return Plan("item", "too_many_at_once", {**fields, "room": answer.room})
        return Plan("item", "too_many_bin" if at else "too_many", {**fields, "bin": at})
    left = rules.missing(table.lines, table.session) - quantity
    fields |= {"quantity": quantity, "have": have + quantity}
    return Plan("item", "item_ok" if left else "items_complete", fields)


def foreign(table: Table, code: str, quantity: int) -> Plan:
    """A code that is no article of this parcel: packing material, something else on a shelf, or nothing we know."""
    sku = reads.sku_by_code(code)
    if sku is None:
        return Plan("item", "unknown_code", {"code": code[:40]})
    if sku.packing:
        said = article(sku.code, reads.name_of(sku))
        used = [*table.materials, (sku, quantity)]
        fields = {**names(table), "value": str(sku.pk), "quantity": quantity, "article": said}
        if not table.materials:
            return Plan("packing", "packing_taken", fields)
        return Plan(
            "packing", "packing_added", fields | {"all": ", ".join(f"{pieces} × {one.code}" for one, pieces in used)}
        )
    at = reads.bin_of(sku, table.note.warehouse_id)
    said = article(sku.code, " ".join(filter(None, [sku.name_zh or sku.name_en, sku.variant])))
    return Plan("item", "foreign_bin" if at else "foreign", {**names(table), "article": said, "bin": at})


def print_again(table: Table, actor: Actor, now: datetime) -> Plan:
    """Label and customs papers of the parcel on the table, printed anew: torn, lost, or never printed."""
    if not table.label:
        return Plan("print", "no_number", names(table))
    batch = printing.print_label(note=table.note, actor=actor, now=now)
    if batch is None:
        return Plan("print", "may_not_print", names(table))
    return Plan("print", "label_printed", {**names(table), "batch": batch.pk})


def report(table: Table, reason: str, actor: Actor, now: datetime) -> Plan:
    """The packer reports upward by a command barcode why this parcel cannot go on; the table is free for the next note."""
    if not actor.has_perm("logistics.block_note") or reason not in set(BlockReason.values) - {BlockReason.INTERCEPTED}:
        return Plan("block", "no_such_reason", names(table))
    dispatch.block(note=table.note, reason=reason, text="", actor=actor, now=now)
    return Plan("block", "reported", {**names(table), "why": str(BlockReason(reason).label)}, leave=True)


def check(table: Table, word: str) -> Plan:
    """One command confirms the whole list except what is fragile or has a wish (those one by one); a named check confirms
    or, with " off" behind it, takes back itself."""
    asked, _blank, off = word.removeprefix("check:").partition(" ")
    found = rules.confirmed_by(table.lines, table.session, asked)
    if found is None:
        return Plan("check", "no_such_check", names(table))
    if off == "off":
        _take_back(table, set(found))
        return Plan("unchecked", "check_off", names(table))
    if not found:
        return Plan("unchecked", "all_confirmed", names(table))
    return Plan("check", "check_on", {**names(table), "value": ",".join(found)})


def _take_back(table: Table, gone: set[str]) -> None:
    rows = ScanEvent.objects.filter(note=table.note, kind="check", ok=True, undone=False)
    for row in rows:
        held = str(row.detail.get("value", "")).split(",")
        kept = [name for name in held if name not in gone]
        if kept == held:
            continue
        row.detail["value"], row.undone = ",".join(kept), not kept
        row.save(update_fields=["detail", "undone"])


def weight(table: Table, word: str, now: datetime) -> Plan:
    """What the scale says; it speaks up when the articles do not explain it."""
    written = word.removeprefix("weight:").strip()
    grams = int(written) if written.isascii() and written.isdigit() and len(written) <= 6 else rules.grams(written)
    if not grams or grams > rules.HEAVIEST_G:
        return Plan("weight", "bad_weight", names(table))
    fields = {**names(table), "value": str(grams), "weight": grams}
    said = witnesses.verdict(table.rows, table.materials, grams, now)
    if not said.alarm:
        return Plan("weight", "weighed", fields)
    best = said.best
    line = next((line for line in table.lines if best and line.id == best.line), None)
    fields |= {"off": abs(round(said.difference))}
    if best is None or line is None:
        return Plan("weight", f"weighed_{said.answer}", fields)
    fields |= {"pieces": abs(best.pieces), "article": article(line.code, line.name)}
    return Plan("weight", "weighed_missing" if best.pieces < 0 else "weighed_extra", fields)
