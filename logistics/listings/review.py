"""The weekly review: the list of reviews, and the parcels that stood out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Listing, Outcome, Prefix, View, register
from logistics.choices import Anomaly, TrackingState
from logistics.filters.review import ReviewFilter, ReviewLineFilter
from logistics.forms.review import CloseForm, FindingForm, TellForm
from logistics.listings.parcels import TRACKING
from logistics.models import ReviewLine, TransitReview
from logistics.selectors import review as selectors
from logistics.services import review as services

REASONS = {a.value: (a.label, a.tone) for a in Anomaly}


class ReviewRow(serializers.Serializer):
    """A weekly review as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    day = serializers.DateField(label=_("Review of"))
    due_at = serializers.DateTimeField(label=_("To be closed by"))
    taken_at = serializers.DateTimeField(label=_("List taken"))
    in_transit = serializers.IntegerField(label=_("Under way"))
    found = serializers.IntegerField(label=_("Stand out"))
    open_lines = serializers.IntegerField(label=_("Without a finding"))
    told = serializers.IntegerField(label=_("Buyers told"))
    closed_at = serializers.DateTimeField(label=_("Closed"), allow_null=True)
    closed_by = serializers.CharField(label=_("Closed by"))
    note = serializers.CharField(label=_("Note"))


class TakeAgain(Action):
    """Take the list anew."""

    name, label, permission = "take-again", _("Take the list anew"), "logistics.track_parcel"
    icon, order, bulk, done_text = "refresh", 20, False, _("Taken anew; what was found stays.")

    def apply(self, obj: TransitReview, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One review."""
        return {"found": services.take_again(review=obj, actor=actor, now=now).found}

    def shown_for(self, obj: TransitReview) -> bool:
        """While it is open."""
        return obj.closed_at is None


class CloseReview(Action):
    """End it by name."""

    name, label, permission = "close", _("Close the review"), "logistics.track_parcel"
    form, icon, order, bulk, done_text = CloseForm, "circle-check", 10, False, _("Closed.")

    def apply(self, obj: TransitReview, actor: Actor, now: datetime, **data: Any) -> None:
        """One review."""
        services.close_review(review=obj, actor=actor, now=now, note=data.get("note", ""))

    def shown_for(self, obj: TransitReview) -> bool:
        """While it is open."""
        return obj.closed_at is None


@register
class ReviewListing(Listing):
    """Weekly reviews, those not closed first."""

    name, title, permission = "transit-reviews", _("Weekly reviews"), "logistics.track_parcel"
    model, row, filters, small = TransitReview, ReviewRow, ReviewFilter, True
    columns = [
        Column("day", link="logistics:review", time="day"), Column("store", mono=True), Column("due_at", sortable=True, time="due"),
        Column("in_transit", align="num"), Column("found", align="num"), Column("open_lines", align="num"),
        Column("told", align="num"), Column("closed_at"), Column("closed_by"), Column("note", width="wide", default=False),
        Column("taken_at", default=False),
    ]  # fmt: skip
    actions = [CloseReview(), TakeAgain()]
    views = [View("open", _("To be closed"), "open=true", default=True), View("all", _("All"), counted=False)]
    url, detail_url, default_order, label_field = "logistics:reviews", "logistics:review", "-due_at", "day"
    empty = (
        _("No review is open."), _("Each week a list of everything in transit that stands out is taken for every store."), "", "",
    )  # fmt: skip
    icon = "eye"

    def queryset(self, actor: Actor) -> QuerySet[TransitReview]:
        """The reviews of the actor's stores."""
        return selectors.reviews_for(actor)


class LineRow(serializers.Serializer):
    """A parcel that stood out, as it stood when the list was taken."""

    id = serializers.CharField()
    review_id = serializers.CharField(label=_("Review"))
    day = serializers.DateField(source="review.day", label=_("Review of"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    parcel_id = serializers.CharField()
    tracking_number = serializers.CharField(source="parcel.tracking_number", label=_("Waybill number"))
    number = serializers.CharField(source="parcel.number", label=_("Parcel"))
    order_id = serializers.CharField(source="parcel.order_id")
    order_number = serializers.CharField(source="parcel.order.number", label=_("Order"))
    country = serializers.CharField(source="parcel.country", label=_("Country"))
    reason = serializers.ChoiceField(Anomaly.choices, label=_("Reason"))
    reasons = serializers.ListField(child=serializers.ChoiceField(Anomaly.choices), label=_("All reasons"))
    tracking_state = serializers.ChoiceField(TrackingState.choices, label=_("Tracking"))
    last_event_at = serializers.DateTimeField(label=_("Last event"), allow_null=True)
    promised_by = serializers.DateTimeField(label=_("Promised by"), allow_null=True)
    later_than = serializers.IntegerField(label=_("Later than its lane"), allow_null=True)
    finding = serializers.CharField(label=_("Finding"))
    noted_by = serializers.CharField(label=_("By"))
    noted_at = serializers.DateTimeField(label=_("Noted"), allow_null=True)
    told_code = serializers.CharField(label=_("Text"))
    told_at = serializers.DateTimeField(label=_("Buyer told"), allow_null=True)


def parcel_cell(row: Mapping[str, Any]) -> str:
    """The waybill number, else our own."""
    return str(row["tracking_number"] or row["number"])


def reasons_cell(row: Mapping[str, Any]) -> Any:
    """The gravest reason, and how many more."""
    known = [REASONS[name] for name in row["reasons"] if name in REASONS]
    if not known:
        return f.DASH
    first = f.badge_html(*known[0], title=", ".join(str(label) for label, _tone in known))
    return f.joined_html([first, f"+{len(known) - 1}"], " ") if len(known) > 1 else first


class NoteFinding(Action):
    """Write down what was found, of one or many."""

    name, label, permission = "note-finding", _("Note a finding"), "logistics.track_parcel"
    form, icon, order, key, done_text = FindingForm, "message", 10, "f", _("Noted.")

    def apply(self, obj: ReviewLine, actor: Actor, now: datetime, **data: Any) -> None:
        """One line."""
        services.note_lines(lines=[obj], finding=data["finding"], actor=actor, now=now)

    def apply_many(self, objs: Sequence[ReviewLine], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many that are alike."""
        services.note_lines(lines=objs, finding=data["finding"], actor=actor, now=now)
        return []


class TellBuyers(Action):
    """Write to the buyers."""

    name, label, permission = "tell", _("Tell the buyer"), "conversations.send_message"
    form, icon, order, done_text = TellForm, "send", 20, _("Written to the buyer.")
    confirm = _("The buyers are written to at once, each in his language; what would not be true is refused.")

    def apply(self, obj: ReviewLine, actor: Actor, now: datetime, **data: Any) -> None:
        """One line."""
        refused = services.tell_lines(lines=[obj], actor=actor, now=now, code=data.get("code", ""))
        if refused:
            raise refused[obj.pk]

    def apply_many(self, objs: Sequence[ReviewLine], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many at once; each answers for itself."""
        refused = services.tell_lines(lines=objs, actor=actor, now=now, code=data.get("code", ""))
        return [Outcome.refused(pk, error) for pk, error in refused.items()]

    def shown_for(self, obj: ReviewLine) -> bool:
        """Once."""
        return obj.told_at is None


@register
class ReviewLineListing(Listing):
    """The parcels of reviews, the gravest reasons first."""

    name, title, permission = "review-lines", _("Parcels of the weekly review"), "logistics.track_parcel"
    model, row, filters = ReviewLine, LineRow, ReviewLineFilter
    columns = [
        Column("tracking_number", link="logistics:parcel", link_field="parcel_id", html=parcel_cell, needs=("number",), mono=True),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True, roomy=True),
        Column("reasons", html=reasons_cell, text=lambda row: ", ".join(row["reasons"])),
        Column("tracking_state", badge=TRACKING), Column("country", country=True),
        Column("last_event_at", time="ago"), Column("promised_by", time="day"),
        Column("later_than", align="num", text=lambda row: row["later_than"], html=lambda row: lane_text(row)),
        Column("finding", width="wide"), Column("told_at"), Column("noted_by", default=False), Column("noted_at", default=False),
        Column("reason", badge=REASONS, default=False), Column("day", time="day", default=False),
        Column("store", mono=True, default=False), Column("told_code", mono=True, default=False),
    ]  # fmt: skip
    actions = [NoteFinding(), TellBuyers()]
    views = [
        View("open", _("Without a finding"), "noted=false", default=True),
        *(View(a.value, a.label, f"noted=false&reason={a.value}", counted=False) for a in Anomaly),
        View("all", _("All"), counted=False),
    ]  # fmt: skip
    url, default_order, label_field = "logistics:review-lines", "rank", "tracking_number"
    orders = {"rank": "rank"}
    search_by = [Prefix("parcel__tracking_key"), Prefix("parcel__number", upper=True)]
    scan_ok = {
        "noted": "asked within one review", "told": "asked within one review", "store": "asked within one review",
        "reason": "asked within one review (index review_line_reason)",
    }  # fmt: skip
    empty = (_("Nothing stands out here."), _("The list is taken once a week."), "", "")
    icon = "eye"

    def queryset(self, actor: Actor) -> QuerySet[ReviewLine]:
        """The lines of the actor's stores."""
        return selectors.lines_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """What no lane says is nothing."""
        for row in rows:
            row["later_than"] = row["later_than"] if row["later_than"] >= 0 else None


def lane_text(row: Mapping[str, Any]) -> str:
    """Later than so much of its lane."""
    later = row["later_than"]
    return f.DASH if later is None else "> 99%" if later > 100 else f.percent(later / 100)


counts.register("transit-reviews", selectors.open_count, permission="logistics.track_parcel")
