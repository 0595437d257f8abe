"""Parcels under way, with everything below them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Store
from customers.models import Buyer
from logistics.models import Parcel, Service
from orders.models import Order
from tests.house.rows import Rows

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
    given = {
        "code": f"s{number}",
        "name": f"Store {number}",
        "kind": kind,
        "currency": "USD",
        "time_zone": zone,
        "created_at": NOW,
    }
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
    shop: Store | None = None,
    code: str = "CP_REG",
    *,
    country: str = "DE",
    shipped: datetime = NOW,
    follow: bool = True,
    **more: Any,
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


def _parcels(shop: Any, count: int, person: Any) -> None:
    """Parcels of every state, service and country; some without number, service or events."""
    from logistics.models import Parcel as Model

    states = ["packed", "shipped", "delivered", "returned", "lost", "closed"]
    tracking = ["not_found", "in_transit", "stalled", "customs_held", "awaiting_collection", "delivered", "untracked"]
    for n in range(count - Model.objects.filter(store=shop).count()):
        state = states[n % len(states)]
        shipped = None if state == "packed" else NOW - timedelta(days=n)
        Model.objects.create(
            number=f"PC-{70000 + next(_count)}", store=shop, order=order(shop, country=["DE", "US", "BR"][n % 3]), state=state,
            service=service(["CP_REG", "EMS"][n % 2]) if n % 4 else None, country=["DE", "US", "BR"][n % 3],
            tracking_number=f"RC{next(_count):09}CN" if n % 5 else "", created_at=NOW, shipped_at=shipped,
            tracking_state=tracking[n % len(tracking)], next_check_at=NOW if state == "shipped" else None,
            promised_by=NOW + timedelta(days=n - 3) if n % 3 else None, last_event_at=NOW if n % 2 else None,
            last_event_text="scan" if n % 2 else "", delivered_at=NOW if state == "delivered" else None,
        )  # fmt: skip


def _events(shop: Any, count: int, person: Any) -> None:
    """Events of some parcels."""
    from logistics.models import TrackingEvent

    there = TrackingEvent.objects.filter(parcel__store=shop).count()
    if there >= count:
        return
    box = parcel(shop, follow=False)
    stages = ["picked_up", "in_transit", "delivered"]
    for n in range(count - there):
        TrackingEvent.objects.create(
            parcel=box, occurred_at=NOW + timedelta(hours=n), stage=stages[n % 3], description=f"scan {n}", location="X" if n % 2 else "",
            source="hand", digest=f"{next(_count)}", received_at=NOW,
        )  # fmt: skip


def _promises(shop: Any, count: int, person: Any) -> None:
    from logistics.models import PromiseRule

    for n in range(count - PromiseRule.objects.count()):
        PromiseRule.objects.create(
            rule_id=f"DP-{500 + next(_count)}", priority=500 + n, service_match="*", destination_match="*", promise_days=30 + n,
            first_check_days=7, second_check_days=15, lost_after_days=45, extend_when_days_left=5, valid_from=NOW.date(),
        )  # fmt: skip


def _decisions(shop: Any, count: int, person: Any) -> None:
    from logistics.models import DecisionRule

    for n in range(count - DecisionRule.objects.count()):
        DecisionRule.objects.create(
            rule_id=f"NR-{500 + next(_count)}", table_code=["NR", "CH", "PO"][n % 3], priority=n, conditions={"past_second_check": True} if n % 2 else {},
            advice=["wait", "escalate"][n % 2], next_check_days=n if n % 2 else None, active=bool(n % 4), valid_from=NOW.date(),
        )  # fmt: skip


def _manifests(shop: Any, count: int, person: Any) -> None:
    from logistics.models import Manifest, ManifestLine, Parcel
    from tests.factories.inventory import make_warehouse

    house = make_warehouse()
    for n in range(count):
        signed = {
            "signed_at": NOW,
            "taken_by": "Li",
            "counted": n % 2,
            "signed_label": "W",
            "remark": "" if n % 2 else "none",
        }
        made = Manifest.objects.create(
            number=f"HL-{next(_count)}", warehouse=house, carrier=["China Post", "DHL"][n % 2], day=NOW.date() + timedelta(days=next(_count)),
            opened_at=NOW, **(signed if n % 3 else {}),
        )  # fmt: skip
        box = Parcel.objects.create(
            number=f"PC-{80000 + next(_count)}", store=shop, order=order(shop), state="shipped", service=service("CP_REG"), country="BR",
            tracking_number=f"RM{next(_count):09}CN", created_at=NOW, shipped_at=NOW, next_check_at=NOW, warehouse=house,
            weight_g=None if n % 2 else 90, declared_at=NOW if n % 2 else None,
        )  # fmt: skip
        ManifestLine.objects.create(manifest=made, parcel=box)


def _reviews(shop: Any, count: int, person: Any) -> None:
    from logistics.models import TransitReview

    for n in range(count - TransitReview.objects.filter(store=shop).count()):
        closed = {"closed_at": NOW, "closed_by": "Li"} if n % 2 else {}
        TransitReview.objects.create(
            store=shop, day=NOW.date() - timedelta(days=7 * next(_count)), opened_at=NOW, due_at=NOW + timedelta(hours=n), taken_at=NOW,
            in_transit=n, found=n, **closed,
        )  # fmt: skip


def _review_lines(shop: Any, count: int, person: Any) -> None:
    from logistics.models import ReviewLine, TransitReview

    there = ReviewLine.objects.filter(store=shop).count()
    if there >= count:
        return
    review = TransitReview.objects.create(
        store=shop, day=NOW.date() - timedelta(days=7 * next(_count)), opened_at=NOW, due_at=NOW, taken_at=NOW
    )
    reasons = ["returning", "held", "late", "blind"]
    for n in range(count - there):
        ReviewLine.objects.create(
            review=review, store=shop, parcel=parcel(shop, country=["DE", "US", "BR"][n % 3], follow=False), reason=reasons[n % 4],
            reasons=[reasons[n % 4]], rank=n % 4, tracking_state="in_transit", later_than=n % 102 - 1,
            last_event_at=NOW if n % 2 else None, promised_by=NOW if n % 3 else None,
            **({"finding": "ok", "noted_by": "Li", "noted_at": NOW} if n % 5 == 0 else {}), told_at=NOW if n % 7 == 0 else None,
        )  # fmt: skip


LISTING_ROWS = {
    "transit-reviews": Rows(_reviews), "review-lines": Rows(_review_lines),

    "manifests": Rows(_manifests), "parcels": Rows(_parcels), "tracking-events": Rows(_events), "promises": Rows(_promises, owned=False),
    "decisions": Rows(_decisions, owned=False),
}  # fmt: skip
