"""Waves: notes that are packed in one go, in single-item waves and waves with sorting slots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, numbering, policies
from core.audit import Actor
from core.errors import Conflict, DomainError, NotAllowed
from logistics.choices import NoteState, WaveKind
from logistics.models import DispatchNote, PrintBatch, Wave, WaveNote
from logistics.policies.dispatch import WAVE_SLOTS
from logistics.rules.packing import split_waves
from logistics.selectors import dispatch as selectors
from logistics.selectors import printing as shelves
from logistics.selectors import waves as reads
from logistics.selectors.signing import lines_of
from logistics.services import printing


@dataclass
class Made:
    """The new waves, and why some notes are in none."""

    waves: list[Wave] = field(default_factory=list)
    wave_of: dict[int, Wave] = field(default_factory=dict)
    refused: dict[int, DomainError] = field(default_factory=dict)


def _need(actor: Actor) -> None:
    if not actor.has_perm("logistics.pack_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def make_waves(*, notes: Iterable[DispatchNote], actor: Actor, now: datetime) -> Made:
    """Split released notes into waves: those of one article into one wave a warehouse, mixed ones into waves of as many
    slots as the house has, in the walk along the shelves. Refused: notes that are not released, that have no waybill
    number, that are in a wave or travel in another parcel."""
    _need(actor)
    made, rows = Made(), selectors.lock_notes(note.pk for note in notes)
    busy, live = reads.in_waves([row.pk for row in rows]), selectors.live_numbers(row.pk for row in rows)
    good: dict[int, list[DispatchNote]] = defaultdict(list)
    for note in rows:
        error = _why_not(note, busy, note.pk in live)
        if error:
            made.refused[note.pk] = error
        else:
            good[note.warehouse_id].append(note)
    slots = int(policies.value(WAVE_SLOTS, now))
    for here in good.values():
        lines = lines_of([note.pk for note in here])
        bins = shelves.bins_for(here, lines)
        here.sort(key=lambda n: shelves.shelf_key(n, lines.get(n.pk, []), bins.get(n.warehouse_id, {})))
        by_id = {note.pk: note for note in here}
        single, mixed = split_waves([(n.pk, [row.sku_id for row in lines.get(n.pk, [])]) for n in here], slots)
        sets = [(WaveKind.SINGLE, single)] if single else []
        sets += [(WaveKind.MIXED, ids) for ids in mixed]
        for kind, ids in sets:
            wave = _make(kind, [by_id[pk] for pk in ids], actor, now)
            made.waves.append(wave)
            made.wave_of |= dict.fromkeys(ids, wave)
    return made


def _why_not(note: DispatchNote, busy: dict[int, str], numbered: bool) -> DomainError | None:
    if note.state != NoteState.RELEASED:
        return Conflict("not_released", _("Only notes that are released to the warehouse are packed in waves."))
    if note.together_id:
        return Conflict("in_other_parcel", _("This note travels in another parcel."))
    if note.pk in busy:
        return Conflict("in_a_wave", _("This note is in wave %(wave)s already."), wave=busy[note.pk])
    if not numbered:
        return Conflict("no_number", _("There is no waybill number yet, so there is no label."))
    return None


def _make(kind: WaveKind, notes: Sequence[DispatchNote], actor: Actor, now: datetime) -> Wave:
    wave = Wave.objects.create(
        number=numbering.wave_number(numbering.take("wave")[0]), kind=kind, warehouse=notes[0].warehouse,
        owner_id=actor.user_id, created_at=now,
    )  # fmt: skip
    oldest = sorted(notes, key=lambda n: (n.due_at or now, n.pk)) if kind == WaveKind.SINGLE else notes
    WaveNote.objects.bulk_create(
        WaveNote(wave=wave, note=note, position=turn, slot=turn if kind == WaveKind.MIXED else None)
        for turn, note in enumerate(oldest, start=1)
    )
    audit.record(wave, "wave.make", actor=actor, now=now, text=gettext_noop("Wave of %(n)s notes"), n=len(notes))
    audit.record_many(
        audit.entry(note, "note.wave", actor=actor, now=now, text=gettext_noop("In wave %(wave)s"), wave=wave.number)
        for note in notes
    )
    return wave


@transaction.atomic
def close(*, wave: Wave, actor: Actor, now: datetime) -> Wave:
    """End a wave: what is not packed leaves it and may be packed alone or in another one. Again changes nothing."""
    _need(actor)
    held = Wave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
    if held.closed_at:
        return held
    left = WaveNote._base_manager.filter(wave=held, left_at__isnull=True).update(left_at=now)
    held.closed_at = now
    held.save(update_fields=["closed_at"])
    audit.record(held, "wave.close", actor=actor, now=now, text=gettext_noop("Ended with %(n)s notes left"), n=left)
    return held


def print_wave(*, wave: Wave, actor: Actor, now: datetime) -> PrintBatch | None:
    """Print the pick list, notes and labels of the notes that wait in a wave. Refuses a wave with nothing left to print."""
    rows = DispatchNote.objects.filter(waves__wave=wave, waves__left_at__isnull=True)
    batch, _refused = printing.print_notes(notes=list(rows), actor=actor, now=now)
    if batch is None:
        raise Conflict("nothing_to_print", _("No note of this wave waits for its papers."))
    return batch


def leave(*, notes: Sequence[DispatchNote], now: datetime) -> None:
    """Sealed notes leave their waves; a wave whose last note left is done."""
    rows = WaveNote.objects.filter(note__in=notes, left_at__isnull=True)
    ids = sorted(set(rows.values_list("wave_id", flat=True)))
    if not ids:
        return
    list(Wave.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    rows.update(left_at=now)
    waiting = WaveNote._base_manager.filter(wave__in=ids, left_at__isnull=True, note__state__in=reads.WAITING)
    done = set(ids) - set(waiting.values_list("wave_id", flat=True))
    Wave.objects.filter(pk__in=done, closed_at__isnull=True).update(closed_at=now)


def come_back(*, notes: Sequence[DispatchNote]) -> None:
    """Notes whose parcel was opened again are back in the wave they left, when that is their last one."""
    for row in WaveNote.objects.filter(note__in=notes, left_at__isnull=False).order_by("note_id", "-pk"):
        if not WaveNote.objects.filter(note=row.note_id, pk__gte=row.pk).exclude(pk=row.pk).exists():
            WaveNote.objects.filter(pk=row.pk).update(left_at=None)
            Wave.objects.filter(pk=row.wave_id).update(closed_at=None)
