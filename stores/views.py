"""Pages about the doors: connections, outgoing calls, raw records, clocks."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from accounts.selectors import stores_for
from core import format as f
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from stores import selectors
from stores.choices import CLOCK_WORDS, Ability, CallState, InboundState
from stores.forms import ConnectForm, DeadlineForm, ReasonForm
from stores.listings import afterwards
from stores.models import Deadline
from stores.services import accounts, deadlines, outbox

CallsPage = ListPage.of("calls")
InboundPage = ListPage.of("inbound")
DeadlinesPage = ListPage.of("deadlines")


#: What the commonest parts of a call are called; the others keep the channel's own names.
PAYLOAD = {
    "to": _("To"), "text": _("Text"), "subject": pgettext_lazy("message", "Subject"), "from_name": _("Sender"), "days": _("Days"),
    "amount": _("Amount"), "number": _("Number"), "reason": _("Reason"), "service": _("Service"), "value": _("Value"),
    "country": _("Country"), "currency": _("Currency"), "order_id": _("Order"), "order": _("Order"), "postcode": _("Postcode"),
    "weight_g": _("Weight (g)"), "reference": _("Reference"), "buyer": _("Buyer"), "carrier": _("Carrier"),
}  # fmt: skip


class CallPage(DetailPage):
    """One outgoing call: what was to be told, what came out."""

    listing_name, title = "calls", _("Outgoing call")

    def number(self, obj: Any) -> str:
        """Its number."""
        return f"#{obj.pk}"

    def badges(self, obj: Any) -> list[dict[str, Any]]:
        """State and kind."""
        state = CallState(obj.state)
        return [{"label": state.label, "tone": state.tone}, {"label": obj.get_ability_display(), "tone": "neutral"}]

    def alerts(self, obj: Any) -> list[dict[str, Any]]:
        """Why it failed, and what to know before trying again."""
        found: list[dict[str, Any]] = []
        if obj.error and obj.state != CallState.SENT:
            found.append({"text": gettext(obj.error), "tone": "rose" if obj.state == CallState.FAILED else "amber"})
        if obj.doubtful:
            found.append(
                {"text": _("It may have worked: before it is repeated, the channel is asked."), "tone": "amber"}
            )
        return found

    def facts(self, obj: Any) -> list[dict[str, Any]]:
        """The row in words."""
        items = [
            (_("Store"), obj.store.name), (_("Key"), obj.key), (_("Tries"), obj.attempts),
            (_("Written"), self._when(obj.created_at)),
            (_("Next try"), self._when(obj.due_at, obj.state in (CallState.QUEUED, CallState.UNKNOWN))),
            (_("Done"), self._when(obj.sent_at)),
            (_("Given up after"), self._when(obj.give_up_at, obj.state != CallState.SENT)),
            (_("Answer"), obj.receipt.get("remote_id") or f.DASH),
        ]  # fmt: skip
        boxes = [{"title": _("Call"), "items": items}]
        if self.actor.has_perm("orders.view_personal"):
            told = [
                {"label": PAYLOAD.get(name, name), "value": f.DASH if value in (None, "") else str(value), "wide": len(str(value)) > 60}
                for name, value in obj.payload.items()
            ]
            boxes.append({"title": _("What is told"), "items": told})
        return boxes

    def _when(self, at: Any, counts: bool = True) -> Any:
        return f.time_html(at, self.now) if at and counts else f.DASH


class RecordPage(DetailPage):
    """One raw record, as it came."""

    listing_name, title = "inbound", _("Record of a channel")

    def number(self, obj: Any) -> str:
        """Its id at the channel."""
        return str(obj.remote_id)

    def badges(self, obj: Any) -> list[dict[str, Any]]:
        """State."""
        state = InboundState(obj.state)
        return [{"label": state.label, "tone": state.tone}]

    def alerts(self, obj: Any) -> list[dict[str, Any]]:
        """Why it cannot be read."""
        return [{"text": obj.error, "tone": "rose"}] if obj.error else []

    def facts(self, obj: Any) -> list[dict[str, Any]]:
        """The row in words, and the raw answer for those who may see personal data."""
        kind = Ability(obj.kind).label if obj.kind in Ability.values else obj.kind
        items = [
            (_("Store"), obj.store.name),
            (_("Kind"), kind),
            (_("Received"), f.time_html(obj.received_at, self.now)),
            (_("Tries"), obj.attempts),
        ]
        boxes = [{"title": _("Record"), "items": items}]
        if self.actor.has_perm("orders.view_personal"):
            raw = obj.payload if isinstance(obj.payload, dict) else {"": obj.payload}
            told = [
                (str(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
                for name, value in raw.items()
            ]
            boxes.append({"title": _("As it came"), "items": told})
        return boxes


class ConnectionsPage(Page):
    """How each store is reached, and whether it works."""

    permission = "stores.change_connection"

    def get(self, request: HttpRequest) -> HttpResponse:
        """All open stores of the person."""
        found = selectors.doors(self.actor, stores_for(self.actor))
        rows = [
            {"door": door, "badge": badge_of(door), "url": reverse("stores:connection", args=[door.store.code])}
            for door in found
        ]
        return self.render("stores/connections.html", {"title": _("Connections"), "rows": rows})


def badge_of(door: selectors.Door) -> dict[str, Any]:
    """The state of a connection in one word."""
    if not door.by_program:
        return {"label": _("By hand"), "tone": "neutral"}
    if door.connection is None or not door.connection.secrets:
        return {"label": _("Not connected"), "tone": "amber"}
    if door.connection.paused_reason:
        return {"label": _("Stopped"), "tone": "rose"}
    if door.connection.failures:
        return {"label": _("In trouble"), "tone": "amber"}
    return {"label": _("Works"), "tone": "leaf"}


class ConnectionPage(FormPage):
    """One store's connection: access data, pause, health."""

    permission, form_class = "stores.change_connection", ConnectForm
    template_name = "stores/connection.html"
    submit_label = _("Connect")

    @cached_property
    def store(self) -> Store:
        """The store, among those of the person."""
        found = stores_for(self.actor).filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Whose connection."""
        return gettext("Connection of %(store)s") % {"store": self.store.name}

    def here(self) -> str:
        """This page."""
        return reverse("stores:connection", args=[self.store.code])

    def back_url(self) -> str:
        """The list."""
        return reverse("stores:connections")

    def initial(self) -> dict[str, Any]:
        """The address; the key is never shown."""
        held = selectors.connection(self.store)
        return {"base_url": held.base_url if held else ""}

    def ways(self, door: selectors.Door) -> list[tuple[str, Any, Any]]:
        """The lanes of the store: its channel, its e-mail, and the carriers once it sends with one by program."""
        rows = [("channel", _("Channel"), door.connection), ("mail", _("E-mail"), door.mail)]
        return [*rows, ("carrier", _("Carriers"), door.carriers)] if door.carriers else rows

    def extra(self) -> dict[str, Any]:
        """Health of the lanes and what is possible."""
        door = selectors.doors(self.actor, [self.store])[0]
        lanes = [(name, label, row, ReasonForm(auto_id=f"{name}_%s")) for name, label, row in self.ways(door)]
        able = sorted(str(Ability(name).label) for name in selectors.abilities(self.store))
        return {
            "store": self.store, "door": door, "badge": badge_of(door), "lanes": lanes if door.by_program else lanes[1:],
            "able": able, "crumbs": [{"label": _("Connections"), "url": self.back_url()}],
            "is_sandbox": self.store.kind == "sandbox", "default_address": selectors.default_address(self.store.kind),
            "failed_url": f"{reverse('stores:calls')}?state=failed&store={self.store.code}",
        }  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One of the buttons, or the form with access data."""
        do = request.POST.get("do", "")
        given = {"store": self.store, "actor": self.actor, "now": self.now}
        lane = request.POST.get("lane", "") if request.POST.get("lane", "") in outbox.MODELS else outbox.CHANNEL
        if do == "pause":
            form = ReasonForm(request.POST)
            if not form.is_valid():
                return self.answer(ConnectForm(initial=self.initial()), 422)
            outbox.pause(lane=lane, reason=form.cleaned_data["reason"], **given)
            return self.go(self.here(), _("Stopped. What is due waits."))
        if do == "resume":
            outbox.resume(lane=lane, **given)
            return self.go(self.here(), _("It works again."))
        if do == "disconnect":
            accounts.disconnect(**given)
            return self.go(self.here(), _("Disconnected. What waited goes on by hand."))
        if do == "sandbox":
            accounts.connect_sandbox(**given)
            return self.go(self.here(), _("Connected to the pretend shop."))
        return super().post(request, **kwargs)

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call; a sandbox store without a key gets a fresh one."""
        given = {"store": self.store, "base_url": data["base_url"], "actor": self.actor, "now": self.now}
        if data["token"] or self.store.kind != "sandbox":
            accounts.connect(secrets={"token": data["token"]}, **given)
        else:
            accounts.connect_sandbox(**given)
        return self.go(self.here(), _("Connected. The channel is asked whether it knows us."))


class DeadlinePage(FormPage):
    """A new version of one clock."""

    permission, form_class = "core.change_policy", DeadlineForm
    edits, unwatched = True, ("valid_from",)
    template_name = "stores/deadline.html"
    submit_label = _("Set from this day on")

    @cached_property
    def deadline(self) -> Deadline:
        """The version that was opened."""
        found = selectors.deadlines_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Which clock."""
        return self.deadline.rule_code

    def back_url(self) -> str:
        """The list."""
        return reverse("stores:deadlines")

    def initial(self) -> dict[str, Any]:
        """What counts now."""
        return self._values(self.deadline)

    def _values(self, row: Deadline) -> dict[str, Any]:
        return {
            "value": row.value, "unit": row.unit, "valid_from": self.now.date(), "warn_before": row.warn_before,
            "warn_unit": row.warn_unit, "origin": row.origin,
        }  # fmt: skip

    def record_key(self) -> str:
        """One for all versions of a clock."""
        return str(self.deadline.rule_code)

    def watched(self) -> dict[str, Any]:
        """The newest version."""
        rows = selectors.deadlines_for(self.actor).filter(rule_code=self.deadline.rule_code)
        newest = rows.order_by("-valid_from", "-pk").first() or self.deadline
        return self.values_of(DeadlineForm(initial=self._values(newest)))

    def extra(self) -> dict[str, Any]:
        """All versions."""
        versions = selectors.deadlines_for(self.actor).filter(rule_code=self.deadline.rule_code).order_by("-valid_from")
        for version in versions:
            version.unit_word = CLOCK_WORDS.get(version.unit, version.unit)
        row = self.deadline
        words = {
            name: str(CLOCK_WORDS.get(getattr(row, name), getattr(row, name)))
            for name in ("channel", "topic", "anchor_event", "actor")
        }
        after = afterwards({"note_zh": row.note_zh, "on_expiry": row.on_expiry})
        return {
            "meaning": [
                (_("Channel"), words["channel"]),
                (_("Topic"), words["topic"]),
                (_("Counts from"), words["anchor_event"]),
                (_("Whose turn"), words["actor"]),
                {"label": _("Afterwards"), "value": after or f.DASH, "wide": True},
            ],
            "versions": versions,
            "crumbs": [{"label": _("Deadlines"), "url": self.back_url()}],
        }

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        row = deadlines.set_deadline(deadline=self.deadline, actor=self.actor, now=self.now, **data)
        return self.go(reverse("stores:deadline", args=[row.pk]), _("Saved."))
