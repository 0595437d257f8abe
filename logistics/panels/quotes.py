"""Prices of all services on the pages of notes and orders."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import panels
from core.audit import Actor
from core.clock import utcnow
from core.panels import Panel
from logistics.choices import NoteState
from logistics.listings import quote_words
from logistics.models import DispatchNote
from logistics.selectors import estimates
from logistics.selectors import quotes as selectors
from logistics.services import quoting
from orders.models import Order


def of_note(note: DispatchNote, actor: Actor) -> dict[str, Any]:
    """All services for the parcel of a note; chosen here while the note may still be changed."""
    now = utcnow()
    held, priced = selectors.price_note(note, now)
    may = note.state in quoting.OPEN and actor.has_perm("logistics.change_note")
    return {
        **quote_words.shown(priced, held, now, choose=reverse("logistics:note-choose", args=[note.pk]) if may else ""),
        "voids": note.state != NoteState.DRAFT, "sides": quote_words.sides_fields(priced.case.ship.sides),
        "prices_url": f"{reverse('logistics:prices')}?note={note.pk}",
        "expected": quote_words.expected(estimates.estimates_of(note.pk), now),
    }  # fmt: skip


def of_order(order: Order, actor: Actor) -> dict[str, Any]:
    """All services for what is still to be sent of an order, or for its open note."""
    now = utcnow()
    note = selectors.open_note(order)
    if note is not None:
        return of_note(note, actor)
    held, priced = selectors.price_order(order, now)
    return {**quote_words.shown(priced, held, now), "voids": False, "sides": (), "prices_url": "", "expected": []}


panels.register(
    "dispatch-notes.detail",
    Panel(
        "quotes",
        _("Prices of the services"),
        "logistics.view_service",
        "logistics/_quotes_panel.html",
        of_note,
        order=30,
    ),
)
panels.register(
    "orders.detail",
    Panel(
        "quotes",
        _("Prices of the services"),
        "logistics.view_service",
        "logistics/_quotes_panel.html",
        of_order,
        order=25,
    ),
)
