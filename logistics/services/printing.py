"""Print batches: pick list, notes, labels with their customs papers, slips and cards in shelf order, made by a job, printed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, longwork, numbering, policies
from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.said import Said
from logistics.choices import LabelSize, NoteState
from logistics.models import DispatchNote, PrintBatch, PrintLog, WaybillNumber
from logistics.policies.dispatch import LABEL_SIZE, PRINT_LANGUAGE
from logistics.selectors import dispatch as selectors
from logistics.selectors import printing as reads
from logistics.selectors.signing import changed_since, lines_of
from logistics.services import numbers, stages

#: What a batch may hold, in the order in which it comes out of the printer.
PICK_LIST, NOTES, LABELS, CUSTOMS, SLIPS, CARDS = "pick_list", "notes", "labels", "customs", "slips", "cards"
DOCUMENTS = (PICK_LIST, NOTES, LABELS, CUSTOMS, SLIPS, CARDS)
#: What a batch holds when nobody said otherwise.
USUAL = (PICK_LIST, NOTES, LABELS, CUSTOMS)
#: What sticks on the parcel: its label and the customs papers that the rules chose for it.
ON_THE_PARCEL = (LABELS, CUSTOMS)
PRINTABLE = [NoteState.RELEASED, NoteState.PACKED]
JOB = "logistics.print"


def print_notes(
    *,
    notes: Iterable[DispatchNote],
    actor: Actor,
    now: datetime,
    documents: Sequence[str] = USUAL,
    language: str = "",
    label_size: str = "",
) -> tuple[PrintBatch | None, dict[int, DomainError]]:
    """Put notes into one print batch in shelf order and start its job; answers (the batch, refusals by note).

    Refused: notes that are not released; labels of notes without a waybill number are refused when only labels were asked
    for, else the note is printed without one. Refuses a language without documents. None = nothing was left to print.
    """
    if not actor.has_perm("logistics.print_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    wanted = [name for name in DOCUMENTS if name in documents]
    if not wanted:
        raise Invalid(
            "no_documents", _("Choose what to print."), errors={"documents": [str(_("Choose what to print."))]}
        )
    if language and language not in PRINT_LANGUAGE.one_of:
        raise Invalid("bad_language", _("There are no documents in this language."), field="language")
    if label_size and label_size not in LabelSize.values:
        raise Invalid("bad_size", _("There are no labels of this size."), field="label_size")
    with transaction.atomic():
        rows = selectors.lock_notes(note.pk for note in notes)
        live = selectors.live_numbers(note.pk for note in rows)
        refused: dict[int, DomainError] = {}
        for note in rows:
            if note.state not in PRINTABLE:
                refused[note.pk] = Conflict(
                    "not_released", _("Only notes that are released to the warehouse are printed.")
                )
            elif {*wanted} <= {LABELS, CUSTOMS} and note.pk not in live:
                refused[note.pk] = Conflict("no_number", _("There is no waybill number yet, so there is no label."))
        good = [note for note in rows if note.pk not in refused]
        if not good:
            return None, refused
        size = label_size or str(policies.value(LABEL_SIZE, now))
        batch = _make_batch(good, live, wanted, language, size, actor, now)
    return batch, refused


def print_label(*, note: DispatchNote, actor: Actor, now: datetime) -> PrintBatch | None:
    """Print what sticks on one parcel while it is packed, its label with its customs papers, as a batch of one note; None
    for people who may not print, and for a note that has no label to print."""
    if not actor.has_perm("logistics.print_note"):
        return None
    batch, _refused = print_notes(notes=[note], documents=ON_THE_PARCEL, actor=actor, now=now)
    return batch


def _make_batch(
    notes: Sequence[DispatchNote],
    live: Mapping[int, WaybillNumber],
    documents: list[str],
    language: str,
    label_size: str,
    actor: Actor,
    now: datetime,
) -> PrintBatch:
    lines = lines_of([note.pk for note in notes])
    bins = reads.bins_for(notes, lines)
    ordered = sorted(notes, key=lambda n: reads.shelf_key(n, lines.get(n.pk, []), bins.get(n.warehouse_id, {})))
    again = reads.printed_before([note.pk for note in notes])
    labelled = bool({LABELS, CUSTOMS} & set(documents))
    batch = PrintBatch.objects.create(
        number=numbering.batch_number(numbering.take("batch")[0]), owner_id=actor.user_id, documents=documents,
        language=language or str(policies.value(PRINT_LANGUAGE, now)), note_count=len(ordered), created_at=now, label_size=label_size,
    )  # fmt: skip
    PrintLog.objects.bulk_create(
        [
            PrintLog(
                batch=batch, note=note, position=position, reprint=note.pk in again, at=now,
                label_number=live[note.pk].number if labelled and note.pk in live else "",
                problem="no_number" if LABELS in documents and note.pk not in live else "",
            )
            for position, note in enumerate(ordered, start=1)
        ],
        batch_size=1000,
    )  # fmt: skip
    batch.job = longwork.start(
        JOB, actor=actor, now=now, payload={"batch": batch.pk}, total=len(ordered),
        title=Said(gettext_noop("Print batch %(number)s"), {"number": batch.number}),
    )  # fmt: skip
    batch.save(update_fields=["job"])
    return batch


@transaction.atomic
def finish(
    *,
    batch: PrintBatch,
    content_hash: str,
    problems: Mapping[int, str],
    actor: Actor,
    now: datetime,
    printed: Mapping[int, tuple[str, bool]] | None = None,
) -> None:
    """The file of a batch is ready: keep its hash, mark notes as printed, name the labels that were left out (log id ->
    problem) and what went with the others (``printed``: customs paper, carrier's own label). Again changes nothing. Notes
    that were changed since the batch was begun, or whose batch was torn up meanwhile, still wait to be printed."""
    ids = PrintLog.objects.filter(batch=batch).values_list("note_id", flat=True)
    notes = {note.pk: note for note in selectors.lock_notes(ids)}
    held = PrintBatch.objects.select_for_update().get(pk=batch.pk)
    if held.printed_at:
        return
    logs = list(PrintLog.objects.filter(batch=held).select_related("note"))
    for log in logs:
        if log.pk in problems:
            log.problem, log.label_number = problems[log.pk][:300], ""
        log.customs_form, log.carrier_label = (printed or {}).get(log.pk, ("", False))
    PrintLog.objects.bulk_update(logs, ["problem", "label_number", "customs_form", "carrier_label"], batch_size=1000)
    held.content_hash, held.printed_at = content_hash, now
    held.save(update_fields=["content_hash", "printed_at"])
    complete = [log.note_id for log in logs if LABELS not in held.documents or log.label_number]
    DispatchNote.objects.filter(pk__in=_still_true(held, complete, notes)).update(printed_at=now)
    audit.record_many(
        audit.entry(
            log.note, "note.print", actor=actor, now=now, batch=held.number,
            text=gettext_noop("Printed again in batch %(batch)s") if log.reprint else gettext_noop("Printed in batch %(batch)s"),
        )
        for log in logs
    )  # fmt: skip
    stages.push(order_ids=[log.note.order_id for log in logs], actor=actor, now=now)


def _still_true(batch: PrintBatch, ids: Sequence[int], notes: Mapping[int, DispatchNote]) -> set[int]:
    """Those of the notes of a batch of which its papers still say what is signed."""
    if batch.void_at:
        return set()
    changed = changed_since(ids, batch.created_at)
    return {pk for pk in ids if pk in notes and notes[pk].state in PRINTABLE and pk not in changed}


@transaction.atomic
def void_batch(*, batch: PrintBatch, reason: str, actor: Actor, now: datetime) -> int:
    """Tear a batch up: every label in it is refused at the scan from now on, notes that are not sealed yet get a new number
    where the one on its label is still theirs; answers how many. What a later batch printed stays good. Refuses a missing
    reason, and people who do not work in all the stores of its notes. Again changes nothing."""
    if not actor.has_perm("logistics.print_note"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    logs = list(PrintLog.objects.filter(batch=batch).order_by("note_id"))
    if len(logs) < batch.note_count:
        raise NotAllowed("not_all_yours", _("This batch holds notes of stores in which you do not work."))
    locked = selectors.lock_notes(log.note_id for log in logs)
    held = PrintBatch.objects.select_for_update().get(pk=batch.pk)
    if held.void_at:
        return 0
    held.void_at = now
    held.save(update_fields=["void_at"])
    open_notes = [n for n in locked if n.state in (NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED)]
    live, labels = selectors.live_numbers(n.pk for n in open_notes), {log.note_id: log.label_number for log in logs}
    torn = [n for n in open_notes if n.pk in live and labels[n.pk] == live[n.pk].number]
    numbers.give_back(notes=torn, reason=f"{held.number}: {reason}", actor=actor, now=now)
    later = PrintLog.objects.filter(note__in=open_notes, batch__gt=held.pk, batch__void_at__isnull=True)
    good = set(later.filter(batch__printed_at__isnull=False).values_list("note_id", flat=True)) - {n.pk for n in torn}
    DispatchNote.objects.filter(pk__in=[n.pk for n in open_notes if n.pk not in good]).update(printed_at=None)
    audit.record(held, "batch.void", actor=actor, now=now, reason=reason, text=gettext_noop("Batch torn up"))
    numbers.reserve_for(notes=torn, actor=actor, now=now)
    stages.push(order_ids=[note.order_id for note in open_notes], actor=actor, now=now)
    return len(torn)
