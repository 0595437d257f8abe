"""Parcels under way, with everything below them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Store
from customers.models import Buyer
from logistics.models import Parcel, Service
from orders.models import Order

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_count = itertools.count(1)
KINDS = {
    "CP_ORD": ("postal_untracked", "none"), "CP_REG": ("postal_registered", "full"), "EMS": ("ems", "full"),
    "DHL": ("express", "full"), "SF_INTL": ("express", "full"), "CP_ETK": ("ems", "full"), "AE_STANDARD": ("marketplace_line", "full"),
    "YW_REG": ("dedicated_line", "full"), "OVERSEAS_WH": ("local", "full"), "OZ_ECO": ("dedicated_line", "full"),
}  # fmt: skip


def store(kind: str = "sandbox", zone: str = "Asia/Shanghai", **more: Any) -> Store:
    """A store of a channel."""
    number = next(_count)
    given = {"code": f"s{number}", "name": f"Store {number}", "kind": kind, "currency": "USD", "time_zone": zone, "created_at": NOW}
    return Store.objects.create(**{**given, **more})


def service(code: str = "CP_REG") -> Service:
    """A carrier service of the house's list."""
    kind, level = KINDS[code]
    made, _new = Service.objects.get_or_create(
        code=code, defaults={
            "name_en": code, "carrier": code, "kind": kind, "tracking_level": level, "days_min": 15, "days_max": 60,
            "tracking_url": "https://track.example/{number}",
        },
    )  # fmt: skip
    return made


def order(shop: Store | None = None, *, state: str = "shipped", country: str = "DE", **more: Any) -> Order:
    """An order of its own buyer."""
    shop, number = shop or store(), next(_count)
    buyer = Buyer.objects.create(
        store=shop, key=f"b{number}", name=f"Buyer {number}", email=f"b{number}@example.org", country=country, language="en",
        created_at=NOW,
    )  # fmt: skip
    given: dict[str, Any] = {
        "store": shop, "external_id": f"81{number:06}", "number": f"81{number:06}", "state": state, "stage": "shipped",
        "buyer": buyer, "buyer_name": buyer.name, "country": country, "currency": "USD", "goods_total": Decimal("20"),
        "total": Decimal("24.50"), "placed_at": NOW, "paid_at": NOW, "shipped_at": NOW, "imported_at": NOW,
    }  # fmt: skip
    return Order.objects.create(**{**given, **more})


def parcel(
    shop: Store | None = None, code: str = "CP_REG", *, country: str = "DE", shipped: datetime = NOW, follow: bool = True, **more: Any
) -> Parcel:
    """A parcel handed over at ``shipped`` and followed since."""
    from logistics.services import tracking

    shop, number = shop or store(), next(_count)
    given: dict[str, Any] = {
        "number": f"PC-{90000 + number}", "store": shop, "service": service(code), "state": "packed", "country": country,
        "order": more.pop("order", None) or order(shop, country=country, shipped_at=shipped),
        "tracking_number": f"RB{100000000 + number}CN", "created_at": shipped, "shipped_at": shipped,
    }  # fmt: skip
    made = Parcel.objects.create(**{**given, **more})
    if follow:
        tracking.start_following(parcels=[made], now=shipped)
        Parcel.objects.filter(pk=made.pk).update(state="shipped")
    made.refresh_from_db()
    return made
