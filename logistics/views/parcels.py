"""Pages of parcels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core import format as f
from core.audit import Actor
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from logistics.choices import SETTLED, Advice, ParcelState, TrackingState
from logistics.forms.parcels import EventFileForm
from logistics.listings import lane_words
from logistics.listings.naming import service_name
from logistics.listings.parcels import STATES, TRACKING
from logistics.listings.sources import FOLLOWED
from logistics.listings.witness import said_of
from logistics.models import Extension, Parcel
from logistics.registry import DisputeClock
from logistics.rules.tracking import BY_PERSON, days_left
from logistics.selectors import both_clocks, estimates, habits, judging, lanes, payout, sources
from logistics.selectors import boxes as box_selectors
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups
from logistics.selectors.customs import declarations
from logistics.services import tracking
from logistics.views import customs_parts, documents, incident_parts, parcel_way

#: Why the next check stands where it stands, in words.
WHY = {
    "first": gettext_lazy("first check of the service"), "event": gettext_lazy("an event asks for a look"),
    "reopened": gettext_lazy("opened again"), "judged": gettext_lazy("a person noted something"),
    "escalate": gettext_lazy("no rule fits"), "silent": gettext_lazy("its tracking source is silent"),
}  # fmt: skip


class ParcelsPage(ListPage):
    """All parcels."""

    listing_name = "parcels"

    def head_actions(self) -> list[dict[str, Any]]:
        """Look up numbers, read events from a file."""
        found = [{"label": _("Look up numbers"), "url": reverse("logistics:look-up"), "icon": "barcode"}]
        if self.actor.has_perm("logistics.track_parcel"):
            found.append(
                {"label": _("Events from a file"), "url": reverse("logistics:events_import"), "icon": "file-import"}
            )
        return found

    def row_css(self, row: dict[str, Any]) -> str:
        """Settled parcels stand back."""
        return "dim" if row["state"] in SETTLED else ""


class ParcelPage(DetailPage):
    """One parcel: where it is, until when, what comes next."""

    listing_name = "parcels"
    template_name = "logistics/parcel.html"
    title = gettext_lazy("Parcel")

    def number(self, obj: Parcel) -> str:
        """The waybill number, else our own."""
        return obj.tracking_number or obj.number

    def badges(self, obj: Parcel) -> list[dict[str, Any]]:
        """State and tracking state."""
        label, tone = STATES[obj.state]
        words, colour = TRACKING[obj.tracking_state]
        own = [{"label": label, "tone": tone}]
        if obj.state == ParcelState.SHIPPED and obj.tracking_state:
            return [{"label": words, "tone": colour}]  # on its way: the words of the trade say it more exactly
        return own if obj.state == obj.tracking_state else [*own, {"label": words, "tone": colour}]

    def sub(self, obj: Parcel) -> list[Any]:
        """Order, buyer, service, destination."""
        order = f.link_html(reverse("orders:detail", args=[obj.order_id]), obj.order.number, "mono")
        name = obj.order.buyer_name if self.actor.has_perm(documents.PERSONAL) else ""
        facts = [order, f.buyer_html(name, obj.country)]
        if obj.service:
            facts.append(service_name(obj.service))
        return facts

    def clock(self, obj: Parcel) -> dict[str, Any] | None:
        """The receiving time, while it runs; with an open dispute both clocks stand there instead."""
        if obj.state != ParcelState.SHIPPED or obj.receive_by is None or self.dispute is not None:
            return None
        return {
            "at": obj.receive_by,
            "text": _("The buyer's receiving time ends; then the order completes or is disputed."),
        }

    @cached_property
    def dispute(self) -> DisputeClock | None:
        """The open dispute of its order."""
        seen = self.actor.has_perm("disputes.view_case")
        return both_clocks.disputes_of([self.object]).get(self.object.order_id) if seen else None

    def alerts(self, obj: Parcel) -> list[dict[str, Any]]:
        """What must be seen."""
        found = incident_parts.of_parcel(obj, self.now)
        said = self.dispute is not None  # then both clocks stand above
        if not said and obj.state == ParcelState.SHIPPED and obj.promised_by and self.now > obj.promised_by:
            span = f.duration(self.now - obj.promised_by, 1)
            found.append(
                {"text": _("Later than the buyer was promised, by %(span)s.") % {"span": span}, "tone": "rose"}
            )
        waiting = selectors.pending_extensions([obj.pk]).get(obj.pk)
        if waiting is not None:
            text = (
                _("Lengthen the receiving time by %(days)s days in the shop, then record it here.")
                if waiting.call_id is None
                else _("The shop was asked for %(days)s more days; the buyer is told when it has confirmed.")
            )
            found.append({"text": text % {"days": waiting.days}, "tone": "amber"})
        return found

    def facts(self, obj: Parcel) -> list[dict[str, Any]]:
        """Way, promise, next check, parcel."""
        way = [
            (_("Last event"), self._last(obj)), (_("Handed over"), f.moment(obj.shipped_at, self.now)),
            (_("Paid out by"), f.day(payout.expected(obj, self.now), obj.store.time_zone)),
            (_("Under way"), f.days(((obj.settled_at or self.now) - obj.shipped_at).days) if obj.shipped_at else f.DASH),
            (_("Carrier's page"), self._link(obj)), (_("Followed by"), self._followed(obj)),
        ]  # fmt: skip
        word = lookups.words_given([obj], box_selectors.with_boxes([obj.pk])).get(obj.pk)
        check: list[Any] = [
            (_("Next check"), f.due_html(obj.next_check_at, self.now) if obj.state == ParcelState.SHIPPED else f.DASH),
            (_("Why then"), self.why(obj)), (_("Word to the buyer"), f.day(word)), (_("Last check"), f.moment(obj.checked_at, self.now)),
            (_("Advice"), obj.get_advice_display() or f.DASH), (_("Buyer's mood"), obj.get_buyer_mood_display() or f.DASH),
            (_("Why customs hold it"), obj.get_hold_reason_display() or f.DASH), (_("Delivered to"), obj.get_place_ok_display() or f.DASH),
            (_("Scans"), self._scanned(obj)),
        ]  # fmt: skip
        rules = {obj.advice_rule, obj.next_check_why} - {""} - set(WHY)
        words = judging.rule_words(rules, self.now, get_language() or "en")
        check += [
            {"label": _("Rule %(rule)s says") % {"rule": name}, "value": words[name], "wide": True}
            for name in sorted(words)
        ]
        parcel = [(_("Parcel"), obj.number), (_("Weight"), said_of(obj)), (_("Store"), str(obj.store))]
        told = habits.of_parcel(
            obj,
            "zh" if (get_language() or "").startswith("zh") else "en",
            self.now,
            estimates.sizes_of([obj.note_id or 0]).get(obj.note_id or 0, ()),
        )
        figures = [told[name] for name in ("parcel_weight", "parcel_size", "order_amount")]
        parcel.append((_("As the buyer reads it"), " · ".join(filter(None, figures)) or f.DASH))
        if obj.note_id and declarations.for_print(obj.note_id):
            parcel.append((_("Customs papers"), customs_parts.papers_html(self.actor, obj.note_id)))
            if obj.held_since or obj.tracking_state == TrackingState.CUSTOMS_HELD:
                parcel.append((_("For customs"), documents.links_html(self.actor, obj.note_id, documents.OF_HELD)))
        if obj.note_id:
            parcel.append((_("Papers"), documents.links_html(self.actor, obj.note_id, documents.OF_PARCEL)))
        return [
            {"title": _("Way"), "items": way}, *lane_box(obj, self.actor, self.now),
            {"title": _("Next check"), "items": check}, {"title": _("Parcel"), "items": parcel},
        ]  # fmt: skip

    def more(self, obj: Parcel) -> dict[str, Any]:
        """Its line of time, and both clocks while a dispute is open."""
        return {
            "way": parcel_way.way(obj, self.dispute, self.now),
            "both": both_clocks.shown(obj, self.dispute, self.now, self.actor),
        }

    def _scanned(self, obj: Parcel) -> Any:
        """How far the lane is scanned, and on what that rests."""
        known = lanes.lane_row(obj)
        words = lane_words.sight_text(known, lookups.tables(self.now).reach(obj))
        if known is None or not self.actor.has_perm("logistics.view_lane"):
            return words
        return f.link_html(reverse("logistics:lane", args=[known.pk]), words)

    @staticmethod
    def why(obj: Parcel) -> str:
        """Why the next check stands there."""
        if not obj.next_check_why:
            return f.DASH
        return str(WHY.get(obj.next_check_why) or _("rule %(rule)s of the tables") % {"rule": obj.next_check_why})

    @staticmethod
    def _last(obj: Parcel) -> Any:
        return f"{f.moment(obj.last_event_at)} · {obj.last_event_text}" if obj.last_event_at else f.DASH

    @staticmethod
    def _followed(obj: Parcel) -> Any:
        """The tracking source, and where the number stands there."""
        row = sources.followed_of(obj)
        if row is None:
            return f.DASH
        link = f.link_html(reverse("logistics:followed-one", args=[row.pk]), row.source.name)
        return format_html("{} {}", link, f.badge_html(*FOLLOWED[row.state]))

    @staticmethod
    def _link(obj: Parcel) -> Any:
        url = (
            obj.service.tracking_url.replace("{number}", obj.tracking_number)
            if obj.service and obj.tracking_number
            else ""
        )
        return f.link_html(url, obj.tracking_number, "mono") if url.startswith("https://") else f.DASH

    def tables(self, obj: Parcel) -> list[dict[str, Any]]:
        """Extensions."""
        rows = selectors.extensions_of(obj)
        if not rows:
            return []
        columns = [{"label": label, "css": css} for label, css in
                   ((_("Asked"), ""), (_("Days"), "num"), (_("Ended before"), ""), (_("Ends now"), ""), (_("State"), ""))]  # fmt: skip
        return [
            {"title": _("Longer receiving times"), "columns": columns, "rows": [self._extension(row) for row in rows]}
        ]

    def _extension(self, row: Extension) -> dict[str, Any]:
        if row.confirmed_at:
            state = f.badge_html(_("Confirmed"), "leaf")
        elif row.refused:
            state = f.badge_html(_("Refused"), "rose", row.refused)
        else:
            state = f.badge_html(_("Awaited"), "amber")
        cells = [
            ("", f.moment(row.asked_at, self.now)),
            ("num", row.days),
            ("", f.day(row.before)),
            ("", f.day(row.after)),
        ]
        return {"tds": f.tds_html([*cells, ("", state)]), "css": ""}

    def extra_steps(self, obj: Parcel) -> list[dict[str, Any]]:
        """The answer to an open dispute; what customs ask for when they hold a parcel: invoice and payment record as one file
        (CUS-16)."""
        answer = both_clocks.answer_step(self.dispute, self.actor) if self.dispute else None
        return [*([answer] if answer else []), *self._for_customs(obj)]

    def _for_customs(self, obj: Parcel) -> list[dict[str, Any]]:
        held = obj.state == ParcelState.SHIPPED and (obj.held_since or obj.tracking_state == TrackingState.CUSTOMS_HELD)
        may = self.actor.has_perm(documents.PERSONAL)
        if not held or not may or not obj.note_id or not declarations.for_print(obj.note_id):
            return []
        url = reverse("logistics:note-paper", args=[obj.note_id, documents.OF_HELD[0]])
        return [{"label": _("Papers for customs"), "url": url, "method": "get", "icon": "file-text"}]

    def first_step(self, obj: Parcel) -> str:
        """The button that comes first follows the advice; an open dispute is answered first."""
        if self.dispute is not None and both_clocks.answer_step(self.dispute, self.actor):
            return ""
        return next_action(obj, bool(selectors.pending_extensions([obj.pk])))


def lane_box(obj: Parcel, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What its lane says of a parcel under way; nothing where nothing of its family ever arrived."""
    told = lanes.outlooks([obj], now).get(obj.pk) if actor.has_perm("logistics.view_lane") else None
    if told is None or obj.service is None:
        return []
    answer, outlook = told
    basis = lane_words.basis_text(answer, obj.service, obj.country)
    lane = lanes.lane_of(obj)
    items: list[Any] = [
        {"label": _("Compared"), "value": lane_words.outlook_text(outlook), "wide": True},
        {
            "label": _("With"),
            "value": f.link_html(reverse("logistics:lane", args=[lane]), basis) if lane else basis,
            "wide": True,
        },
    ]
    if doubts := [str(text) for text in lane_words.doubts(answer)]:
        items.append({"label": _("Note"), "value": f.joined_html(doubts, format_html("<br>")), "wide": True})
    return [{"title": _("Lane"), "items": items}]


