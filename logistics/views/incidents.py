"""Pages of incidents: the list, a new one, one with its parcels, notes and figures."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.selectors import telling
from core import format as f
from core.audit import subject_type
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from logistics.choices import IncidentKind, IncidentState, ParcelState
from logistics.forms.incidents import IncidentForm
from logistics.listings.incidents import FIGURES, STATES
from logistics.listings.naming import service_name
from logistics.models import Incident
from logistics.selectors import incidents as selectors
from logistics.services import incidents

#: So many notes and texts are shown on the page.
SHOWN = 50


class IncidentsPage(ListPage):
    """All incidents."""

    listing_name = "incidents"

    def head_actions(self) -> list[dict[str, Any]]:
        """Open one."""
        if not self.actor.has_perm("logistics.manage_incident"):
            return []
        url = reverse("logistics:incident-new")
        return [{"label": _("Open an incident"), "url": url, "icon": "plus", "kind": "primary"}]

    def row_css(self, row: dict[str, Any]) -> str:
        """Ended ones stand back."""
        return "" if row["state"] == IncidentState.OPEN else "dim"


class IncidentNewPage(FormPage):
    """Open an incident."""

    permission, form_class = "logistics.manage_incident", IncidentForm
    title, submit_label = gettext_lazy("Open an incident"), gettext_lazy("Open it")
    text = gettext_lazy("Nobody is told and nothing is sent another way yet: you do that on the page of the incident.")
    wide_fields = ("reason",)

    def back_url(self) -> str:
        """The list."""
        return reverse("logistics:incidents")

    def form_arguments(self) -> dict[str, Any]:
        """The person's stores."""
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        """The lane one comes from."""
        return {name: self.request.GET[name][:10] for name in ("service", "countries") if name in self.request.GET}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        row = incidents.open_incident(actor=self.actor, now=self.now, **data)
        return self.go(reverse("logistics:incident", args=[row.pk]), _("Opened."))


