"""Rules of people: how a file is read, how orders are sorted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core.audit import tracked
from inventory.models import Warehouse
from orders.choices import FlagColour, OrderType


@tracked()
class ImportProfile(models.Model):
    """A saved way to read order files: which column means what, encoding, separator, dates, currency."""

    name = models.CharField(max_length=80)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    base = models.CharField(max_length=20, default="generic")
    mapping = models.JSONField(default=dict, help_text="our field -> heading of the file, or {'fixed': value}")
    options = models.JSONField(default=dict, help_text="encoding, separator, date format, decimal mark, currency, filters")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("import profile")
        constraints = [models.UniqueConstraint(fields=["name", "store"], name="profile_once", nulls_distinct=False)]


@tracked()
class OrderRule(models.Model):
    """Sorts orders as they come in: the first rule that fits sets type, flag, warehouse and service (ORD-08)."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    conditions = models.JSONField(default=dict, help_text="input -> value, list, or {gte, lte}; all must hold")
    set_type = models.CharField(max_length=10, choices=OrderType.choices, blank=True)
    set_flag = models.CharField(max_length=6, choices=FlagColour.choices, blank=True)
    set_warehouse = models.ForeignKey(Warehouse, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_service = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("order rule")
        ordering = ["position", "id"]
