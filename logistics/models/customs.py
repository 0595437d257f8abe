"""Customs: the dated tables of rules, the numbers we trade under, and what was declared of each parcel."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User
from core.audit import tracked
from customers.models import Buyer
from logistics.choices import CustomsForm, DifferenceReason, DifferenceState, Incoterm, NonDelivery
from logistics.models.dispatch import DispatchNote
from orders.models import OrderLine
from products.models import Sku

LIMIT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2, "null": True, "blank": True}


@tracked()
class RulePack(models.Model):
    """A set of country rules taken in together (a file): when it counts from, and which open orders it touched."""

    name = models.CharField(max_length=100, unique=True)
    valid_from = models.DateField()
    countries = models.JSONField(default=list, help_text="destinations whose rule is another one from that day on")
    touched = models.JSONField(
        default=list, help_text="open notes whose findings changed: {note, number, order, country, gone, come}"
    )
    source = models.CharField(max_length=300, blank=True)
    loaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    loaded_label = models.CharField(max_length=150)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rule pack")
        ordering = ["-valid_from", "-id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class CountryRule(models.Model):
    """The customs rule of one destination from a day on. ``XL`` is Latin America, ``ZZ`` any country without a row."""

    country = models.CharField(max_length=2)
    valid_from = models.DateField()
    pack = models.ForeignKey(RulePack, null=True, blank=True, on_delete=models.PROTECT, related_name="rows")
    name = models.CharField(max_length=80, blank=True)
    group = models.CharField(max_length=12, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    duty_free_max = models.DecimalField(**LIMIT)
    tax_free_max = models.DecimalField(**LIMIT)
    value_basis = models.CharField(max_length=20, default="goods")
    pos_tax_max = models.DecimalField(**LIMIT)
    pos_tax_scheme = models.CharField(max_length=30, blank=True)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    duty_rule = models.CharField(max_length=300, blank=True)
    duty_rule_zh = models.CharField(max_length=300, blank=True, default="", db_default="")
    duty_steps = models.JSONField(default=list, blank=True, help_text="{to, percent, less} by rising value")
    tax_inside = models.BooleanField(default=False, help_text="the tax is part of its own base")
    flat_amount = models.DecimalField(**LIMIT)
    flat_currency = models.CharField(max_length=3, blank=True)
    flat_unit = models.CharField(max_length=12, blank=True)
    formal_above = models.DecimalField(**LIMIT)
    formal_currency = models.CharField(max_length=3, blank=True)
    recipient_id = models.CharField(max_length=200, blank=True)
    recipient_id_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    hs_digits = models.PositiveSmallIntegerField(default=6)
    review_above = models.DecimalField(**LIMIT)
    review_currency = models.CharField(max_length=3, blank=True)
    bands = models.JSONField(default=list, blank=True, help_text="figures of the manual: {to_g, low, high}")
    band_currency = models.CharField(max_length=3, blank=True)
    band_note = models.CharField(max_length=200, blank=True)
    sensitive = models.JSONField(default=list, blank=True, help_text="codes of classes of goods to look at")
    carrier_avoid = models.CharField(max_length=1000, blank=True)
    carrier_advice = models.TextField(blank=True)
    carrier_advice_zh = models.TextField(blank=True, default="", db_default="")
    rule_en = models.TextField(blank=True)
    rule_zh = models.TextField(blank=True)
    confidence = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("customs rule of a country")
        ordering = ["country", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["country", "valid_from"], name="country_rule_once")]

    def __str__(self) -> str:
        return self.country


@tracked()
class GoodsClassRule(models.Model):
    """A class of goods from a day on: the tariff headings that suggest it, and what follows."""

    code = models.CharField(max_length=40)
    valid_from = models.DateField()
    meaning_en = models.CharField(max_length=120, blank=True)
    meaning_zh = models.CharField(max_length=120, blank=True)
    prefixes = models.JSONField(default=list, blank=True)
    action = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    note_zh = models.CharField(max_length=300, blank=True, db_default="")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("class of goods")
        ordering = ["code", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="goods_class_once")]

    def __str__(self) -> str:
        return self.code


@tracked()
class StopWordRule(models.Model):
    """A description that says nothing, or a word that is false for a sale, from a day on."""

    term = models.CharField(max_length=60)
    whole = models.BooleanField(default=True, help_text="only when the description is nothing else")
    level = models.CharField(max_length=6)
    reason = models.CharField(max_length=120, blank=True)
    reason_zh = models.CharField(max_length=120, blank=True, db_default="")
    active = models.BooleanField(default=True)
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("stop word")
        ordering = ["term", "whole", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["term", "whole", "valid_from"], name="stop_word_once")]

    def __str__(self) -> str:
        return self.term


@tracked()
class NationalCode(models.Model):
    """The longer tariff code that a country wants for a six-digit heading, from a day on."""

    country = models.CharField(max_length=2)
    hs6 = models.CharField(max_length=6)
    code = models.CharField(max_length=12)
    description = models.CharField(max_length=200, blank=True)
    description_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("national tariff code")
        ordering = ["country", "hs6", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["country", "hs6", "valid_from"], name="national_code_once")]

    def __str__(self) -> str:
        return self.code


@tracked()
class NatureCode(models.Model):
    """How the electronic advance data names a kind of content (nature of transaction), from a day on."""

    content_type = models.CharField(max_length=20)
    code = models.CharField(max_length=8)
    meaning = models.CharField(max_length=80, blank=True)
    meaning_zh = models.CharField(max_length=80, blank=True, default="", db_default="")
    source = models.CharField(
        max_length=200, blank=True, db_default="", help_text="where the code stands, or that it is not confirmed"
    )
    source_zh = models.CharField(max_length=200, blank=True, default="", db_default="")
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("nature of transaction")
        ordering = ["code", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["content_type", "valid_from"], name="nature_code_once")]

    def __str__(self) -> str:
        return self.content_type


@tracked()
class TaxNumber(models.Model):
    """A number we trade under: IOSS, UK VAT, VOEC, AU ARN …, and our EORI. Without a store it is that of all stores."""

    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    scheme = models.CharField(max_length=30)
    number = models.CharField(max_length=40)
    holder = models.CharField(max_length=120, blank=True, help_text="us, or the intermediary who answers for us")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("tax number")
        ordering = ["scheme", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "scheme", "valid_from"], name="tax_number_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.number}"


@tracked()
class Brand(models.Model):
    """A brand and the words by which it is found in names; goods of it travel only with a paper of its owner on file."""

    name = models.CharField(max_length=80, unique=True)
    words = models.JSONField(default=list)
    document = models.CharField(max_length=200, blank=True, help_text="the paper that allows us to sell it")
    allowed_from = models.DateField(null=True, blank=True)
    allowed_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("brand")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["number"])
class RecipientId(models.Model):
    """The identity that a country asks of a recipient (CPF, RUT, PCCC …), told by the platform or on the carrier's page."""

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="customs_ids")
    country = models.CharField(max_length=2)
    number = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=20, help_text="platform or carrier_page; never asked in a message")
    told_at = models.DateTimeField()

    objects = ScopedManager(store="buyer__store")

    class Meta:
        verbose_name = _("recipient's identity number")
        constraints = [models.UniqueConstraint(fields=["buyer", "country"], name="recipient_id_once")]


