"""The label closes the parcel; undo opens it again until it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from core import audit, numbering
from core.audit import Actor
from core.states import move
from logistics.choices import NoteState, ParcelState
from logistics.models import DispatchNote, NoteLine, Parcel, ParcelLine, ParcelMaterial, ParcelPhoto, ScanEvent
from logistics.rules import packing as rules
from logistics.selectors import station as reads
from logistics.selectors.station import Table
from logistics.services import boxes, numbers, stages, waves, witness
from logistics.services.customs import filling
from logistics.services.packing.answers import Plan, names
from products.models import Sku


def label(table: Table, scanned: str, rows: list[Any], actor: Actor, now: datetime) -> Plan:
    """The scan of a label: the right one closes a parcel that is complete; every other is named and refused."""
    base = names(table)
    mine = next((row for row in rows if row.note_id == table.note.pk and row.number == scanned), None)
    row = mine or (rows[0] if rows else None)
    answer = rules.label_answer(scanned, ours=table.label, state=row.state if row else "", of_this_note=bool(mine))
    if answer == "other_label" and row and row.note:
        return Plan("label", "other_note", {**base, "other": row.note.number})
    if answer != "ok":
        return Plan("label", answer, base)
    missing = rules.missing(table.lines, table.session)
    if missing:
        return Plan("label", "pieces_missing", {**base, "missing": missing})
    checks = rules.open_checks(table.lines, table.session)
    if checks:
        return Plan("label", "checks_missing", {**base, "missing": len(checks)})
    if table.must_weigh and not table.session.weight_g:
        return Plan("label", "weight_missing", base)
    if table.photo == "required" and not table.session.photos:
        return Plan("label", "photo_missing", base)
    parcel = seal(table, scanned, actor, now)
    service = table.note.service
    called = (service.code, service.name_en, service.name_zh) if service else ("", "", "")
    told = dict(zip(("service", "service_en", "service_zh"), called, strict=True))
    fields = {**base, "value": scanned, "parcel": parcel.number, **told}
    other = witness.look_for_mirror(parcel=parcel, actor=actor, now=now)
    if other:
        return Plan("label", "packed_mirror", {**fields, "other": other.number}, parcel=parcel)
    return Plan("label", "packed", fields, parcel=parcel)


def seal(table: Table, number: str, actor: Actor, now: datetime) -> Parcel:
    """Make the parcel (or close the opened one again) and mark the note as packed; notes that go along are sealed in it,
    their own labels are void from then on."""
    parcel = _parcel(table.note, table.note, number, table, actor, now)
    packed_in = table.materials[0][0] if table.materials else None
    parcel.weight_g, parcel.packing, parcel.together = table.session.weight_g, packed_in, None
    witness.keep_proof(parcel, table.verdict, {line.id: line.code for line in table.lines})
    if table.riders:
        parcel.weight_learned_at = now  # its weight is that of several orders: nothing is learned from it
    parcel.save()
    _fill(parcel, [row for row in table.rows if row.note_id == table.note.pk], table.materials)
    ParcelPhoto.objects.filter(note=table.note, revision=table.note.revision, removed_at__isnull=True).update(
        parcel=parcel
    )
    numbers.give_back(notes=table.riders, reason=f"packed with {table.note.number}", actor=actor, now=now)
    for rider in table.riders:
        along = _parcel(rider, table.note, number, table, actor, now)
        along.together, along.weight_g, along.packing = parcel, None, None
        along.save()
        _fill(along, [row for row in table.rows if row.note_id == rider.pk])
        _done(rider, along, number, actor, now)
    _done(table.note, parcel, number, actor, now)
    filling.weigh(note=table.note, parcel=parcel, actor=actor)
    waves.leave(notes=[table.note, *table.riders], now=now)
    stages.push(order_ids=[table.note.order_id, *(rider.order_id for rider in table.riders)], actor=actor, now=now)
    return parcel


def _parcel(note: DispatchNote, leader: DispatchNote, number: str, table: Table, actor: Actor, now: datetime) -> Parcel:
    """The unsaved row of one order's goods in the box; the service is that of the box."""
    held = Parcel.objects.filter(note=note).exclude(state=ParcelState.CLOSED).first()
    parcel = held or Parcel(
        number=numbering.parcel_number(numbering.take("parcel")[0]), store=note.store, order=note.order, note=note,
        state=ParcelState.PACKED, created_at=now,
    )  # fmt: skip
    parcel.warehouse, parcel.service, parcel.country = leader.warehouse, leader.service, note.country
    parcel.tracking_number, parcel.packed_by_id = number, actor.user_id
    parcel.label_scanned_at = parcel.packed_at = now
    kinds = {name.partition(":")[0] for name in table.session.checks} | {rules.ARTICLE}
    done = kinds & set(rules.required_checks(table.lines, alarm=table.session.alarm))
    parcel.checks = {name: {"by": actor.label, "at": now.isoformat()} for name in rules.CHECKS if name in done}
    return parcel


def _fill(parcel: Parcel, rows: list[NoteLine], materials: Sequence[tuple[Sku, int]] = ()) -> None:
    parcel.materials.all().delete()
    ParcelMaterial.objects.bulk_create(
        [ParcelMaterial(parcel=parcel, sku=sku, pieces=pieces) for sku, pieces in materials]
    )
    parcel.lines.all().delete()
    ParcelLine.objects.bulk_create(
        [ParcelLine(parcel=parcel, note_line=row, sku=row.sku, quantity=row.quantity) for row in rows]
    )


def _done(note: DispatchNote, parcel: Parcel, number: str, actor: Actor, now: datetime) -> None:
    move(note, "pack", actor=actor, now=now)
    text = gettext_noop("Packed and sealed with label %(number)s")
    audit.record(parcel, "parcel.pack", actor=actor, now=now, text=text, number=number)


def undo(table: Table, actor: Actor, now: datetime) -> Plan:
    """Take back the last accepted step of this revision; a sealed parcel is opened again until it is handed over."""
    note = table.note
    if note.state == NoteState.CLOSED:
        return Plan("undo", "already_handed_over", names(table))
    rows = ScanEvent.objects.filter(note=note, kind__in=reads.TABLE_KINDS, ok=True, undone=False).order_by("-at", "-pk")
    last = next((row for row in rows[:50] if row.detail.get("revision") == note.revision), None)
    if last is None:
        return Plan("undo", "nothing_to_undo", names(table))
    ScanEvent.objects.filter(pk=last.pk).update(undone=True)
    if last.kind == "label" and note.state == NoteState.PACKED:
        boxes.open_again(note=note, parcel=table.parcel, actor=actor, now=now)
        waves.come_back(notes=[note, *table.riders])
    elif last.kind == "photo":
        ParcelPhoto.objects.filter(pk=last.detail.get("photo")).update(removed_at=now)
    elif last.kind == "together":
        rider = next((one for one in table.riders if one.number == last.detail.get("other")), None)
        if rider:
            boxes.part(leader=note, rider=rider, why="undone", actor=actor, now=now)
    return Plan("undo", "undone", names(table), note=note)
