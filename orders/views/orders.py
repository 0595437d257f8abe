"""The list, the page of one order, and the small doors on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import versions
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from orders import registry, selectors
from orders.choices import (
    FLAG_TONES,
    STATE_TONES,
    TO_SHIP,
    FlagColour,
    HoldReason,
    OrderState,
    OrderType,
    Stage,
    WishState,
)
from orders.forms.orders import AddressForm
from orders.listings.rows import STAGES, wish_words
from orders.models import Order, Wish
from orders.services import editing, intake, privacy

WISH_TONES = {"open": "sea", "cannot": "rose", "told": "amber", "dropped": "neutral"}


def address(name: str, *args: Any) -> str:
    """The address of a page of another app; "" while it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


class OrdersPage(ListPage):
    """All orders."""

    listing_name = "orders"

    def head_actions(self) -> list[dict[str, Any]]:
        """Import and new order."""
        made = []
        if self.actor.has_perm("orders.import_order") and address("orders:import"):
            made.append({"label": _("Import"), "url": address("orders:import"), "icon": "file-import"})
        if self.actor.has_perm("orders.create_order"):
            made.append({"label": _("New order"), "url": reverse("orders:new"), "icon": "plus", "kind": "primary"})
        return made


class OrderPage(DetailPage):
    """One order."""

    listing_name, title, template_name = "orders", _("Order"), "orders/detail.html"

    def queryset(self) -> Any:
        """With what the page shows."""
        return super().queryset().select_related("store", "buyer", "warehouse")

    def badges(self, obj: Order) -> list[dict[str, Any]]:
        """The stage, then the state and type where they say more."""
        label, tone = STAGES[obj.stage]
        made = [{"label": label, "tone": tone}]
        if obj.state in (OrderState.PART_SHIPPED, OrderState.DELIVERED):
            made.append({"label": obj.get_state_display(), "tone": STATE_TONES[OrderState(obj.state)]})
        if obj.type != OrderType.SALE:
            made.append({"label": obj.get_type_display(), "tone": "neutral"})
        return made

    def flags(self, obj: Order) -> list[dict[str, Any]]:
        """The coloured marks with their words."""
        return [
            {"label": flag.note or flag.get_colour_display(), "tone": FLAG_TONES[FlagColour(flag.colour)]}
            for flag in selectors.flags_of([obj.pk])
        ]

    def sub(self, obj: Order) -> list[Any]:
        """Store, buyer, time."""
        return [obj.store.name, self._buyer(obj), f.time_html(obj.placed_at, self.now)]

    def _buyer(self, obj: Order) -> SafeString:
        name = obj.buyer_name if self.actor.has_perm("orders.view_personal") else ""
        shown = f.buyer_html(name, obj.country)
        url = address("customers:detail", obj.buyer_id)
        return (
            format_html('<a href="{}">{}</a>', url, shown)
            if url and self.actor.has_perm("customers.view_buyer")
            else shown
        )

    def clock(self, obj: Order) -> dict[str, Any] | None:
        """A clock of an app above (a dispute), else the channel's latest dispatch while something is still to be sent."""
        for find in registry.clocks:
            if (found := find(obj)) is not None:
                return found
        if obj.ship_by is None or obj.history or obj.state not in ("new", "held", "ready", "part_shipped"):
            return None
        return {"at": obj.ship_by, "text": gettext("latest dispatch of the channel")}

    def alerts(self, obj: Order) -> list[dict[str, Any]]:
        """What stops it, and what could travel with it."""
        made: list[dict[str, Any]] = []
        if obj.intercept and obj.state not in TO_SHIP:
            made.append({"text": HoldReason(obj.intercept).label, "tone": "rose"})
        elif obj.intercept:
            text = gettext("The parcel is refused at the next scan: %(reason)s.") % {
                "reason": HoldReason(obj.intercept).label
            }
            made.append({"text": text, "tone": "rose", "title": gettext("Intercepted")})
        if obj.state == OrderState.HELD:
            reason = HoldReason(obj.hold_reason).label if obj.hold_reason else ""
            until = f" · {gettext('look again')} {f.moment(obj.hold_until, self.now)}" if obj.hold_until else ""
            made.append(
                {"text": f"{obj.hold_note or reason}{until}", "tone": "amber", "title": reason or gettext("Held")}
            )
        numbers = list(selectors.joinable_with(obj).values_list("number", flat=True)[:5])
        if numbers:
            text = gettext("Same buyer and address: %(numbers)s could travel in one parcel.") % {
                "numbers": ", ".join(numbers)
            }
            made.append({"text": text, "tone": "sea"})
        return made

    def first_step(self, obj: Order) -> str:
        """What comes next, by what it waits for."""
        if HoldReason.CANCEL_REQUEST in (obj.intercept, obj.hold_reason):
            return "answer-cancel"
        if obj.history:
            return "take-up"
        if obj.state == OrderState.HELD:
            return "release"
        if obj.greeted_at is None and obj.state in (OrderState.NEW, OrderState.READY):
            return "greet"
        if obj.stage == Stage.TO_PRINT and self._elsewhere is None:
            return "print-notes"
        return {Stage.UNPAID: "ask-payment", Stage.TO_APPROVE: "make-notes"}.get(Stage(obj.stage), "")

    @cached_property
    def _elsewhere(self) -> dict[str, Any] | None:
        """The next step of what an app above has in hand: the note, the parcel."""
        found = (find(self.object, self.actor, self.now) for find in registry.next_steps)
        return next((step for step in found if step is not None), None)

    def extra_steps(self, obj: Order) -> list[dict[str, Any]]:
        """The next step where it is not an action of the order: the articles to match, its note, its parcel."""
        url = address("products:to-match")
        if obj.stage == Stage.TO_MATCH and url and self.actor.has_perm("products.match_sku"):
            return [{"label": gettext("Match articles"), "url": url, "method": "get", "icon": "tag"}]
        return [self._elsewhere] if self._elsewhere is not None else []

    def facts(self, obj: Order) -> list[dict[str, Any]]:
        """Clocks, money, service."""
        return [
            {"title": gettext("Clocks"), "items": [
                (gettext("Paid"), f.time_html(obj.paid_at, self.now)),
                (gettext("Our dispatch target"), self._by(obj, obj.target_at)),
                (gettext("Latest dispatch"), self._by(obj, obj.ship_by, hard=True)),
                (gettext("Greeted"), f.time_html(obj.greeted_at, self.now)),
                (gettext("Shipped"), f.time_html(obj.shipped_at, self.now)),
                (gettext("Channel told"), f.time_html(obj.declared_at, self.now)),
                (gettext("Delivered"), f.time_html(obj.delivered_at, self.now)),
            ]},
            {"title": gettext("Delivery"), "items": [
                (gettext("Service paid for"), obj.shipping_method or f.DASH),
                (gettext("Chosen service"), f.mono_html(obj.service_code)),
                (gettext("Warehouse"), obj.warehouse.name if obj.warehouse else f.DASH),
                (gettext("Country"), f.country_name(obj.country)),
            ]},
            {"title": gettext("Amounts"), "items": [
                (gettext("Goods"), f.money(obj.goods_total, obj.currency)),
                (gettext("Freight"), f.money(obj.shipping_fee, obj.currency)),
                (gettext("Discount"), f.money(obj.discount, obj.currency)),
                (gettext("Total"), f.money(obj.total, obj.currency)),
            ]},
        ]  # fmt: skip

    def _by(self, obj: Order, at: Any, hard: bool = False) -> Any:
        """A clock: it runs until the goods have left, and says afterwards whether it was met."""
        if obj.shipped_at is None and obj.state in TO_SHIP and not obj.history:
            return f.due_html(at, self.now, hard=hard)
        return f.met_html(at, obj.shipped_at, self.now) if obj.shipped_at else f.time_html(at, self.now)

    def tables(self, obj: Order) -> list[dict[str, Any]]:
        """The lines, and the buyer's other orders."""
        made = [lines_table(obj)]
        others = list(selectors.buyer_orders(obj)[:8])
        if others:
            made.append(orders_table(others, gettext("Other orders of the buyer"), self.now))
        return made

    def more(self, obj: Order) -> dict[str, Any]:
        """Wishes, note, address."""
        seen = self.actor.has_perm("orders.view_personal")
        found = selectors.address_of(obj.pk)
        return {
            "wishes": [
                {
                    "wish": wish,
                    "words": wish_words(wish.value, wish.text),
                    "tone": WISH_TONES[wish.state],
                    "url": reverse("orders:wish", args=[obj.pk, wish.pk]),
                }
                for wish in selectors.wishes_of(obj)
            ],
            "may_wish": self.actor.has_perm("orders.change_order"),
            "note": obj.note if seen else "",
            "address": found, "masked": masked(found), "may_open": seen,
            "address_url": reverse("orders:address", args=[obj.pk]),
            "edit_url": reverse("orders:address-edit", args=[obj.pk]) if seen and self.actor.has_perm("orders.change_order") else "",
        }  # fmt: skip


