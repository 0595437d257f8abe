"""Daily figures: one row per store and local day, and one per country of that day. Always recounted, never added to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


class DailyFigure(models.Model):
    """The counts of one store on one of its local days; ``country`` empty = all countries together.

    What each column counts is declared once in ``selectors/figures.py``, under the same name.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    placed, paid, cancelled, dispatched = _count(), _count(), _count(), _count()
    clock_kept, clock_missed, latest_kept, latest_missed = _count(), _count(), _count(), _count()
    handed_over, delivered, returned, lost = _count(), _count(), _count(), _count()
    promise_kept, promise_missed, overdue = _count(), _count(), _count()
    cases_opened, cases_closed, cases_lost = _count(), _count(), _count()
    refunds, other_remedies = _count(), _count()
    stars_1, stars_2, stars_3, stars_4, stars_5 = _count(), _count(), _count(), _count(), _count()
    answered_in_time, answered_late, answer_open = _count(), _count(), _count()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("daily figure")
        constraints = [models.UniqueConstraint(fields=["country", "day", "store"], name="daily_figure_once")]
        indexes = [
            models.Index(fields=["store", "day"], name="daily_figure_store"),
            models.Index(fields=["-day", "-id"], name="daily_figure_newest"),
            models.Index(fields=["store"], name="daily_figure_overdue", condition=models.Q(overdue__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.country}".strip()


class DailyMoney(models.Model):
    """The money of one store, day and currency; ``country`` empty = all. The house amounts are at the rate of ``rate_day``."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3)
    revenue = models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text="of the orders under paid")
    refunded = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="of the remedies under refunds"
    )
    house_currency = models.CharField(max_length=3, blank=True, help_text="empty: no rate was known")
    revenue_house = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    refunded_house = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    rate_day = models.DateField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("daily money")
        constraints = [models.UniqueConstraint(fields=["country", "day", "store", "currency"], name="daily_money_once")]
        indexes = [models.Index(fields=["store", "day"], name="daily_money_store")]


class DailyCause(models.Model):
    """Cases opened and bad ratings given on one day, by the root cause named on them (empty = not named yet)."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    cause = models.CharField(max_length=30, blank=True, help_text="code of the house's list of root causes")
    cases, bad_ratings = _count(), _count()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("daily causes")
        constraints = [models.UniqueConstraint(fields=["country", "day", "store", "cause"], name="daily_cause_once")]
        indexes = [models.Index(fields=["store", "day"], name="daily_cause_store")]


class DailyClerk(models.Model):
    """What one person did for one store on one of its local days."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    written, packed, handed_over = _count(), _count(), _count()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("daily work")
        constraints = [models.UniqueConstraint(fields=["day", "store", "person"], name="daily_clerk_once")]
        indexes = [models.Index(fields=["store", "day"], name="daily_clerk_store")]
