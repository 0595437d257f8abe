"""The list of orders."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from core import counts
from core.audit import Actor
from core.listing import Column, LastDigits, Listing, Prefix, RowPart, View, Words, register
from orders import selectors
from orders.choices import STATE_TONES, OrderState, OrderType, Stage
from orders.filters import OrderFilter
from orders.listings import actions as act
from orders.listings import rows as r
from orders.models import Order, OrderLine

STATES = {s.value: (s.label, STATE_TONES[s]) for s in OrderState}
CLOCK = ("state", "stage", "shipped_at")
STAGE_VIEWS = (
    Stage.TO_MATCH, Stage.TO_APPROVE, Stage.SHORT, Stage.TO_NUMBER, Stage.TO_PRINT, Stage.TO_HAND_OVER, Stage.TO_DECLARE, Stage.HELD,
    Stage.RISK, Stage.UNPAID, Stage.SHIPPED, Stage.COMPLETED, Stage.CANCELLED, Stage.HISTORY,
)  # fmt: skip


@register
class OrderListing(Listing):
    """The orders of the actor's stores."""

    name, title, permission = "orders", _("Orders"), "orders.view_order"
    model, row, filters = Order, r.OrderRow, OrderFilter
    columns = [
        Column("number", link="orders:detail", mono=True),
        Column("stage", html=r.stage_badge, by=("stage",), text=lambda row: str(r.STAGES[row["stage"]][0])),
        Column("buyer", html=r.buyer_cell, needs=("country", "store__name")),
        Column("store", html=r.store_cell, by=("store__name",), text=lambda row: row["store"], needs=("store__name",),
               default=False),
        Column("items", label=pgettext_lazy("order", "Articles"), html=r.items_cell, text=r.items_text, needs=("lines",)),
        Column("pieces", label=_("pcs"), default=False),
        Column("total", money=True),
        Column("ship_by", html=r.clock_cell("ship_by", hard=True), sortable=True, needs=CLOCK),
        Column("hint", label=_("To know"), html=r.hint_cell, text=r.hint_text, width="wide",
               needs=("flags", "wishes", "join", "hold_note", "hold_reason", "intercept", "state")),
        Column("shipping_method", html=r.method_cell, by=("shipping_method",), text=lambda row: row["shipping_method"],
               default=False),
        Column("placed_at", sortable=True, default=False),
        Column("paid_at", default=False),
        Column("target_at", html=r.clock_cell("target_at"), default=False, needs=CLOCK),
        Column("state", badge=STATES, default=False),
        Column("type", badge=OrderType, default=False),
        Column("country", country=True, default=False),
        Column("service_code", mono=True, default=False),
        Column("hold_until", default=False),
        Column("greeted_at", default=False),
        Column("shipped_at", default=False),
        Column("external_id", mono=True, default=False),
    ]  # fmt: skip
    actions = act.ACTIONS
    views = [
        View("all", _("All"), default=True),
        *(View(stage.value.replace("_", "-"), stage.label, f"stage={stage.value}{act.sorted_by(stage)}") for stage in STAGE_VIEWS),
        View("ungreeted", _("Not greeted"), "ungreeted=true"),
        View("wrote", _("The buyer wrote"), "wrote=yes", counted=False),
        View("waits", _("The buyer waits for an answer"), "wrote=waits", counted=False),
        View("wishes", _("With wishes"), "has_wish=true&stage=to_match&stage=to_approve&stage=short&stage=to_number&stage=to_print"),
    ]  # fmt: skip
    url, detail_url, default_order = "orders:list", "orders:detail", "-placed_at"
    needs = ("store__name",)
    parts = [
        RowPart(
            name="brief",
            fields={
                "lines": r.LineRow(many=True), "flags": r.FlagRow(many=True), "wishes": r.WishRow(many=True),
                "join": serializers.CharField(label=_("Can travel with")), "duties": r.DutyRow(many=True),
            },
            inline=selectors.BRIEF,
            empty={"join": ""},
        ),
    ]  # fmt: skip
    search_by = [
        Prefix("number__upper"),
        LastDigits("number__tail"),
        Words("search__words"),
        Prefix(
            "item__channel_sku__upper", to="order_id", queryset=lambda actor: OrderLine.objects.all(), shown=_("SKU")
        ),
    ]
    exact_by = ("number", "external_id")
    personal, personal_permission = frozenset({"buyer"}), "orders.view_personal"
    scan_ok = {
        "paid": "walked in order of placing; payments follow within days", "ship_by": "open orders only: partial index on ship_by",
        "service": "walked in order of placing", "flag": "asks the unique (order, colour)", "hold_reason": "asks the stage index",
        "sku": "asks the index of lines by item", "has_wish": "asks the index of wishes by order",
        "unmatched": "asks lines by order", "ungreeted": "partial index order_ungreeted", "history": "asked with a stage",
        "type": "walked in order of placing",
        "wrote": "walked in order of placing; messages by what they are about, threads by buyer",
    }  # fmt: skip
    icon = "receipt"
    empty = (
        _("No orders yet."),
        _("Import a file, connect a shop, or enter one."),
        _("Import orders"),
        "orders:import",
    )

    def queryset(self, actor: Actor) -> QuerySet[Order]:
        """The orders of the actor's stores."""
        return selectors.orders_for(actor)


class OrderLineRow(r.LineRow):
    """A line with its order, for programs."""

    sku = serializers.CharField(source="item.channel_sku", label=_("SKU"))
    order_id = serializers.CharField()
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    store = serializers.CharField(source="order.store.code", label=_("Store"))
    unit_price = serializers.DecimalField(14, 4, allow_null=True)
    total = serializers.DecimalField(14, 4, allow_null=True)
    currency = serializers.CharField(source="order.currency")
    matched = serializers.BooleanField(source="item.matched")


@register
class LineListing(Listing):
    """All lines of orders, for programs."""

    name, title, permission = "lines", _("Order lines"), "orders.view_order"
    model, row = OrderLine, OrderLineRow
    columns = [
        Column("order_number", mono=True),
        Column("sku", mono=True),
        Column("title"),
        Column("quantity"),
        Column("unit_price", money=True),
    ]
    default_order = "-id"

    def queryset(self, actor: Actor) -> QuerySet[OrderLine]:
        """The lines of the actor's orders."""
        return selectors.lines_for(actor)


def _to_do(actor: Actor) -> int:
    return selectors.to_do_count(actor, counts.CAP)


counts.register("orders", _to_do, permission="orders.view_order")
