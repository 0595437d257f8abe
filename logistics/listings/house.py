"""Lists of the dispatch house: waybill numbers, print batches, services, approval rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Listing, Prefix, RowPart, View, register
from core.models import Job
from logistics.choices import CustomsForm, NumberSource, NumberState, ServiceKind, SignatureKind, TrackingLevel
from logistics.filters.dispatch import ApprovalFilter, BatchFilter, NumberFilter, ServiceFilter
from logistics.forms.approval import in_words
from logistics.forms.dispatch import ReasonForm
from logistics.listings.customs_actions import DataOfBatch
from logistics.listings.naming import NAMES, named, own_text, service_cell
from logistics.listings.waves import WavesOfBatch
from logistics.models import ApprovalRule, PrintBatch, Service, WaybillNumber
from logistics.selectors import board
from logistics.selectors import dispatch as selectors
from logistics.selectors.naming import carrier_said
from logistics.services import numbers, printing

NUMBER_STATES = {
    NumberState.FREE.value: (NumberState.FREE.label, "leaf"), NumberState.RESERVED.value: (NumberState.RESERVED.label, "amber"),
    NumberState.USED.value: (NumberState.USED.label, "indigo"), NumberState.VOID.value: (NumberState.VOID.label, "rose"),
}  # fmt: skip
JOB_STATES = {
    Job.State.QUEUED.value: (Job.State.QUEUED.label, "amber"), Job.State.RUNNING.value: (Job.State.RUNNING.label, "indigo"),
    Job.State.DONE.value: (Job.State.DONE.label, "leaf"), Job.State.FAILED.value: (Job.State.FAILED.label, "rose"),
    Job.State.CANCELLED.value: (Job.State.CANCELLED.label, "neutral"),
}  # fmt: skip


YES_NO = {True: (_("yes"), "leaf"), False: (_("no"), "neutral")}


class NumberRow(serializers.Serializer):
    """A waybill number."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Waybill number"))
    service = serializers.CharField(source="service.code", label=_("Service"))
    state = serializers.ChoiceField(NumberState.choices, label=_("State"))
    source = serializers.ChoiceField(NumberSource.choices, label=_("From"))
    check_ok = serializers.BooleanField(label=_("Check digit"))
    note_id = serializers.CharField(label=pgettext_lazy("dispatch", "Note"), allow_null=True)
    note = serializers.CharField(source="note.number", label=pgettext_lazy("dispatch", "Note"), allow_null=True)
    void_reason = serializers.CharField(label=_("Why void"))
    added_at = serializers.DateTimeField(label=_("Added"))
    reserved_at = serializers.DateTimeField(label=_("Reserved"), allow_null=True)
    used_at = serializers.DateTimeField(label=_("Used"), allow_null=True)


class VoidNumbers(Action):
    """Tear numbers up."""

    name, label, permission = "void", _("Void"), "logistics.number_parcel"
    form, icon, tone, done_text = ReasonForm, "ban", "danger", _("Void: its label is refused at every scan.")

    def apply(self, obj: WaybillNumber, actor: Actor, now: datetime, **data: Any) -> None:
        """Void one."""
        numbers.void(number=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: WaybillNumber) -> bool:
        """Unless it is void."""
        return obj.state != NumberState.VOID


def check_html(row: Mapping[str, Any]) -> Any:
    """A warning where pattern or check digit do not fit."""
    return f.DASH if row["check_ok"] else f.badge_html(_("check it"), "lantern")


@register
class NumberListing(Listing):
    """Waybill numbers."""

    name, title, permission = "waybill-numbers", _("Waybill numbers"), "logistics.view_note"
    model, row, filters = WaybillNumber, NumberRow, NumberFilter
    columns = [
        Column("number", mono=True), Column("service", html=service_cell, text=lambda row: row["service"], by=("service",), needs=NAMES),
        Column("state", badge=NUMBER_STATES),
        Column("source", badge=NumberSource), Column("check_ok", html=check_html),
        Column("note", link="logistics:note", link_field="note_id", mono=True),
        Column("added_at", time="day"), Column("reserved_at", default=False), Column("used_at", default=False),
        Column("void_reason", default=False),
    ]  # fmt: skip
    actions = [VoidNumbers()]
    views = [
        View("free", NumberState.FREE.label, "state=free", default=True, counted=False),
        View("reserved", NumberState.RESERVED.label, "state=reserved", counted=False),
        View("used", NumberState.USED.label, "state=used", counted=False),
        View("void", NumberState.VOID.label, "state=void", counted=False),
        View("all", _("All"), counted=False),
    ]  # fmt: skip
    url, label_field, needs = "logistics:numbers", "number", NAMES
    search_by = [Prefix("number")]
    scan_ok = {"state": "free numbers have an index of their own; others are asked with a service or a number"}
    empty = (
        _("No waybill numbers."), _("Paste the numbers your carrier gave you, or a range."), _("Add numbers"),
        "logistics:numbers-add",
    )  # fmt: skip
    icon = "barcode"

    def queryset(self, actor: Actor) -> QuerySet[WaybillNumber]:
        """Numbers of the house and of the actor's notes."""
        return selectors.numbers_for(actor)


