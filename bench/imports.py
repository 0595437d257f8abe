"""P7: files of orders come in, in two shapes: many small orders, and a year of a wholesaler (21 lines an order)."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command

from accounts.models import Store
from bench import alone
from bench.rows import Row, row
from core import policies
from core.audit import SYSTEM
from inventory.selectors import default_warehouse
from inventory.services.receiving import receive
from orders.models import Order, OrderLine
from orders.policies import FRESH_DAYS
from orders.reading.plan import Plan
from orders.services.importing import profiles
from products.models import ChannelItem, Sku
from products.services.catalogue import ensure_items
from products.services.matching import create_articles
from stores.contracts import RemoteLine
from worklist.models import Duty

#: The year of a shop, rows as published (UCI "Online Retail", CC BY 4.0); it is not part of the repository.
YEAR = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
YEAR_ROWS = 541_909
PROFILE = "Bench year"
COLUMNS = (
    "order_no", "placed_at", "paid_at", "status", "currency", "buyer_name", "buyer_email", "recipient_name", "address1", "city",
    "postcode", "country", "sku", "title", "quantity", "unit_price", "shipping_method",
)  # fmt: skip
ARTICLES = 400


def order_file(path: Path, count: int, lines: float, start: int, now: datetime) -> int:
    """Write a generic file of ``count`` orders with ``lines`` lines on average; answers the number of rows."""
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i in range(start, start + count):
            wanted = int(lines) + (1 if (i * 37) % 100 < (lines - int(lines)) * 100 else 0)
            at, who, mail = (
                (now - timedelta(minutes=i % 5000)).isoformat(),
                f"Buyer {i % 3000}",
                f"b{i % 3000}@example.com",
            )
            head = [f"BF{i}", at, at, "paid", "USD", who, mail, who, f"{i} Main Street", "Town", "10001", "US"]
            for line in range(wanted):
                sku = f"BN-{1 + (i * 7 + line * 131) % ARTICLES:04d}"
                writer.writerow([*head, sku, "Bench article", 1 + i % 2, "9.90", "China Post Registered Air Mail"])
            rows += wanted
    return rows


def stock(now: datetime) -> None:
    """Plenty of every article of the bench."""
    rows: list[tuple[int, int, str | None]] = [
        (pk, 1_000_000, None) for pk in Sku.objects.filter(code__startswith="BN-").values_list("pk", flat=True)
    ]
    receive(warehouse=default_warehouse(), rows=rows, reference="bench", actor=SYSTEM, now=now)


def first_number() -> int:
    """A number from which no earlier file counted."""
    return time.time_ns() // 1_000_000


def importing(store: str, file: str, profile: str) -> Callable[[], dict[str, Any]]:
    """The import as the command does it, ready to run (for ``alone``)."""

    def call() -> dict[str, Any]:
        out = io.StringIO()
        call_command("import_orders", "--store", store, "--file", file, "--profile", profile, "--rejected", os.devnull, "--json",
                     stdout=out)  # fmt: skip
        found = json.loads(out.getvalue())
        return {name: found[name] for name in ("created", "updated", "unchanged", "rejected", "rows")}

    return call


def import_files(now: datetime) -> list[Row]:
    """Both shapes, each imported twice: speed with reservations, duties and history; nothing changes again; memory."""
    return [_small_orders(now), _year(now)]


def _small_orders(now: datetime, count: int = 20_000) -> Row:
    stock(now)
    start = first_number()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        order_file(path, count, 2.5, start, now)
        call = {"store": "bench-1", "file": path, "profile": "generic"}
        told, cost = alone.run("bench.imports:importing", **call)
        again, second = alone.run("bench.imports:importing", **call)
    made = Order._base_manager.filter(store__code="bench-1", number__in=[f"BF{i}" for i in range(start, start + count)])
    greeted = Duty._base_manager.filter(rule="orders.greet", subject_id__in=made.values("pk")).count()
    whole = told["created"] == count == again["unchanged"] == greeted
    return _row(f"import of {count:,} orders, 2.5 lines each", "orders", count, 2000, cost, second, whole)


def _year(now: datetime) -> Row:
    """The year as it was, or, where the file is not at hand, one of the same shape; all orders are worked on."""
    given = Path(os.environ.get("SAMPAN_ONLINE_RETAIL") or YEAR)
    with tempfile.TemporaryDirectory() as folder:
        store = _store(now)
        if given.exists():
            path, profile, name = given, PROFILE, "import of the UCI year"
            _articles(store, _codes(path), now)
        else:
            path, profile, name = Path(folder) / "year.csv", "generic", "import of a year of 21 lines an order"
            stock(now)
            order_file(path, YEAR_ROWS // 21, 21, first_number(), now)
            _articles(store, [f"BN-{i:04d}" for i in range(1, ARTICLES + 1)], now)
        call = {"store": store.code, "file": path, "profile": profile}
        told, cost = alone.run("bench.imports:importing", **call)
        again, second = alone.run("bench.imports:importing", **call)
    lines = OrderLine._base_manager.filter(order__store=store, order__history=False).count()
    whole = told["created"] > 0 and again["unchanged"] == told["created"] and lines > 0.9 * told["rows"]
    return _row(f"{name}, {lines:,} lines", "lines", told["rows"], 8000, cost, second, whole)


def _row(work: str, unit: str, count: int, goal: int, cost: alone.Cost, again: alone.Cost, whole: bool) -> Row:
    return row(
        "P7", work,
        f"{count / cost.cpu:,.0f} {unit} per CPU second ({cost.own:.1f} s + PostgreSQL {cost.database:.1f} s + reader "
        f"{cost.started:.1f} s), {count / cost.wall:,.0f}/s on the wall; again {count / again.cpu:,.0f} per CPU second"
        f"{'' if whole else ', NOT ALL CAME IN'}; peak {cost.peak:.0f} MiB, reader {cost.peak_started:.0f} MiB",
        goal=f"≥ {goal:,} {unit}/s, ≤ 200 MiB", reached=whole and count / cost.cpu >= goal and cost.peak <= 200,
    )  # fmt: skip


def _store(now: datetime) -> Store:
    """A store of its own for each run, in which nothing is too old to be worked on."""
    store = Store.objects.get(code="bench-1")
    store.pk, store._state.adding = None, True
    store.code = store.name = f"year-{first_number() % 10**11}"
    store.save(force_insert=True)
    policies.set_value(
        key=FRESH_DAYS.key, text="9999", valid_from=datetime(2000, 1, 1, tzinfo=now.tzinfo).date(), actor=SYSTEM, now=now,
        store_id=store.pk,
    )  # fmt: skip
    profiles.save_profile(name=PROFILE, store=store, plan=_year_plan(), actor=SYSTEM, now=now)
    return store


def _year_plan() -> Plan:
    refused = [("InvoiceNo", "starts_with", "C", "cancellation note"), ("InvoiceNo", "starts_with", "A", "bad debt booking"),
               ("Quantity", "lte", "0", "write-off"), ("UnitPrice", "lte", "0", "no price")]  # fmt: skip
    return Plan(
        mapping={"order_no": "InvoiceNo", "sku": "StockCode", "title": "Description", "quantity": "Quantity",
                 "placed_at": "InvoiceDate", "unit_price": "UnitPrice", "buyer_id": "CustomerID", "country": "Country",
                 "currency": {"fixed": "GBP"}, "status": {"fixed": "paid"}},
        options={"date_format": "ymd", "decimal": ".", "zone": "Europe/London", "values": {"country": {"Channel Islands": "GG"}},
                 "filters": [{"column": c, "op": op, "value": value, "reason": why} for c, op, value, why in refused]},
    )  # fmt: skip


def _codes(path: Path) -> list[str]:
    import gzip

    with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
        return sorted({row["StockCode"].strip() for row in csv.DictReader(source)})


def _articles(store: Store, codes: list[str], now: datetime) -> None:
    """Every channel SKU is matched to an article of which there is plenty."""
    from decimal import Decimal

    lines = [RemoteLine(code, 1, Decimal(1)) for code in codes]
    ensure_items(store=store, lines=lines, now=now, needed=())
    items = list(ChannelItem.objects.filter(store=store))
    create_articles(items=items, actor=SYSTEM, now=now)
    wanted = Sku.objects.filter(matches__item__store=store).values_list("pk", flat=True).distinct()
    rows: list[tuple[int, int, str | None]] = [(pk, 5_000_000, None) for pk in wanted]
    receive(warehouse=default_warehouse(), rows=rows, reference=store.code, actor=SYSTEM, now=now)
