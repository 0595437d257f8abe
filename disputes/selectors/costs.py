"""What refund, new parcel and waiting cost for the parcels of an order, with the lane's chance that they still come (RMD-07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core import policies as house
from core.errors import DomainError
from core.money import Money
from core.rates import convert
from disputes import policies
from disputes.rules import costs as rules
from disputes.selectors import cases
from logistics.choices import ParcelState
from logistics.models import Parcel
from logistics.selectors import lanes, resending
from orders.models import Order


@dataclass(frozen=True)
class Compared:
    """The three ways of an order with what they rest on. ``told``: parcels of the lane that tell the chance, None where the
    house's figure stands in; ``out``: something is still under way; ``at_least``: the lane knows the chance only from below."""

    costs: rules.Costs
    sums: rules.Sums
    figures: rules.Figures
    again: resending.Again
    left: Money
    told: int | None
    out: bool
    at_least: bool = False


def figures(store_id: int, now: datetime) -> rules.Figures:
    """The house's figures of the day."""

    def number(policy: house.Policy) -> Decimal:
        return Decimal(str(house.value(policy, now, store_id)))

    return rules.Figures(
        packing=number(policies.COST_PACKING), commission=number(policies.COST_COMMISSION),
        given_back=number(policies.COST_GIVEN_BACK), claim=number(policies.COST_CLAIM),
        dispute_chance=number(policies.COST_DISPUTE_CHANCE), dispute_weight=number(policies.COST_DISPUTE),
        arrives=number(policies.COST_ARRIVES),
    )  # fmt: skip


def compared(order: Order, now: datetime) -> Compared | None:
    """The ways out for the parcels of an order that has not come; None when nothing was handed over."""
    gone = [ParcelState.SHIPPED, ParcelState.DELIVERED, ParcelState.LOST]
    parcels = list(Parcel._base_manager.filter(order=order, state__in=gone).select_related("service").order_by("pk"))
    if not parcels:
        return None
    out = [parcel for parcel in parcels if parcel.state == ParcelState.SHIPPED]
    comes = lanes.still_arrives_for(order, now) if out else None
    again, held = resending.again(parcels, now), figures(order.store_id, now)
    left = cases.given(order).left
    sums = rules.Sums(_in(left, order.currency, again.currency, now), again.goods, again.freight)
    known = _known(comes.share, comes.exact, held) if comes else None if out else Decimal(0)
    costs = rules.compare(sums, held, known)
    told = _told(out, now) if out and known is not None else None
    at_least = comes is not None and not comes.exact
    return Compared(costs, sums, held, again, Money(left, order.currency), told, bool(out), at_least)


def _known(share: float, exact: bool, held: rules.Figures) -> Decimal | None:
    """What the lane tells of the chance. Where it only knows "at least so much", and the house reckons with more, nothing."""
    return Decimal(str(round(share, 4))) if exact or share > held.arrives else None


def _told(parcels: list[Parcel], now: datetime) -> int:
    """How many parcels the curves that tell the chance are made of, of the one that rests on the fewest."""
    found = [answer.picked.tally.parcels for answer, _told in lanes.outlooks(parcels, now).values()]
    return min(found, default=0)


def _in(amount: Decimal, currency: str, wanted: str, now: datetime) -> Decimal | None:
    try:
        return convert(Money(amount, currency), wanted, now.date()).amount
    except DomainError:
        return None
