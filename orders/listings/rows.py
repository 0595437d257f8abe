"""The order as lists and programs see it, and how its cells look."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from orders.choices import (
    FLAG_TONES,
    STAGE_TONES,
    TO_SHIP,
    WISH_VALUES,
    FlagColour,
    HoldReason,
    OrderState,
    OrderType,
    Stage,
    WishKind,
    WishState,
)

STAGES = {s.value: (s.label, STAGE_TONES[s]) for s in Stage}
#: Where no clock of dispatch runs: taken over as history, or gone and only not told yet.
STOPPED = {Stage.HISTORY.value, Stage.TO_DECLARE.value}
FLAGS = {c.value: (c.label, FLAG_TONES[c]) for c in FlagColour}


class LineRow(serializers.Serializer):
    """One line of an order."""

    id = serializers.CharField()
    position = serializers.IntegerField()
    sku = serializers.CharField(help_text="the channel's SKU")
    title = serializers.CharField()
    attributes = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.CharField(allow_null=True)
    total = serializers.CharField(allow_null=True)
    shipped_quantity = serializers.IntegerField()
    assort = serializers.BooleanField(help_text="no colour given: mix colours and styles evenly")
    matched = serializers.BooleanField()


class FlagRow(serializers.Serializer):
    """A coloured mark."""

    colour = serializers.ChoiceField(FlagColour.choices)
    note = serializers.CharField()


class WishRow(serializers.Serializer):
    """A request of the buyer."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(WishKind.choices)
    value = serializers.CharField()
    text = serializers.CharField()
    state = serializers.ChoiceField(WishState.choices)
    line = serializers.CharField(allow_null=True)


class DutyRow(serializers.Serializer):
    """A living duty about the order."""

    id = serializers.CharField()
    rule = serializers.CharField()
    state = serializers.CharField()
    due_at = serializers.DateTimeField()


class OrderRow(serializers.Serializer):
    """An order."""

    id = serializers.CharField()
    number = serializers.CharField(label=pgettext_lazy("order", "Number"))
    external_id = serializers.CharField(label=_("Channel id"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    type = serializers.ChoiceField(OrderType.choices, label=_("Type"))
    state = serializers.ChoiceField(OrderState.choices, label=_("State"))
    stage = serializers.ChoiceField(Stage.choices, label=_("Stage"))
    history = serializers.BooleanField(label=_("History"))
    buyer = serializers.CharField(source="buyer_name", label=_("Buyer"))
    buyer_id = serializers.CharField()
    country = serializers.CharField(label=_("Country"))
    currency = serializers.CharField(label=_("Currency"))
    total = serializers.DecimalField(14, 4, label=_("Amount"))
    pieces = serializers.IntegerField(label=_("Pieces"))
    shipping_method = serializers.CharField(label=_("Service paid for"))
    service_code = serializers.CharField(label=_("Chosen service"))
    placed_at = serializers.DateTimeField(label=_("Placed"))
    paid_at = serializers.DateTimeField(label=_("Paid"), allow_null=True)
    target_at = serializers.DateTimeField(label=_("Dispatch target"), allow_null=True)
    ship_by = serializers.DateTimeField(label=_("Latest dispatch"), allow_null=True)
    greeted_at = serializers.DateTimeField(label=_("Greeted"), allow_null=True)
    shipped_at = serializers.DateTimeField(label=_("Shipped"), allow_null=True)
    hold_reason = serializers.ChoiceField(HoldReason.choices, label=_("Held because"), allow_blank=True)
    hold_note = serializers.CharField(label=_("Hold note"))
    hold_until = serializers.DateTimeField(label=_("Look again at"), allow_null=True)
    intercept = serializers.ChoiceField(HoldReason.choices, label=_("Stopped because"), allow_blank=True)


def store_cell(row: Mapping[str, Any]) -> Any:
    """The store's name, cut to the width of a column."""
    return f.clip_html(row["store__name"])


def method_cell(row: Mapping[str, Any]) -> Any:
    """The service the buyer paid for, cut to the width of a column."""
    return f.clip_html(row["shipping_method"]) if row["shipping_method"] else f.DASH


def clock_cell(name: str, *, hard: bool = False) -> Any:
    """A clock of the order: it runs while something is still to be sent, afterwards it says whether it was met."""

    def cell(row: Mapping[str, Any]) -> Any:
        if row["state"] in TO_SHIP and row["stage"] not in STOPPED:
            return f.due_html(row[name], hard=hard)
        return f.met_html(row[name], row["shipped_at"])

    return cell


def buyer_cell(row: Mapping[str, Any]) -> SafeString:
    """The buyer with the country chip, the store below."""
    return SafeString(
        f'{f.buyer_html(row["buyer"], row["country"])}<small class="under">{escape(row["store__name"])}</small>'
    )


def items_cell(row: Mapping[str, Any]) -> Any:
    """Picture, SKU x quantity of the first line, and how many more there are."""
    lines = row["lines"]
    if not lines:
        return f.DASH
    first = lines[0]
    return f.sku_html(first["image_url"], first["sku"], first["quantity"], "", len(lines) - 1)


def items_text(row: Mapping[str, Any]) -> str:
    """All lines in one cell of a file."""
    return "; ".join(f"{line['sku']} x {line['quantity']}" for line in row["lines"])


def stage_badge(row: Mapping[str, Any]) -> SafeString:
    """Where the order stands."""
    label, tone = STAGES.get(row["stage"], (row["stage"], "neutral"))
    return f.badge_html(label, tone)


def wish_words(value: str, otherwise: str) -> str:
    """A wish that was read from a note, in the reader's language; what is not of the list stays as it was written."""
    return str(WISH_VALUES.get(value, value)) or otherwise


def hint_cell(row: Mapping[str, Any]) -> Any:
    """What one must know of the order: stopped, held, flags, wishes, what could travel with it."""
    parts: list[Any] = []
    if row["intercept"]:
        reason = HoldReason(row["intercept"]).label
        inside = row["state"] in TO_SHIP
        parts.append(f.flag_html(gettext("Stop: %(reason)s") % {"reason": reason} if inside else reason, "rose"))
    if row["state"] == "held":
        parts.append(row["hold_note"] or (HoldReason(row["hold_reason"]).label if row["hold_reason"] else ""))
    for flag in row["flags"]:
        label, tone = FLAGS.get(flag["colour"], (flag["colour"], "neutral"))
        parts.append(f.flag_html(wish_words(flag["note"], str(label)), tone))
    if not any(flag["colour"] == "red" for flag in row["flags"]):
        living = [wish for wish in row["wishes"] if wish["state"] in ("open", "cannot")]
        parts += [wish_words(wish["value"], wish["text"]) for wish in living[:2]]
    if row["join"]:
        parts.append(gettext("can travel with %(number)s") % {"number": row["join"]})
    return f.joined_html(parts) if any(parts) else ""


def hint_text(row: Mapping[str, Any]) -> str:
    """The same in a file."""
    parts = [row["hold_note"] if row["state"] == "held" else "", *(flag["note"] for flag in row["flags"])]
    parts += [wish["value"] or wish["text"] for wish in row["wishes"] if wish["state"] in ("open", "cannot")]
    return "; ".join(dict.fromkeys(part for part in parts if part))
