"""The order to the warehouse: notes, signatures, approval rules, print batches."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User
from core.audit import tracked
from core.models import Job
from inventory.models import Warehouse
from logistics.choices import BlockReason, LabelSize, NoteState, SignatureKind, SupplyRoute
from logistics.models.carrier import Service
from orders.models import Order, OrderLine
from products.models import Sku


@tracked()
class DispatchNote(models.Model):
    """What the warehouse is told to send. An edit voids the signatures (``revision`` is what was signed)."""

    number = models.CharField(max_length=20, unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="notes")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="notes")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="notes")
    state = models.CharField(max_length=10, choices=NoteState.choices, default=NoteState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    country = models.CharField(max_length=2)
    declared_value = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="the price really paid, filled by the system"
    )
    declared_currency = models.CharField(max_length=3)
    content_type = models.CharField(max_length=20, default="sale_of_goods")
    supply = models.CharField(max_length=10, choices=SupplyRoute.choices, default=SupplyRoute.STOCK)
    address_digest = models.CharField(
        max_length=64, help_text="address when drafted: a change stops the parcel at the scan"
    )
    together = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="riders",
        help_text="note whose parcel its goods travel in (same buyer, same address)",
    )  # fmt: skip
    block_reason = models.CharField(max_length=12, choices=BlockReason.choices, blank=True)
    block_note = models.CharField(max_length=300, blank=True)
    blocked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    blocked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="to the warehouse by then (noon and half-past-four rule)")
    pickup_at = models.DateTimeField(null=True, help_text="carrier pick-up aimed at")
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    printed_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("dispatch note")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=~Q(state__in=["withdrawn", "closed"]), name="one_open_note"
            ),
            models.CheckConstraint(condition=Q(declared_value__gte=0), name="declared_not_negative"),
            models.CheckConstraint(condition=~Q(state="blocked") | ~Q(block_reason=""), name="blocked_has_reason"),
        ]
        indexes = [
            models.Index(
                fields=["state", "due_at", "id"], name="note_open",
                condition=Q(state__in=["draft", "signed", "released", "blocked", "packed"]),
            ),
            models.Index(fields=["due_at", "id"], name="note_due"),
            models.Index(fields=["store", "-id"], name="note_store"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


@tracked()
class NoteLine(models.Model):
    """One article of a note."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="note_lines")
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="note_lines")
    position = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    value = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="declared for the line; the lines add up to the note"
    )
    paid = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="really paid for the line, net of all discounts"
    )
    unit_value = models.DecimalField(
        max_digits=14, decimal_places=4, help_text="value of one piece to four places, for reading"
    )
    unit_cost = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, help_text="purchase price the purchaser signs"
    )
    wish = models.CharField(max_length=300, blank=True)
    wish_by_hand = models.BooleanField(
        default=False, help_text="somebody wrote the wish on the note: the order no longer changes it"
    )
    assort = models.BooleanField(default=False)
    fragile = models.BooleanField(default=False)
    spare = models.BooleanField(
        default=False,
        db_default=False,
        help_text="spare pieces of a fragile article: free, declared at their real value",
    )

    objects = ScopedManager(store="note__store")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "position"], name="note_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="note_quantity_positive"),
        ]
        triggers = [
            # nobody changes a declared value without a name: not a page, not a job, not a statement typed by hand
            pgtrigger.Trigger(
                name="value_has_actor",
                operation=pgtrigger.UpdateOf("value"),  # type: ignore[no-untyped-call]
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__value__df=pgtrigger.F("old__value")),
                func="""
                    IF COALESCE(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'actor', '') = '' THEN
                        RAISE EXCEPTION 'a declared value is changed by somebody with a name only';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]


@tracked()
class ApprovalRule(models.Model):
    """Signs unexceptional notes (ORD-25). All conditions must hold; people sign the rest."""

    name = models.CharField(max_length=80, unique=True)
    name_zh = models.CharField(max_length=80, blank=True, default="", db_default="")
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kinds = models.JSONField(default=list, help_text="signatures it gives: price, note")
    conditions = models.JSONField(
        default=dict, help_text="input -> value, list or {gte, lte}: in_stock, margin_percent, has_wish, …"
    )

    class Meta:
        verbose_name = _("approval rule")
        ordering = ["position", "id"]


@tracked()
class NoteSignature(models.Model):
    """A signature on one revision of a note, by a person or by an approval rule. Void once the note was edited."""

    note = models.ForeignKey(DispatchNote, on_delete=models.CASCADE, related_name="signatures")
    kind = models.CharField(max_length=6, choices=SignatureKind.choices)
    revision = models.PositiveIntegerField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(ApprovalRule, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=150, help_text="who signed, as shown")
    at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="note__store")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["note", "kind"], condition=Q(void_at__isnull=True), name="one_signature_a_kind"
            )
        ]


@tracked()
class PrintBatch(models.Model):
    """Documents printed together, owned by one person."""

    number = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="batches")
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="print_batch")
    language = models.CharField(max_length=10, default="zh-hans")
    documents = models.JSONField(default=list, help_text="pick_list, notes, labels, customs, slips, cards")
    label_size = models.CharField(max_length=8, choices=LabelSize.choices, default=LabelSize.SQUARE)
    note_count = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    void_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("print batch")


class PrintLog(models.Model):
    """One note in one batch: which documents, in which shelf order, reprint or first print."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="rows")
    note = models.ForeignKey(DispatchNote, on_delete=models.PROTECT, related_name="prints")
    position = models.PositiveIntegerField()
    reprint = models.BooleanField(default=False)
    label_number = models.CharField(max_length=60, blank=True, help_text="waybill number on the label")
    customs_form = models.CharField(max_length=20, blank=True, help_text="customs paper printed with the label")
    carrier_label = models.BooleanField(default=False, help_text="the label is the carrier's own")
    problem = models.CharField(max_length=300, blank=True, help_text="why its label was not printed")
    at = models.DateTimeField()

    objects = ScopedManager(store="note__store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "note"], name="note_once_a_batch")]
