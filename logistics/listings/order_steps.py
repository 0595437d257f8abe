"""What comes next for an order once it is with dispatch: the steps of its note and of its parcel, on the page of the order."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from core.audit import Actor
from core.listing.detail import step_from
from logistics.choices import NoteState, ParcelState
from logistics.models import DispatchNote, Parcel
from logistics.selectors import dispatch as selectors
from orders.choices import Stage
from orders.models import Order

#: The action of the note that comes next, by the state of the note.
_OF_NOTE = {NoteState.DRAFT: "sign", NoteState.SIGNED: "release", NoteState.BLOCKED: "unblock"}

#: Stages in which an open note says what comes next.
_WITH_DISPATCH = (Stage.TO_APPROVE, Stage.SHORT, Stage.TO_NUMBER, Stage.TO_PRINT, Stage.TO_HAND_OVER)


def next_of_note(note: DispatchNote, *, numbered: bool) -> str:
    """The action that is the next step of a note; "" when a table or another person has it."""
    if note.state == NoteState.RELEASED:
        return "print" if numbered and note.printed_at is None else "" if numbered else "number"
    return _OF_NOTE.get(NoteState(note.state), "")


def next_is_packing(note: DispatchNote, *, numbered: bool) -> bool:
    """Whether the packing table has the note: released, with its number, printed."""
    return note.state == NoteState.RELEASED and numbered and note.printed_at is not None


def to_the_table(note: DispatchNote) -> dict[str, Any]:
    """The button that puts the note onto the packing table of this browser, as a scan of its sheet does."""
    url = f"{reverse('logistics:station-scan')}?{urlencode({'code': note.number})}"
    return {"label": gettext("To the packing table"), "url": url, "method": "post", "icon": "package"}


def next_of_order(order: Order, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """The next step of an order that dispatch has; None when the order itself has it, or the actor may do none of it."""
    back = reverse("orders:detail", args=[order.pk])
    if order.stage in (Stage.TO_DECLARE, Stage.SHIPPED):
        return _of_parcel(order, actor, now, back)
    note = selectors.open_note_of(order.pk)
    if note is None or order.stage not in _WITH_DISPATCH:
        return None
    if order.stage == Stage.TO_PRINT and note.state == NoteState.RELEASED:
        return None  # the order prints it itself
    if note.state == NoteState.PACKED:
        return _of_packed(note, actor, now, back)
    if order.stage == Stage.SHORT and actor.has_perm("logistics.change_note") and note.state == NoteState.RELEASED:
        ask = reverse("logistics:note-ask", args=[note.pk])
        return {"label": gettext("Goods are missing"), "url": ask, "method": "dialog", "icon": "hourglass"}
    numbered = bool(selectors.live_numbers([note.pk]))
    name = next_of_note(note, numbered=numbered)
    if name:
        return step_from("dispatch-notes", name, note, actor, now, back)
    if note.state == NoteState.RELEASED and actor.has_perm("logistics.pack_parcel"):
        return to_the_table(note)
    return None


def _of_packed(note: DispatchNote, actor: Actor, now: datetime, back: str) -> dict[str, Any] | None:
    parcel = Parcel.objects.filter(note=note, state=ParcelState.PACKED).first()
    return step_from("parcels", "hand-over", parcel, actor, now, back) if parcel else None


def _of_parcel(order: Order, actor: Actor, now: datetime, back: str) -> dict[str, Any] | None:
    if not actor.has_perm("logistics.view_parcel"):
        return None
    parcels = Parcel.objects.filter(order=order).order_by("pk")
    left = parcels.filter(shipped_at__isnull=False, declared_at__isnull=True, note__isnull=False).first()
    if order.stage == Stage.TO_DECLARE and left is not None:
        return _link(gettext("Mark as shipped in the shop"), reverse("logistics:declare", args=[left.pk]), "check")
    parcel = parcels.exclude(state=ParcelState.CLOSED).last() or parcels.last()
    return (
        _link(gettext("Follow the parcel"), reverse("logistics:parcel", args=[parcel.pk]), "truck-delivery")
        if parcel
        else None
    )


def _link(label: str, url: str, icon: str) -> dict[str, Any]:
    return {"label": label, "url": url, "method": "get", "icon": icon}
