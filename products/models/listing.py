"""What a store calls our articles, and which of ours it means."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from core.lookups import FoldedWords
from products.models.catalogue import Sku


@tracked()
class ChannelItem(models.Model):
    """A channel SKU as seen in the orders of a store. Not matched = 待配对: it blocks approval of notes, not the greeting."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="items")
    channel_sku = models.CharField(max_length=100)
    title = models.CharField(max_length=300, blank=True)
    attributes = models.CharField(max_length=300, blank=True)
    image_url = models.URLField(max_length=500, blank=True)
    matched = models.BooleanField(default=False, help_text="has at least one SkuMatch")
    not_goods = models.BooleanField(default=False, help_text="a service line (postage, voucher): nothing to pack")
    needed_at = models.DateTimeField(
        null=True, help_text="first needed by an order that is not history; only then it is a duty"
    )
    first_seen_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("channel SKU")
        constraints = [models.UniqueConstraint(fields=["store", "channel_sku"], name="channel_sku_once")]
        indexes = [
            models.Index(fields=["store", "id"], name="item_to_match", condition=Q(matched=False, not_goods=False)),
            models.Index(OpClass(Upper("channel_sku"), name="text_pattern_ops"), name="item_sku_prefix"),
            GinIndex(FoldedWords("title"), name="item_words"),
            models.Index(
                fields=["store", "needed_at"], name="item_needed",
                condition=Q(matched=False, not_goods=False, needed_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.channel_sku


@tracked()
class SkuMatch(models.Model):
    """A channel SKU stands for ``quantity`` of one of our SKUs; several rows make a bundle. Remembered per store."""

    item = models.ForeignKey(ChannelItem, on_delete=models.CASCADE, related_name="matches")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="matches")
    quantity = models.PositiveIntegerField(default=1)

    objects = ScopedManager(store="item__store")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "sku"], name="match_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="match_quantity_positive"),
        ]
