"""The dispatch board."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import format as f
from core.clock import start_of_day
from core.pages import Page
from logistics.choices import Work
from logistics.listings.naming import service_name
from logistics.models import DispatchNote
from logistics.selectors import board, clerks, manifests
from logistics.selectors.naming import carrier_said

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
#: A further clock stands on a card once it ends this soon.
NEAR = timedelta(hours=24)


#: Columns of the table of persons, after the name.
HEADS = (
    pgettext_lazy("board", "In hand"), pgettext_lazy("board", "On the desk"), Work.TO_PRINT.label, Work.TO_PACK.label,
    Work.BLOCKED.label, Work.PACKED.label, pgettext_lazy("board", "Late: payment"), pgettext_lazy("board", "Late: pick-up"),
    pgettext_lazy("board", "Late: shop"), pgettext_lazy("board", "Printed today"), pgettext_lazy("board", "Packed today"),
    pgettext_lazy("board", "Handed over today"),
)  # fmt: skip


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
        since = start_of_day(self.now, self.request.user.time_zone)
        context = {
            "title": _("Dispatch"),
            "lanes": lanes,
            "hands": [self._hand(hand) for hand in clerks.per_clerk(self.now, since)],
            "hand_heads": HEADS,
            "alarms": self._alarms(),
            "carriers": self._carriers(manifests.left_today(since)),
            "late": found[Work.LATE.value],
            "late_url": f"{reverse('logistics:notes')}?view=late",
            "clocks": self._clocks(),
            "today": board.handed_over_today(self.now, self.request.user.time_zone),
            "head_actions": self._buttons(),
            "open": sum(lane["count"] for lane in lanes),
        }
        return self.render("logistics/board.html", context)

    def _hand(self, hand: clerks.Hand) -> dict[str, Any]:
        """One person's line: what is in hand by work, how many of it are late on each clock, what was done today."""
        notes = f"{reverse('logistics:notes')}?view=all&clerk={hand.user_id}"
        works = [(work, hand.by_work.get(work.value, 0)) for work in clerks.OF_CLERKS]
        desk = hand.open - sum(count for _work, count in works)
        return {
            "name": hand.name or _("Nobody yet"), "url": notes, "open": hand.open, "desk": desk,
            "works": [{"count": count, "url": f"{notes}&work={work.value}", "tone": TONES[work]} for work, count in works],
            "late": [{"count": hand.late.get(name, 0), "url": f"{notes}&clock={name}"} for name in clerks.CLOCKS],
            "done": (hand.printed, hand.packed, hand.handed_over),
        }  # fmt: skip

    def _alarms(self) -> list[dict[str, Any]]:
        """What may not be lost from sight before the day ends; only what there is."""
        notes, parcels = reverse("logistics:notes"), reverse("logistics:parcels")
        rows = [
            (clerks.number_without_goods().count(), _("Number reserved, goods missing"), f"{notes}?view=all&number_waiting=true", "rose"),
            (manifests.untold().count(), _("Left without online number"), f"{parcels}?view=untold", "lantern"),
            (manifests.unsigned(self.now).count(), _("Lists no carrier has signed"), reverse("logistics:manifests"), "amber"),
        ]  # fmt: skip
        return [{"count": count, "label": label, "url": url, "tone": tone} for count, label, url, tone in rows if count]

    def _carriers(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"name": carrier_said(row["carrier"]) or f.DASH, "count": row["n"], "untold": row["untold"]} for row in rows
        ]

    def _card(self, note: DispatchNote) -> dict[str, Any]:
        blocked = note.state == "blocked"
        who = note.blocked_by.label if blocked and note.blocked_by else ""
        return {
            "told": " · ".join(filter(None, [note.block_note, who])) if blocked else "",
            "since": note.blocked_at if blocked else None,
            "clocks": self._near(note),
            "url": reverse("logistics:note", args=[note.pk]),
            "number": note.number,
            "order": note.order.number,
            "country": note.country,
            "service": service_name(note.service),
            "block": note.get_block_reason_display() if note.block_reason else "",
        }

    def _near(self, note: DispatchNote) -> list[dict[str, Any]]:
        """The clock of its place (the desk's or the pick-up), and the two others once they have run out or end today."""
        own = note.due_at if note.state in ("draft", "signed") else note.pickup_at
        made = [{"at": own, "hard": False, "title": ""}] if own else []
        further = (
            (note.order.target_at, False, _("Payment clock")),
            (note.order.ship_by, True, _("Shop's latest dispatch")),
        )
        return made + [
            {"at": at, "hard": hard, "title": title} for at, hard, title in further if at and at < self.now + NEAR
        ]  # fmt: skip

    def _clocks(self) -> list[dict[str, Any]]:
        names = {"target": _("Payment clock"), "pickup": _("Pick-up"), "ship_by": _("Shop's latest dispatch")}
        found = board.clocks(self.now)
        url = reverse("logistics:notes")
        return [
            {"label": label, **found[name], "hard": name == "ship_by", "url": f"{url}?view=all&clock={name}"}
            for name, label in names.items()
        ]

    def _buttons(self) -> list[dict[str, Any]]:
        offered = [
            ("logistics:notes", _("All notes"), "list", "logistics.view_note", "ghost"),
            ("logistics:manifests", _("Hand-over lists"), "signature", "logistics.view_note", "ghost"),
            ("logistics:hand-over", _("Hand over"), "truck-delivery", "logistics.hand_over_parcel", "default"),
            ("logistics:station", _("Packing table"), "scan", "logistics.pack_parcel", "primary"),
        ]
        return [
            {"label": label, "url": reverse(name), "icon": icon, "kind": kind}
            for name, label, icon, permission, kind in offered
            if self.actor.has_perm(permission)
        ]