def masked(found: Any) -> str:
    """City and country of an address, and a hint of the rest."""
    if found is None:
        return ""
    name = f"{found.recipient[:1]}…" if found.recipient else ""
    phone = f"…{found.phone[-3:]}" if len(found.phone) > 6 else ""
    return ", ".join(part for part in (name, phone, found.city, found.state, f.country_name(found.country)) if part)


def lines_table(obj: Order) -> dict[str, Any]:
    """The lines with pictures, what they stand for and what is promised."""
    chinese = (get_language() or "").startswith("zh")
    rows = []
    for row in selectors.detail_lines(obj):
        line, item, parts = row["line"], row["line"].item, row["parts"]
        picture = item.image_url or next((p["picture"] for p in parts if p["picture"]), "")
        marks = [f.badge_html(gettext("assort evenly"), "amber")] if line.assort else []
        text = f.joined_html(
            [
                f.buyer_text_html(line.attributes) if line.attributes else "",
                f.buyer_text_html(line.buyer_note) if line.buyer_note else "",
                *marks,
            ]
        )
        rows.append({"tds": f.tds_html([
            ("", f.sku_html(picture, item.channel_sku, line.quantity, line.title)),
            ("", text or ""),
            ("", _parts_cell(item, parts, chinese)),
            ("num", _stock_cell(line, parts)),
            ("num", f.money(line.unit_price, obj.currency) if line.unit_price is not None else f.DASH),
            ("num", f.money(line.total, obj.currency) if line.total is not None else f.DASH),
        ])})  # fmt: skip
    heads = [
        ("", gettext("Article")),
        ("", gettext("Variant")),
        ("", gettext("Stands for")),
        ("num", gettext("Stock")),
        ("num", gettext("Price")),
        ("num", gettext("Sum")),
    ]
    return {"title": gettext("Lines"), "columns": [{"label": label, "css": css} for css, label in heads], "rows": rows}


