"""Files come in by command and by job: every row accounted for, rejected rows handed back, a killed run goes on."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_scopes import scopes_disabled

from core import longwork
from core.audit import SYSTEM
from core.errors import DomainError
from core.models import ExchangeRate, Job
from inventory.models import Balance
from orders.models import ImportFile, ImportProfile, Order
from orders.reading.plan import Plan
from orders.services.importing import files, profiles, uploads
from products.models import ChannelItem, Sku, SkuMatch
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.remote import NOW, a_store

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "online_retail_sample.csv"
UCI = Plan(
    mapping={"order_no": "InvoiceNo", "sku": "StockCode", "title": "Description", "quantity": "Quantity", "placed_at": "InvoiceDate",
             "unit_price": "UnitPrice", "buyer_id": "CustomerID", "country": "Country", "currency": {"fixed": "GBP"},
             "status": {"fixed": "paid"}},
    options={"date_format": "ymd", "decimal": ".", "zone": "Europe/London", "values": {"country": {"Channel Islands": "GG"}}, "filters": [
        {"column": "InvoiceNo", "op": "starts_with", "value": "C", "reason": "cancellation note"},
        {"column": "InvoiceNo", "op": "starts_with", "value": "A", "reason": "bad debt booking"},
        {"column": "Quantity", "op": "lte", "value": "0", "reason": "write-off"},
        {"column": "UnitPrice", "op": "lte", "value": "0", "reason": "no price"}]},
)  # fmt: skip


@pytest.fixture(autouse=True)
def _everywhere() -> Any:
    with scopes_disabled():
        yield


def command(name: str, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def raw(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def good(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows whose order is to come in, by the words of the profile."""
    bad = {
        r["InvoiceNo"] for r in rows
        if r["InvoiceNo"][0] in "CA" or int(r["Quantity"]) <= 0 or Decimal(r["UnitPrice"]) <= 0
        or r["Country"] in ("European Community", "Unspecified")
    }  # fmt: skip
    return [r for r in rows if r["InvoiceNo"] not in bad]


def test_the_real_sample_comes_in_by_profile_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    shop = a_store(currency="GBP", time_zone="Europe/London")
    profiles.save_profile(name="UCI", store=shop, plan=UCI, actor=SYSTEM, now=NOW)
    source = tmp_path / "retail.csv"
    source.write_bytes(SAMPLE.read_bytes())
    told = command("import_orders", "--store", "shop", "--file", str(source), "--profile", "UCI")
    rows = raw(SAMPLE)
    accepted = good(rows)
    wanted = {r["InvoiceNo"] for r in accepted}
    assert told["created"] == len(wanted) == Order.objects.count()
    assert told["rejected"] == len({r["InvoiceNo"] for r in rows}) - len(wanted)
    assert told["rows"] == len(rows) and told["rejected_rows"] == len(rows) - len(accepted)
    sums: Counter[str] = Counter()
    for r in accepted:
        sums[r["InvoiceNo"]] += Decimal(r["UnitPrice"]) * int(r["Quantity"])  # type: ignore[assignment]
    assert dict(Order.objects.values_list("number", "total")) == dict(sums)
    with open(told["rejected_file"], encoding="utf-8-sig", newline="") as file:
        back = list(csv.DictReader(file))
    assert len(back) == told["rejected_rows"]
    assert {row["reason"] for row in back} >= {
        "cancellation note",
        "bad debt booking",
        "no price",
        "Another row of this order is refused.",
    }
    for row in back:
        assert rows[int(row["row"]) - 2]["InvoiceNo"] == row["InvoiceNo"]
    again = command("import_orders", "--store", "shop", "--file", str(source), "--profile", "UCI")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, len(wanted))


def test_the_command_takes_the_present_moment_and_says_its_refusals(tmp_path: Path) -> None:
    a_store()
    path = tmp_path / "o.csv"
    path.write_text("order_no,placed_at,currency,country,sku,quantity,unit_price\n1,2020-01-05,USD,BR,A,1,1\n")
    told = command("import_orders", "--store", "shop", "--file", str(path), "--now", "2020-01-06T00:00:00Z")
    assert told["created"] == 1 and Order.objects.get().history is False
    for arguments, words in (
        (("--store", "nope", "--file", str(path)), "no store"),
        (("--store", "shop", "--file", str(tmp_path / "none.csv")), "no file"),
        (("--store", "shop", "--file", str(path), "--profile", "odd"), "no import profile"),
    ):
        with pytest.raises(CommandError, match=words):
            command("import_orders", *arguments)


def test_ambiguous_dates_are_asked_never_guessed(tmp_path: Path) -> None:
    a_store()
    path = tmp_path / "o.csv"
    path.write_text("order_no,placed_at,currency,country,sku,quantity,unit_price\n1,01/02/2026,USD,BR,A,1,1\n")
    with pytest.raises(CommandError, match="day/month or month/day"):
        command("import_orders", "--store", "shop", "--file", str(path))
    assert Order.objects.count() == 0
    command("import_orders", "--store", "shop", "--file", str(path), "--date-format", "dmy")
    assert Order.objects.get().placed_at == datetime(2026, 1, 31, 16, tzinfo=UTC)