class IncidentPage(DetailPage):
    """One incident: what it touches, what was done, what came of it."""

    listing_name, title = "incidents", gettext_lazy("Incident")

    @cached_property
    def figures(self) -> dict[str, int]:
        """The figures of now; of an ended one those it ended with stand beside."""
        return selectors.figures(self.object, self.actor)

    def badges(self, obj: Incident) -> list[dict[str, Any]]:
        """State and kind."""
        return [
            {"label": STATES[obj.state][0], "tone": STATES[obj.state][1]},
            {"label": IncidentKind(obj.kind).label, "tone": "neutral"},
        ]

    def sub(self, obj: Incident) -> list[Any]:
        """Where, in which store."""
        where = service_name(obj.service) if obj.service else _("All services")
        to = ", ".join(f.country_name(code) for code in obj.countries.split(";") if code) or _("everywhere")
        return [where, to, str(obj.store) if obj.store else _("All stores")]

    def clock(self, obj: Incident) -> dict[str, Any] | None:
        """The expected end."""
        if obj.state != IncidentState.OPEN:
            return None
        return {"at": obj.expected_end, "text": _("The expected end: prolong it or end it before.")}

    def alerts(self, obj: Incident) -> list[dict[str, Any]]:
        """What is known; what waits."""
        found = [{"text": obj.reason, "tone": "amber"}]
        waiting = selectors.waiting_notes(obj).count() if obj.stops_new and obj.state == IncidentState.OPEN else 0
        if waiting:
            text = _("%(count)s notes wait for a stopped service.") % {"count": f.number(waiting)}
            found.append({"text": text, "tone": "rose"})
        if obj.ended_why:
            found.append({"text": obj.ended_why, "tone": "leaf", "title": _("How it ended")})
        return found

    def facts(self, obj: Incident) -> list[dict[str, Any]]:
        """Times, figures, the result."""
        days = [
            (_("Since"), f.moment(obj.starts_at, self.now)), (_("Expected to end"), f.moment(obj.expected_end, self.now)),
            (_("Handed over"), self._span(obj)), (_("Stops new parcels"), _("yes") if obj.stops_new else _("no")),
            (_("Opened by"), obj.opened_by.label if obj.opened_by else f.DASH),
        ]  # fmt: skip
        if obj.ended_at:
            days.append((_("Ended"), f.moment(obj.ended_at, self.now)))
        boxes = [
            {
                "title": _("Parcels"),
                "items": [
                    (label, self._count(name, self.figures[name]))
                    for name, label in FIGURES.items()
                    if name in self.figures
                ],
            }
        ]
        if obj.result:
            kept = [(label, f.number(obj.result[name])) for name, label in FIGURES.items() if name in obj.result]
            boxes.append({"title": _("When it ended"), "items": kept})
        return [*boxes, {"title": _("Incident"), "items": days}]

    @staticmethod
    def _span(obj: Incident) -> str:
        if not (obj.handed_from or obj.handed_to):
            return _("everything under way")
        return (
            f"{f.day(obj.handed_from) if obj.handed_from else '…'} – {f.day(obj.handed_to) if obj.handed_to else '…'}"
        )

    def _count(self, name: str, count: int) -> Any:
        """A figure that opens its parcels."""
        states = {
            "concerned": "", "under_way": ParcelState.SHIPPED, "arrived": ParcelState.DELIVERED, "returned": ParcelState.RETURNED,
            "lost": ParcelState.LOST,
        }  # fmt: skip
        if not count or name not in states:
            return f.number(count)
        asked = {"edited": 1, "incident": self.object.pk, **({"state": states[name]} if states[name] else {})}
        return f.link_html(f"{reverse('logistics:parcels')}?{urlencode(asked)}", f.number(count))

    def tables(self, obj: Incident) -> list[dict[str, Any]]:
        """Notes that wait, notes sent another way, tellings."""
        found = []
        if obj.stops_new and obj.state == IncidentState.OPEN and (notes := list(selectors.waiting_notes(obj)[:SHOWN])):
            rows = [
                [("mono", self._note(n.pk, n.number)), ("", n.get_state_display()), ("", service_name(n.service)),
                 ("mono", f.link_html(reverse("orders:detail", args=[n.order_id]), n.order.number, "mono")),
                 ("", f.country_html(n.country))]
                for n in notes
            ]  # fmt: skip
            found.append(
                _table(
                    _("Notes that wait for a stopped service"),
                    [_("Dispatch note"), _("State"), _("Service"), _("Order"), _("Country")],
                    rows,
                )
            )
        if moved := list(selectors.rerouted_of(obj)[:SHOWN]):
            rows = [
                [("mono", self._note(r.note_id, r.note.number)), ("", service_name(r.from_service)), ("", service_name(r.to_service)),
                 ("", f.moment(r.at, self.now))]
                for r in moved
            ]  # fmt: skip
            found.append(
                _table(
                    _("Sent another way"), [_("Dispatch note"), _("Service before"), _("Service now"), _("Time")], rows
                )
            )
        if told := list(telling.tellings_of(subject_type(obj), obj.pk)[:SHOWN]):
            held = telling.counts(row.pk for row in told)
            rows = [
                [("mono", f.link_html(reverse("conversations:telling", args=[r.pk]), r.number, "mono")), ("", r.get_state_display()),
                 ("num", f.number(held.get(r.pk, {}).get("told", 0))), ("num", f.number(held.get(r.pk, {}).get("out", 0)))]
                for r in told
            ]  # fmt: skip
            found.append(_table(_("Tellings"), [_("Number"), _("State"), _("Told"), _("Left out")], rows))
        return found

    def _note(self, pk: int, number: str) -> Any:
        return f.link_html(reverse("logistics:note", args=[pk]), number, "mono")

    def first_step(self, obj: Incident) -> str:
        """Notes first, then extensions, then the buyers. Near the expected end another one is told; once it has passed, the end
        itself. In between nothing waits, and no button asks to be pressed."""
        if obj.state != IncidentState.OPEN:
            return ""
        if obj.reviewed_for == obj.expected_end:
            return "end" if obj.expected_end <= self.now else "prolong"
        if obj.stops_new and selectors.waiting_notes(obj).exists():
            return "reroute"
        if selectors.to_extend(obj, self.actor):
            return "extend"
        told = telling.tellings_of(subject_type(obj), obj.pk).exists()
        return "tell" if self.figures["under_way"] and not told else ""


def _table(title: str, heads: list[str], rows: list[list[tuple[str, Any]]]) -> dict[str, Any]:
    css = [cell[0] if cell[0] == "num" else "" for cell in rows[0]]
    columns = [{"label": label, "css": name} for label, name in zip(heads, css, strict=True)]
    return {"title": title, "columns": columns, "rows": [{"tds": f.tds_html(row), "css": ""} for row in rows]}
