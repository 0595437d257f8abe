"""The declaration of a parcel: filled when its note is released, from the signed lines and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.choices import Incoterm, NonDelivery, NoteState
from logistics.models import Declaration, DeclarationLine, DispatchNote, Parcel
from logistics.selectors import dispatch as selectors
from logistics.selectors.customs import declarations as reads
from logistics.services.customs.named import named

#: What a person may write into the record; values, texts and numbers of the lines come from the note and the articles.
FIELDS = (
    "incoterm",
    "insurance",
    "battery",
    "licence",
    "certificate",
    "invoice",
    "non_delivery",
    "content_text",
    "comments",
)
#: Of these, what the carrier is told with the electronic data.
TOLD = {"incoterm", "insurance", "licence", "certificate", "invoice", "non_delivery"}
FILLED = (
    "revision", "currency", "goods_total", "freight", "sender_eori", "recipient_id", "tax_scheme", "tax_number", "form", "item_number",
    "rules_of", "filled_at", "filled_label", "data_sent_at",
)  # fmt: skip


def fill(*, notes: Sequence[DispatchNote], actor: Actor, now: datetime) -> list[Declaration]:
    """Write the declaration of each note as its present revision tells it; with notes that travel in its parcel it is the
    declaration of them all, and they have none of their own. Set-based; again changes nothing but the time."""
    if not notes:
        return []
    held = {row.note_id: row for row in Declaration.objects.filter(note__in=notes)}
    drawn = reads.drawn(notes, now)
    with transaction.atomic(), named(actor):
        rows = []
        for note in notes:
            row = held.get(note.pk) or Declaration(note=note)
            was = row.revision
            told = row.goods_total
            for name, value in drawn[note.pk].facts.items():
                setattr(row, name, value)
            row.filled_at, row.filled_label = now, actor.label[:150]
            if was != row.revision or told != row.goods_total:
                row.data_sent_at = None  # what the carrier was told is no longer what is signed
            rows.append(row)
        Declaration.objects.bulk_create([row for row in rows if row.pk is None], batch_size=1000)
        Declaration.objects.bulk_update([row for row in rows if row.note_id in held], FILLED, batch_size=500)
        DeclarationLine.objects.filter(declaration__in=[row for row in rows if row.note_id in held]).delete()
        DeclarationLine.objects.bulk_create(
            [DeclarationLine(declaration=row, **line) for row in rows for line in drawn[row.note_id].lines],
            batch_size=1000,
        )
    return rows


@transaction.atomic
def change(*, note: DispatchNote, actor: Actor, now: datetime, **facts: Any) -> Declaration:
    """Write what only a person knows: incoterm, insurance, battery statement, papers, what happens when nobody is there.

    Refuses people without the right, notes that were handed over, and words that do not exist.
    """
    if not (actor.has_perm("logistics.change_note") or actor.has_perm("logistics.print_note")):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = selectors.lock_note(note.pk)
    if held.state in (NoteState.CLOSED, NoteState.WITHDRAWN):
        raise Conflict("note_closed", _("This note is closed."))
    unknown = sorted(set(facts) - set(FIELDS))
    if unknown:
        raise Invalid("unknown_field", _("A declaration has no such fact."), errors={name: ["?"] for name in unknown})
    if facts.get("incoterm", Incoterm.DAP) not in Incoterm.values:
        raise Invalid("bad_incoterm", _("Unknown terms."), errors={"incoterm": [str(_("Unknown terms."))]})
    if facts.get("non_delivery", NonDelivery.RETURN) not in NonDelivery.values:
        raise Invalid("bad_instruction", _("Unknown instruction."), errors={"non_delivery": [str(_("Unknown."))]})
    if facts.get("insurance", Decimal(0)) < 0:
        raise Invalid("bad_insurance", _("Not below nothing."), errors={"insurance": [str(_("Not below nothing."))]})
    row = Declaration.objects.filter(note=held).first() or Declaration(note=held)
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if changed or row.pk is None:
        for name, value in changed.items():
            setattr(row, name, value)
        if TOLD & set(changed):
            row.data_sent_at = None  # what the carrier was told is no longer so
        with named(actor):
            row.save()
        audit.record(
            held, "note.declaration", actor=actor, now=now, text=gettext_noop("Customs papers: %(fields)s"),
            fields=", ".join(sorted(changed)),
        )  # fmt: skip
    return row


def weigh(*, note: DispatchNote, parcel: Parcel, actor: Actor) -> None:
    """Write gross weight and item number when the parcel is sealed; data that named others has to be given anew."""
    row = Declaration.objects.filter(note=note).first()
    if row is None:
        return
    was, number = (row.gross_weight_g, row.item_number), parcel.tracking_number[:60]
    if (was[0] or parcel.weight_g) != parcel.weight_g or (was[1] or number) != number:
        row.data_sent_at = None
    row.gross_weight_g, row.item_number = parcel.weight_g, number
    with named(actor):
        row.save(update_fields=["gross_weight_g", "item_number", "data_sent_at"])


@transaction.atomic
def mark_sent(
    *, notes: Sequence[DispatchNote], actor: Actor, now: datetime
) -> tuple[list[DispatchNote], dict[int, Any]]:
    """Note that the electronic data of these parcels was given to the carrier: (marked now, refusals by id)."""
    if not actor.has_perm("logistics.number_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    rows = selectors.lock_notes(note.pk for note in notes)
    held = {row.note_id: row for row in Declaration.objects.filter(note__in=rows)}
    refused: dict[int, Any] = {}
    good = []
    for note in rows:
        row = held.get(note.pk)
        if row is None or row.revision != note.revision:
            refused[note.pk] = Conflict(
                "not_released", _("Only notes that are released to the warehouse have a declaration.")
            )
        elif row.data_sent_at is None:
            good.append(note)
    with named(actor):
        Declaration.objects.filter(note__in=good).update(data_sent_at=now)
    audit.record_many(
        audit.entry(
            note, "note.data_sent", actor=actor, now=now, text=gettext_noop("Customs data given to the carrier")
        )
        for note in good
    )
    return good, refused
