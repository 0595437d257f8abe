"""What it would take to send the goods of a parcel again: what they cost, the freight at today's price, how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core import policies as house
from core.errors import DomainError
from core.money import Money
from core.rates import convert
from logistics.models import Parcel, ParcelLine, Service
from logistics.policies.dispatch import PACKAGING_G
from logistics.selectors import quotes


@dataclass(frozen=True)
class Again:
    """Goods and freight of a new parcel in the house currency (None = not known), the service, and its days."""

    currency: str
    goods: Decimal | None
    freight: Decimal | None
    service: Service | None
    days_max: int | None = None


def again(parcels: Sequence[Parcel], now: datetime) -> Again:
    """What sending the goods of these parcels of one order again would take: by the service of the first, else by the cheapest
    that takes it."""
    currency = str(house.value(house.POLICIES[quotes.HOUSE_CURRENCY], now))
    rows = list(ParcelLine._base_manager.filter(parcel__in=parcels).select_related("sku"))
    goods = _goods([(row.sku.cost, row.sku.cost_currency, row.quantity) for row in rows], currency, now)
    weight = sum(parcel.weight_g or 0 for parcel in parcels) if all(parcel.weight_g for parcel in parcels) else None
    if weight is None:
        weight = quotes.packed_weight(
            [(row.quantity, row.sku.weight_g, "") for row in rows], int(house.value(PACKAGING_G, now))
        )
    if not parcels or weight is None:
        return Again(currency, goods, None, None)
    held, priced = quotes.price_asked(quotes.Asked(parcels[0].country, weight), now.date())
    own = priced.of(parcels[0].service.code) if parcels[0].service else None
    picked = own if own is not None and own.cost is not None else next((c for c in priced.candidates if c.cost), None)
    if picked is None or picked.cost is None:
        return Again(currency, goods, None, None)
    service = held.services[picked.quote.service]
    return Again(currency, goods, picked.cost, service, picked.lane_days or service.days_max)


def _goods(rows: Sequence[tuple[Decimal | None, str, int]], currency: str, now: datetime) -> Decimal | None:
    """What the goods cost; None when the cost of one of them, or a rate, is not known, or nobody knows what was inside."""
    whole = Decimal(0)
    for cost, money, quantity in rows:
        if cost is None:
            return None
        try:
            whole += convert(Money(cost * quantity, money), currency, now.date()).amount
        except DomainError:
            return None
    return whole if rows else None
