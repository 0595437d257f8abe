"""Incidents on lanes, and the notes that were sent another way because of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User
from core.audit import tracked
from core.models import Job
from logistics.choices import IncidentKind, IncidentState
from logistics.models.carrier import Service
from logistics.models.dispatch import DispatchNote


@tracked()
class Incident(models.Model):
    """A strike, a stuck flight, a flood: what it touches, how long it is thought to last, and what came of it."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=IncidentKind.choices)
    state = models.CharField(max_length=6, choices=IncidentState.choices, default=IncidentState.OPEN)
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="incidents")
    countries = models.CharField(max_length=300, blank=True, help_text="codes separated by ; (empty = everywhere)")
    store = models.ForeignKey(
        Store, null=True, on_delete=models.PROTECT, related_name="+", help_text="null = all stores"
    )
    handed_from = models.DateField(null=True, help_text="parcels handed over from this day on")
    handed_to = models.DateField(null=True, help_text="parcels handed over until this day")
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField()
    reason = models.CharField(max_length=300, help_text="what happened, for colleagues")
    stops_new = models.BooleanField(default=True, help_text="quotes and choosing refuse the service there")
    round = models.PositiveSmallIntegerField(default=1, help_text="1, and one more with each prolonging")
    reviewed_for = models.DateTimeField(null=True, help_text="the expected end for which the review was asked")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict, help_text="the figures when it ended")

    class Meta:
        verbose_name = _("incident")
        constraints = [
            models.CheckConstraint(condition=Q(service__isnull=False) | ~Q(countries=""), name="incident_has_scope"),
            models.CheckConstraint(condition=Q(expected_end__gt=models.F("starts_at")), name="incident_ends_later"),
            models.CheckConstraint(condition=~Q(state="ended") | Q(ended_at__isnull=False), name="incident_ended_when"),
        ]
        indexes = [models.Index(fields=["expected_end"], name="incident_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.number


@tracked()
class Rerouted(models.Model):
    """A note that was sent by another service because of an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="rerouted")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(DispatchNote, on_delete=models.PROTECT, related_name="+")
    from_service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    to_service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("rerouted note")
        constraints = [models.UniqueConstraint(fields=["incident", "note"], name="rerouted_once")]
