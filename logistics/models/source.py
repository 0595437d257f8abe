"""Services that follow parcels for us by number: how they are reached, what they follow, what they pushed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from core.audit import tracked
from logistics.choices import FollowState, PushState, SourceKind
from logistics.models.parcel import Parcel
from stores.models import Lane


@tracked(exclude=[
    "secrets", "hold_until", "failures", "busy_until", "busy_by", "heard_at", "pushed_at", "answered_at", "quota_total",
    "quota_left", "quota_at", "refused_pushes", "refused_at",
])  # fmt: skip
class TrackingSource(Lane):
    """A tracking source of the house. One worker talks to it at a time, so that its rate is kept by all."""

    code = models.SlugField(max_length=20, unique=True, help_text=_("Short name; it stands in the address for pushes"))
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=SourceKind.choices, default=SourceKind.SEVENTEEN)
    base_url = models.CharField(max_length=300, blank=True)
    secrets = models.TextField(blank=True, help_text="JSON, encrypted with FIELD_ENCRYPTION_KEY")
    active = models.BooleanField(default=True)
    whole_house = models.BooleanField(
        default=False, help_text="follows parcels of shops whose channel tells events, too"
    )
    quota_total = models.IntegerField(null=True)
    quota_left = models.IntegerField(null=True)
    quota_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True, help_text="last push with a good signature that was read")
    answered_at = models.DateTimeField(null=True, help_text="last answer to a question of ours")
    heard_at = models.DateTimeField(null=True, help_text="last news of numbers: a push, or an answer about numbers")
    silent_since = models.DateTimeField(null=True, help_text="no news since then although numbers are followed")
    refused_pushes = models.PositiveIntegerField(default=0, help_text="pushes with a wrong signature")
    refused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tracking source")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


@tracked(exclude=["attempts", "next_try_at", "lease_until", "leased_by", "heard_at", "asked_at", "guessed", "wish"])
class FollowedNumber(models.Model):
    """One number of one parcel at one source. A number is used again after months: the parcel tells which use is meant."""

    source = models.ForeignKey(TrackingSource, on_delete=models.PROTECT, related_name="numbers")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="followed")
    number = models.CharField(max_length=60, help_text="capitals, no blanks")
    carrier = models.PositiveIntegerField(null=True, help_text="the source's key of the carrier")
    chosen = models.BooleanField(default=False, help_text="a person picked the carrier")
    guessed = models.BooleanField(default=False, help_text="the source only guessed the carrier: it may be wrong")
    wish = models.PositiveIntegerField(null=True, help_text="carrier that a person picked and the source was not told yet")
    state = models.CharField(max_length=10, choices=FollowState.choices, default=FollowState.WANTED)
    reason = models.CharField(max_length=300, blank=True, help_text="what the source said of it")
    candidates = models.JSONField(default=list, help_text="carriers it may be of: key, name, why")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    wanted_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="last news of this number")
    asked_at = models.DateTimeField(null=True, help_text="last time it was asked about")
    looked_at = models.DateTimeField(null=True, help_text="a person looked it up while the source was silent")
    stopped_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="parcel__store")

    class Meta:
        verbose_name = _("followed number")
        constraints = [
            models.UniqueConstraint(fields=["parcel", "source", "number"], name="followed_once"),
            models.CheckConstraint(
                condition=~Q(state="wanted") | Q(next_try_at__isnull=False), name="followed_waits_for_something"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="followed_due", condition=Q(state="wanted")),
            models.Index(fields=["source", "asked_at", "id"], name="followed_to_ask", condition=Q(state="registered")),
            models.Index(fields=["number"], name="followed_number", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["state", "-id"], name="followed_state"),
        ]

    def __str__(self) -> str:
        return self.number


class TrackingPush(models.Model):
    """A push as it came, kept before it was answered; the same body is kept once."""

    source = models.ForeignKey(TrackingSource, on_delete=models.PROTECT, related_name="pushes")
    digest = models.CharField(max_length=64, help_text="of the whole body")
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=PushState.choices, default=PushState.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    number = models.CharField(max_length=60, blank=True, help_text="of which it speaks, once it was read")
    event = models.CharField(max_length=24, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("push of a tracking source")
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="push_once")]
        indexes = [
            models.Index(fields=["id"], name="push_new", condition=Q(state="new")),
            models.Index(fields=["state", "-id"], name="push_state"),
            models.Index(fields=["source", "-id"], name="push_newest"),
            models.Index(fields=["number"], name="push_number", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["received_at"], name="push_age"),
        ]
