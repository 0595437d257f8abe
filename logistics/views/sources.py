"""Pages of tracking sources, and the door their pushes come in by."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import format as f
from core.clock import utcnow
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.reading import whole
from logistics.choices import FollowState
from logistics.forms.sources import NewSourceForm, SourceForm
from logistics.listings.numbers import said_of
from logistics.listings.sources import FOLLOWED, HEALTH, MAY, PUSHED, carrier_name, health_of
from logistics.models import FollowedNumber, TrackingPush, TrackingSource
from logistics.selectors import numbers
from logistics.selectors import sources as selectors
from logistics.services import sources


@csrf_exempt
@require_POST
def push(request: HttpRequest, code: str) -> HttpResponse:
    """A push of a source: 200 once it is stored (a replay is 200 as well), 401 for a wrong signature, 413 for what is too
    large. The signature over the raw body is the only key to this door."""
    length = whole(request.META.get("CONTENT_LENGTH") or "0")
    if length is None or length > sources.LARGEST:
        return HttpResponse(status=413)
    kept = sources.keep(code=code, body=request.body, sign=request.headers.get("sign", ""), now=utcnow())
    return HttpResponse(status=401 if kept is None else 200)


class SourcesPage(ListPage):
    """The sources."""

    listing_name = "tracking-sources"

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one, the numbers, the pushes."""
        found = [
            {"label": _("Followed numbers"), "url": reverse("logistics:followed"), "icon": "barcode"},
            {"label": _("Pushes"), "url": reverse("logistics:pushes"), "icon": "inbox"},
        ]
        if self.actor.has_perm(MAY):
            new = reverse("logistics:source-new")
            found.append({"label": _("Connect 17TRACK"), "url": new, "icon": "plus", "kind": "primary"})
        return found


class SourcePage(DetailPage):
    """One source: health, quota, numbers, last pushes."""

    listing_name, title = "tracking-sources", gettext_lazy("Tracking source")

    def badges(self, obj: TrackingSource) -> list[dict[str, Any]]:
        """Health in a word."""
        label, tone = health_of({name: getattr(obj, name) for name in HEALTH})
        return [{"label": label, "tone": tone}]

    def alerts(self, obj: TrackingSource) -> list[dict[str, Any]]:
        """Why it does not work."""
        found = []
        if obj.paused_reason:
            found.append({"text": _(obj.paused_reason), "tone": "rose"})
        if obj.silent_since:
            text = _("No news since %(when)s; its parcels are looked up by hand.")
            found.append({"text": text % {"when": f.moment(obj.silent_since, self.now)}, "tone": "lantern"})
        if obj.hold_until and obj.hold_until > self.now:
            text = _("Waits until %(when)s after %(n)s faults in a row.")
            found.append({"text": text % {"when": f.moment(obj.hold_until), "n": obj.failures}, "tone": "amber"})
        if not obj.pushed_at:
            found.append({"text": _("No push has come yet: enter the address for pushes at 17TRACK."), "tone": "amber"})
        return found

    def facts(self, obj: TrackingSource) -> list[dict[str, Any]]:
        """How it is reached, how it is, what it follows."""
        address = self.request.build_absolute_uri(reverse("logistics:tracking-push", args=[obj.code]))
        way: list[Any] = [
            {"label": _("Address for pushes"), "value": f.mono_html(address), "wide": True},
            (_("Address"), obj.base_url or _("the usual one of 17TRACK")),
            (_("In use"), f.badge_html(_("yes"), "leaf") if obj.active else _("no")),
            (_("Follows all shops"), _("yes") if obj.whole_house else _("only those whose channel tells no events")),
        ]  # fmt: skip
        known = [f.DASH if one is None else f.number(one) for one in (obj.quota_left, obj.quota_total)]
        left = f.DASH if obj.quota_left is None and obj.quota_total is None else " / ".join(known)
        health = [
            (_("Last news"), self._ago(obj.heard_at)), (_("Last push"), self._ago(obj.pushed_at)),
            (_("Last answer"), self._ago(obj.answered_at)), (_("Registrations left"), left),
            (_("Pushes refused"), f"{obj.refused_pushes} · {self._ago(obj.refused_at)}" if obj.refused_pushes else "0"),
        ]  # fmt: skip
        counted = selectors.by_state(obj)
        list_url = reverse("logistics:followed")
        states = [
            (FOLLOWED[state][0], f.link_html(f"{list_url}?view=all&state={state}&source={obj.code}", f.number(counted[state])))
            for state in FollowState.values if state in counted
        ]  # fmt: skip
        return [
            {"title": _("Connection"), "items": way}, {"title": _("Health"), "items": health},
            {"title": _("Followed numbers"), "items": states or [(_("Numbers"), "0")]},
        ]  # fmt: skip

    def _ago(self, at: Any) -> str:
        return f.ago(at, self.now) if at else f.DASH

    def tables(self, obj: TrackingSource) -> list[dict[str, Any]]:
        """The last pushes."""
        rows = selectors.newest_pushes(obj, self.actor)
        columns = [
            {"label": label, "css": ""}
            for label in (_("Received"), _("Waybill number"), _("Kind"), _("State"), _("Why"))
        ]
        shown = [{"tds": f.tds_html([
            ("", f.moment(r.received_at, self.now)), ("mono", r.number or f.DASH), ("", r.event or f.DASH),
            ("", f.badge_html(*PUSHED[r.state])), ("", _(r.error) if r.error else ""),
        ]), "css": ""} for r in rows]  # fmt: skip
        return [{"title": _("Last pushes"), "columns": columns, "rows": shown}] if rows else []

    def extra_steps(self, obj: TrackingSource) -> list[dict[str, Any]]:
        """Change it."""
        if not self.actor.has_perm(MAY):
            return []
        url = reverse("logistics:source-edit", args=[obj.pk])
        return [{"label": _("Change"), "url": url, "method": "get", "icon": "edit"}]

    def first_step(self, obj: TrackingSource) -> str:
        """One that does not work is let work again; else it is changed."""
        return "resume" if obj.paused_reason or obj.failures else ""