def next_action(obj: Parcel, extension_open: bool) -> str:
    """The action that is the next step of a parcel."""
    if obj.state == ParcelState.PACKED:
        return "hand-over"
    if extension_open:
        return "extend"
    if obj.advice in BY_PERSON:
        return "settle" if obj.advice in (Advice.REFUND, Advice.RESEND) else "record-event"
    return "check"


class ParcelPane(Page):
    """The parcel in the right pane of Today."""

    permission = "logistics.view_parcel"

    @cached_property
    def parcel(self) -> Parcel:
        """The parcel, if it is the person's to see."""
        return selectors.parcel(self.actor, self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Facts and the newest events."""
        parcel = self.parcel
        zone, left = parcel.store.time_zone, days_left(parcel.receive_by, self.now) if parcel.receive_by else None
        facts = [
            (_("Tracking"), f.badge_html(*TRACKING[parcel.tracking_state])), (_("Order"), parcel.order.number),
            (_("Service"), service_name(parcel.service) or f.DASH), (_("Promised by"), f.day(parcel.promised_by, zone)),
            (_("Receiving time ends"), f"{f.day(parcel.receive_by, zone)} · {f.days(left)}" if left is not None else f.DASH),
            (_("Advice"), parcel.get_advice_display() or f.DASH),
        ]  # fmt: skip
        for box in lane_box(parcel, self.actor, self.now):
            facts.append((box["title"], box["items"][0]["value"]))
        context = {
            "facts": facts,
            "entries": selectors.timeline_entries(parcel)[:12],
            "url": reverse("logistics:parcel", args=[parcel.pk]),
            "here_url": reverse("core:here", args=["parcels", parcel.pk]),
            "both": self._both(parcel),
        }
        return self.render("logistics/_parcel_pane.html", context)

    def _both(self, parcel: Parcel) -> dict[str, Any] | None:
        """Both clocks, while a dispute is open."""
        seen = self.actor.has_perm("disputes.view_case")
        dispute = both_clocks.disputes_of([parcel]).get(parcel.order_id) if seen else None
        return both_clocks.shown(parcel, dispute, self.now, self.actor)


class EventsImportPage(FormPage):
    """Read tracking events from a file."""

    permission = "logistics.track_parcel"
    form_class = EventFileForm
    title = gettext_lazy("Tracking events from a file")
    text = gettext_lazy(
        "Events may come in any order and again: each counts once. Numbers nobody knows come back as a file."
    )
    submit_label = gettext_lazy("Read the file")

    def back_url(self) -> str:
        """The list."""
        return reverse("logistics:parcels")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Start the work, show its progress."""
        file = data["file"]
        zone = getattr(self.request.user, "time_zone", "UTC")
        job = tracking.start_event_import(
            raw=file.read(), name=file.name or "", time_zone=zone, actor=self.actor, now=self.now
        )
        return self.go(reverse("core:job", args=[job.pk]))
