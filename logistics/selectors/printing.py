"""What a print batch needs of its notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Store
from core import policies
from core.audit import Actor
from core.models import Job
from inventory import selectors as stock_selectors
from logistics.models import (
    CarrierLabel,
    Declaration,
    DispatchNote,
    NoteLine,
    NoteSignature,
    PrintBatch,
    PrintLog,
    SpareChoice,
    WaveNote,
)
from logistics.policies.dispatch import INSERT_CARD, NO_CARD_IN
from logistics.selectors import carriers, dispatch
from logistics.selectors.signing import lines_of
from orders.models import Order, OrderLine, Wish


@dataclass
class Sheet:
    """One note with everything that is printed of it."""

    log: PrintLog
    note: DispatchNote
    lines: list[NoteLine] = field(default_factory=list)
    bins: dict[int, tuple[str, str]] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    number: str = ""
    signatures: list[NoteSignature] = field(default_factory=list)
    declaration: Declaration | None = None
    own: CarrierLabel | None = None
    language: str = "en"
    spares: dict[tuple[int, int], SpareChoice] = field(default_factory=dict)
    wave: str = ""
    slot: int | None = None


def sheets(batch: PrintBatch) -> list[Sheet]:
    """The sheets of a batch in its shelf order. The number of queries does not grow with the number of notes."""
    logs = list(
        PrintLog.objects.filter(batch=batch).order_by("position")
        .select_related("note__order__buyer", "note__store", "note__service", "note__warehouse")
    )  # fmt: skip
    return _filled(logs, {log.note_id: log.label_number for log in logs})


def sheet_of(note: DispatchNote) -> Sheet:
    """One note as it is printed outside of a batch, with its living number."""
    held = DispatchNote.objects.select_related("order__buyer", "store", "service", "warehouse").get(pk=note.pk)
    live = dispatch.live_numbers([held.pk]).get(held.pk)
    return _filled([PrintLog(note=held, position=1)], {held.pk: live.number if live else ""})[0]


def _filled(logs: Sequence[PrintLog], numbers: Mapping[int, str]) -> list[Sheet]:
    notes = [log.note for log in logs]
    ids = [note.pk for note in notes]
    lines, places = lines_of(ids), dispatch.addresses(note.order_id for note in notes)
    bins, signatures = bins_for(notes, lines), dispatch.signatures_of(ids)
    declared = declarations(notes)
    waves = {
        row.note_id: row
        for row in WaveNote.objects.filter(note_id__in=ids, left_at__isnull=True).select_related("wave")
    }
    spares: dict[int, dict[tuple[int, int], SpareChoice]] = {}
    for choice in SpareChoice.objects.filter(note_id__in=ids):
        spares.setdefault(choice.note_id, {})[choice.order_line_id, choice.sku_id] = choice
    own = carriers.labels_of([n for n in numbers.values() if n], [note.service_id for note in notes if note.service_id])
    made = []
    for log in logs:
        note = log.note
        row = waves.get(note.pk)
        made.append(
            Sheet(
                log=log, note=note, lines=lines.get(note.pk, []), bins=bins.get(note.warehouse_id, {}),
                address=dispatch.address_parts(places.get(note.order_id), note.order.country), number=numbers.get(note.pk, ""),
                signatures=sorted(signatures.get(note.pk, {}).values(), key=lambda s: s.kind, reverse=True),
                declaration=declared.get(note.pk), spares=spares.get(note.pk, {}),
                own=own.get((note.service_id or 0, numbers.get(note.pk, ""))),
                language=note.order.buyer.language or "en", wave=row.wave.number if row else "", slot=row.slot if row else None,
            )
        )  # fmt: skip
    return made


def sold_lines(order: Order) -> list[OrderLine]:
    """What the buyer bought, as the channel told it."""
    return list(OrderLine.objects.filter(order=order).select_related("item").order_by("position"))


def declarations(notes: Sequence[DispatchNote]) -> dict[int, Declaration]:
    """What was declared of each released note, with its lines. Two queries."""
    by_pk = {note.pk: note for note in notes}
    rows = Declaration.objects.filter(note_id__in=list(by_pk), revision__gt=0).prefetch_related("lines__sku")
    found = {}
    for row in rows:
        row.note = by_pk[row.note_id]
        found[row.note_id] = row
    return found


def bins_for(notes: Sequence[DispatchNote], lines: dict[int, list[NoteLine]]) -> dict[int, dict[int, tuple[str, str]]]:
    """Where the articles of notes lie: warehouse -> SKU -> (walking order, bin). One query a warehouse."""
    wanted: dict[int, set[int]] = {}
    for note in notes:
        wanted.setdefault(note.warehouse_id, set()).update(line.sku_id for line in lines.get(note.pk, ()))
    return {house: stock_selectors.bins_of(skus, house) for house, skus in wanted.items()}


def shelf_key(note: DispatchNote, lines: Sequence[NoteLine], bins: dict[int, tuple[str, str]]) -> tuple[int, str, int]:
    """Where a note comes in the walk along the shelves: its first bin; articles without a bin last."""
    places = sorted(bins[line.sku_id][0] for line in lines if line.sku_id in bins)
    return (0, places[0], note.pk) if places else (1, "", note.pk)


def printed_before(note_ids: Sequence[int]) -> set[int]:
    """Notes that stand in a batch that was not voided: printing them again is a reprint."""
    rows = PrintLog.objects.filter(note_id__in=note_ids, batch__void_at__isnull=True, batch__printed_at__isnull=False)
    return set(rows.values_list("note_id", flat=True))


def open_wishes(order_id: int) -> list[str]:
    """The buyer's wishes of an order in his words."""
    return list(Wish.objects.filter(order_id=order_id).exclude(state="dropped").values_list("text", flat=True))


def card_allowed(store: Store, now: datetime) -> bool:
    """Whether parcels of a store get an insert card: the store wants it, and its channel does not forbid it."""
    forbidden = {word.strip().casefold() for word in str(policies.value(NO_CARD_IN, now)).split(",") if word.strip()}
    return bool(policies.value(INSERT_CARD, now, store.pk)) and store.kind.casefold() not in forbidden


def file_of_batch(actor: Actor, pk: int) -> tuple[PrintBatch, Job] | None:
    """A print batch with the job that holds its file; None when there is none, when it was torn up, for people who may not see
    the addresses on it, and for those who do not work in all the stores of its notes."""
    found = dispatch.batches_for(actor).select_related("job").filter(pk=pk, void_at__isnull=True).first()
    if found is None or found.job is None or not found.job.result_file or not actor.has_perm("orders.view_personal"):
        return None
    whole = actor.store_ids is None or PrintLog.objects.filter(batch=found).count() == found.note_count
    return (found, found.job) if whole else None


def notes_of_logs(log_ids: Iterable[int]) -> dict[int, str]:
    """The number of the note each of these print rows is about. One query."""
    return dict(PrintLog.objects.filter(pk__in=list(log_ids)).values_list("pk", "note__number"))
