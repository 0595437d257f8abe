"""Articles that we stock."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.audit import tracked
from core.lookups import FoldedWords


@tracked(exclude=["search"])
class Sku(models.Model):
    """An article we stock. It belongs to the house, not to one store."""

    code = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=200, blank=True)
    name_zh = models.CharField(max_length=200, blank=True)
    variant = models.CharField(max_length=200, blank=True, help_text="colour, size, as people say it")
    barcode = models.CharField(max_length=60, blank=True, help_text="what the scanner reads; empty = the code")
    image_url = models.URLField(max_length=500, blank=True)
    weight_g = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, default="CNY")
    customs_text = models.CharField(
        max_length=200, blank=True, help_text="English description for customs, at least three words"
    )
    hs_code = models.CharField(max_length=12, blank=True)
    origin = models.CharField(max_length=2, default="CN", blank=True)
    material = models.CharField(max_length=100, blank=True)
    goods_class = models.CharField(max_length=40, blank=True)
    fragile = models.BooleanField(default=False)
    spare_pieces = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="fragile goods: spare pieces that go along free of charge …"
    )
    spare_per = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="… for every full so many pieces ordered"
    )
    made_in_house = models.BooleanField(
        default=False, help_text="own production instead of purchase when it is missing"
    )
    packing = models.BooleanField(default=False, help_text="a packing material: bag, bubble wrap, carton")
    search = models.CharField(max_length=600, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("SKU")
        constraints = [
            models.CheckConstraint(condition=Q(weight_g__isnull=True) | Q(weight_g__gt=0), name="sku_weight_positive"),
            models.CheckConstraint(condition=Q(cost__isnull=True) | Q(cost__gte=0), name="sku_cost_not_negative"),
            models.CheckConstraint(condition=Q(spare_per__gt=0), name="sku_spare_per_positive"),
        ]
        indexes = [
            models.Index(fields=["barcode"], name="sku_barcode", condition=~Q(barcode="")),
            models.Index(OpClass(Upper("code"), name="text_pattern_ops"), name="sku_code_prefix"),
            models.Index(fields=["active", "code"], name="sku_active"),
            models.Index(fields=["goods_class", "code"], name="sku_class"),
            GinIndex(FoldedWords("search"), name="sku_words"),
        ]

    def __str__(self) -> str:
        return self.code