def _parts_cell(item: Any, parts: list[dict[str, Any]], chinese: bool) -> Any:
    if item.not_goods:
        return gettext("no goods")
    if not parts:
        return f.badge_html(gettext("To match"), "amber")
    return f.joined_html([
        format_html('<span class="mono">{}</span> × {} {}', p["code"], p["pieces"], _name(p, chinese))
        for p in parts
    ], "; ")  # fmt: skip


def _name(part: dict[str, Any], chinese: bool) -> str:
    """The article's name in the reader's language, else in the other."""
    return (part["name_zh"] if chinese else part["name_en"]) or part["name_en"] or part["name_zh"]


def _stock_cell(line: Any, parts: list[dict[str, Any]]) -> Any:
    if line.shipped_quantity >= line.quantity:
        return f.badge_html(gettext("shipped"), "indigo")
    short = sum(p["wanted"] - p["held"] for p in parts)
    if short:
        return f.badge_html(gettext("%(n)s missing") % {"n": short}, "lantern")
    if parts and all(p["wanted"] for p in parts):
        return f.badge_html(gettext("reserved"), "leaf")
    return f.DASH


def orders_table(orders: list[Order], title: str, now: Any) -> dict[str, Any]:
    """Orders in short."""
    rows = [
        {"tds": f.tds_html([
            ("", f.link_html(reverse("orders:detail", args=[o.pk]), o.number, "mono")), ("", f.badge_html(*STAGES[o.stage])),
            ("", f.time_html(o.placed_at, now)), ("num", f.money(o.total, o.currency)),
        ])}
        for o in orders
    ]  # fmt: skip
    heads = [("", gettext("Number")), ("", gettext("Stage")), ("", gettext("Placed")), ("num", gettext("Amount"))]
    return {"title": title, "columns": [{"label": label, "css": css} for css, label in heads], "rows": rows}


