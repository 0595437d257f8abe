"""Lists of tracking sources: the sources, the numbers they follow, what they pushed; parcels that were looked up by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.clock import utcnow
from core.errors import Conflict
from core.listing import Action, Column, Listing, Outcome, Prefix, RowPart, View, register, register_part
from logistics.choices import FollowState, ParcelState, PushState, SourceKind
from logistics.filters.sources import FollowedFilter, PushFilter, SourceFilter
from logistics.forms.sources import PickForm, ReasonForm
from logistics.listings.house import YES_NO
from logistics.models import FollowedNumber, Parcel, TrackingPush, TrackingSource
from logistics.selectors import numbers
from logistics.selectors import sources as selectors
from logistics.services import sources

MAY = "stores.change_connection"
FOLLOWED = {
    FollowState.WANTED.value: (FollowState.WANTED.label, "amber"), FollowState.REGISTERED.value: (FollowState.REGISTERED.label, "leaf"),
    FollowState.CHOOSE.value: (FollowState.CHOOSE.label, "lantern"), FollowState.REFUSED.value: (FollowState.REFUSED.label, "rose"),
    FollowState.STOPPED.value: (FollowState.STOPPED.label, "neutral"),
}  # fmt: skip
PUSHED = {
    PushState.NEW.value: (PushState.NEW.label, "amber"), PushState.DONE.value: (PushState.DONE.label, "leaf"),
    PushState.FAILED.value: (PushState.FAILED.label, "rose"),
}  # fmt: skip


# --- sources -------------------------------------------------------------------------------------------------------------


class SourceRow(serializers.Serializer):
    """A tracking source; its key is never shown."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Short name"))
    name = serializers.CharField(label=_("Name"))
    kind = serializers.ChoiceField(SourceKind.choices, label=_("Kind"))
    base_url = serializers.CharField(label=_("Address"))
    active = serializers.BooleanField(label=_("In use"))
    whole_house = serializers.BooleanField(label=_("Follows all shops"))
    paused_reason = serializers.CharField(label=_("Stopped because"))
    failures = serializers.IntegerField(label=_("Faults in a row"))
    quota_left = serializers.IntegerField(label=_("Registrations left"), allow_null=True)
    heard_at = serializers.DateTimeField(label=_("Last news"), allow_null=True)
    pushed_at = serializers.DateTimeField(label=_("Last push"), allow_null=True)
    silent_since = serializers.DateTimeField(label=_("Silent since"), allow_null=True)
    refused_pushes = serializers.IntegerField(label=_("Pushes refused"))


#: What the health of a source is told from.
HEALTH = ("active", "paused_reason", "silent_since", "failures", "heard_at", "pushed_at", "quota_left")


def health_of(row: Mapping[str, Any]) -> tuple[Any, str]:
    """How a source is, in one word and its colour."""
    if not row["active"]:
        return _("Not in use"), "neutral"
    if row["paused_reason"]:
        return _("Stopped"), "rose"
    if row["silent_since"]:
        return _("Silent"), "lantern"
    if row["failures"]:
        return _("In trouble"), "amber"
    if not row["heard_at"] and not row["pushed_at"] and row["quota_left"] is None:
        return _("Not heard yet"), "neutral"  # its key was never proven
    return _("Works"), "leaf"


