"""Buyers of a store and what we may not forget about them."""

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


@tracked(exclude=["name", "login", "email", "phone", "search", "versions"])
class Buyer(models.Model):
    """A person or company that bought in one store. Personal columns are erasable; amounts and counts stay."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="buyers")
    key = models.CharField(
        max_length=100, help_text="identity in the store: external id, login, or a digest of the e-mail"
    )
    login = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=10, blank=True)
    search = models.CharField(max_length=500, blank=True, help_text="folded words for search: upper case, no accents")
    versions = models.JSONField(
        default=dict, blank=True, help_text="per fact: when the channel told it; an older one never overwrites"
    )
    blacklisted_at = models.DateTimeField(null=True, blank=True)
    blacklist_reason = models.CharField(max_length=300, blank=True)
    email_consent = models.BooleanField(default=False, help_text="agreed to marketing mail")
    first_order_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("buyer")
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="buyer_once")]
        indexes = [
            models.Index(fields=["store", "-id"], name="buyer_black", condition=Q(blacklisted_at__isnull=False)),
            models.Index(fields=["country", "-id"], name="buyer_country"),
            models.Index(OpClass(Upper("email"), name="text_pattern_ops"), name="buyer_email"),
            GinIndex(FoldedWords("search"), name="buyer_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.login or self.key


class ErasedBuyer(models.Model):
    """A tombstone: a buyer who asked to be forgotten must not come back with the next sync."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    key_digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key_digest"], name="tombstone_once")]
