"""What is loaded into the page of one object and asked again: its timeline, and who else is here."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import presence, timeline
from core.listing.doors import ListDoor

#: The chips above a timeline.
TIMELINE_KINDS = (
    ("", gettext_lazy("Everything")), ("message", pgettext_lazy("timeline", "Messages")),
    ("tracking", pgettext_lazy("timeline", "Tracking")), ("note", pgettext_lazy("timeline", "Notes")),
    ("audit", pgettext_lazy("timeline", "Record")),
)  # fmt: skip


class TimelineDoor(ListDoor):
    """GET: the timeline of an object."""

    def get(self, request: HttpRequest, name: str, pk: int) -> HttpResponse:
        """The component, with the address of older lines."""
        before: datetime | None = None
        if text := request.GET.get("before", ""):
            try:
                before = parse_datetime(text)
            except ValueError:
                before = None
        obj, asked = self.found(pk), request.GET.get("kind", "")
        kind = asked if asked in dict(TIMELINE_KINDS) else ""
        found = timeline.entries(obj, self.actor, before=before, limit=timeline.PAGE * (1 if not kind else 5))
        full = len(found) == timeline.PAGE * (1 if not kind else 5)
        shown = [e for e in found if e.kind == kind or (kind == "audit" and e.kind == "event")] if kind else found
        last = found[-1].at.isoformat().replace("+", "%2B") if full else ""
        more = f"&kind={kind}" if kind else ""
        chips = [
            {"label": label, "url": f"{request.path}?kind={name}" if name else request.path, "active": name == kind}
            for name, label in TIMELINE_KINDS
        ]
        older = f"{request.path}?before={last}{more}" if full else ""
        return self.render(
            "core/_timeline.html", {"entries": shown, "older_url": older, "chips": None if before else chips}
        )


class HereDoor(ListDoor):
    """GET: who else has this object open or is writing about it (asked every 15 s; ``writing=1`` tells the others)."""

    def get(self, request: HttpRequest, name: str, pk: int) -> HttpResponse:
        """core/_here_names.html."""
        self.found(pk)
        others = presence.seen(f"{name}:{pk}", self.actor, writing=request.GET.get("writing") == "1")
        names = {
            "here": [other.name for other in others if not other.writing],
            "writing": [other.name for other in others if other.writing],
        }
        return self.render("core/_here_names.html", names)
