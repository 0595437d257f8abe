"""Facts of orders for texts to buyers, and orders as things a conversation is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.registry import About, Country, finder, placeholders, still_wanted, subjects
from core import clock
from core.format import money
from orders import selectors
from orders.choices import TO_SHIP, OrderState
from orders.models import Order
from orders.rules import promises

ORDER = "orders.order"


@placeholders(ORDER)
def order_facts(ids: Iterable[int], language: str) -> dict[int, dict[str, Any]]:
    """What texts may say of orders. Facts that are not known are None: such a text is refused, nothing is made up."""
    found = {}
    for row in selectors.facts_for_texts(list(ids)):
        zone = row.house_zone
        found[row.order.pk] = {
            "order_no": row.order.number,
            "order_date": clock.local_day(row.order.placed_at, row.order.store.time_zone),
            "paid_method": row.order.shipping_method or None,
            "ship_by_date": _told_date(row, zone),
            "ship_date": clock.local_day(row.order.shipped_at, zone) if row.order.shipped_at else None,
            "item_name": row.item_name or None,
            "currency": row.order.currency,
            "payment_deadline": _day(row.payment_deadline, row.order.store.time_zone),
            "destination_country": Country(row.order.country),
            "address": row.address or None,
        }
    return found


def _told_date(row: selectors.TextFacts, zone: str) -> date | None:
    """By when we tell the buyer that it leaves: our own target, never later than the channel allows."""
    if row.order.target_at is None:
        return None
    return promises.told_date(
        row.order.target_at, row.order.ship_by, days=row.target_days, zone_name=zone, calendar=row.calendar
    )


def _day(moment: datetime | None, zone: str) -> date | None:
    return clock.local_day(moment, zone) if moment else None


@subjects(ORDER)
def orders_of_buyers(buyer_ids: Iterable[int], limit: int) -> Mapping[int, list[About]]:
    """The newest orders of buyers, for the pane beside a thread."""
    found: dict[int, list[About]] = {}
    for order in selectors.newest_of_buyers(list(buyer_ids), limit):
        facts = {
            _("Stands at"): order.get_stage_display(),
            _("Total"): money(order.total, order.currency),
            _("Service paid for"): order.shipping_method,
            _("Note"): order.note[:200],
        }
        found.setdefault(order.buyer_id, []).append(
            About(ORDER, order.pk, order.number, reverse("orders:detail", args=[order.pk]), order.placed_at, facts)
        )
    return found


@finder
def find_orders(store: Any, external_ids: Iterable[str]) -> Mapping[str, int]:
    """The orders of a store by the channel's ids."""
    rows = Order._base_manager.filter(store=store, external_id__in=list(external_ids))
    return dict(rows.values_list("external_id", "pk"))


@still_wanted("T01")
def still_to_greet(message: Any, *, now: datetime) -> str:
    """A greeting that waits in the outbox is dropped when the order ended or its payment came into doubt."""
    order = Order._base_manager.filter(pk=message.about_id).first()
    if order is None or order.state == OrderState.CANCELLED:
        return "the order was cancelled"
    if order.state == OrderState.HELD and order.hold_reason == "payment_risk":
        return "the payment is being checked"
    return ""


@still_wanted("T13")
def still_unpaid(message: Any, *, now: datetime) -> str:
    """Nobody is asked about a payment that came in."""
    state = Order._base_manager.filter(pk=message.about_id).values_list("state", flat=True).first()
    return "" if state == OrderState.UNPAID else "the order is no longer unpaid"


@still_wanted("X16")
def still_in_the_house(message: Any, *, now: datetime) -> str:
    """Nobody is told of a delay of goods that have left."""
    state = Order._base_manager.filter(pk=message.about_id).values_list("state", flat=True).first()
    return "" if state in TO_SHIP else "the goods have left"
