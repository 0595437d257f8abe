"""What services cost and where their limits lie: dated terms, destinations, rate tables, surcharges, choosing rules."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from logistics.choices import CargoClass, EstimateBasis, PickStrategy, SurchargeKind, VolumetricKind
from logistics.models.carrier import Service
from logistics.models.dispatch import DispatchNote
from logistics.models.parcel import Parcel


@tracked()
class ServiceTerms(models.Model):
    """How a service weighs, steps and limits from a day on. The newest version valid on the day counts."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="terms")
    volumetric = models.CharField(max_length=20, choices=VolumetricKind.choices, default=VolumetricKind.NONE)
    divisor = models.PositiveIntegerField(null=True, blank=True, help_text="cubic centimetres per kilogram")
    volumetric_side_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    volumetric_ratio = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    volumetric_groups = models.CharField(max_length=200, blank=True, help_text="groups of the table, separated by ;")
    rounding_g = models.PositiveIntegerField(default=1)
    min_charge_g = models.PositiveIntegerField(default=0)
    bulk_from_g = models.PositiveIntegerField(null=True, blank=True)
    max_side_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    max_sum_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    max_girth_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    min_size_cm = models.CharField(max_length=20, blank=True, help_text="14x11")
    fuel = models.BooleanField(default=False, help_text="a fuel percentage belongs to every price")
    accepts = models.JSONField(default=dict, blank=True, help_text="goods class -> yes, no or check")
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("terms of a service")
        ordering = ["service__code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "valid_from"], name="terms_once"),
            models.CheckConstraint(condition=Q(rounding_g__gt=0), name="terms_rounding_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.service.code} {self.valid_from:%Y-%m-%d}"


@tracked()
class ServiceDestination(models.Model):
    """What a service knows of one country: its zone, and limits of its own."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="places")
    country = models.CharField(max_length=2)
    zone = models.CharField(max_length=20, blank=True)
    max_weight_g = models.PositiveIntegerField(null=True, blank=True)
    max_side_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    max_sum_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    max_girth_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    note_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("destination of a service")
        ordering = ["service__code", "country", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["service", "country", "valid_from"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.service.code} {self.country}"


@tracked()
class RateTable(models.Model):
    """One version of a price list of a service. The newest version of the same name valid on the day counts."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rate_tables")
    name = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    level = models.CharField(
        max_length=40, blank=True, help_text="price level by contract; empty: the cheapest that fits"
    )
    source = models.CharField(max_length=200, blank=True, help_text="file or page the figures come from")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rate table")
        ordering = ["name", "service__code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "name", "valid_from"], name="rate_table_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="rate_table_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.service.code}"


@tracked()
class RateRow(models.Model):
    """One price: above ``from_g`` up to ``to_g``. ``destination``: ISO code, ``zone:NAME`` or ``*``."""

    table = models.ForeignKey(RateTable, on_delete=models.CASCADE, related_name="rows")
    destination = models.CharField(max_length=25)
    variant = models.CharField(max_length=40, blank=True)
    cargo = models.CharField(max_length=12, choices=CargoClass.choices, default=CargoClass.GENERAL)
    from_g = models.PositiveIntegerField(default=0)
    to_g = models.PositiveIntegerField()
    item_fee = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    per_kg = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    first_weight_g = models.PositiveIntegerField(null=True, blank=True)
    first_fee = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    step_g = models.PositiveIntegerField(null=True, blank=True)
    step_fee = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    min_charge_g = models.PositiveIntegerField(default=0)
    min_value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    max_value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    value_currency = models.CharField(max_length=3, blank=True)
    days_min = models.PositiveSmallIntegerField(null=True, blank=True)
    days_max = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("rate")
        ordering = ["destination", "variant", "cargo", "from_g", "min_value"]
        indexes = [models.Index(fields=["table", "destination"], name="rate_destination")]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "destination", "variant", "cargo", "from_g", "min_value"],
                name="rate_once", nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(to_g__gt=F("from_g")), name="rate_band"),
            models.CheckConstraint(
                condition=Q(item_fee__gte=0, per_kg__gte=0) & (Q(first_fee__isnull=True) | Q(first_fee__gte=0))
                & (Q(step_fee__isnull=True) | Q(step_fee__gte=0, step_g__isnull=False, step_g__gt=0)),
                name="rate_not_negative",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.destination} {self.variant} {self.from_g}-{self.to_g}"


@tracked()
class Surcharge(models.Model):
    """A discount, fuel or a surcharge of a service, dated."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="surcharges")
    kind = models.CharField(max_length=12, choices=SurchargeKind.choices)
    percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    per_kg = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    minimum = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    countries = models.CharField(max_length=300, blank=True, help_text="separated by ;; empty: everywhere")
    postcodes = models.TextField(blank=True, help_text="beginnings of remote postcodes, separated by ;")
    over_side_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    over_weight_g = models.PositiveIntegerField(null=True, blank=True)
    with_fuel = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("surcharge")
        ordering = ["service__code", "kind", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=False) | Q(amount__isnull=False) | Q(per_kg__isnull=False),
                name="surcharge_says_something",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="surcharge_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.code} {self.kind}"


@tracked()
class ChoiceRule(models.Model):
    """Which service an order takes when the buyer paid for none we know. The first rule that fits decides."""

    name = models.CharField(max_length=80, unique=True)
    name_zh = models.CharField(max_length=80, blank=True, default="", db_default="")
    position = models.PositiveIntegerField(default=10)
    active = models.BooleanField(default=True)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    countries = models.CharField(max_length=300, blank=True)
    goods_classes = models.CharField(max_length=200, blank=True)
    services = models.CharField(
        max_length=300, default="*", help_text="codes or kind:NAME separated by ;, in the order wanted"
    )
    strategy = models.CharField(max_length=8, choices=PickStrategy.choices, default=PickStrategy.CHEAPEST)
    keep_promise = models.BooleanField(default=True)
    tracked_only = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("choosing rule")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class FreightEstimate(models.Model):
    """The freight expected for a note when its service was chosen, and for its parcel when it left: what a carrier's invoice
    is held against. ``rate`` is the row it rests on, ``lines`` the sum as it was then."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="estimates")
    parcel = models.ForeignKey(Parcel, null=True, on_delete=models.CASCADE, related_name="estimates")
    basis = models.CharField(max_length=6, choices=EstimateBasis.choices)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    rate = models.ForeignKey(RateRow, null=True, on_delete=models.PROTECT, related_name="estimates")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    charge_g = models.PositiveIntegerField(null=True)
    length_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    width_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    height_cm = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    lines = models.JSONField(default=list)
    refusal = models.CharField(max_length=20, blank=True, help_text="why there is no price")
    made_at = models.DateTimeField()

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("expected freight")
        constraints = [
            models.UniqueConstraint(fields=["note", "basis"], name="estimate_once"),
            models.CheckConstraint(
                condition=Q(amount__isnull=False, rate__isnull=False, refusal="")
                | (Q(amount__isnull=True) & ~Q(refusal="")),
                name="estimate_priced_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.note_id} {self.basis}"
