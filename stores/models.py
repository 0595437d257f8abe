"""Doors to channels: connections, raw records in, calls out, the channels' deadlines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from stores.choices import Ability, CallState, InboundState


class Lane(models.Model):
    """Health of one way out of a store: what it waits for, and which worker walks it now (one at a time)."""

    paused_reason = models.CharField(
        max_length=300, blank=True, help_text="why nothing is sent or fetched; empty = it works"
    )
    hold_until = models.DateTimeField(null=True, help_text="Retry-After of the channel, obeyed by all workers")
    failures = models.PositiveIntegerField(default=0, help_text="faults in a row; opens the breaker")
    busy_until = models.DateTimeField(null=True, help_text="a worker walks the lane until then")
    busy_by = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


@tracked(exclude=["secrets", "cursor", "last_pull_at", "hold_until", "failures", "busy_until", "busy_by"])
class Connection(Lane):
    """How a store's channel is reached: address, encrypted secrets, where the last pull ended, health."""

    store = models.OneToOneField(Store, on_delete=models.PROTECT, related_name="connection")
    base_url = models.CharField(max_length=300, blank=True)
    secrets = models.TextField(blank=True, help_text="JSON, encrypted with FIELD_ENCRYPTION_KEY")
    cursor = models.JSONField(default=dict, help_text="per kind of record: where the last pull ended")
    last_pull_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("connection")


@tracked(exclude=["hold_until", "failures", "busy_until", "busy_by"])
class MailLane(Lane):
    """The e-mail of a store: a lane of its own, so that a mail server in trouble does not stop the channel, nor the
    other way round."""

    store = models.OneToOneField(Store, on_delete=models.PROTECT, related_name="mail_lane")

    objects = ScopedManager(store="store")


@tracked(exclude=["hold_until", "failures", "busy_until", "busy_by"])
class CarrierLane(Lane):
    """The carriers a store sends with: a lane of its own, so that a carrier in trouble does not stop the channel."""

    store = models.OneToOneField(Store, on_delete=models.PROTECT, related_name="carrier_lane")

    objects = ScopedManager(store="store")


class InboundRecord(models.Model):
    """A raw answer of a channel, kept once, before anything reads it."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    remote_id = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=InboundState.choices, default=InboundState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects = ScopedManager(store="store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "remote_id", "digest"], name="inbound_once")]
        verbose_name = _("record of a channel")
        indexes = [
            models.Index(fields=["id"], name="inbound_new", condition=Q(state="new")),
            models.Index(fields=["state", "-id"], name="inbound_state"),
        ]


@tracked(exclude=["payload", "receipt", "lease_until", "leased_by", "begun_at"])
class OutboundCall(models.Model):
    """One effect outside the house. Written in the caller's transaction, carried out by a worker, exactly once."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    ability = models.CharField(max_length=20, choices=Ability.choices)
    key = models.CharField(max_length=150, unique=True, help_text="what is done: the same key is the same effect")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.QUEUED)
    due_at = models.DateTimeField(help_text="not before; moves on with growing pauses")
    give_up_at = models.DateTimeField(help_text="72 hours after the first try: then a person must look")
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    begun_at = models.DateTimeField(null=True, help_text="when the running attempt left the house; null = it has not")
    doubtful = models.BooleanField(
        default=False, help_text="an attempt may have worked: read back before it is repeated"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    receipt = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("outgoing call")
        constraints = [
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="call_sent_has_time"),
            models.CheckConstraint(
                condition=~Q(state="leased") | Q(lease_until__isnull=False), name="call_leased_has_end"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="call_waiting", condition=Q(state__in=["queued", "leased", "unknown"])
            ),
            models.Index(fields=["subject_type", "subject_id"], name="call_subject"),
            models.Index(fields=["store", "-id"], name="call_failed", condition=Q(state="failed")),
            models.Index(fields=["state", "-id"], name="call_state"),
            models.Index(fields=["store", "-id"], name="call_newest"),
        ]  # fmt: skip


@tracked()
class Deadline(models.Model):
    """A clock of a channel, a law or the shop, valid from a day on (reference list of deadlines). A due date that the
    channel gives for one case always wins over it."""

    rule_code = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    topic = models.CharField(max_length=20)
    anchor_event = models.CharField(max_length=60)
    actor = models.CharField(max_length=20)
    value = models.CharField(max_length=20)
    unit = models.CharField(max_length=12)
    calendar = models.CharField(max_length=20, blank=True)
    warn_before = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    warn_unit = models.CharField(max_length=10, blank=True)
    on_expiry = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=20, blank=True)
    origin = models.CharField(max_length=300, blank=True)
    note_zh = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule_code", "valid_from"], name="deadline_once")]