def test_naive_times_are_in_the_zone_of_the_store(tmp_path: Path) -> None:
    a_store(time_zone="America/Sao_Paulo")
    path = tmp_path / "o.csv"
    path.write_text("order_no,placed_at,currency,country,sku,quantity,unit_price\n1,2026-11-01 09:00,USD,BR,A,1,1\n")
    command("import_orders", "--store", "shop", "--file", str(path), "--dry-run")
    assert Order.objects.count() == 0
    command("import_orders", "--store", "shop", "--file", str(path))
    assert Order.objects.get().placed_at == datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.covers("STK-12")
def test_articles_stock_and_matches_come_from_tables(tmp_path: Path) -> None:
    a_store()
    make_warehouse()
    table = tmp_path / "p.csv"
    table.write_text(
        "code,name_en,中文名,weight_g,cost\nA-1,Red cup,红杯,120,3.5\nA-2,Blue cup,蓝杯,-1,3\nA-3,Box,盒,5,1\nA-1,Twice,,,\n"
    )
    told = command("import_products", "--file", str(table))
    assert (told["created"], told["rejected"]) == (2, 2)
    assert [(r["row"], r["field"]) for r in told["rejections"]] == [(3, "weight_g"), (5, "code")]
    assert command("import_products", "--file", str(table))["unchanged"] == 2
    cup = Sku.objects.get(code="A-1")
    assert (cup.name_zh, cup.weight_g, cup.cost) == ("红杯", Decimal("120"), Decimal("3.5"))
    stock = tmp_path / "s.csv"
    stock.write_text("sku,quantity,bin\nA-1,10,B1\nZZ,1,\nA-3,-5,\nA-3,7,B2\n")
    told = command("import_stock", "--file", str(stock))
    assert [(r["row"], r["field"]) for r in told["rejections"]] == [(3, "sku"), (4, "quantity")]
    assert dict(Balance.objects.values_list("sku__code", "on_hand")) == {"A-1": 10, "A-3": 7}
    assert command("import_stock", "--file", str(stock))["updated"] == 0
    matches = tmp_path / "m.csv"
    matches.write_text("channel_sku,sku,quantity\nX,A-1,2\nSET,A-1,1\nSET,A-3,\nBAD,nope,1\nBAD,A-1,1\n")
    told = command("import_matches", "--store", "shop", "--file", str(matches))
    assert (told["updated"], told["rejected"]) == (2, 2)
    assert set(SkuMatch.objects.values_list("item__channel_sku", "sku__code", "quantity")) == {
        ("X", "A-1", 2), ("SET", "A-1", 1), ("SET", "A-3", 1),
    }  # fmt: skip
    assert command("import_matches", "--store", "shop", "--file", str(matches))["unchanged"] == 2


