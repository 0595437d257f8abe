"""The pages that bring a file in: upload, columns, check, result; and the same by REST."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import Store
from core import longwork
from orders.models import ImportFile, ImportProfile, Order
from products.models import Sku, SkuMatch
from tests.factories.accounts import make_person
from tests.factories.inventory import make_warehouse
from tests.factories.remote import a_store

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "online_retail_sample.csv"


@pytest.fixture
def shop() -> Store:
    with scopes_disabled():
        make_warehouse()
        return a_store(currency="GBP", time_zone="Europe/London")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def columns_of(html: str) -> dict[str, str]:
    """What stands in the selects of the columns."""
    found = {}
    for name, body in re.findall(r'<select class="form-select" name="(col-\d+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


READ = {"encoding": "utf-8", "separator": ",", "date_format": "ymd", "decimal": ".", "zone": "Europe/London"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_real_sample_through_the_pages_without_code(client: Any, shop: Store, language: str) -> None:
    client.force_login(make_person("service", [shop], language=language))
    body = SAMPLE.read_bytes()
    answer = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("retail.csv", body), "store": "shop", "profile": ""}
    )
    assert answer.status_code == 302
    mapping = answer.url
    page = client.get(mapping).content.decode()
    assert "Channel Islands" in page and "European Community" in page
    chosen = columns_of(page)
    assert sorted(chosen.values()) == sorted(
        ["order_no", "sku", "title", "quantity", "placed_at", "unit_price", "buyer_id", "country"]
    )
    refused = client.post(mapping, {**READ, **chosen, "step": "map"})
    assert refused.status_code == 422  # the currency is still missing
    unknown = re.findall(r'name="value-text-(\d+)" value="([^"]*)"', page)
    named = {f"value-text-{n}": text for n, text in unknown} | {
        f"value-code-{n}": "GG" if text == "Channel Islands" else "-" for n, text in unknown
    }
    filters = {}
    for n, (column, op, value, reason) in enumerate([
        ("InvoiceNo", "starts_with", "C", "cancellation note"), ("InvoiceNo", "starts_with", "A", "bad debt booking"),
        ("Quantity", "lte", "0", "write-off"), ("UnitPrice", "lte", "0", "no price"),
    ]):  # fmt: skip
        filters |= {
            f"filter-column-{n}": column,
            f"filter-op-{n}": op,
            f"filter-value-{n}": value,
            f"filter-reason-{n}": reason,
        }
    given = {
        **READ,
        **chosen,
        **named,
        **filters,
        "fixed-currency": "GBP",
        "fixed-status": "paid",
        "profile_name": "Online Retail",
    }
    answer = client.post(mapping, {**given, "step": "map"})
    assert answer.status_code == 302, words(answer.content.decode())[-800:]
    check = client.get(answer.url).content.decode()
    assert "cancellation note" in check
    assert Order._base_manager.count() == 0
    answer = client.post(answer.url, {"step": "import"})
    result = client.get(answer.url).content.decode()
    upload = ImportFile.objects.get()
    assert upload.counts["created"] == Order._base_manager.count() > 20
    assert str(upload.counts["created"]) in words(result)
    rejected = b"".join(client.get(reverse("orders:import-rejected", args=[upload.pk])).streaming_content).decode(
        "utf-8-sig"
    )
    assert len(rejected.strip().splitlines()) >= upload.counts["rejected_rows"]
    # the profile is remembered: the same columns need no second mapping, and nothing changes
    answer = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("again.csv", body), "store": "shop", "profile": ""}
    )
    page = client.get(answer.url).content.decode()
    given = {
        **READ,
        **columns_of(page),
        **named,
        **filters,
        "fixed-currency": "GBP",
        "fixed-status": "paid",
        "step": "map",
    }
    answer = client.post(answer.url, given)
    client.post(answer.url, {"step": "import"})
    again = ImportFile.objects.latest("pk")
    assert (again.counts["created"], again.counts["updated"], again.counts["unchanged"]) == (
        0,
        0,
        upload.counts["created"],
    )
    assert ImportProfile.objects.get().mapping["currency"] == {"fixed": "GBP"}


def test_what_cannot_be_read_is_said_at_the_file(client: Any, shop: Store) -> None:
    client.force_login(make_person("service", [shop]))
    for name, body, sentence in (
        ("page.xls", b"<html><table/></html>", "web page"), ("empty.csv", b"", "empty"), ("x.xlsx", b"PK\x03\x04rubbish", "damaged"),
    ):  # fmt: skip
        answer = client.post(
            reverse("orders:import"), {"file": SimpleUploadedFile(name, body), "store": "shop", "profile": ""}
        )
        assert answer.status_code == 422 and sentence in answer.content.decode()
    assert ImportFile.objects.count() == 0


def test_ambiguous_dates_must_be_said_before_one_goes_on(client: Any, shop: Store) -> None:
    client.force_login(make_person("service", [shop]))
    text = "order_no,placed_at,currency,country,sku,quantity,unit_price\n1,01/02/2026,USD,BR,A,1,1\n"
    answer = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("o.csv", text.encode()), "store": "shop", "profile": ""}
    )
    page = client.get(answer.url).content.decode()
    given = {**READ, **columns_of(page), "step": "map", "date_format": ""}
    refused = client.post(answer.url, given)
    assert refused.status_code == 422 and "day/month or month/day" in refused.content.decode()
    done = client.post(answer.url, {**given, "date_format": "dmy"})
    client.post(done.url, {"step": "import"})
    assert Order._base_manager.get().placed_at.date().isoformat() == "2026-02-01"


def test_large_files_run_as_a_job_with_progress(client: Any, shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_person("service", [shop]))
    monkeypatch.setattr("orders.views.importing.DIRECT_BYTES", 10)
    text = "order_no,placed_at,currency,country,sku,quantity,unit_price\n1,2026-02-01,USD,BR,A,1,1\n"
    answer = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("o.csv", text.encode()), "store": "shop", "profile": ""}
    )
    check = client.post(answer.url, {**READ, **columns_of(client.get(answer.url).content.decode()), "step": "map"}).url
    assert "hx-get" in client.get(check).content.decode()
    upload = ImportFile.objects.select_related("job").get()
    assert longwork.run(upload.job_id) == "done"
    assert "Import 1 order" in client.get(check).content.decode()
    result = client.post(check, {"step": "import"}).url
    twice = client.post(check, {"step": "import"}).url  # a double click starts one job
    assert twice == result
    upload.refresh_from_db()
    longwork.run(upload.job_id)
    assert Order._base_manager.count() == 1 and longwork.Job.objects.count() == 2


def test_articles_and_matches_by_file(client: Any, shop: Store) -> None:
    client.force_login(make_person("purchaser", [shop]))
    table = b"code,name_en\nA-1,Cup\nA-2,Box\n"
    answer = client.post(reverse("orders:import-products"), {"file": SimpleUploadedFile("p.csv", table), "profile": ""})
    check = client.post(answer.url, {**READ, **columns_of(client.get(answer.url).content.decode()), "step": "map"}).url
    assert Sku.objects.count() == 0
    client.post(check, {"step": "import"})
    assert Sku.objects.count() == 2
    table = b"channel_sku,sku,quantity\nX,A-1,2\n"
    answer = client.post(
        reverse("orders:import-matches"), {"file": SimpleUploadedFile("m.csv", table), "store": "shop", "profile": ""}
    )
    check = client.post(answer.url, {**READ, **columns_of(client.get(answer.url).content.decode()), "step": "map"}).url
    client.post(check, {"step": "import"})
    assert SkuMatch._base_manager.get().quantity == 2


def test_only_who_may_brings_files_in_and_only_into_own_stores(client: Any, shop: Store) -> None:
    with scopes_disabled():
        other = a_store("other")
    text = b"order_no,placed_at,currency,country,sku,quantity,unit_price\n1,2026-02-01,USD,BR,A,1,1\n"
    client.force_login(make_person("warehouse", [shop]))
    assert client.get(reverse("orders:import")).status_code == 403
    client.force_login(make_person("service", [other]))
    refused = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("o.csv", text), "store": "shop", "profile": ""}
    )
    assert refused.status_code == 422 and ImportFile.objects.count() == 0
    client.force_login(make_person("service", [shop]))
    mine = client.post(
        reverse("orders:import"), {"file": SimpleUploadedFile("o.csv", text), "store": "shop", "profile": ""}
    )
    client.force_login(make_person("service", [other]))
    for name in ("import-map", "import-check", "import-result", "import-rejected", "import-open"):
        assert client.get(reverse(f"orders:{name}", args=[ImportFile.objects.get().pk])).status_code == 404
    assert mine.status_code == 302


def test_a_profile_can_be_corrected_and_deleted(client: Any, shop: Store) -> None:
    client.force_login(make_person("manager"))
    profile = ImportProfile.objects.create(
        name="Old", store=shop, mapping={"order_no": "No"}, options={}, created_at=shop.created_at
    )
    address = reverse("orders:profile", args=[profile.pk])
    shown = client.get(address).content.decode()
    assert 'value="No"' in shown and "{" not in re.sub(r"<script.*?</script>", "", shown.split("<main")[1], flags=re.S), "no JSON"
    for row in ({"columns-0-field": "nonsense", "columns-0-heading": "No"}, {"columns-0-field": "sku"},
                {"columns-0-field": "sku", "columns-0-heading": "a", "columns-1-field": "sku", "columns-1-heading": "b"}):  # fmt: skip
        assert client.post(address, {"name": "New", **row}).status_code == 422
    rows = {
        "columns-0-field": "order_no", "columns-0-heading": "Nr", "columns-1-field": "currency", "columns-1-fixed": "EUR",
        "countries-0-text": "Holland (NL)", "countries-0-code": "NL", "filters-0-column": "Nr", "filters-0-op": "not_empty",
    }  # fmt: skip
    client.post(address, {"name": "New", "decimal": ",", **rows})
    profile.refresh_from_db()
    assert (profile.name, profile.mapping) == ("New", {"order_no": "Nr", "currency": {"fixed": "EUR"}})
    assert profile.options == {
        "decimal": ",", "values": {"country": {"Holland (NL)": "NL"}},
        "filters": [{"column": "Nr", "op": "not_empty", "value": "", "reason": "", "row_only": False}],
    }  # fmt: skip
    client.post(reverse("core:act", args=["import-profiles", profile.pk, "delete"]), {})
    assert ImportProfile.objects.count() == 0


def test_a_sample_offers_its_headings_and_saves_nothing(client: Any, shop: Store) -> None:
    client.force_login(make_person("manager"))
    held = {"name": "Old", "mapping": {"order_no": "No"}, "options": {"kind": "orders", "kept": "as it is"}}
    profile = ImportProfile.objects.create(store=shop, created_at=shop.created_at, **held)
    address = reverse("orders:profile", args=[profile.pk])
    sample = SimpleUploadedFile("shop.csv", b"No;Land;Betrag\n17;Germany;12,50\n18;France;3,00\n")
    page = client.post(address, {"name": "Typed", "columns-0-field": "order_no", "columns-0-heading": "No", "sample": sample})
    shown = page.content.decode()
    assert page.status_code == 200 and "Germany" in shown and '<option value="Betrag">' in shown and 'value="Typed"' in shown
    profile.refresh_from_db()
    assert profile.name == "Old"
    broken = client.post(address, {"name": "Typed", "sample": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 no workbook")})
    assert broken.status_code == 422
    client.post(address, {"name": "Old", "columns-0-field": "order_no", "columns-0-heading": "Nr"})
    profile.refresh_from_db()
    assert profile.options == {"kind": "orders", "kept": "as it is"}, "what the form does not show stays"


def test_the_same_by_rest(client: Any, shop: Store) -> None:
    client.force_login(make_person("service", [shop]))
    text = b"order_no,placed_at,currency,country,sku,quantity,unit_price\n1,2026-02-01,USD,BR,A,1,1\n2,2026-02-01,USD,Narnia,A,1,1\n"
    sent = {"store": "shop", "file": SimpleUploadedFile("o.csv", text)}
    answer = client.post("/api/v1/imports/", sent, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 201
    made = json.loads(answer.content)
    assert (made["kind"], made["store"], made["state"]) == ("orders", "shop", "queued")
    again = client.post(
        "/api/v1/imports/",
        {"store": "shop", "file": SimpleUploadedFile("o.csv", text)},
        headers={"Idempotency-Key": "k1"},
    )
    assert json.loads(again.content)["id"] == made["id"] and ImportFile.objects.count() == 1
    longwork.run(int(made["job_id"]))
    seen = client.get(f"/api/v1/imports/{made['id']}/").json()
    assert (seen["state"], seen["created"], seen["rejected"]) == ("done", 1, 1)
    assert seen["errors"][0]["row"] == 3 and seen["errors"][0]["field"] == "country"
    unclear = SimpleUploadedFile("o.csv", text.replace(b"2026-02-01", b"01/02/2026"))
    refused = client.post("/api/v1/imports/", {"store": "shop", "file": unclear})
    assert (refused.status_code, refused.json()["code"]) == (422, "date_ambiguous")
    foreign = client.post("/api/v1/imports/", {"store": "nope", "file": SimpleUploadedFile("o.csv", text)})
    assert foreign.status_code == 404