class TestSource(Action):
    """Ask it whether it knows us."""

    name, label, permission = "test", _("Test"), MAY
    icon, order, done_text = "refresh", 10, _("It is asked now; the answer stands here in a moment.")

    def apply(self, obj: TrackingSource, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.ask_test(source=obj, actor=actor, now=now)


class PauseSource(Action):
    """Ask nothing for a while."""

    name, label, permission = "pause", _("Pause"), MAY
    form, icon, order, bulk, done_text = ReasonForm, "hand-stop", 30, False, _("Stopped. Pushes are still kept.")

    def shown_for(self, obj: TrackingSource) -> bool:
        """While it works."""
        return not obj.paused_reason

    def apply(self, obj: TrackingSource, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.pause_source(source=obj, reason=data["reason"], actor=actor, now=now)


class ResumeSource(Action):
    """Let it work again."""

    name, label, permission = "resume", _("Let it work again"), MAY
    icon, order, tone, bulk, done_text = "refresh", 20, "primary", False, _("It works again.")

    def shown_for(self, obj: TrackingSource) -> bool:
        """When it is stopped or waits."""
        return bool(obj.paused_reason or obj.failures)

    def apply(self, obj: TrackingSource, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.resume_source(source=obj, actor=actor, now=now)


@register
class SourceListing(Listing):
    """Services that follow numbers for us."""

    name, title, permission = "tracking-sources", _("Tracking sources"), "stores.view_outbox"
    model, row, filters, small = TrackingSource, SourceRow, SourceFilter, True
    columns = [
        Column("name", link="logistics:source"), Column("code", mono=True, default=False),
        Column("paused_reason", label=_("Health"), html=lambda row: f.badge_html(*health_of(row)), text=lambda row: str(health_of(row)[0]),
               needs=HEALTH),
        Column("active", badge=YES_NO, default=False), Column("quota_left", align="num"),
        Column("heard_at", time="ago"), Column("pushed_at", time="ago"), Column("refused_pushes", align="num"),
        Column("whole_house", badge=YES_NO, default=False), Column("failures", align="num", default=False),
        Column("silent_since", default=False),
    ]  # fmt: skip
    actions = [TestSource(), PauseSource(), ResumeSource()]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field = "logistics:sources", "logistics:source", "code", "name"
    empty = (
        _("No tracking source."), _("Without one, events come from the channels, from files and by hand."), _("Connect 17TRACK"),
        "logistics:source-new",
    )  # fmt: skip
    icon = "map-pin"

    def queryset(self, actor: Actor) -> QuerySet[TrackingSource]:
        """Those of the house."""
        return selectors.sources_for(actor)


# --- numbers -------------------------------------------------------------------------------------------------------------


class FollowedRow(serializers.Serializer):
    """A number at a source."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Waybill number"))
    source = serializers.CharField(source="source.code", label=_("Tracking source"))
    store = serializers.CharField(source="parcel.store.code", label=_("Store"))
    parcel_id = serializers.CharField(label=_("Parcel"))
    parcel = serializers.CharField(source="parcel.number", label=_("Parcel"))
    state = serializers.ChoiceField(FollowState.choices, label=_("State"))
    carrier = serializers.IntegerField(label=_("Carrier"), allow_null=True)
    chosen = serializers.BooleanField(label=_("Picked by a person"))
    guessed = serializers.BooleanField(label=_("Carrier is a guess"))
    wish = serializers.IntegerField(label=_("Carrier to be told"), allow_null=True)
    reason = serializers.CharField(label=_("Why"))
    candidates = serializers.ListField(child=serializers.DictField(), label=_("May be of"))
    attempts = serializers.IntegerField(label=_("Tries"))
    registered_at = serializers.DateTimeField(label=_("Registered"), allow_null=True)
    heard_at = serializers.DateTimeField(label=_("Last news"), allow_null=True)
    asked_at = serializers.DateTimeField(label=_("Last asked"), allow_null=True)


def carrier_name(key: int | None) -> str:
    """A carrier by the source's key."""
    return f.DASH if key is None else numbers.carriers().get(key, f"{key}")


def carrier_words(row: Mapping[str, Any]) -> str:
    """The carrier of a followed number; a guess says so, and what a person picked instead stands behind it."""
    known = carrier_name(row["carrier"])
    if row["wish"]:
        return gettext("%(old)s → %(new)s") % {"old": known, "new": carrier_name(row["wish"])}
    return gettext("%(carrier)s (a guess)") % {"carrier": known} if row["guessed"] else known


def likely_html(row: Mapping[str, Any]) -> Any:
    """The candidates' names, the likeliest first."""
    names = dict.fromkeys(one.get("carrier") or f.DASH for one in row["candidates"])
    return format_html_join(" ", "{}", ((f.badge_html(name, "neutral"),) for name in list(names)[:3])) or f.DASH


class PickCarrier(Action):
    """Say whose the numbers are."""

    name, label, permission = "pick", _("Pick the carrier"), "logistics.track_parcel"
    form, icon, order, tone, key = PickForm, "ship", 10, "primary", "p"
    done_text = _("Picked; the source is told within a minute.")

    def shown_for(self, obj: FollowedNumber) -> bool:
        """While somebody has to decide, and while the source follows it with a carrier that may be wrong."""
        return obj.state in (FollowState.CHOOSE, FollowState.REFUSED, FollowState.REGISTERED)

    def apply(self, obj: FollowedNumber, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.pick_carrier(followed=obj, carrier=data["carrier"], actor=actor, now=now)


class TryAgain(Action):
    """Offer it once more."""

    name, label, permission = "again", _("Try again"), "logistics.track_parcel"
    icon, order, done_text = "refresh", 20, _("Offered again within a minute.")

    def shown_for(self, obj: FollowedNumber) -> bool:
        """What is not followed."""
        return obj.state in (FollowState.CHOOSE, FollowState.REFUSED, FollowState.STOPPED)

    def apply(self, obj: FollowedNumber, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.try_again(followed=obj, actor=actor, now=now)


class GiveUp(Action):
    """No source takes it."""

    name, label, permission = "give-up", _("Do not follow"), "logistics.track_parcel"
    icon, order, undo, done_text = "x", 30, "again", _("Not followed; people look it up.")

    def shown_for(self, obj: FollowedNumber) -> bool:
        """While somebody has to decide."""
        return obj.state in (FollowState.CHOOSE, FollowState.REFUSED)

    def apply(self, obj: FollowedNumber, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        sources.give_up(followed=obj, actor=actor, now=now)


@register
class FollowedListing(Listing):
    """The numbers the sources follow, and those they do not take."""

    name, title, permission = "followed-numbers", _("Followed numbers"), "logistics.view_parcel"
    model, row, filters = FollowedNumber, FollowedRow, FollowedFilter
    columns = [
        Column("number", link="logistics:followed-one", mono=True),
        Column("parcel", link="logistics:parcel", link_field="parcel_id", mono=True), Column("state", badge=FOLLOWED),
        Column(
            "carrier", html=carrier_words, text=carrier_words, align="left", needs=("guessed", "wish"),
        ),
        Column("candidates", html=likely_html, text=lambda row: ", ".join(str(one.get("carrier")) for one in row["candidates"])),
        Column("reason", width="wide"), Column("heard_at", time="ago"), Column("registered_at", time="day", default=False),
        Column("asked_at", time="ago", default=False), Column("source", default=False), Column("store", default=False),
        Column("attempts", align="num", default=False), Column("chosen", badge=YES_NO, default=False),
    ]  # fmt: skip
    actions = [PickCarrier(), TryAgain(), GiveUp()]
    views = [
        View("waiting", _("To be decided"), "state=choose&state=refused", default=True),
        View("wanted", FollowState.WANTED.label, "state=wanted"),
        View("followed", FollowState.REGISTERED.label, "state=registered", counted=False),
        View("all", _("All"), counted=False),
    ]
    url, detail_url, default_order, label_field = "logistics:followed", "logistics:followed-one", "-id", "number"
    search_by = [Prefix("number")]
    scan_ok = {"source": "a handful of sources", "store": "asked together with a state"}
    empty = (
        _("Nothing to decide."),
        _("Numbers a source does not take wait here for somebody who knows the carrier."),
        "",
        "",
    )
    icon = "barcode"

    def queryset(self, actor: Actor) -> QuerySet[FollowedNumber]:
        """Those of the actor's stores."""
        return selectors.followed_for(actor)


# --- pushes --------------------------------------------------------------------------------------------------------------


class PushRow(serializers.Serializer):
    """A push."""

    id = serializers.CharField()
    source = serializers.CharField(source="source.code", label=_("Tracking source"))
    event = serializers.CharField(label=_("Kind"))
    number = serializers.CharField(label=_("Waybill number"))
    state = serializers.ChoiceField(PushState.choices, label=_("State"))
    attempts = serializers.IntegerField(label=_("Tries"))
    error = serializers.CharField(label=_("Why"))
    received_at = serializers.DateTimeField(label=_("Received"))


class ReadAgain(Action):
    """Put a push back in line after a mend."""

    name, label, permission, icon = "retry", _("Read again"), MAY, "refresh"

    def check(self, obj: TrackingPush, actor: Actor, now: datetime) -> None:
        """Only what could not be read."""
        if obj.state != PushState.FAILED:
            raise Conflict("not_failed", _("Only a push that could not be read is read again."))

    def apply(self, obj: TrackingPush, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        self.check(obj, actor, now)
        sources.read_again(push=obj, actor=actor, now=now)


@register
class PushListing(Listing):
    """What the sources pushed, as it came."""

    name, title, permission = "tracking-pushes", _("Pushes of tracking sources"), "stores.view_outbox"
    model, row, filters = TrackingPush, PushRow, PushFilter
    columns = [
        Column("id", label=_("No."), link="logistics:push", mono=True), Column("number", mono=True), Column("event"),
        Column("state", badge=PUSHED), Column("error", width="wide"), Column("received_at", time="moment"),
        Column("source", default=False), Column("attempts", align="num", default=False),
    ]  # fmt: skip
    actions = [ReadAgain()]
    views = [View("failed", PushState.FAILED.label, "state=failed", default=True), View("all", _("All"), counted=False)]
    url, detail_url, default_order = "logistics:pushes", "logistics:push", "-id"
    search_by = [Prefix("number")]
    empty = (_("Everything could be read."), _("A push that cannot be read waits here until it is mended."), "", "")
    icon = "inbox"

    def queryset(self, actor: Actor) -> QuerySet[TrackingPush]:
        """All of them."""
        return selectors.pushes_for(actor)


# --- parcels -------------------------------------------------------------------------------------------------------------


class LookedUp(Action):
    """Somebody asked the carrier's page."""

    name, label, permission = "looked-up", _("Looked up by hand"), "logistics.track_parcel"
    icon, order, done_text = "eye", 55, _("Noted; it is somebody's again in some days if the source stays silent.")

    def shown_for(self, obj: Parcel) -> bool:
        """While its source is silent."""
        return obj.state == ParcelState.SHIPPED and bool(selectors.blind([obj.pk], utcnow()))

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        self.apply_many([obj], actor, now)

    def apply_many(self, objs: Sequence[Parcel], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once."""
        sources.looked_up(parcels=objs, actor=actor, now=now)
        return []


register_part("parcels", RowPart(name="looked", fields={}, part=lambda ids, actor: {}, actions=[LookedUp()]))
