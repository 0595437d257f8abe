"""What was handed to a carrier, and every look we took after it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right, Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User
from core.audit import tracked
from inventory.models import Warehouse
from logistics.choices import (
    Advice,
    BuyerMood,
    CustomsReason,
    EventStage,
    ParcelState,
    PlaceOk,
    TrackingState,
    WeightAnswer,
)
from logistics.models.carrier import Service
from logistics.models.dispatch import DispatchNote, NoteLine
from orders.models import Order
from products.models import Sku
from stores.models import OutboundCall


@tracked(exclude=["last_event_text", "tracking_key", "tracking_tail", "weight_learned_at", "later_than"])
class Parcel(models.Model):
    """A parcel. The database holds the promise that none is forgotten: settled, or packed, or it has a next check."""

    number = models.CharField(max_length=20, unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="parcels")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    note = models.OneToOneField(DispatchNote, null=True, on_delete=models.PROTECT, related_name="parcel")
    warehouse = models.ForeignKey(Warehouse, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="parcels")
    state = models.CharField(max_length=10, choices=ParcelState.choices)
    country = models.CharField(max_length=2)
    tracking_number = models.CharField(max_length=60, blank=True)
    tracking_key = models.GeneratedField(
        expression=Upper("tracking_number"), output_field=models.CharField(max_length=60), db_persist=True
    )
    tracking_tail = models.GeneratedField(
        expression=Right(Upper("tracking_number"), 6), output_field=models.CharField(max_length=6), db_persist=True
    )
    label_scanned_at = models.DateTimeField(null=True)
    weight_g = models.PositiveIntegerField(null=True)
    packing = models.ForeignKey(
        Sku, null=True, on_delete=models.PROTECT, related_name="+", help_text="packing material; null = the usual bag"
    )
    expected_g = models.PositiveIntegerField(null=True, help_text="what it should have weighed when it was sealed")
    spread_g = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text="standard deviation of that")
    weight_answer = models.CharField(
        max_length=8, choices=WeightAnswer.choices, blank=True, help_text="what the scale said"
    )
    weight_causes = models.JSONField(
        default=list, help_text="article, pieces and chance of each explanation, likeliest first"
    )
    weight_learned_at = models.DateTimeField(null=True, help_text="its weight was learned from")
    mirror = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="parcel of the batch whose contents fit this weight better: the labels may be exchanged",
    )
    together = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="riders",
        help_text="parcel in whose box it travels: another order of the same buyer under one waybill number",
    )  # fmt: skip
    mirror_cleared_at = models.DateTimeField(null=True, help_text="a person opened both and found them right")
    checks = models.JSONField(default=dict, help_text="the packing check list: what was confirmed, by whom")
    packed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    packed_at = models.DateTimeField(null=True)
    handed_over_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    shipped_at = models.DateTimeField(null=True)
    declare_call = models.ForeignKey(OutboundCall, null=True, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(null=True, help_text="the channel confirmed the number")
    tracking_state = models.CharField(max_length=20, choices=TrackingState.choices, default=TrackingState.NOT_FOUND)
    last_event_at = models.DateTimeField(null=True)
    last_event_text = models.CharField(max_length=300, blank=True)
    promised_by = models.DateTimeField(null=True, help_text="what the buyer was told")
    receive_by = models.DateTimeField(
        null=True, help_text="the channel's receiving time ends; null where there is none"
    )
    next_check_at = models.DateTimeField(null=True)
    next_check_why = models.CharField(
        max_length=20, blank=True, help_text="why that time: a rule of the tables, or first, event, promise…"
    )
    check_round = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    advice = models.CharField(
        max_length=24, choices=Advice.choices, blank=True, help_text="what the last check advised"
    )
    advice_rule = models.CharField(max_length=10, blank=True)
    held_since = models.DateTimeField(null=True, help_text="customs holds it since then")
    hold_reason = models.CharField(max_length=20, choices=CustomsReason.choices, blank=True)
    waiting_since = models.DateTimeField(null=True, help_text="it can be collected since then")
    post_office = models.CharField(max_length=120, blank=True)
    buyer_mood = models.CharField(
        max_length=10, choices=BuyerMood.choices, blank=True, help_text="set by a person, never guessed"
    )
    place_ok = models.CharField(
        max_length=3, choices=PlaceOk.choices, blank=True, default="", db_default="",
        help_text="the proof of delivery names the order's address",
    )  # fmt: skip
    later_than = models.SmallIntegerField(
        default=-1,
        db_default=-1,
        help_text="per cent of its lane that had arrived at its age, as reckoned last; 101 = older than its lane was ever "
        "followed, -1 = too few parcels say it",
    )
    delivered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settle_reason = models.CharField(max_length=300, blank=True)
    ends_after = models.DateTimeField(
        null=True, help_text="a person opened it again: final events up to this time do not end it any more"
    )
    link_ended_at = models.DateTimeField(null=True, help_text="a person ended its public page")
    created_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("parcel")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="packed")
                | Q(state="shipped", next_check_at__isnull=False)
                | Q(state__in=["delivered", "returned", "lost", "closed"]),
                name="parcel_settled_or_next_check",
            ),
            models.CheckConstraint(
                condition=Q(state="packed") | Q(shipped_at__isnull=False) | Q(state="closed"),
                name="parcel_shipped_has_time",
            ),
            models.CheckConstraint(
                condition=Q(mirror__isnull=True)
                | Q(mirror_cleared_at__isnull=False)
                | Q(state__in=["packed", "closed"]),
                name="parcel_left_without_mirror",
            ),
            models.UniqueConstraint(
                fields=["service", "tracking_number"],
                condition=Q(state__in=["packed", "shipped"], together__isnull=True) & ~Q(tracking_number=""),
                name="live_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at", "id"], name="parcel_due", condition=Q(state="shipped")),
            models.Index(fields=["later_than", "id"], name="parcel_later", condition=Q(state="shipped")),
            models.Index(fields=["promised_by", "id"], name="parcel_promised", condition=Q(state="shipped")),
            models.Index(fields=["later_than", "id"], name="parcel_later_all"),
            models.Index(
                fields=["receive_by", "id"], name="parcel_receive", condition=Q(state="shipped", receive_by__isnull=False)
            ),
            models.Index(
                fields=["-shipped_at", "-id"], name="parcel_collect",
                condition=Q(state="shipped", tracking_state__in=["awaiting_collection", "attempted"]),
            ),
            models.Index(
                fields=["last_event_at", "id"], name="parcel_moving",
                condition=Q(state="shipped", tracking_state__in=["in_transit", "customs", "out_for_delivery"]),
            ),
            models.Index(fields=["-shipped_at", "-id"], name="parcel_newest"),
            models.Index(
                fields=["shipped_at", "id"], name="parcel_to_learn",
                condition=Q(weight_learned_at__isnull=True, weight_g__isnull=False, shipped_at__isnull=False, note__isnull=False),
            ),
            models.Index(
                fields=["mirror"], name="parcel_mirror", condition=Q(mirror__isnull=False, mirror_cleared_at__isnull=True)
            ),
            models.Index(fields=["state", "-shipped_at", "-id"], name="parcel_state"),
            models.Index(fields=["store", "-id"], name="parcel_store"),
            models.Index(fields=["order"], name="parcel_order"),
            models.Index(
                fields=["id"], name="parcel_undeclared",
                condition=Q(declared_at__isnull=True, state__in=["shipped", "delivered", "returned", "lost"]),
            ),
            models.Index(fields=["tracking_key"], name="parcel_tracking_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["tracking_tail"], name="parcel_tracking_tail"),
            models.Index(fields=["tracking_state", "-shipped_at", "-id"], name="parcel_tracking_state"),
            models.Index(fields=["country", "-shipped_at", "-id"], name="parcel_country"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ParcelLine(models.Model):
    """What lies in a parcel, as scanned."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    note_line = models.ForeignKey(NoteLine, null=True, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    objects = ScopedManager(store="parcel__store")


