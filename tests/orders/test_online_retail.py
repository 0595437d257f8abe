"""The whole of "Online Retail": 541,909 real rows through profile and command; every row accounted for, sums equal to SQL.

Needs the file that is not part of the repository (26,000 invoices, CC BY 4.0, see tests/data/README.md): named by
SAMPAN_ONLINE_RETAIL, or in the folder of shared data beside the checkout.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.copying import copy_into
from core.countries import find
from orders.reading.plan import Plan
from orders.services.importing import profiles
from tests.factories.remote import NOW, a_store

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
FILE = Path(os.environ.get("SAMPAN_ONLINE_RETAIL") or BESIDE)

#: What the profile says, in SQL over the raw rows: an invoice with any such row is rejected as a whole.
REJECTED = """
    SELECT DISTINCT invoice FROM raw WHERE invoice ~ '^[CA]' OR quantity <= 0 OR price <= 0
        OR country IN ('European Community', 'Unspecified')
"""
CODES = {"EIRE": "IE", "RSA": "ZA", "USA": "US", "Channel Islands": "GG"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        not FILE.exists(), reason="the file of Online Retail is not here (SAMPAN_ONLINE_RETAIL names it)"
    ),
]


def ask(sql: str) -> list[Any]:
    """Rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def raw() -> int:
    """The raw file as a table, without any of our code; answers its rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE raw (invoice text, sku text, title text, quantity int, placed text, price numeric, buyer text, country text)"
        )
    names = ("invoice", "sku", "title", "quantity", "placed", "price", "buyer", "country")
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as source:
        reader = csv.reader(source)
        next(reader)
        total = 0
        while piece := [row for _n, row in zip(range(50_000), reader, strict=False)]:
            total += copy_into("raw", names, piece)
    return total


def command() -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_orders", "--store", "retail", "--file", str(FILE), "--profile", "Online Retail", "--json",
                 "--rejected", "/dev/null", stdout=out)  # fmt: skip
    return json.loads(out.getvalue())


def test_every_row_is_accounted_for_and_amounts_per_country_are_exact(raw: int) -> None:
    plan = Plan(
        mapping={"order_no": "InvoiceNo", "sku": "StockCode", "title": "Description", "quantity": "Quantity",
                 "placed_at": "InvoiceDate", "unit_price": "UnitPrice", "buyer_id": "CustomerID", "country": "Country",
                 "currency": {"fixed": "GBP"}, "status": {"fixed": "paid"}},
        options={"date_format": "ymd", "decimal": ".", "zone": "Europe/London", "values": {"country": {"Channel Islands": "GG"}},
                 "filters": [{"column": "InvoiceNo", "op": "starts_with", "value": "C", "reason": "cancellation note"},
                             {"column": "InvoiceNo", "op": "starts_with", "value": "A", "reason": "bad debt booking"},
                             {"column": "Quantity", "op": "lte", "value": "0", "reason": "write-off"},
                             {"column": "UnitPrice", "op": "lte", "value": "0", "reason": "no price"}]},
    )  # fmt: skip
    with scopes_disabled():
        store = a_store("retail", currency="GBP", time_zone="Europe/London")
        profiles.save_profile(name="Online Retail", store=store, plan=plan, actor=SYSTEM, now=NOW)
    told = command()
    assert told["rows"] == raw == 541_909
    good = f"raw WHERE invoice NOT IN ({REJECTED})"
    (orders, lines), (rejected, rows) = (
        ask(f"SELECT count(DISTINCT invoice), count(*) FROM {good}")[0],
        ask(f"SELECT count(DISTINCT invoice), count(*) FROM raw WHERE invoice IN ({REJECTED})")[0],
    )
    assert (told["created"], told["rejected"], told["rejected_rows"]) == (orders, rejected, rows)
    assert sum(told["reasons"].values()) == rows and lines + rows == raw
    assert ask("SELECT count(*) FROM orders_orderline") == [(lines,)]
    wanted = {
        (country, n, amount) for country, n, amount in ask(
            f"SELECT country, count(DISTINCT invoice), sum(quantity * price) FROM {good} GROUP BY country"
        )
    }  # fmt: skip
    ours = {
        code: (n, amount)
        for code, n, amount in ask("SELECT country, count(*), sum(total) FROM orders_order GROUP BY country")
    }
    names = dict(ask("SELECT country, min(country) FROM raw GROUP BY country"))

    assert {
        (name, *ours[CODES.get(name) or find(name)]) for name in names if (CODES.get(name) or find(name)) in ours
    } == wanted
    again = command()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, orders)
