"""Carrier services, what we promise with them, and their waybill numbers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import tracked
from logistics.choices import NumberSource, NumberState, ServiceKind


@tracked()
class Service(models.Model):
    """One way to send a parcel. Starting data: the reference list of services; staff edit every figure."""

    code = models.CharField(max_length=30, unique=True)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    carrier = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=ServiceKind.choices)
    connector = models.CharField(
        max_length=20, blank=True, help_text="carrier connector that issues waybill numbers; empty = pool or file"
    )
    active = models.BooleanField(default=True)
    tracking_level = models.CharField(max_length=20, default="full", help_text="none, to_departure, to_arrival, full")
    days_min = models.PositiveSmallIntegerField(null=True, blank=True)
    days_max = models.PositiveSmallIntegerField(null=True, blank=True)
    max_weight_g = models.PositiveIntegerField(null=True, blank=True)
    value_max = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    value_max_currency = models.CharField(max_length=3, blank=True)
    pickup_time = models.TimeField(
        null=True, blank=True, help_text="carrier's pick-up at the warehouse; empty = house rule"
    )
    number_pattern = models.CharField(max_length=120, blank=True, help_text="regular expression of its waybill numbers")
    tracking_url = models.CharField(max_length=200, blank=True, help_text="{number} is filled in")
    customs_form = models.CharField(max_length=20, blank=True)
    match_words = models.JSONField(
        default=list, help_text="words in the buyer's shipping method that mean this service"
    )
    note = models.CharField(max_length=400, blank=True, default="", db_default="")
    note_zh = models.CharField(max_length=400, blank=True, default="", db_default="")
    facts = models.JSONField(default=dict, help_text="further columns of the reference list")

    class Meta:
        verbose_name = _("service")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


@tracked()
class PromiseRule(models.Model):
    """Days promised and days of the checks, by service and destination. The first that fits by ``priority`` counts."""

    rule_id = models.CharField(max_length=20)
    priority = models.PositiveIntegerField()
    service_match = models.CharField(max_length=200, help_text="kind:a|b, service:A|B or *")
    destination_match = models.CharField(max_length=300, help_text="countries separated by ; or *")
    promise_days = models.PositiveSmallIntegerField()
    first_check_days = models.PositiveSmallIntegerField()
    second_check_days = models.PositiveSmallIntegerField()
    lost_after_days = models.PositiveSmallIntegerField()
    extend_when_days_left = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    note_zh = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    origin_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("promise")
        ordering = ["priority"]
        constraints = [models.UniqueConstraint(fields=["rule_id", "valid_from"], name="promise_once")]


@tracked()
class CoverageRule(models.Model):
    """How far tracking reaches for a family of services and a destination; ``*`` is any. The most exact row wins."""

    service_kind = models.CharField(max_length=20)
    destination = models.CharField(max_length=3)
    coverage = models.CharField(max_length=20)
    note_en = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service_kind", "destination"], name="coverage_once")]


@tracked()
class WaybillNumber(models.Model):
    """A waybill number: from a pool, a file, the carrier or typed. Reserved means: goods not handed over yet."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="numbers")
    number = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=NumberState.choices, default=NumberState.FREE)
    source = models.CharField(max_length=5, choices=NumberSource.choices)
    check_ok = models.BooleanField(default=True, help_text="S10 check digit holds; a warning, never a refusal")
    note = models.ForeignKey("logistics.DispatchNote", null=True, on_delete=models.PROTECT, related_name="numbers")
    void_reason = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    reserved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("waybill number")
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="waybill_once"),
            models.UniqueConstraint(
                fields=["note"], condition=Q(state__in=["reserved", "used"]), name="one_number_a_note"
            ),
        ]
        indexes = [
            models.Index(fields=["service", "id"], name="waybill_free", condition=Q(state="free")),
            models.Index(fields=["number"], name="waybill_number", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.number
