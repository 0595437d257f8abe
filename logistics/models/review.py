"""The weekly review of everything in transit: what stood out, what was found, who closed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from logistics.choices import Anomaly, TrackingState
from logistics.models.parcel import Parcel


@tracked()
class TransitReview(models.Model):
    """The review of one store and week. It stays due until a person closes it, however many weeks later."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="the weekday it belongs to, in the store's zone")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(help_text="when the list was taken last")
    in_transit = models.PositiveIntegerField(default=0, help_text="parcels under way when the list was taken")
    found = models.PositiveIntegerField(default=0, help_text="of these, how many stood out")
    told = models.PositiveIntegerField(default=0, help_text="buyers written to from it")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("weekly review")
        constraints = [
            models.UniqueConstraint(fields=["store", "day"], name="review_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(closed_by=""), name="review_closed_by_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["-due_at", "-id"], name="review_newest"),
            models.Index(fields=["due_at", "id"], name="review_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.store.code} {self.day:%Y-%m-%d}"


class ReviewLine(models.Model):
    """A parcel that stood out when the list was taken, as it stood then, and what a clerk found."""

    review = models.ForeignKey(TransitReview, on_delete=models.CASCADE, related_name="lines")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Anomaly.choices, help_text="the gravest")
    reasons = models.JSONField(default=list, help_text="all of them")
    rank = models.PositiveSmallIntegerField(help_text="place of the gravest")
    tracking_state = models.CharField(max_length=20, choices=TrackingState.choices)
    last_event_at = models.DateTimeField(null=True)
    promised_by = models.DateTimeField(null=True)
    later_than = models.SmallIntegerField(default=-1)
    finding = models.CharField(max_length=300, blank=True)
    noted_by = models.CharField(max_length=150, blank=True)
    noted_at = models.DateTimeField(null=True)
    told_code = models.CharField(max_length=10, blank=True, help_text="text written to the buyer from here")
    told_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("line of a weekly review")
        constraints = [
            models.UniqueConstraint(fields=["review", "parcel"], name="review_line_once"),
            models.CheckConstraint(condition=Q(finding="") | ~Q(noted_by=""), name="review_finding_by_somebody"),
        ]
        indexes = [
            models.Index(fields=["review", "rank", "id"], name="review_line_rank"),
            models.Index(fields=["rank", "id"], name="review_line_order"),
            models.Index(fields=["review", "reason", "id"], name="review_line_reason"),
            models.Index(fields=["parcel"], name="review_line_parcel"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}:{self.parcel_id}"
