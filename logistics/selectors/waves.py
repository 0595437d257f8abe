"""Reads over waves: which notes wait in them, what lies in their slots."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core import policies
from core.audit import Actor
from logistics.choices import NoteState
from logistics.models import DispatchNote, NoteLine, PrintLog, ScanEvent, Wave, WaveNote
from logistics.policies.dispatch import WAVE_LABEL
from logistics.rules.packing import WaveLine
from products.models import Sku

#: Notes of a wave that still have to be packed.
WAITING = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED]


def waves_for(actor: Actor) -> QuerySet[Wave]:
    """Waves that hold a note of the actor's stores, with how many notes they have and how many wait."""
    rows = Wave.objects.annotate(
        notes=Count("rows"), waiting=Count("rows", filter=Q(rows__left_at__isnull=True, rows__note__state__in=WAITING))
    )
    return rows if actor.store_ids is None else rows.filter(Exists(WaveNote.objects.filter(wave=OuterRef("pk"))))


def open_wave(number: str) -> Wave | None:
    """The open wave with this number that holds a note of the scope, or None."""
    mine = WaveNote.objects.filter(wave=OuterRef("pk"))
    return Wave.objects.filter(Exists(mine), number=number, closed_at__isnull=True).first()


def wave(pk: int | None) -> Wave | None:
    """A wave that is still open, or None."""
    return Wave.objects.filter(pk=pk, closed_at__isnull=True).first() if pk else None


def lock(pk: int) -> Wave | None:
    """An open wave, locked: pieces are sorted one after the other."""
    return Wave.objects.select_for_update(of=("self",)).filter(pk=pk, closed_at__isnull=True).first()


def note_in_slot(wave: Wave, slot: int) -> tuple[int, str] | None:
    """Key and number of the note whose goods lie in this slot, or None."""
    rows = WaveNote.objects.filter(wave=wave, slot=slot, left_at__isnull=True)
    return rows.values_list("note_id", "note__number").first()


def lines_of_article(wave: Wave, sku: Sku) -> list[WaveLine]:
    """The lines of the wave that want this article, with the pieces that lie there already."""
    rows = list(
        NoteLine.objects.filter(
            sku=sku, note__waves__wave=wave, note__waves__left_at__isnull=True, note__state=NoteState.RELEASED
        ).values_list("note_id", "pk", "note__waves__position", "note__waves__slot", "quantity")
    )
    have = counted([row[0] for row in rows])
    return [WaveLine(note, line, turn, slot, want, have.get(line, 0)) for note, line, turn, slot, want in rows]


def counted(note_ids: list[int]) -> dict[int, int]:
    """Pieces that were put or scanned for the lines of notes, in their present revision: line -> pieces. One query."""
    rows = ScanEvent.objects.filter(note__in=note_ids, kind__in=("put", "item"), ok=True, undone=False)
    found: dict[int, int] = defaultdict(int)
    for detail, revision in rows.values_list("detail", "note__revision"):
        if detail.get("revision") == revision and detail.get("line"):
            found[int(detail["line"])] += int(detail.get("quantity") or 1)
    return dict(found)


def label_printed(note: DispatchNote, number: str) -> bool:
    """Whether a label with this number stands in a batch that nobody tore up."""
    return PrintLog.objects.filter(note=note, label_number=number, batch__void_at__isnull=True).exists()


def prints_labels(now: datetime) -> bool:
    """Whether the house prints the label of a single-item order at its article's scan."""
    return bool(policies.value(WAVE_LABEL, now))


def last_put(wave: Wave, user_id: int | None) -> ScanEvent | None:
    """The last piece this person put into a slot whose order is not packed yet."""
    rows = ScanEvent.objects.filter(
        kind="put", ok=True, undone=False, user=user_id, note__state=NoteState.RELEASED, detail__wave=wave.number,
        note__waves__wave=wave, note__waves__left_at__isnull=True,
    )  # fmt: skip
    return rows.order_by("-at", "-pk").first()


@dataclass
class Slot:
    """One note of a wave as the table and the page show it."""

    note: DispatchNote
    position: int
    slot: int | None
    left: bool
    want: int = 0
    have: int = 0
    articles: list[tuple[str, int]] = field(default_factory=list)

    @property
    def state(self) -> str:
        """packed, stopped, complete, begun or empty."""
        if self.left or self.note.state in (NoteState.PACKED, NoteState.CLOSED):
            return "packed"
        if self.note.state != NoteState.RELEASED:
            return "stopped"
        return "complete" if self.have >= self.want else "begun" if self.have else "empty"


def slots_of(wave: Wave) -> list[Slot]:
    """The notes of a wave in their turn, with what they want and what lies there. Four queries."""
    rows = list(WaveNote.objects.filter(wave=wave).select_related("note", "note__order").order_by("position"))
    made = {row.note_id: Slot(row.note, row.position, row.slot, row.left_at is not None) for row in rows}
    have = counted(list(made))
    lines = NoteLine.objects.filter(note__in=made).order_by("note_id", "position")
    for note_id, line, code, quantity in lines.values_list("note_id", "pk", "sku__code", "quantity"):
        one = made[note_id]
        one.want += quantity
        one.have += min(have.get(line, 0), quantity)
        one.articles.append((code, quantity))
    return list(made.values())


def in_waves(note_ids: list[int]) -> dict[int, str]:
    """The open wave each of these notes is in: note -> number of the wave."""
    rows = WaveNote.objects.filter(note__in=note_ids, left_at__isnull=True, wave__closed_at__isnull=True)
    return dict(rows.values_list("note_id", "wave__number"))
