"""The packing table: waves, photos, what the scale has taught."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import User
from core.audit import tracked
from inventory.models import Warehouse
from logistics.choices import WaveKind
from logistics.models.dispatch import DispatchNote
from logistics.models.parcel import Parcel
from orders.models import OrderLine
from products.models import Sku


class WeightBelief(models.Model):
    """What one piece of an article (or of a packing material) weighs, learned from the scale; without an article: the
    house's usual bag and filling. Derived from parcels, so it has no history of its own."""

    sku = models.OneToOneField(Sku, null=True, on_delete=models.CASCADE, related_name="weight_belief")
    mean_g = models.FloatField()
    variance = models.FloatField(help_text="of the mean, in square grams")
    seen = models.PositiveIntegerField(default=0, help_text="parcels it was learned from")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("learned weight")
        constraints = [
            models.UniqueConstraint(
                fields=["sku"], name="usual_packing_once", nulls_distinct=False, condition=models.Q(sku__isnull=True)
            )
        ]


@tracked()
class Wave(models.Model):
    """Notes that are packed in one go. Single-item orders are found by their article; mixed ones are sorted into numbered
    slots first. It belongs to a warehouse, not to one store."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=6, choices=WaveKind.choices)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="every note is packed or was taken out")

    class Meta:
        verbose_name = _("wave")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="wave_newest"),
            models.Index(fields=["id"], name="wave_open", condition=models.Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number


class WaveNote(models.Model):
    """One note of a wave: its turn, and its slot where orders are sorted. ``left_at``: packed, or taken out of the wave."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="rows")
    note = models.ForeignKey(DispatchNote, on_delete=models.PROTECT, related_name="waves")
    position = models.PositiveIntegerField()
    slot = models.PositiveSmallIntegerField(null=True)
    left_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="note__store")

    class Meta:
        ordering = ["wave", "position"]
        constraints = [
            models.UniqueConstraint(fields=["note"], name="note_in_one_wave", condition=models.Q(left_at__isnull=True)),
            models.UniqueConstraint(fields=["wave", "note"], name="note_once_a_wave"),
            models.UniqueConstraint(fields=["wave", "slot"], name="slot_once_a_wave"),
        ]


class ParcelPhoto(models.Model):
    """A picture of the packed goods with their label, drawn anew from what the camera gave: proof, without the camera's
    notes of place and device. It is of a note's revision until the parcel is sealed."""

    note = models.ForeignKey(DispatchNote, on_delete=models.PROTECT, related_name="photos")
    revision = models.PositiveIntegerField()
    parcel = models.ForeignKey(Parcel, null=True, on_delete=models.PROTECT, related_name="photos")
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the kept file")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="taken back at the table")

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("photo")
        indexes = [
            models.Index(fields=["parcel"], name="photo_of_parcel"),
            models.Index(fields=["note"], name="photo_of_note"),
        ]


class ParcelMaterial(models.Model):
    """Packing material in a parcel: carton, bubble wrap, tape … ``Parcel.packing`` is the first of them, what it is packed in."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="materials")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    pieces = models.PositiveSmallIntegerField(default=1)

    objects = ScopedManager(store="parcel__store")

    class Meta:
        verbose_name = _("packing material of a parcel")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "sku"], name="material_once_a_parcel"),
            models.CheckConstraint(condition=models.Q(pieces__gt=0), name="material_has_pieces"),
        ]


@tracked()
class SpareChoice(models.Model):
    """So many spare pieces go along on this note whatever the rule of the article says: who said so, and why."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="spare_choices")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    pieces = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    chosen_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=150, help_text="who, as shown")
    at = models.DateTimeField()

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("choice of spare pieces")
        constraints = [models.UniqueConstraint(fields=["note", "order_line", "sku"], name="spare_choice_once")]