class BatchRow(serializers.Serializer):
    """A print batch."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Batch"))
    owner = serializers.CharField(source="owner.username", label=_("By"), allow_null=True)
    job_id = serializers.CharField(allow_null=True)
    job_state = serializers.ChoiceField(Job.State.choices, source="job.state", label=_("State"), allow_null=True)
    documents = serializers.ListField(child=serializers.CharField(), label=_("Documents"))
    note_count = serializers.IntegerField(label=_("Notes"))
    created_at = serializers.DateTimeField(label=_("Made"))
    printed_at = serializers.DateTimeField(label=_("Ready"), allow_null=True)
    void_at = serializers.DateTimeField(label=_("Void since"), allow_null=True)
    content_hash = serializers.CharField(label=_("Digest"))
    reprints = serializers.IntegerField(label=_("Reprints"))
    left_out = serializers.IntegerField(label=_("Labels left out"))


class VoidBatches(Action):
    """Tear a batch up."""

    name, label, permission = "void", _("Void the batch"), "logistics.print_note"
    form, icon, tone, bulk = ReasonForm, "ban", "danger", False
    confirm, done_text = _("Its labels are refused at every scan; notes get new numbers."), _("Void.")

    def apply(self, obj: PrintBatch, actor: Actor, now: datetime, **data: Any) -> None:
        """Void one."""
        printing.void_batch(batch=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: PrintBatch) -> bool:
        """Unless it is void."""
        return obj.void_at is None


def batch_state_html(row: Mapping[str, Any]) -> Any:
    """Void, or where its job is."""
    if row["void_at"]:
        return f.badge_html(_("Void"), "rose")
    label, tone = JOB_STATES.get(row["job_state"], (f.DASH, "neutral"))
    return f.badge_html(label, tone)


def by_html(row: Mapping[str, Any]) -> str:
    """Who printed it, by name."""
    return row["owner__display_name"] or row["owner"] or f.DASH


@register
class BatchListing(Listing):
    """The print queue."""

    name, title, permission = "print-batches", _("Print queue"), "logistics.view_note"
    model, row, filters = PrintBatch, BatchRow, BatchFilter
    columns = [
        Column("number", link="logistics:batch", mono=True), Column("job_state", html=batch_state_html, needs=("void_at",)),
        Column("note_count"), Column("reprints"),
        Column("left_out", html=lambda row: f.badge_html(row["left_out"], "lantern") if row["left_out"] else f.DASH),
        Column("owner", html=by_html, text=by_html, needs=("owner__display_name", "owner")), Column("created_at", sortable=True),
        Column("printed_at"), Column("documents", default=False),
        Column("content_hash", default=False, mono=True),
    ]  # fmt: skip
    actions = [WavesOfBatch(), DataOfBatch(), VoidBatches()]
    parts = [
        RowPart(
            "prints", fields={name: BatchRow().fields[name] for name in ("reprints", "left_out")},
            part=lambda ids, actor: board.batch_counts(ids), empty={"reprints": 0, "left_out": 0},
        )
    ]  # fmt: skip
    computed, needs = ("reprints", "left_out"), ("owner__display_name",)
    views = [View("all", _("All"), default=True, counted=False)]
    url, detail_url, label_field, small = "logistics:batches", "logistics:batch", "number", True
    empty = (
        _("Nothing was printed yet."), _("Choose notes and press Print: they come here as one batch."), _("Open the notes"),
        "logistics:notes",
    )  # fmt: skip
    icon = "printer"

    def queryset(self, actor: Actor) -> QuerySet[PrintBatch]:
        """Batches with notes of the actor's stores."""
        return selectors.batches_for(actor)


