"""What a print batch needs of its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from inventory import selectors as stock_selectors
from logistics.models import DispatchNote, NoteLine, NoteSignature, PrintBatch, PrintLog
from logistics.selectors import dispatch
from logistics.selectors.signing import lines_of
from orders.models import Wish


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


def sheets(batch: PrintBatch) -> list[Sheet]:
    """The sheets of a batch in its shelf order. The number of queries does not grow with the number of notes."""
    logs = list(
        PrintLog.objects.filter(batch=batch).order_by("position")
        .select_related("note", "note__order", "note__store", "note__service", "note__warehouse")
    )  # fmt: skip
    notes = [log.note for log in logs]
    ids = [note.pk for note in notes]
    lines, places = lines_of(ids), dispatch.addresses(note.order_id for note in notes)
    bins, signatures = bins_for(notes, lines), dispatch.signatures_of(ids)
    return [
        Sheet(
            log=log, note=log.note, lines=lines.get(log.note_id, []), bins=bins.get(log.note.warehouse_id, {}),
            address=dispatch.address_parts(places.get(log.note.order_id), log.note.order.country), number=log.label_number,
            signatures=sorted(signatures.get(log.note_id, {}).values(), key=lambda s: s.kind, reverse=True),
        )
        for log in logs
    ]  # fmt: skip


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
