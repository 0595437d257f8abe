"""The dispatch board."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.pages import Page
from logistics.choices import Work
from logistics.listings.naming import service_name
from logistics.models import DispatchNote
from logistics.selectors import board

#: Columns of the board with what is done there, in the order of the work.
LANES = (Work.TO_SIGN, Work.TO_BUY, Work.TO_NUMBER, Work.TO_PRINT, Work.TO_PACK, Work.BLOCKED, Work.PACKED)
TONES = {
    Work.TO_SIGN: "amber",
    Work.TO_BUY: "lantern",
    Work.TO_NUMBER: "sea",
    Work.TO_PRINT: "sea",
    Work.TO_PACK: "indigo",
    Work.BLOCKED: "rose",
    Work.PACKED: "leaf",
}
FIRST = 8


class BoardPage(Page):
    """Every open note in its column, with the three clocks."""

    permission = "logistics.view_note"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The board."""
        found = board.counts(self.actor, self.now)
        lanes = [
            {
                "name": work.value,
                "label": work.label,
                "tone": TONES[work],
                "count": found[work.value],
                "url": f"{reverse('logistics:notes')}?view={work.value}",
                "notes": [self._card(note) for note in board.first_of(work.value, FIRST)] if found[work.value] else [],
                "more": max(found[work.value] - FIRST, 0),
            }
            for work in LANES
        ]
        context = {
            "title": _("Dispatch"),
            "lanes": lanes,
            "late": found[Work.LATE.value],
            "late_url": f"{reverse('logistics:notes')}?view=late",
            "clocks": self._clocks(),
            "today": board.handed_over_today(self.now, self.request.user.time_zone),
            "head_actions": self._buttons(),
            "open": sum(lane["count"] for lane in lanes),
        }
        return self.render("logistics/board.html", context)

    def _card(self, note: DispatchNote) -> dict[str, Any]:
        return {
            "url": reverse("logistics:note", args=[note.pk]),
            "number": note.number,
            "order": note.order.number,
            "country": note.country,
            "service": service_name(note.service),
            "due": note.due_at if note.state in ("draft", "signed") else note.pickup_at,
            "hard": note.order.ship_by,
            "block": note.get_block_reason_display() if note.block_reason else "",
        }

    def _clocks(self) -> list[dict[str, Any]]:
        names = {"target": _("Payment clock"), "pickup": _("Pick-up"), "ship_by": _("Shop's latest dispatch")}
        found = board.clocks(self.now)
        return [{"label": label, **found[name], "hard": name == "ship_by"} for name, label in names.items()]

    def _buttons(self) -> list[dict[str, Any]]:
        offered = [
            ("logistics:notes", _("All notes"), "list", "logistics.view_note", "ghost"),
            ("logistics:hand-over", _("Hand over"), "truck-delivery", "logistics.hand_over_parcel", "default"),
            ("logistics:station", _("Packing table"), "scan", "logistics.pack_parcel", "primary"),
        ]
        return [
            {"label": label, "url": reverse(name), "icon": icon, "kind": kind}
            for name, label, icon, permission, kind in offered
            if self.actor.has_perm(permission)
        ]
