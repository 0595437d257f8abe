"""What dispatch adds to the list of orders: note, waybill number, "make notes", "print"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.errors import Conflict
from core.listing import LISTINGS, Action, Column, Outcome, Prefix, RowPart, register_part
from logistics.choices import NoteState
from logistics.forms.dispatch import PrintForm
from logistics.listings.actions import PrintNotes, batch_data, batch_text
from logistics.listings.dispatch import STATES
from logistics.listings.order_steps import next_of_order
from logistics.selectors import board
from logistics.selectors import dispatch as selectors
from logistics.services import dispatch, printing
from orders import registry


class NoteBrief(serializers.Serializer):
    """What the row of an order says of dispatch."""

    note = serializers.CharField(label=pgettext_lazy("dispatch", "Note"), allow_null=True)
    note_id = serializers.CharField(allow_null=True)
    note_state = serializers.ChoiceField(NoteState.choices, label=_("Note state"), allow_null=True)
    waybill = serializers.CharField(label=_("Waybill number"), allow_null=True)


class MakeNotes(Action):
    """Draft dispatch notes."""

    name, label, permission = "make-notes", _("Make dispatch notes"), "logistics.change_note"
    icon, order, key, done_text = "clipboard-list", 30, "d", _("Dispatch note drafted.")

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One order."""
        note = dispatch.draft_one(order=obj, actor=actor, now=now)
        return {"note": note.number, "message": note.number}

    def shown_for(self, obj: Any) -> bool:
        """Orders that may be sent."""
        return obj.state in ("ready", "part_shipped") and not obj.history and selectors.open_note_of(obj.pk) is None


class PrintOrders(Action):
    """Print the notes of orders."""

    name, label, permission = "print-notes", _("Print notes and labels"), "logistics.print_note"
    form, icon, order, key, done_text = PrintForm, "printer", 32, "p", _("In the print queue.")

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> Any:
        """One order."""
        notes = board.notes_of_orders([obj.pk])
        if not notes:
            raise Conflict("no_note", _("There is no dispatch note to print."))
        return PrintNotes().apply(notes[0], actor, now, **data)

    def apply_many(self, objs: Sequence[Any], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """The notes of all of them in one batch."""
        notes = board.notes_of_orders([o.pk for o in objs])
        batch, refused = printing.print_notes(
            notes=notes,
            actor=actor,
            now=now,
            documents=data.get("documents") or printing.USUAL,
            language=data.get("language", ""),
            label_size=data.get("label_size", ""),
        )
        by_order = {note.order_id: refused.get(note.pk) for note in notes}
        missing = Conflict("no_note", _("There is no dispatch note to print."))
        made = []
        for obj in objs:
            error = by_order.get(obj.pk) if obj.pk in by_order else missing
            if error or batch is None:
                made.append(Outcome.refused(obj.pk, error or missing))
            else:
                made.append(Outcome(obj.pk, True, message=batch_text(batch.number), data=batch_data(batch)))
        return made

    def shown_for(self, obj: Any) -> bool:
        """Orders with a note in the warehouse."""
        note = selectors.open_note_of(obj.pk)
        return note is not None and note.state in printing.PRINTABLE


def note_html(row: Mapping[str, Any]) -> Any:
    """The note with its state."""
    if not row["note"]:
        return f.DASH
    label, tone = STATES[row["note_state"]]
    return f.joined_html([f.mono_html(row["note"]), f.badge_html(label, tone)], " ")


def way_html(row: Mapping[str, Any]) -> Any:
    """The waybill number, and below it the service the buyer paid for."""
    number = f.mono_html(row["waybill"])
    paid = row["shipping_method"]
    return (
        f.joined_html([number, format_html('<small class="under" title="{0}">{0}</small>', paid)], "")
        if paid
        else number
    )


ORDER_PART = RowPart(
    "dispatch",
    fields=NoteBrief().fields,
    whole=board.DISPATCH_OF_ORDER,
    columns=[
        Column("note", html=note_html, needs=("note_state",), default=False),
        Column(
            "waybill",
            label=_("Waybill"),
            mono=True,
            html=way_html,
            text=lambda row: row["waybill"],
            needs=("waybill", "shipping_method"),
            roomy=True,
        ),
    ],
    actions=[MakeNotes(), PrintOrders()],
    search=[Prefix("number", to="note__order_id", queryset=lambda actor: selectors.live_numbers_for(actor))],
)
if "orders" in LISTINGS:
    register_part("orders", ORDER_PART)
    registry.next_steps.append(next_of_order)
