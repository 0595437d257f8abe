"""Lanes: what is known of the parcels of a service to a country. Always recounted from the parcels, never added to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from logistics.choices import ServiceKind
from logistics.models.carrier import Service


class LaneLevel(models.TextChoices):
    """Whose parcels answer for a lane."""

    LANE = "lane", pgettext_lazy("lane", "Its own")
    COUNTRY = "country", pgettext_lazy("lane", "The family to this country")
    FAMILY = "family", pgettext_lazy("lane", "The family everywhere")


class LaneSeason(models.TextChoices):
    """Parts of the year that are reckoned apart."""

    PEAK = "peak", pgettext_lazy("lane", "Busy season")
    REST = "rest", pgettext_lazy("lane", "Rest of the year")


class LaneSight(models.TextChoices):
    """What a person says of the scans of a lane."""

    BLIND = "blind", pgettext_lazy("lane sight", "Blind")
    SEES = "sees", pgettext_lazy("lane sight", "Scanned to the door")


class LaneDay(models.Model):
    """The parcels of a lane handed over on one day (UTC), and after how many days they arrived. It changes only when one of
    them does: how long the others have been under way follows from the day."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    country = models.CharField(max_length=2)
    day = models.DateField()
    handed_over = models.PositiveIntegerField()
    arrived = models.JSONField(default=dict, help_text="days it took -> parcels")
    closed = models.JSONField(default=dict, help_text="closed for another reason: days followed -> parcels")
    lost = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("lane, one day")
        constraints = [models.UniqueConstraint(fields=["service", "country", "day"], name="lane_day_once")]
        indexes = [models.Index(fields=["day"], name="lane_day_day")]


class LaneCurve(models.Model):
    """The counts behind a curve: of a lane, of all services of a family to a country, or of the family to everywhere; of the
    whole time or of a season."""

    level = models.CharField(max_length=8, choices=LaneLevel.choices)
    kind = models.CharField(max_length=20, choices=ServiceKind.choices)
    blind = models.BooleanField(default=False)
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    country = models.CharField(max_length=2, blank=True)
    season = models.CharField(max_length=4, choices=LaneSeason.choices, blank=True)
    counts = models.JSONField(default=list, help_text="[day, arrived on it, followed only up to it] …")
    parcels = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    returned = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    ripe = models.PositiveIntegerField(help_text="old enough to have arrived")
    unsaid = models.PositiveIntegerField(help_text="left out: nobody said how they ended")

    class Meta:
        verbose_name = _("counts of a lane")
        constraints = [
            models.UniqueConstraint(
                fields=["level", "kind", "blind", "service", "country", "season"],
                name="lane_curve_once",
                nulls_distinct=False,
            )
        ]


class Lane(models.Model):
    """A lane with the figures of its last reckoning. Days are None where the curve does not reach that level."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="lanes")
    country = models.CharField(max_length=2)
    as_of = models.DateField(help_text="what was known on this day")
    reckoned_at = models.DateTimeField()
    reach = models.CharField(max_length=20, help_text="how far it is scanned by the table of coverage")
    blind = models.BooleanField(help_text="silence says nothing: only confirmed arrivals count")
    blind_by = models.CharField(max_length=5, default="table", help_text="table; own: its own parcels say so; hand: a person said so")
    blind_since = models.DateField(null=True, help_text="since when it counts as it does now")
    old = models.PositiveIntegerField(default=0, help_text="its parcels old enough to have arrived")
    said = models.PositiveIntegerField(default=0, help_text="of these, how many somebody confirmed the end of")
    sight_set = models.CharField(
        max_length=5, choices=LaneSight.choices, blank=True, help_text="what a person said of it; empty = as reckoned"
    )
    sight_why = models.CharField(max_length=300, blank=True)
    parcels = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField()
    open = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    returned = models.PositiveIntegerField()
    unsaid = models.PositiveIntegerField(help_text="left out: nobody said how they ended")
    level = models.CharField(max_length=8, choices=LaneLevel.choices, blank=True, help_text="whose curve answers")
    season = models.CharField(
        max_length=4,
        choices=LaneSeason.choices,
        blank=True,
        help_text="of that curve: the season of the reckoning, or empty",
    )
    few = models.BooleanField(default=False, help_text="even the widest lane has too few arrivals")
    basis_parcels = models.PositiveIntegerField(default=0)
    basis_arrived = models.PositiveIntegerField(default=0)
    half_days = models.FloatField(null=True, help_text="half have arrived")
    most_days = models.FloatField(null=True)
    most_low = models.FloatField(null=True)
    most_high = models.FloatField(null=True)
    lost_days = models.PositiveSmallIntegerField(null=True, help_text="counts as lost after")
    lost_share = models.FloatField(null=True)
    promise_days = models.PositiveSmallIntegerField(null=True)
    kept_share = models.FloatField(null=True, help_text="arrives within the promise")
    advised_days = models.PositiveSmallIntegerField(null=True)
    slower = models.BooleanField(default=False)
    slower_since = models.DateField(null=True)
    drift_chance = models.FloatField(null=True)
    drift_level = models.FloatField(null=True)
    drift_before = models.FloatField(null=True)
    drift_now = models.FloatField(null=True)
    drift_parcels = models.PositiveIntegerField(default=0, help_text="newest parcels compared")
    compare_from = models.DateField(
        null=True, help_text="a person accepted the lane as it is: older parcels are not compared with"
    )
    disturbed_by = models.CharField(
        max_length=120, blank=True, help_text="incidents among the parcels that were compared: their numbers"
    )
    accepted_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("lane")
        constraints = [models.UniqueConstraint(fields=["service", "country"], name="lane_once")]
        indexes = [models.Index(fields=["id"], name="lane_slower", condition=models.Q(slower=True))]

    def __str__(self) -> str:
        return f"{self.service.code} → {self.country}"
