"""Rows of the lists of articles, channel SKUs, buyers, imports and profiles for the house tests."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.models import Job
from orders.models import ImportFile, ImportProfile
from products.models import Sku
from tests.factories.inventory import make_sku
from tests.factories.orders import NOW, make_buyer, make_item
from tests.house.rows import Rows

_count = itertools.count(1)


def _skus(store: Any, count: int, person: Any) -> None:
    for n in range(count - Sku.objects.count()):
        make_sku(
            name_zh="红杯" if n % 2 else "", weight_g=Decimal("120.50") if n % 3 else None, active=n % 4 != 3,
            cost=Decimal("3.5") if n % 2 else None, goods_class="cup" if n % 2 else "", search=f"RED CUP {n}", origin="CN",
        )  # fmt: skip


def _items(store: Any, count: int, person: Any) -> None:
    for n in range(count):
        sku = make_sku() if n % 3 == 1 else None
        make_item(
            store,
            sku=sku,
            pieces=1 + n % 2,
            not_goods=n % 3 == 2,
            needed_at=NOW if n % 2 else None,
            attributes="Color: red",
        )


def _buyers(store: Any, count: int, person: Any) -> None:
    for n in range(count):
        make_buyer(store, country="FR" if n % 2 else "BR", phone="+33 1 23 45 67 89" if n % 2 else "", login=f"login{n}",
                   blacklisted_at=NOW if n % 3 == 0 else None, blacklist_reason="never paid" if n % 3 == 0 else "",
                   search=f"MARIA SANTOS {n}")  # fmt: skip


def _imports(store: Any, count: int, person: Any) -> None:
    for n in range(count):
        job = None
        if n % 2:
            state = Job.State.DONE if n % 3 else Job.State.RUNNING
            job = Job.objects.create(
                kind="orders.import", title="Import", state=state, payload={"dry_run": n % 4 == 1}, created_at=NOW
            )
        ImportFile.objects.create(
            kind="orders", store=store, name=f"orders-{n}.csv", size=100 + n, job=job, by_label="Somebody", by_ref=person.pk,
            counts={"created": n, "updated": 0, "unchanged": 1, "rejected": 2} if job else {},
            errors=[[3, "8001", "country", "Narnia", "Not a country"]] if n % 2 else [], created_at=NOW - timedelta(hours=n),
        )  # fmt: skip


def _profiles(store: Any, count: int, person: Any) -> None:
    for _n in range(count):
        number = next(_count)
        ImportProfile.objects.create(
            name=f"Profile {number}", store=store, mapping={"order_no": "No."}, options={}, created_at=NOW
        )


LISTING_ROWS = {
    "skus": Rows(_skus, owned=False), "listings": Rows(_items), "customers": Rows(_buyers), "imports": Rows(_imports),
    "import-profiles": Rows(_profiles),
}  # fmt: skip
