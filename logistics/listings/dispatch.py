"""The list of dispatch notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Column, Exact, Listing, Prefix, RowPart, View, register
from logistics.choices import BlockReason, NoteState, SignatureKind, SupplyRoute
from logistics.filters.dispatch import NoteFilter
from logistics.listings.actions import (
    BlockNotes,
    GetNumbers,
    PackNotes,
    PrintNotes,
    ReleaseNotes,
    SignNotes,
    UnblockNotes,
    WithdrawNotes,
)
from logistics.listings.choosing import ChooseByRule, ChooseService
from logistics.listings.customs_actions import (
    ApproveCustoms,
    ChooseSpares,
    CustomsPapers,
    DataFile,
    DataSent,
    DeclareValue,
    RecipientNumber,
)
from logistics.listings.naming import NAMES, service_cell
from logistics.listings.waves import MakeWaves
from logistics.models import DispatchNote
from logistics.selectors import board
from logistics.selectors import dispatch as selectors

TONES = {
    NoteState.DRAFT: "amber", NoteState.SIGNED: "sea", NoteState.RELEASED: "indigo", NoteState.BLOCKED: "rose",
    NoteState.PACKED: "sea", NoteState.CLOSED: "leaf", NoteState.WITHDRAWN: "neutral",
}  # fmt: skip
STATES = {state.value: (state.label, TONES[state]) for state in NoteState}


class NoteLineRow(serializers.Serializer):
    """A line of a note."""

    id = serializers.CharField()
    position = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    value = serializers.DecimalField(14, 4)
    unit_value = serializers.DecimalField(14, 4)
    wish = serializers.CharField()
    assort = serializers.BooleanField()
    fragile = serializers.BooleanField()
    spare = serializers.BooleanField()


class NoteRow(serializers.Serializer):
    """A dispatch note as lists and programs see it."""

    id = serializers.CharField()
    number = serializers.CharField(label=pgettext_lazy("dispatch", "Note"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField(label=_("Order"))
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    state = serializers.ChoiceField(NoteState.choices, label=_("State"))
    revision = serializers.IntegerField(label=_("Revision"))
    country = serializers.CharField(label=_("Country"))
    service = serializers.CharField(source="service.code", label=_("Service"), allow_null=True)
    shipping_method = serializers.CharField(source="order.shipping_method", label=_("Paid service"))
    supply = serializers.ChoiceField(SupplyRoute.choices, label=_("Supply"))
    declared_value = serializers.DecimalField(14, 4, label=_("Declared value"))
    declared_currency = serializers.CharField(label=_("Currency"))
    content_type = serializers.CharField(label=_("Content"))
    due_at = serializers.DateTimeField(label=_("To the warehouse by"), allow_null=True)
    pickup_at = serializers.DateTimeField(label=_("Pick-up"), allow_null=True)
    target_at = serializers.DateTimeField(source="order.target_at", label=_("Payment clock"), allow_null=True)
    ship_by = serializers.DateTimeField(source="order.ship_by", label=_("Shop's latest dispatch"), allow_null=True)
    block_reason = serializers.ChoiceField(BlockReason.choices, label=_("Problem"), allow_blank=True)
    block_note = serializers.CharField(label=_("Reported"))
    drafted_at = serializers.DateTimeField(label=_("Drafted"))
    released_at = serializers.DateTimeField(label=_("Released"), allow_null=True)
    printed_at = serializers.DateTimeField(label=_("Printed"), allow_null=True)
    packed_at = serializers.DateTimeField(label=_("Packed"), allow_null=True)
    closed_at = serializers.DateTimeField(label=_("Closed"), allow_null=True)
    waybill = serializers.CharField(label=_("Waybill number"), allow_null=True)
    pieces = serializers.IntegerField(label=_("Pieces"))
    signed = serializers.ListField(child=serializers.CharField(), label=_("Signatures"))
    unmatched = serializers.IntegerField(label=_("Not matched"))
    missing = serializers.IntegerField(label=_("Missing pieces"))
    lines = NoteLineRow(many=True)


def articles_html(row: Mapping[str, Any]) -> Any:
    """Picture, article and pieces of the first line; how many lines more."""
    lines = row["lines"]
    if not lines:
        return f.DASH
    first = lines[0]
    return f.sku_html(first["picture"], first["sku"], first["quantity"], more=len(lines) - 1)


def articles_text(row: Mapping[str, Any]) -> str:
    """All articles with their pieces, for exports."""
    return ", ".join(f"{line['sku']}×{line['quantity']}" for line in row["lines"])


def signed_html(row: Mapping[str, Any]) -> Any:
    """The two signatures: given or still to give."""
    short = {SignatureKind.PRICE: pgettext("dispatch", "Price"), SignatureKind.NOTE: pgettext("dispatch", "Note")}
    done = set(row["signed"])
    return f.joined_html(
        [f.badge_html(text, "leaf" if kind in done else "amber") for kind, text in short.items()], "<br>"
    )


def due_html(row: Mapping[str, Any]) -> Any:
    """The clock that runs: to the warehouse while it is on the desk, the pick-up while it is there; none afterwards."""
    if row["state"] in (NoteState.DRAFT, NoteState.SIGNED):
        return f.due_html(row["due_at"]) if row["due_at"] else f.DASH
    if row["state"] in (NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED):
        return f.due_html(row["pickup_at"]) if row["pickup_at"] else f.DASH
    return f.DASH


def ship_by_html(row: Mapping[str, Any]) -> Any:
    """The shop's latest dispatch while the goods are here."""
    open_now = row["state"] not in (NoteState.CLOSED, NoteState.WITHDRAWN)
    return f.due_html(row["ship_by"], hard=True) if row["ship_by"] and open_now else f.DASH