class SourceNew(FormPage):
    """Connect a source."""

    permission, form_class = MAY, NewSourceForm
    title, submit_label = gettext_lazy("Connect 17TRACK"), gettext_lazy("Connect")
    text = gettext_lazy("The key stands in your account at 17TRACK. Parcels under way are registered within a minute.")

    def initial(self) -> dict[str, Any]:
        """The usual names."""
        return {"code": "17track", "name": "17TRACK"}

    def back_url(self) -> str:
        """The list."""
        return reverse("logistics:sources")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        made = sources.create_source(actor=self.actor, now=self.now, **data)
        return self.go(reverse("logistics:source", args=[made.pk]), _("Connected. It is asked whether it knows us."))


class SourceEdit(FormPage):
    """Change a source."""

    permission, form_class, submit_label = MAY, SourceForm, gettext_lazy("Save")
    title, edits = gettext_lazy("Change the source"), True

    @cached_property
    def source(self) -> TrackingSource:
        """The source."""
        found = selectors.sources_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def initial(self) -> dict[str, Any]:
        """Everything but the key."""
        return {name: getattr(self.source, name) for name in ("name", "base_url", "active", "whole_house")}

    def back_url(self) -> str:
        """Its page."""
        return reverse("logistics:source", args=[self.source.pk])

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        sources.change_source(source=self.source, actor=self.actor, now=self.now, **data)
        return self.go(self.back_url(), _("Saved."))


class FollowedPage(DetailPage):
    """One number at a source: where it stands, whose it may be."""

    listing_name, title = "followed-numbers", gettext_lazy("Followed number")

    def badges(self, obj: FollowedNumber) -> list[dict[str, Any]]:
        """The state."""
        label, tone = FOLLOWED[obj.state]
        return [{"label": label, "tone": tone}]

    def alerts(self, obj: FollowedNumber) -> list[dict[str, Any]]:
        """What the source said."""
        return [{"text": _(obj.reason), "tone": "amber"}] if obj.reason and obj.state != FollowState.STOPPED else []

    def facts(self, obj: FollowedNumber) -> list[dict[str, Any]]:
        """Parcel, source, times, candidates."""
        parcel = f.link_html(reverse("logistics:parcel", args=[obj.parcel_id]), obj.parcel.number, "mono")
        items = [
            (_("Parcel"), parcel), (_("Store"), str(obj.parcel.store)), (_("Tracking source"), obj.source.name),
            (_("Carrier"), carrier_name(obj.carrier)), (_("Registered"), f.moment(obj.registered_at, self.now)),
            (_("Last news"), f.moment(obj.heard_at, self.now)), (_("Last asked"), f.moment(obj.asked_at, self.now)),
        ]  # fmt: skip
        said = [said_of(one) for one in numbers.candidates(obj.number)]
        likely = [(one["name"], f.badge_html(one["why"], one["tone"])) for one in said]
        return [
            {"title": _("Number"), "items": items},
            {"title": _("May be of"), "items": likely or [(_("Carrier"), _("no known form"))]},
        ]  # fmt: skip

    def first_step(self, obj: FollowedNumber) -> str:
        """Somebody picks."""
        return "pick"


class PushPage(DetailPage):
    """One push, as it came."""

    listing_name, title = "tracking-pushes", gettext_lazy("Push of a tracking source")
    timeline = notes = False

    def queryset(self) -> Any:
        """With its body."""
        return selectors.pushes_for(self.actor).defer(None)

    def number(self, obj: TrackingPush) -> str:
        """Its number."""
        return obj.number or f"#{obj.pk}"

    def badges(self, obj: TrackingPush) -> list[dict[str, Any]]:
        """The state."""
        label, tone = PUSHED[obj.state]
        return [{"label": label, "tone": tone}]

    def alerts(self, obj: TrackingPush) -> list[dict[str, Any]]:
        """Why it could not be read."""
        return [{"text": _(obj.error), "tone": "rose" if obj.state == "failed" else "amber"}] if obj.error else []

    def facts(self, obj: TrackingPush) -> list[dict[str, Any]]:
        """The row in words, and the body for those who may see personal data; of one that was not read, whose number is not known
        yet, for those who see all stores."""
        items: list[Any] = [
            (_("Tracking source"), obj.source.name), (_("Kind"), obj.event or f.DASH),
            (_("Received"), f.time_html(obj.received_at, self.now)), (_("Tries"), obj.attempts),
        ]  # fmt: skip
        boxes = [{"title": _("Push"), "items": items}]
        if self.actor.has_perm("orders.view_personal") and (obj.number or self.actor.store_ids is None):
            body = bytes(obj.body).decode("utf-8", "replace")[:20_000]
            boxes.append({"title": _("As it came"), "items": [{"label": "", "value": body, "wide": True}]})
        return boxes