def test_rates_are_kept_once_and_corrected(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("Date,USD,JPY,BGN,\n2026-04-13,1.1684,186.75,N/A,\n2026-04-10,1.1,x,,\n")
    told = command("import_rates", "--file", str(path))
    assert (told["created"], told["rejected"]) == (3, 1)
    assert command("import_rates", "--file", str(path))["unchanged"] == 3
    path.write_text("day,currency,rate\n2026-04-13,USD,1.2\n")
    assert command("import_rates", "--file", str(path))["updated"] == 1
    assert ExchangeRate.objects.get(currency="USD", day="2026-04-13").rate == Decimal("1.2")


# --- as a job ------------------------------------------------------------------------------------------------------


def handed_in(text: str, **more: Any) -> ImportFile:
    """An import of a file of orders, not yet started."""
    body = io.BytesIO(text.encode())
    given = {"kind": "orders", "store": a_store(), "profile": "", "actor": SYSTEM, "now": NOW} | more
    return uploads.receive(source=body, name="o.csv", size=len(text), **given)


def table(orders: int, lines: int = 2) -> str:
    rows = [f"{n:05},2026-11-19 10:00,USD,BR,A-{i},1,1.50" for n in range(orders) for i in range(lines)]
    return "\n".join(["order_no,placed_at,currency,country,sku,quantity,unit_price", *rows])


def test_a_killed_job_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = handed_in(table(1300) + "\n99999,2026-11-19,USD,Narnia,A,1,1")
    job = uploads.start(upload=upload, actor=SYSTEM, now=NOW)
    whole, calls = files.import_remote, []

    def dying(**given: Any) -> Any:
        calls.append(len(given["remotes"]))
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a killed worker: nothing of this piece is written
        return whole(**given)

    monkeypatch.setattr(files, "import_remote", dying)
    with pytest.raises(KeyboardInterrupt):
        longwork.run(job.pk)
    assert Order.objects.count() == 1000
    Job.objects.filter(pk=job.pk).update(lease_until=NOW - timedelta(days=1))
    calls.clear()
    calls.extend([0, 0])
    assert longwork.run(job.pk) == "done"
    assert calls[2:] == [300]
    upload.refresh_from_db()
    assert {k: upload.counts[k] for k in ("created", "updated", "unchanged", "rejected")} == {
        "created": 1300, "updated": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert Order.objects.count() == 1300 and upload.stored == "" and upload.rejected_file


def test_a_refused_file_leaves_nothing() -> None:
    folder = Path(longwork.private_storage().path("imports"))
    before = set(folder.iterdir()) if folder.exists() else set()
    with pytest.raises(DomainError):
        handed_in("<html><table></table></html>")
    assert ImportFile.objects.count() == 0
    assert set(folder.iterdir()) == before


def test_what_is_open_is_refused_to_programs_with_nothing_kept() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = "order_no,placed_at,currency,country,sku,quantity,unit_price\n1,01/02/2026,USD,BR,A,1,1\n"
    shop = a_store()
    with pytest.raises(DomainError) as found:
        uploads.hand_in(
            kind="orders", file=SimpleUploadedFile("o.csv", text.encode()), store=shop, actor=SYSTEM, now=NOW
        )
    assert found.value.code == "date_ambiguous" and ImportFile.objects.count() == 0
    made = uploads.hand_in(
        kind="orders",
        file=SimpleUploadedFile("o.csv", text.encode()),
        store=shop,
        date_format="mdy",
        actor=SYSTEM,
        now=NOW,
    )
    longwork.run(made.job.pk)
    assert Order.objects.get().placed_at.astimezone(UTC).date().isoformat() == "2026-01-01"


def test_old_files_and_rejected_rows_are_deleted_by_the_policy() -> None:
    upload = handed_in(table(1))
    storage = longwork.private_storage()
    assert storage.exists(upload.stored)
    assert uploads.prune(now=NOW + timedelta(days=29)) == 0
    name = upload.stored
    assert uploads.prune(now=NOW + timedelta(days=31)) == 1
    assert not storage.exists(name) and ImportFile.objects.get().seen == {}


def test_a_profile_is_kept_once_and_the_stores_own_comes_first() -> None:
    shop = a_store()
    profiles.save_profile(name="Mine", store=None, plan=Plan(mapping={"order_no": "No"}), actor=SYSTEM, now=NOW)
    profiles.save_profile(name="Mine", store=shop, plan=Plan(mapping={"order_no": "Nr"}), actor=SYSTEM, now=NOW)
    profiles.save_profile(name="Mine", store=shop, plan=Plan(mapping={"order_no": "Nr"}), actor=SYSTEM, now=NOW)
    assert ImportProfile.objects.count() == 2
    assert profiles.plan_of("Mine", shop).mapping == {"order_no": "Nr"}
    assert profiles.plan_of("Mine", None).mapping == {"order_no": "No"}
    for bad in ("", "generic", "x" * 81):
        with pytest.raises(DomainError):
            profiles.save_profile(name=bad, store=shop, plan=Plan(), actor=SYSTEM, now=NOW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_kills_in_the_middle_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """A command killed again and again at any moment: each piece is whole or absent, and the last run makes it complete."""
    make_warehouse()
    a_store()
    path = tmp_path / "o.csv"
    path.write_text(table(1500, 1))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "E_DB": connection.settings_dict["NAME"]}
    script = (
        "import os, django; django.setup(); from django.db import connection; "
        "connection.settings_dict['NAME'] = os.environ['E_DB']; from django.core.management import call_command; "
        f"call_command('import_orders', '--store', 'shop', '--file', {str(path)!r}, '--now', '2026-11-20T00:00:00Z')"
    )
    for pause in (1.2, 1.5, 1.8, 2.1):
        process = subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM orders_order o WHERE NOT EXISTS (SELECT FROM orders_orderline l WHERE l.order_id = o.id)"
            )
            assert cursor.fetchone()[0] == 0
            cursor.execute(
                "SELECT count(*) FROM orders_orderline l WHERE NOT EXISTS (SELECT FROM orders_order o WHERE o.id = l.order_id)"
            )
            assert cursor.fetchone()[0] == 0
    told = command("import_orders", "--store", "shop", "--file", str(path), "--now", "2026-11-20T00:00:00Z")
    assert told["created"] + told["unchanged"] == 1500 == Order.objects.count()
    assert ChannelItem.objects.count() == 1


def test_stock_of_another_warehouse(tmp_path: Path) -> None:
    make_warehouse()
    make_warehouse("WEST")
    make_sku("A-1")
    path = tmp_path / "s.csv"
    path.write_text("sku,quantity,warehouse\nA-1,5,WEST\nA-1,3,\nA-1,3,NORTH\n")
    told = command("import_stock", "--file", str(path))
    assert set(Balance.objects.values_list("warehouse__code", "on_hand")) == {("WEST", 5), ("MAIN", 3)}
    assert [(r["row"], r["field"]) for r in told["rejections"]] == [(4, "warehouse")]
