"""The buyer's rating."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from orders.models import Order


@tracked(exclude=["text"])
class Feedback(models.Model):
    """A rating of one order, 1 to 5 stars."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="feedback")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="feedback")
    external_id = models.CharField(max_length=80)
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    given_at = models.DateTimeField()
    received_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("feedback")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="feedback_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="feedback_stars"),
        ]
        indexes = [models.Index(fields=["stars", "-given_at"], name="feedback_worst")]