class ScanEvent(models.Model):
    """One scan at the packing table and what was answered. ``key`` makes a repeated request one scan."""

    note = models.ForeignKey(DispatchNote, null=True, on_delete=models.PROTECT, related_name="scans")
    parcel = models.ForeignKey(Parcel, null=True, on_delete=models.PROTECT, related_name="scans")
    kind = models.CharField(max_length=12, help_text="note, item, put, weight, check, photo, label, undo, hand_over")
    code = models.CharField(max_length=120)
    ok = models.BooleanField()
    answer = models.CharField(max_length=60, help_text="stable code of the answer")
    detail = models.JSONField(default=dict)
    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects = ScopedManager(store="note__store")

    class Meta:
        indexes = [models.Index(fields=["note", "at"], name="scan_note")]


class TrackingEvent(models.Model):
    """One event of a parcel's way. The table is partitioned by month of ``occurred_at``."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="events", db_constraint=True)
    occurred_at = models.DateTimeField()
    stage = models.CharField(max_length=22, choices=EventStage.choices)
    description = models.CharField(max_length=300, blank=True)
    location = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=20, help_text="hand, file, sandbox, channel, 17track")
    digest = models.CharField(max_length=64, help_text="of time, text and place: the same event is kept once")
    raw = models.JSONField(default=dict)
    received_at = models.DateTimeField()

    objects = ScopedManager(store="parcel__store")

    class Meta:
        verbose_name = _("tracking event")
        indexes = [
            models.Index(fields=["parcel", "occurred_at"], name="event_of_parcel"),
            models.Index(fields=["parcel", "received_at"], name="event_by_hand", condition=Q(source="hand")),
        ]
        constraints = [models.UniqueConstraint(fields=["parcel", "digest", "occurred_at"], name="event_once")]


@tracked()
class Extension(models.Model):
    """A longer receiving time: asked of the channel, confirmed by it, seen on the order. Text T03 needs it confirmed."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="extensions")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    before = models.DateTimeField(help_text="receiving time it was computed from")
    after = models.DateTimeField(help_text="intended receiving time")
    cycle = models.CharField(max_length=40, help_text="the check round or the person's click: once each")
    call = models.OneToOneField(OutboundCall, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(
        max_length=10, blank=True, help_text="base code of the text that goes out once this is settled"
    )
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=300, blank=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("extension")
        constraints = [models.UniqueConstraint(fields=["parcel", "cycle"], name="extension_once")]
        indexes = [
            models.Index(fields=["cycle"], name="extension_of_incident", condition=Q(cycle__startswith="incident-"))
        ]


@tracked()
class DecisionRule(models.Model):
    """A row of an after-sales decision table (not received, customs, post office); tried by priority, staff edit it."""

    table_code = models.CharField(max_length=4)
    rule_id = models.CharField(max_length=10)
    priority = models.PositiveIntegerField()
    conditions = models.JSONField(default=dict)
    advice = models.CharField(max_length=24, choices=Advice.choices)
    alternatives = models.CharField(max_length=200, blank=True)
    choose_by = models.CharField(max_length=24, blank=True)
    cost_formula = models.CharField(max_length=120, blank=True)
    extend_confirm = models.CharField(max_length=16, default="no", help_text="yes, no, if_deadline_near")
    next_check_days = models.PositiveSmallIntegerField(null=True, blank=True)
    message_template = models.CharField(max_length=10, blank=True)
    evidence_required = models.CharField(max_length=200, blank=True)
    evidence_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    approval = models.CharField(max_length=24, default="none")
    note_en = models.CharField(max_length=300, blank=True)
    note_zh = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("decision rule")
        ordering = ["table_code", "priority"]
        constraints = [models.UniqueConstraint(fields=["rule_id", "valid_from"], name="decision_once")]

    def __str__(self) -> str:
        return self.rule_id
