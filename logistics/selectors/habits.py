"""Weight, size and price as the buyer's country reads them, for texts and for what a clerk tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core import format as f
from core import policies
from logistics.models import Parcel
from logistics.policies.parcels import FREIGHT_INSIDE, IMPERIAL
from logistics.rules.detail_words import words_in
from orders.models import Order


def _countries(text: Any) -> frozenset[str]:
    return frozenset(part.upper() for part in re.split(r"[\s,;，；]+", str(text)) if part)


def imperial(day: date | datetime) -> frozenset[str]:
    """Countries that read ounces and inches on that day."""
    return _countries(policies.value(IMPERIAL, day))


def of_parcel(parcel: Parcel, language: str, now: datetime, sides: Sequence[Decimal] = ()) -> dict[str, str | None]:
    """Weight and size (``sides`` in cm) of a parcel and price of its order as its buyer reads them; None where it is not known."""
    habit = imperial(now)
    weight, size = f.weight_for(parcel.weight_g, parcel.country, habit), f.size_for(sides, parcel.country, habit)
    return {
        "parcel_weight": weight or None,
        "parcel_size": size or None,
        "order_amount": price_of(parcel.order, language, now),
    }


def price_of(order: Order, language: str, now: datetime) -> str | None:
    """What the order costs as it is told in that country: freight inside, beside, or free."""
    if not order.currency or order.total is None:
        return None
    words, freight = words_in(language), order.shipping_fee or Decimal(0)

    def shown(amount: Decimal) -> str:
        return f.money_for(amount, order.currency, order.country)

    if not freight:
        return words["free"].format(total=shown(order.total))
    if order.country in _countries(policies.value(FREIGHT_INSIDE, now, order.store_id)):
        return words["inside"].format(total=shown(order.total))
    return words["beside"].format(goods=shown(order.total - freight), freight=shown(freight))
