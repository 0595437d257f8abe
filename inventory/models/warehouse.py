"""Warehouses and their bins."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import tracked


@tracked()
class Warehouse(models.Model):
    """A place goods are sent from. Its zone decides what "same day" and "noon" mean."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    country = models.CharField(max_length=2, default="CN")
    sender_name = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    is_default = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("warehouse")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_warehouse"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Bin(models.Model):
    """A shelf place; pick lists follow ``sort``, then the code."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="bins")
    code = models.CharField(max_length=30)
    sort = models.CharField(max_length=60, blank=True, help_text="walking order; empty = the code")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warehouse", "code"], name="bin_once")]

    def __str__(self) -> str:
        return self.code