class OrderDoor(Page):
    """A door on the page of one order, found inside the person's stores."""

    def order(self) -> Order:
        """The order, or not found."""
        return selectors.order(self.kwargs["pk"])

    def back(self, order: Order) -> str:
        """Its page."""
        return reverse("orders:detail", args=[order.pk])


class WishDoor(OrderDoor):
    """Say whether a wish can be met."""

    permission = "orders.change_order"

    def post(self, request: HttpRequest, pk: int, wish: int) -> HttpResponse:
        """POST: state, note."""
        order = self.order()
        found = Wish.objects.filter(pk=wish, order=order).first()
        if found is None:
            raise Http404
        intake.set_wish_state(
            wish=found,
            state=request.POST.get("state", ""),
            note=request.POST.get("note", "")[:300],
            actor=self.actor,
            now=self.now,
        )
        label = dict(WishState.choices).get(request.POST.get("state", ""), "")
        return self.go(self.back(order), gettext("Wish: %(state)s") % {"state": label})


class AddressDoor(OrderDoor):
    """Open the full address; that it was opened stands in the timeline."""

    permission = "orders.view_personal"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The address, as a part of the page or as a page."""
        order = self.order()
        found = privacy.open_address(order=order, actor=self.actor, now=self.now)
        context = {
            "order": order,
            "address": found,
            "country": f.country_name(found.country) if found else "",
            "back_url": self.back(order),
        }
        return self.render("orders/_address.html" if self.is_partial() else "orders/address.html", context)


class AddressEditPage(FormPage):
    """Correct where an order goes."""

    permissions = {"GET": "orders.change_order", "POST": "orders.change_order", "HEAD": "orders.change_order"}
    form_class, title, submit_label = AddressForm, _("Edit address"), _("Save address")
    wide_fields = ("line1", "line2")

    @property
    def order(self) -> Order:
        """The order."""
        return selectors.order(self.kwargs["pk"])

    def back_url(self) -> str:
        """Its page."""
        return reverse("orders:detail", args=[self.kwargs["pk"]])

    def initial(self) -> dict[str, Any]:
        """The present address; opening it is recorded."""
        if self.request.method == "POST":
            return {}
        found = privacy.open_address(order=self.order, actor=self.actor, now=self.now)
        return {name: getattr(found, name) for name in editing.ADDRESS} if found else {"country": self.order.country}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Write it."""
        stamp = self.request.POST.get(versions.FORM_FIELD, "")
        intake.edit_address(order=self.order, actor=self.actor, now=self.now, stamp=stamp, **data)
        return self.go(self.back_url(), gettext("Address saved."))

    def extra(self) -> dict[str, Any]:
        """Which version is shown; after a refusal for a change of somebody else it is theirs that was seen."""
        seen = "" if self.stale else self.request.POST.get(versions.FORM_FIELD, "")
        stamp = seen or versions.stamp(editing.address_of(self.order), editing.ADDRESS)
        return {"hidden": [(versions.FORM_FIELD, stamp)]}