class ServiceRow(serializers.Serializer):
    """A carrier service."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Service"))
    name_en = serializers.CharField(label=_("Name"))
    name_zh = serializers.CharField(label=_("Chinese name"))
    carrier = serializers.CharField(label=_("Carrier"))
    kind = serializers.ChoiceField(ServiceKind.choices, label=_("Family"))
    active = serializers.BooleanField(label=_("In use"))
    connector = serializers.CharField(label=_("Carrier program"))
    tracking_level = serializers.CharField(label=_("Tracked"))
    days_min = serializers.IntegerField(label=_("Days from"), allow_null=True)
    days_max = serializers.IntegerField(label=_("Days to"), allow_null=True)
    max_weight_g = serializers.IntegerField(label=_("Heaviest (g)"), allow_null=True)
    value_max = serializers.DecimalField(12, 2, label=_("Highest value"), allow_null=True)
    value_max_currency = serializers.CharField(label=_("Currency"))
    pickup_time = serializers.TimeField(label=_("Pick-up"), allow_null=True)
    number_pattern = serializers.CharField(label=_("Pattern of its numbers"))
    tracking_url = serializers.CharField(label=_("Tracking page"))
    customs_form = serializers.CharField(label=_("Customs form"))
    match_words = serializers.ListField(child=serializers.CharField(), label=_("Words of buyers"))


@register
class ServiceListing(Listing):
    """Carrier services."""

    name, title, permission = "services", _("Carrier services"), "logistics.view_service"
    model, row, filters = Service, ServiceRow, ServiceFilter
    columns = [
        Column("code", link="logistics:service", mono=True, sortable=True),
        Column("name_en", html=lambda row: f.clip_html(named(row["code"], row["name_en"], row["name_zh"])), needs=("name_zh",)),
        Column("name_zh", default=False),
        Column("carrier", html=lambda row: carrier_said(row["carrier"]), text=lambda row: row["carrier"]),
        Column("kind", badge=ServiceKind), Column("active", badge=YES_NO), Column("days_min"), Column("days_max"),
        Column("value_max", money="value_max_currency"), Column("pickup_time", html=lambda row: row["pickup_time"] or f.DASH),
        Column("tracking_level", badge=TrackingLevel, default=False), Column("max_weight_g", default=False),
        Column("connector", default=False),
        Column("customs_form", badge=CustomsForm, default=False),
        Column("match_words", default=False, html=lambda row: ", ".join(row["match_words"])[:80]),
    ]  # fmt: skip
    views = [View("in-use", _("In use"), "active=true", default=True), View("all", _("All"))]
    url, detail_url, default_order, label_field, small = "logistics:services", "logistics:service", "code", "code", True
    empty = (
        _("No services."),
        _("The reference list is loaded with the installation."),
        _("New"),
        "logistics:service-new",
    )
    icon = "truck"

    def queryset(self, actor: Actor) -> QuerySet[Service]:
        """All services."""
        return selectors.services_for(actor)


class ApprovalRow(serializers.Serializer):
    """An approval rule."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Name"))
    name_zh = serializers.CharField(label=_("Name (Chinese)"))
    active = serializers.BooleanField(label=_("In use"))
    position = serializers.IntegerField(label=_("Position"))
    store = serializers.CharField(source="store.code", label=_("Only this store"), allow_null=True)
    kinds = serializers.ListField(child=serializers.CharField(), label=_("Gives"))
    conditions = serializers.DictField(label=_("Conditions"))


def conditions_text(row: Mapping[str, Any]) -> str:
    """Conditions in one line."""
    return in_words(row["conditions"])


def kinds_text(row: Mapping[str, Any]) -> str:
    """The signatures it gives."""
    named = dict(SignatureKind.choices)
    return " · ".join(str(named.get(kind, kind)) for kind in row["kinds"])


@register
class ApprovalListing(Listing):
    """Approval rules."""

    name, title, permission = "approval-rules", _("Approval rules"), "logistics.view_note"
    model, row, filters = ApprovalRule, ApprovalRow, ApprovalFilter
    columns = [
        own_text("name", width="", link="logistics:approval-rule"), Column("active", badge=YES_NO), Column("position", sortable=True),
        Column("store", mono=True), Column("kinds", html=kinds_text, text=kinds_text),
        Column("conditions", html=conditions_text, text=conditions_text, width="wide"),
    ]  # fmt: skip
    views = [View("all", _("All"), default=True)]
    url, default_order, label_field, small = "logistics:approval-rules", "position", "name", True
    empty = (
        _("No approval rules."),
        _("Without a rule, people sign every note."),
        _("Make a rule"),
        "logistics:approval-rule-new",
    )
    icon = "checklist"

    def queryset(self, actor: Actor) -> QuerySet[ApprovalRule]:
        """The rules of the actor's stores and of the house."""
        return selectors.approval_rules_for(actor)