@tracked()
class ValueMedian(models.Model):
    """What a kilogram of a heading was worth in this store lately: the middle of all lines sent."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    hs6 = models.CharField(max_length=6)
    per_kg_usd = models.DecimalField(max_digits=14, decimal_places=2)
    lines = models.PositiveIntegerField()
    reckoned_on = models.DateField()

    objects = ScopedManager(store="store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "hs6"], name="value_median_once")]


@tracked()
class CustomsReview(models.Model):
    """A person looked at what the rules ask to look at, on one revision of a note, and said why it may go as it is."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="customs_reviews")
    revision = models.PositiveIntegerField()
    keys = models.JSONField(help_text="findings approved: CODE:line")
    reason = models.CharField(max_length=300)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("customs review")
        indexes = [models.Index(fields=["note", "revision"], name="customs_review_note")]


@tracked()
class ValueDifference(models.Model):
    """A line declared at another value than what was paid: who said so, for which accepted reason, and who agreed."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="differences")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    paid = models.DecimalField(max_digits=14, decimal_places=4)
    before = models.DecimalField(max_digits=14, decimal_places=4)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    reason = models.CharField(max_length=20, choices=DifferenceReason.choices)
    text = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=DifferenceState.choices)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_label = models.CharField(max_length=150)
    entered_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_label = models.CharField(max_length=150, blank=True)
    agreed_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("difference of a declared value")
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="difference_above_zero"),
            models.CheckConstraint(condition=~Q(entered_label=""), name="difference_has_actor"),
        ]


@tracked(exclude=["recipient_id"])
class Declaration(models.Model):
    """What was declared of one parcel; label, customs form and commercial invoice are printed from this one record."""

    note = models.OneToOneField(DispatchNote, on_delete=models.CASCADE, related_name="declaration")
    revision = models.PositiveIntegerField(
        default=0, help_text="revision of the note that it tells; 0 = not filled yet"
    )
    content_text = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    goods_total = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    freight = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    insurance = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    incoterm = models.CharField(max_length=3, choices=Incoterm.choices, default=Incoterm.DAP)
    sender_eori = models.CharField(max_length=40, blank=True)
    recipient_id = models.CharField(max_length=60, blank=True)
    tax_scheme = models.CharField(max_length=30, blank=True)
    tax_number = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=20, choices=CustomsForm.choices, blank=True)
    item_number = models.CharField(max_length=60, blank=True)
    gross_weight_g = models.PositiveIntegerField(null=True)
    battery = models.CharField(max_length=100, blank=True, help_text="statement about cells and batteries")
    licence = models.CharField(max_length=60, blank=True)
    certificate = models.CharField(max_length=60, blank=True)
    invoice = models.CharField(max_length=60, blank=True)
    comments = models.CharField(
        max_length=200, blank=True, db_default="", help_text="quarantine, inspection, other restrictions"
    )
    non_delivery = models.CharField(max_length=8, choices=NonDelivery.choices, default=NonDelivery.RETURN)
    rules_of = models.DateField(null=True, help_text="day whose rules were read")
    filled_at = models.DateTimeField(null=True)
    filled_label = models.CharField(max_length=150, blank=True)
    data_sent_at = models.DateTimeField(null=True, help_text="electronic data given to the carrier")

    objects = ScopedManager(store="note__store")

    class Meta:
        verbose_name = _("customs declaration")


@tracked()
class DeclarationLine(models.Model):
    """One line as it was declared."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    unit = models.CharField(max_length=10, default="piece")
    net_weight_g = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    unit_value = models.DecimalField(max_digits=14, decimal_places=4)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    hs_code = models.CharField(max_length=12, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    material = models.CharField(max_length=100, blank=True)
    goods_class = models.CharField(max_length=200, blank=True)

    objects = ScopedManager(store="declaration__note__store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["declaration", "position"], name="declared_line_once")]


__all__ = [
    "Brand", "CountryRule", "CustomsReview", "Declaration", "DeclarationLine", "GoodsClassRule", "NationalCode",
    "RecipientId", "RulePack", "StopWordRule", "TaxNumber", "ValueDifference", "ValueMedian",
]  # fmt: skip
