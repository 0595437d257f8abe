"""Rules of people: how a file is read, how orders are sorted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core.audit import tracked
from core.models import Job
from inventory.models import Warehouse
from orders.choices import FlagColour, ImportKind, OrderType


@tracked()
class ImportProfile(models.Model):
    """A saved way to read order files: which column means what, encoding, separator, dates, currency."""

    name = models.CharField(max_length=80)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    base = models.CharField(max_length=20, default="generic")
    mapping = models.JSONField(default=dict, help_text="our field -> heading of the file, or {'fixed': value}")
    options = models.JSONField(
        default=dict, help_text="encoding, separator, date format, decimal mark, currency, filters"
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("import profile")
        constraints = [models.UniqueConstraint(fields=["name", "store"], name="profile_once", nulls_distinct=False)]


class ImportFile(models.Model):
    """A file somebody handed in: how it is read, what it was found to hold, and the work that brings it in.

    The file itself and the rejected rows are personal data: they are deleted some days after (policy orders.import_days).
    """

    kind = models.CharField(max_length=10, choices=ImportKind.choices)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, help_text="as the person's machine called it")
    stored = models.CharField(
        max_length=300, blank=True, help_text="generated name in the private storage; empty = deleted"
    )
    size = models.BigIntegerField()
    plan = models.JSONField(default=dict, help_text="how it is read: base, mapping, options")
    seen = models.JSONField(default=dict, help_text="what reading it showed: columns, examples, questions")
    counts = models.JSONField(default=dict, help_text="created, updated, unchanged, rejected")
    errors = models.JSONField(default=list, help_text="the first rejected rows: [row, order, field, value, sentence]")
    rejected_file = models.CharField(max_length=300, blank=True, help_text="rejected rows in the private storage")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_ref = models.BigIntegerField(null=True, help_text="the person, when a person handed it in")
    by_label = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("import")
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.name


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
