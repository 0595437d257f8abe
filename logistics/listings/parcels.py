"""Lists of parcels and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core import policies as house
from core.audit import Actor
from core.clock import utcnow
from core.listing import (
    Action,
    Column,
    LastDigits,
    Listing,
    Outcome,
    Prefix,
    RowPart,
    View,
    register,
    register_part,
)
from logistics.choices import SETTLED, Advice, EventStage, ParcelState, TrackingState
from logistics.filters.parcels import ParcelFilter
from logistics.forms.parcels import EventForm, ExtendForm, JudgeForm, ReasonForm, SettleForm
from logistics.listings.naming import NAMES, service_cell
from logistics.listings.witness import LabelsRight
from logistics.models import Parcel
from logistics.policies import parcels as policies
from logistics.selectors import parcels as selectors
from logistics.selectors.judging import JUDGED
from logistics.services import tracking

STATE_TONES = {
    ParcelState.PACKED: "amber", ParcelState.SHIPPED: "indigo", ParcelState.DELIVERED: "leaf", ParcelState.RETURNED: "rose",
    ParcelState.LOST: "rose", ParcelState.CLOSED: "neutral",
}  # fmt: skip
TRACKING_TONES = {
    "untracked": "neutral", "not_found": "amber", "in_transit": "indigo", "customs": "indigo", "customs_held": "rose",
    "out_for_delivery": "sea", "awaiting_collection": "lantern", "attempted": "lantern", "stalled": "lantern", "returning": "rose",
    "returned": "rose", "delivered": "leaf", "lost": "rose",
}  # fmt: skip
STATES = {s.value: (s.label, STATE_TONES[s]) for s in ParcelState}
TRACKING = {s.value: (s.label, TRACKING_TONES[s.value]) for s in TrackingState}
ADVICE = {a.value: (a.label, "neutral") for a in Advice}


class EventRow(serializers.Serializer):
    """A tracking event inside a parcel."""

    id = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    stage = serializers.ChoiceField(EventStage.choices)
    description = serializers.CharField()
    location = serializers.CharField()
    source = serializers.CharField()


class OrderBrief(serializers.Serializer):
    """The order a parcel belongs to."""

    id = serializers.CharField()
    number = serializers.CharField()


class ParcelRow(serializers.Serializer):
    """A parcel as lists and programs see it."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Parcel"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField(label=_("Order"))
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    state = serializers.ChoiceField(ParcelState.choices, label=_("State"))
    service = serializers.CharField(source="service.code", label=_("Service"), allow_null=True)
    tracking_number = serializers.CharField(label=_("Waybill number"))
    country = serializers.CharField(label=_("Country"))
    tracking_state = serializers.ChoiceField(TrackingState.choices, label=_("Tracking"))
    last_event_at = serializers.DateTimeField(label=_("Last event"), allow_null=True)
    last_event_text = serializers.CharField(label=_("Last words"))
    shipped_at = serializers.DateTimeField(label=_("Handed over"), allow_null=True)
    delivered_at = serializers.DateTimeField(label=_("Delivered"), allow_null=True)
    promised_by = serializers.DateTimeField(label=_("Promised by"), allow_null=True)
    receive_by = serializers.DateTimeField(label=_("Receiving time ends"), allow_null=True)
    next_check_at = serializers.DateTimeField(label=_("Next check"), allow_null=True)
    advice = serializers.ChoiceField(Advice.choices, allow_blank=True, label=_("Advice"))
    weight_g = serializers.IntegerField(label=_("Weight"), allow_null=True)
    later_than = serializers.IntegerField(
        label=_("Later than its lane"),
        allow_null=True,
        help_text=_("Per cent; 101: older than its lane was ever followed."),
    )
    orders = OrderBrief(many=True)
    days = serializers.IntegerField(label=_("Days under way"), allow_null=True)
    late_days = serializers.IntegerField(label=_("Days late"), allow_null=True)


