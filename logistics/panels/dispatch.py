"""Boxes of dispatch, and the figure beside the menu."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import counts, guide, panels, timeline
from core.audit import Actor
from core.panels import Panel
from logistics.listings.dispatch import STATES
from logistics.listings.naming import service_name
from logistics.models import Service, WaybillNumber
from logistics.selectors import board
from logistics.selectors import dispatch as selectors
from orders.models import Order


def notes_of_order(order: Order, actor: Actor) -> dict[str, Any]:
    """Every note of the order, newest first."""
    notes = board.notes_of_order(order.pk)
    numbers = selectors.live_numbers(note.pk for note in notes)
    return {
        "notes": [
            {
                "url": reverse("logistics:note", args=[note.pk]), "number": note.number, "label": STATES[note.state][0],
                "tone": STATES[note.state][1], "service": service_name(note.service),
                "waybill": numbers[note.pk].number if note.pk in numbers else "",
                "due": note.due_at if note.state in ("draft", "signed") else None,
            }
            for note in notes
        ]
    }  # fmt: skip


panels.register(
    "orders.detail",
    Panel("dispatch", _("Dispatch"), "logistics.view_note", "logistics/_dispatch_panel.html", notes_of_order, order=20),
)
timeline.register_related("orders.order", lambda order: [("logistics.dispatchnote", selectors.note_ids_of(order.pk))])
counts.register("dispatch", selectors.open_count, permission="logistics.view_note")

guide.register(guide.Step(
    "services", _("Choose carrier services"), _("Enter the waybill numbers of a service, or connect its carrier."),
    "logistics:numbers", "logistics.number_parcel",
    lambda: WaybillNumber._base_manager.exists() or Service.objects.exclude(connector="").exists(), 40,
))  # fmt: skip
