"""What each carrier took on each day, and who of the carrier said so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import User
from core.audit import tracked
from inventory.models import Warehouse
from logistics.models.parcel import Parcel


@tracked()
class Manifest(models.Model):
    """The hand-over list of one carrier on one day of one warehouse. It takes parcels until the carrier has signed; what is
    handed over later that day comes onto the next list."""

    number = models.CharField(max_length=20, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    carrier = models.CharField(max_length=60)
    day = models.DateField(help_text="day in the warehouse's zone")
    opened_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=100, blank=True, help_text="who of the carrier took the parcels over")
    counted = models.PositiveIntegerField(null=True, help_text="parcels the carrier counted")
    remark = models.CharField(max_length=300, blank=True, help_text="why the carrier counted another number")
    content_hash = models.CharField(max_length=64, blank=True, help_text="of the numbers that were signed for")
    signed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", help_text="our person who recorded it"
    )
    signed_label = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("hand-over list")
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "carrier", "day"], condition=Q(signed_at__isnull=True), name="one_open_manifest"
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, taken_by="", counted__isnull=True)
                | (Q(signed_at__isnull=False, counted__isnull=False) & ~Q(taken_by="")),
                name="manifest_signed_by_name",
            ),
        ]
        indexes = [
            models.Index(fields=["-day", "-id"], name="manifest_day"),
            models.Index(fields=["day", "id"], name="manifest_unsigned", condition=Q(signed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number


class ManifestLine(models.Model):
    """One parcel on one list; a parcel leaves once."""

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="lines")
    parcel = models.OneToOneField(Parcel, on_delete=models.PROTECT, related_name="manifest_line")

    objects = ScopedManager(store="parcel__store")