def points_html(row: Mapping[str, Any]) -> Any:
    """What must be seen before anything else: not matched, missing, problem, wish."""
    parts = []
    if row["unmatched"]:
        parts.append(f.badge_html(gettext("not matched"), "rose"))
    if row["missing"]:
        parts.append(f.badge_html(gettext("%(n)s missing") % {"n": row["missing"]}, "lantern"))
    if row["block_reason"]:
        label = dict(BlockReason.choices)[row["block_reason"]]
        parts.append(f.badge_html(label, "rose", row["block_note"]))
    wish = next((line["wish"] for line in row["lines"] if line["wish"]), "")
    if wish:
        parts.append(format_html('<span class="wish clip" dir="auto" title="{}">{}</span>', wish, wish[:60]))
    return f.joined_html(parts, " ") if parts else f.DASH


def points_text(row: Mapping[str, Any]) -> str:
    """The same for exports."""
    words = [gettext("not matched")] if row["unmatched"] else []
    words += [gettext("%(n)s missing") % {"n": row["missing"]}] if row["missing"] else []
    words += [row["block_note"] or str(dict(BlockReason.choices)[row["block_reason"]])] if row["block_reason"] else []
    return "; ".join([*words, *(line["wish"] for line in row["lines"] if line["wish"])])


POINTS = ("unmatched", "block_reason", "block_note", "lines")


@register
class NoteListing(Listing):
    """Dispatch notes."""

    name, title, permission = "dispatch-notes", _("Dispatch notes"), "logistics.view_note"
    model, row, filters = DispatchNote, NoteRow, NoteFilter
    columns = [
        Column("number", link="logistics:note", mono=True),
        Column("state", badge=STATES),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("lines", label=pgettext_lazy("order", "Articles"), html=articles_html, text=lambda row: articles_text(row)),
        Column("pieces", default=False),
        Column("due_at", label=_("Due"), html=due_html, sortable=True, needs=("state", "pickup_at")),
        Column("ship_by", label=_("Latest dispatch"), html=ship_by_html, needs=("state",)),
        Column("missing", label=_("Attention"), html=points_html, text=points_text, needs=POINTS, align="left"),
        Column("signed", html=signed_html, text=lambda row: ", ".join(row["signed"])),
        Column("service", html=service_cell, text=lambda row: row["service"], by=("service",), needs=NAMES),
        Column("waybill", label=_("Waybill"), mono=True, roomy=True),
        Column("country", country=True, roomy=True),
        Column("store", default=False, mono=True),
        Column("declared_value", money="declared_currency", default=False),
        Column("shipping_method", buyer=True, default=False),
        Column("supply", badge=SupplyRoute, default=False),
        Column("pickup_at", default=False),
        Column("target_at", default=False),
        Column("printed_at", default=False),
        Column("released_at", default=False),
        Column("packed_at", default=False),
        Column("closed_at", default=False),
        Column("drafted_at", default=False),
        Column("revision", default=False),
    ]  # fmt: skip
    actions = [
        SignNotes(),
        ReleaseNotes(),
        UnblockNotes(),
        GetNumbers(),
        ChooseService(),
        ChooseByRule(),
        PrintNotes(),
        MakeWaves(),
        PackNotes(),
        BlockNotes(),
        ChooseSpares(),
        WithdrawNotes(),
        ApproveCustoms(),
        DeclareValue(),
        CustomsPapers(),
        RecipientNumber(),
        DataFile(),
        DataSent(),
    ]
    parts = [
        RowPart(
            "dispatch",
            fields={name: NoteRow().fields[name] for name in ("pieces", "signed", "lines")},
            part=lambda ids, actor: board.lines_and_signatures(ids), empty={"pieces": 0},
        )
    ]  # fmt: skip
    needs = NAMES
    computed = ("pieces", "signed", "lines")
    views = [
        View("to-sign", _("To sign"), "work=to-sign", default=True),
        View("to-buy", _("Goods missing"), "work=to-buy"),
        View("to-number", _("Needs a waybill number"), "work=to-number"),
        View("to-print", _("To print"), "work=to-print"),
        View("to-pack", _("To pack"), "work=to-pack"),
        View("blocked", _("Problems"), "work=blocked"),
        View("packed", _("To hand over"), "work=packed"),
        View("late", _("Pick-up passed"), "work=late"),
        View("all", _("All"), counted=False),
    ]
    url, detail_url, default_order, label_field = "logistics:notes", "logistics:note", "-id", "number"
    search_by = [
        Exact("number"),
        Prefix("number", to="note_id", queryset=lambda actor: selectors.live_numbers_for(actor)),
        Prefix("number", to="notes", queryset=lambda actor: selectors.orders_with_note_for(actor)),
    ]
    exact_by = ("number",)
    scan_ok = {
        "work": "asks open notes only (index note_open)", "country": "narrows other filters", "state": "the index of open notes serves it",
        "clerk": "asks open notes only", "clock": "asks open notes only", "number_waiting": "asks notes in the warehouse only",
    }  # fmt: skip
    empty = (
        _("No dispatch notes here."), _("A note drafts itself when an order is ready to be sent."), _("Open the orders"), "orders:list",
    )  # fmt: skip
    icon = "clipboard-list"

    def queryset(self, actor: Actor) -> QuerySet[DispatchNote]:
        """The notes of the actor's stores."""
        return board.with_row_facts(selectors.notes_for(actor))

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Nothing missing is zero pieces."""
        for row in rows:
            row["missing"], row["unmatched"] = row["missing"] or 0, row["unmatched"] or 0
