"""Tables without business nouns: the timeline, dated policies, rates, long work, saved views, repeated requests."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ActivityEntry(models.Model):
    """One line of the human timeline: what was done, on which object, by whom and why. Written once, never edited."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    store_ref = models.BigIntegerField(null=True, help_text="store of the subject, for scoping; null for house matters")
    verb = models.CharField(max_length=60, help_text="stable name of what was done, e.g. order.hold")
    text = models.CharField(
        max_length=300, blank=True, help_text="English sentence with %(name)s fields, translated when shown"
    )
    params = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=150)
    request_ref = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("activity")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="activity_subject"),
            models.Index(fields=["at"], name="activity_at"),
        ]


class PolicyValue(models.Model):
    """A number or rule of the house, valid from a day on. The newest row that is valid wins; none = the declared default."""

    key = models.CharField(max_length=80)
    store_ref = models.BigIntegerField(null=True, blank=True, help_text="only for this store; null = all stores")
    valid_from = models.DateField()
    value = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("house rule")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "store_ref", "valid_from"], name="policy_once_a_day", nulls_distinct=False
            )
        ]


class CalendarDay(models.Model):
    """An exception of the working calendar: a holiday, or a make-up day that is worked."""

    day = models.DateField(unique=True)
    working = models.BooleanField(default=False)
    name = models.CharField(max_length=100, blank=True)


class ExchangeRate(models.Model):
    """Units of ``currency`` for one unit of ``base`` on ``day``, with its source."""

    day = models.DateField()
    base = models.CharField(max_length=3, default="EUR")
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "currency", "day", "source"], name="one_rate_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]


class Sequence(models.Model):
    """The last number given out for a series, e.g. dispatch notes. See ``core.numbering``."""

    name = models.CharField(max_length=60, unique=True)
    last = models.BigIntegerField(default=0)


class Job(models.Model):
    """Long work with a progress page: an import, an export, a print batch, a bulk action over many rows."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=60, help_text="registered runner, e.g. orders.import")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    log = models.JSONField(default=list, help_text="newest last: [time, level, sentence]")
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    result_file = models.CharField(max_length=300, blank=True, help_text="name in the private storage")
    result_name = models.CharField(max_length=200, blank=True, help_text="file name offered at download")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.JSONField(default=dict, help_text="the actor it acts as, with stores and rights at request time")
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True, help_text="a runner holds it until then; later it is taken up again")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        indexes = [
            models.Index(fields=["created_at"], name="job_waiting", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["requester", "-created_at"], name="job_of_person"),
        ]


class SavedView(models.Model):
    """A named question to a list: its query, columns and order; own or shared with colleagues."""

    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    shared = models.BooleanField(default=False)
    query = models.CharField(max_length=2000, blank=True, help_text="URL query of the view")
    columns = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "owner", "name"], name="view_name_once")]


class ColumnChoice(models.Model):
    """Which columns a person wants in a list, in which order."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing = models.CharField(max_length=60)
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "listing"], name="columns_once")]


class IdempotencyRecord(models.Model):
    """The first answer to a POST with an Idempotency-Key; kept at least a day, written in the effect's transaction."""

    caller = models.CharField(max_length=60, help_text="user:ID or token:ID")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]


class Heartbeat(models.Model):
    """When a part of the machinery was last seen alive (scheduler, worker, a channel)."""

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)


class SystemMark(models.Model):
    """Facts about this database itself: that it is a demo, its application version, when it was filled."""

    name = models.CharField(max_length=60, unique=True)
    value = models.JSONField(default=dict)