class RecordEvent(Action):
    """Write down what the carrier says."""

    name, label, permission = "record-event", _("Record event"), "logistics.track_parcel"
    form, icon, order, key, done_text = EventForm, "map-pin", 20, "v", _("Recorded.")

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        self.apply_many([obj], actor, now, **data)

    def apply_many(self, objs: Sequence[Any], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """The same event of many parcels (a whole sack arrived)."""
        tracking.record_by_hand(
            parcels=objs, at=data.get("at") or now, stage=data["stage"], text=data["description"], place=data["location"],
            actor=actor, now=now,
        )  # fmt: skip
        return []


class Extend(Action):
    """Lengthen the receiving time."""

    name, label, permission = "extend", _("Lengthen the receiving time"), "logistics.extend_parcel"
    form, icon, order, key = ExtendForm, "calendar", 30, "t"
    explain = _("Shops that are connected are asked; elsewhere lengthen it in the shop first and record it here.")
    confirm = _("The shop and the buyer are told.")
    done_text = _("Longer receiving time recorded.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """Ask the channel, or record what was done there."""
        row = tracking.extend(parcel=obj, days=data["days"], actor=actor, now=now)
        return {"after": row.after.isoformat(), "confirmed": row.confirmed_at is not None}

    def shown_for(self, obj: Parcel) -> bool:
        """Only where the channel has a receiving time and the parcel is under way."""
        return obj.state == ParcelState.SHIPPED and obj.receive_by is not None


class Settle(Action):
    """Say how the parcel ended."""

    name, label, permission = "settle", _("Settle"), "logistics.settle_parcel"
    form, icon, order, key, done_text = SettleForm, "circle-check", 40, "e", _("Settled.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """Settle one."""
        tracking.settle(
            parcel=obj, outcome=data["outcome"], reason=data["reason"], at=data.get("at"), actor=actor, now=now
        )

    def shown_for(self, obj: Parcel) -> bool:
        """While it is under way."""
        return obj.state == ParcelState.SHIPPED

    def revert(self, obj: Parcel, actor: Actor, now: datetime, listing: Any, before: Mapping[str, Any]) -> None:
        """Follow it again."""
        tracking.reopen(parcel=obj, actor=actor, now=now, reason="undone")


class Reopen(Action):
    """Follow a settled parcel again."""

    name, label, permission = "reopen", _("Open again"), "logistics.settle_parcel"
    form, icon, order, done_text = ReasonForm, "arrow-back-up", 60, _("Opened again.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """Open one."""
        tracking.reopen(parcel=obj, actor=actor, now=now, reason=data["reason"])

    def shown_for(self, obj: Parcel) -> bool:
        """Once it is settled (a closed one stays closed)."""
        return obj.state in SETTLED and obj.state != ParcelState.CLOSED


class CheckNow(Action):
    """Look at it now."""

    name, label, permission = "check", _("Check now"), "logistics.track_parcel"
    icon, order, key, done_text = "eye", 10, "c", _("Checked.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """Check one and answer the advice."""
        parcel = tracking.check_parcel(parcel=obj, actor=actor, now=now)
        return {"advice": parcel.advice, "message": str(parcel.get_advice_display())}

    def shown_for(self, obj: Parcel) -> bool:
        """While it is under way."""
        return obj.state == ParcelState.SHIPPED


class Judge(Action):
    """Note what only a person knows."""

    name, label, permission = "judge", _("Note what only people know"), "logistics.track_parcel"
    form, icon, order, bulk, done_text = (
        JudgeForm,
        "message",
        50,
        False,
        _("Noted; it is checked again within the hour."),
    )

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """Note it."""
        tracking.judge(parcel=obj, actor=actor, now=now, **{k: v for k, v in data.items() if v})

    def shown_for(self, obj: Parcel) -> bool:
        """While it is under way, or somebody says that it never came."""
        return obj.state in JUDGED


def _events(ids: Sequence[int], actor: Actor) -> dict[int, dict[str, Any]]:
    return {pk: {"events": rows} for pk, rows in selectors.newest_events(ids).items()}


@register
class ParcelListing(Listing):
    """Everything handed to a carrier, and what is packed."""

    name, title, permission = "parcels", _("Parcels"), "logistics.view_parcel"
    model, row, filters = Parcel, ParcelRow, ParcelFilter
    columns = [
        Column("tracking_number", link="logistics:parcel", html=lambda row: shown_number(row), needs=("number",), mono=True),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("tracking_state", badge=TRACKING),
        Column("last_event_at", html=lambda row: last_event(row), needs=("last_event_text",)),
        Column("service", html=service_cell, text=lambda row: row["service"], by=("service",), needs=NAMES, roomy=True),
        Column("country", country=True),
        Column("shipped_at", sortable=True, time="day", default=False),
        Column("days", html=lambda row: promise(row), needs=("promised_by", "shipped_at", "late_days", "state"), align="num"),
        Column("later_than", label=_("On its lane"), html=lambda row: lane_cell(row), text=lambda row: row["later_than"], needs=("state",),
               align="num", sortable=True, roomy=True),
        Column("receive_by", time="deadline", sortable=True),
        Column("next_check_at", sortable=True, time="due"),
        Column("advice", badge=ADVICE, default=False),
        Column("state", badge=STATES, default=False),
        Column("promised_by", time="day", default=False, sortable=True),
        Column("late_days", html=lambda row: late(row), needs=("state",), align="num", default=False),
        Column("number", default=False, mono=True),
        Column("store", default=False, mono=True),
        Column("delivered_at", default=False),
        Column("weight_g", default=False, align="num"),
    ]  # fmt: skip
    actions = [LabelsRight(), CheckNow(), RecordEvent(), Extend(), Settle(), Judge(), Reopen()]
    parts = [RowPart("events", fields={"events": EventRow(many=True)}, part=_events)]
    views = [
        View("under-way", _("Under way"), "state=shipped", default=True),
        View("late", _("Later than promised"), "lateness=late&ordering=promised_by"),
        View("slow", _("Latest of their lanes"), "lateness=lane&ordering=-later_than"),
        View("next", _("By next check"), "state=shipped&ordering=next_check_at", counted=False),
        View("ending", _("Receiving time ends"), "lateness=ending&ordering=receive_by"),
        View("customs", _("Held by customs"), "tracking_state=customs_held&state=shipped"),
        View(
            "collect", _("To be collected"), "tracking_state=awaiting_collection&tracking_state=attempted&state=shipped"
        ),
        View("silent", _("No news for long"), "tracking_state=stalled&state=shipped"),
        View("returning", _("Being returned"), "tracking_state=returning&state=shipped"),
        View("untold", _("Number not online"), "undeclared=true"),
        View("all", _("All"), counted=False),
    ]
    url, detail_url, default_order, label_field = "logistics:parcels", "logistics:parcel", "-shipped_at", "number"
    needs = (*NAMES, "settled_at")
    computed = ("orders", "days", "late_days")
    search_by = [Prefix("tracking_key"), LastDigits("tracking_tail"), Prefix("number", upper=True)]
    exact_by = ("tracking_key", "number")
    scan_ok = {
        "lateness": "asks parcels under way only (index parcel_due)",
        "country": "asks the indexed country",
        "behind": "asks the parcels of one lane in its window (indexes parcel_country and parcel_newest)",
        "next_check_at": "the index of parcels under way serves it",
        "later_than": "the index of parcels under way serves it",
        "promised_by": "the index of parcels under way serves it",
        "receive_by": "the index of parcels under way serves it",
    }
    empty = (_("No parcels yet."), _("Parcels appear here when they are handed over."), "", "")
    icon = "package"

    def queryset(self, actor: Actor) -> QuerySet[Parcel]:
        """The parcels of the actor's stores."""
        return selectors.parcels_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Age, lateness and the order as programs read it."""
        now = utcnow()
        for row in rows:
            end = row["delivered_at"] or row["settled_at"] or now
            row["days"] = (end - row["shipped_at"]).days if row["shipped_at"] else None
            over = (
                row["promised_by"] is not None and end > row["promised_by"] and row["state"] in ("shipped", "delivered")
            )
            row["late_days"] = max(1, (end - row["promised_by"]).days) if over else None
            row["later_than"] = row["later_than"] if row["state"] == "shipped" and row["later_than"] >= 0 else None
            if row["state"] != "shipped":  # nobody checks what has ended
                row["next_check_at"] = None
            row["orders"] = [{"id": str(row["order_id"]), "number": row["order_number"]}]


def shown_number(row: Mapping[str, Any]) -> str:
    """The waybill number, else our own."""
    return str(row["tracking_number"] or row["number"])


def last_event(row: Mapping[str, Any]) -> Any:
    """The last words of the carrier and how old they are."""
    if row["last_event_at"] is None:
        return f.DASH
    text = row["last_event_text"][:60] or f.DASH
    return format_html(
        '<span class="ends"><span title="{0}">{0}</span><small>{1}</small></span>', text, f.ago(row["last_event_at"])
    )


def promise(row: Mapping[str, Any]) -> Any:
    """Days under way of the days promised, marked when they are over."""
    if row["days"] is None:
        return f.DASH
    if row["promised_by"] is None:
        return str(row["days"])
    text = f"{row['days']} / {(row['promised_by'] - row['shipped_at']).days}"
    return text if row["late_days"] is None else format_html("{} {}", text, late(row))


def lane_cell(row: Mapping[str, Any]) -> Any:
    """How late it is on its lane, as reckoned last."""
    later = row["later_than"]
    if later is None:
        return f.DASH
    if later > 100:
        return f.badge_html("> 99%", "rose", str(_("Out longer than the curve of its lane reaches")))
    text, limit = f.percent(later / 100), int(house.value(policies.SLOW_PERCENT, utcnow()))
    return f.badge_html(text, "lantern") if later >= limit else text


def late(row: Mapping[str, Any]) -> Any:
    """Days beyond the promise, marked."""
    return (
        f.DASH
        if row["late_days"] is None
        else f.badge_html(f"+{row['late_days']}", "rose" if row["state"] == "shipped" else "neutral")
    )


class ParcelBrief(serializers.Serializer):
    """A parcel inside the row of its order."""

    id = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(ParcelState.choices)
    tracking_number = serializers.CharField()
    tracking_state = serializers.ChoiceField(TrackingState.choices)
    service = serializers.CharField()
    shipped_at = serializers.DateTimeField(allow_null=True)


def _parcels_cell(row: Mapping[str, Any]) -> Any:
    """Waybill numbers with where they stand."""
    parcels = row["parcels"] or []
    if not parcels:
        return f.DASH
    cells = ((f.mono_html(shown_number(p)), f.badge_html(*TRACKING[p["tracking_state"]])) for p in parcels[:2])
    shown = format_html_join(" ", "{} {}", cells)
    return format_html("{} +{}", shown, len(parcels) - 2) if len(parcels) > 2 else shown


ORDER_PART = RowPart(
    name="parcels", fields={"parcels": ParcelBrief(many=True, label=_("Parcels"))},
    inline={"parcels": selectors.BRIEF_OF_ORDER},
    columns=[Column("parcels", label=_("Parcels"), html=_parcels_cell, default=False,
                    text=lambda row: ", ".join(shown_number(p) for p in row["parcels"] or []))],
    search=[
        Prefix("tracking_key", to="order_id", queryset=lambda actor: selectors.parcels_for(actor)),
        LastDigits("tracking_tail", to="order_id", queryset=lambda actor: selectors.parcels_for(actor)),
    ],
)  # fmt: skip
register_part("orders", ORDER_PART)

counts.register("parcels", selectors.due_count, permission="logistics.track_parcel")
