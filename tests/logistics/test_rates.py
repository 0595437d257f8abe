"""Price lists: from carriers' files with odd layouts, in the grid, in versions; terms, zones, surcharges, rules by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from core.errors import Conflict, Invalid, NotAllowed
from logistics.checks import quotes as checks
from logistics.models import ChoiceRule, FreightEstimate, RateRow, RateTable, Service, ServiceTerms, Surcharge
from logistics.selectors import quotes as selectors
from logistics.selectors import rates as lists
from logistics.services import rates, seeding, setup
from orders.models import ImportFile, ImportProfile
from orders.services.importing import uploads
from tests.factories import dispatch as make
from tests.factories.doors import browser
from tests.factories.rates import make_rate, make_table
from worklist import services as worklist
from worklist.models import Duty
from worklist.registry import RULES

pytestmark = pytest.mark.django_db
NOW = make.NOW
SAMPLE = Path(__file__).resolve().parents[2] / "logistics" / "data" / "rates.csv"
#: A carrier's list as it comes: bands as text, prices in yuan a kilogram, a registration fee, one row a country.
YANWEN = "国家,重量段,挂号费,元/kg,时效\n巴西,0-100g,18,85,12-25\n巴西,101-2000g,20,80,12-25\nGermany,0-2000g,16.5,72,8-15\nAtlantis,0-2000g,1,1,1\n德国,heavy,1,1,1\n"
#: The other usual layout: weights down, countries and zones across.
WIDE = "Weight,US,德国,Zone 3,Remark\n0-0.5kg,¥45.00,¥50.50,¥30.00,a\n0.5-1kg,60,70,,b\n"


@pytest.fixture(autouse=True)
def house() -> Any:
    """Services and their terms."""
    with scopes_disabled():
        seeding.load_reference(now=NOW)
        yield


def hand_in(text: str | bytes, client: Client, **fixed: str) -> ImportFile:
    """Upload a list, map it as recognised with these values for the whole file, check it."""
    raw = text.encode() if isinstance(text, str) else text
    answer = client.post(reverse("orders:import-rates"), {"file": SimpleUploadedFile("list.csv", raw), "profile": ""})
    assert answer.status_code == 302, answer.context["form"].errors
    upload = ImportFile.objects.latest("pk")
    page = client.get(reverse("orders:import-map", args=[upload.pk]))
    assert page.status_code == 200
    data = {f"fixed-{name}": value for name, value in fixed.items()}
    headings, mapping = upload.seen["headings"], {v: k for k, v in upload.seen["mapping"].items() if isinstance(v, str)}
    data |= {f"col-{n}": mapping.get(heading, "") for n, heading in enumerate(headings)}
    read = {"step": "map", "encoding": "utf-8", "separator": ",", "decimal": ".", "profile_name": "our list"}
    answer = client.post(reverse("orders:import-map", args=[upload.pk]), data | read)
    assert answer.status_code == 302, (answer.context["problems"], answer.context["read_form"].errors)
    upload.refresh_from_db()
    return upload


def bring_in(upload: ImportFile, client: Client) -> ImportFile:
    """Press the button of the preview."""
    assert client.post(reverse("orders:import-check", args=[upload.pk])).status_code == 302
    upload.refresh_from_db()
    return upload


GIVEN = {"list_name": "YW 2026", "service_code": "YW_REG", "currency": "CNY", "valid_from": "2026-11-01"}


def test_a_carriers_list_comes_in_with_preview_of_errors_and_a_profile() -> None:
    boss = browser("manager")
    upload = hand_in(YANWEN, boss, **GIVEN)
    assert (upload.counts["created"], upload.counts["rejected"]) == (3, 2)
    assert not RateTable.objects.filter(name="YW 2026").exists(), "the check writes nothing"
    preview = boss.get(reverse("orders:import-check", args=[upload.pk])).content.decode()
    assert "Atlantis" in preview
    assert "heavy" in preview
    bring_in(upload, boss)
    table = RateTable.objects.get(name="YW 2026")
    assert (table.service.code, table.currency, table.rows.count()) == ("YW_REG", "CNY", 3)
    row = RateRow.objects.get(table=table, destination="BR", from_g=100)
    assert (row.to_g, row.item_fee, row.per_kg, row.days_max) == (2000, Decimal(20), Decimal(80), 25)
    found = selectors.price_asked(selectors.Asked("BR", 101), NOW.date())[1].of("YW_REG")
    assert found is not None
    assert found.quote.total == Decimal("28.08")
    assert ImportProfile.objects.filter(name="our list").exists()


#: As carriers send it: a title, units in the headings, the service by its name, bands in kilograms without a unit.
TITLED = (
    "我司专线报价 2026年12月,,,,,\n国家/地区,重量(KG),运费(RMB/KG),挂号费(RMB/票),时效,渠道\n"
    "美国,0<W≤0.2,96,22,8-12工作日,燕文挂号\n美国,0.2<W≤0.45,95,20,8-12工作日,yw_reg\n"
)


def test_a_list_with_a_title_and_units_in_its_headings_is_read_as_it_is_meant() -> None:
    Service.objects.filter(code="YW_REG").update(name_zh="燕文挂号")
    boss = browser("manager")
    given = {name: value for name, value in GIVEN.items() if name != "service_code"}
    upload = hand_in(TITLED, boss, band_unit="kg", **given)
    assert upload.seen["mapping"]["band_unit"] == {"fixed": "kg"}
    asked = boss.get(reverse("orders:import-map", args=[upload.pk])).content.decode()
    assert '<option value="kg" selected' in asked and '<option value="battery_ok"' in asked
    bring_in(upload, boss)
    rows = RateRow.objects.filter(table__name="YW 2026").order_by("from_g")
    assert [(r.destination, r.from_g, r.to_g, r.per_kg, r.item_fee, r.table.service.code) for r in rows] == [
        ("US", 0, 200, 96, 22, "YW_REG"), ("US", 200, 450, 95, 20, "YW_REG"),
    ]  # fmt: skip
    doubtful = hand_in(TITLED.replace("(KG)", ""), boss, **given)
    assert {(name, value) for _row, _order, name, value, _text in doubtful.errors} == {
        ("band_unit", "0<W≤0.2"), ("band_unit", "0.2<W≤0.45"),
    }, "a band that may be grams or kilograms is asked about, not guessed"  # fmt: skip


def test_the_same_file_again_changes_nothing_a_corrected_one_the_difference() -> None:
    boss = browser("manager")
    bring_in(hand_in(YANWEN, boss, **GIVEN), boss)
    again = bring_in(hand_in(YANWEN, boss, **GIVEN), boss)
    assert (again.counts["created"], again.counts["updated"], again.counts["unchanged"]) == (0, 0, 3)
    mended = hand_in(YANWEN.replace("巴西,0-100g,18", "巴西,0-100g,19"), boss, **GIVEN)
    assert mended.counts["updated"] == 1
    later = bring_in(hand_in(YANWEN, boss, **{**GIVEN, "valid_from": "2026/12/01"}), boss)
    assert later.counts["created"] == 3
    assert [t.valid_from for t in lists.versions_of(RateTable.objects.filter(name="YW 2026")[0])] == [
        date(2026, 12, 1),
        date(2026, 11, 1),
    ]


def test_a_list_with_one_column_for_each_country_or_zone() -> None:
    boss = browser("manager")
    upload = bring_in(hand_in(WIDE, boss, **{**GIVEN, "list_name": "wide", "columns": "item_fee"}), boss)
    assert (upload.counts["created"], upload.counts["rejected"]) == (5, 0)
    rows = RateRow.objects.filter(table__name="wide").order_by("destination", "from_g")
    assert [(r.destination, r.from_g, r.to_g, r.item_fee) for r in rows] == [
        ("DE", 0, 500, Decimal("50.5")), ("DE", 500, 1000, Decimal(70)), ("US", 0, 500, Decimal(45)), ("US", 500, 1000, Decimal(60)),
        ("zone:3", 0, 500, Decimal(30)),
    ]  # fmt: skip


def test_our_own_sample_file_is_recognised_and_known() -> None:
    RateTable.objects.all().delete()
    boss = browser("manager")
    upload = bring_in(hand_in(SAMPLE.read_bytes(), boss), boss)
    assert (upload.counts["created"], upload.counts["rejected"]) == (32, 0)
    assert RateTable.objects.count() == 9
    found = selectors.price_asked(selectors.Asked("AR", 500), NOW.date())[1].of("WISH_EPC_AR")
    assert found is not None
    assert found.quote.total == Decimal("55.15")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"service_code": "NOPE"}, "service_code"), ({"valid_from": "soon"}, "valid_from"), ({"valid_from": ""}, "valid_from"),
     ({"list_name": ""}, "list_name"), ({"currency": ""}, "currency"), ({"valid_to": "2026-01-01"}, "valid_to")],
)  # fmt: skip
def test_what_the_file_does_not_say_is_asked_for_at_its_field(change: dict[str, str], field: str) -> None:
    upload = hand_in(YANWEN, browser("manager"), **{**GIVEN, **change})
    assert upload.counts["created"] == 0
    assert field in {name for _row, _order, name, _value, _text in upload.errors}


def test_prices_that_are_used_are_not_taken_away() -> None:
    boss = browser("manager")
    bring_in(hand_in(YANWEN, boss, **GIVEN), boss)
    row = RateRow.objects.get(table__name="YW 2026", destination="DE")
    note = make.make_note(make.ready_order(country="DE"))
    FreightEstimate.objects.create(
        note=note, basis="note", service=row.table.service, rate=row, amount=1, currency="CNY", made_at=NOW
    )
    without = "\n".join(line for line in YANWEN.split("\n") if "Germany" not in line)
    upload = hand_in(without, boss, **GIVEN)
    assert upload.counts["rejected"] >= 2
    with pytest.raises(Conflict):
        rates.save_rates(table=row.table, changed={}, added=[], removed=[row.pk], actor=make.person("manager"), now=NOW)


def test_only_who_may_hands_lists_in() -> None:
    for role in ("service", "warehouse", "purchaser", "supervisor"):
        assert browser(role).get(reverse("orders:import-rates")).status_code == 403
        assert browser(role).post(reverse("logistics:rate-table-new")).status_code == 403
    with pytest.raises(NotAllowed):
        rates.new_version(
            table=make_table(), valid_from=NOW.date(), percent=Decimal(0), actor=make.person("service"), now=NOW
        )


def test_by_rest_a_list_comes_in_by_its_profile() -> None:
    boss = browser("manager")
    hand_in(YANWEN, boss, **GIVEN)
    upload = uploads.hand_in(
        kind="rates",
        file=SimpleUploadedFile("x.csv", YANWEN.encode()),
        profile="our list",
        actor=make.person("manager"),
        now=NOW,
    )
    assert upload.kind == "rates"


# --- grid and versions --------------------------------------------------------------------------------------------------------


def grid_of(table: RateTable, **changes: Any) -> dict[str, Any]:
    """What the grid posts when only ``changes`` were made."""
    data: dict[str, Any] = {}
    for row in table.rows.all():
        for name in ("destination", "variant", "cargo", "from_g", "to_g", "item_fee", "per_kg", "value_currency"):
            data[f"r{row.pk}-{name}"] = getattr(row, name)
    return data | changes


def test_prices_are_edited_in_a_grid() -> None:
    row = make_rate(country="BR")
    other = make_rate(table=row.table, country="DE")
    boss, url = browser("manager"), reverse("logistics:rate-grid", args=[row.table_id])
    assert boss.get(url).status_code == 200
    new = {
        "n0-destination": "us",
        "n0-cargo": "general",
        "n0-from_g": 0,
        "n0-to_g": 500,
        "n0-item_fee": 9,
        "n0-per_kg": 50,
    }
    data = grid_of(row.table, **{f"r{row.pk}-per_kg": "99.5", "remove": str(other.pk)}, **new)
    answer = boss.post(url, data)
    assert answer.status_code == 302, [r["form"].errors for r in answer.context["grid"]]
    assert {r.destination: r.per_kg for r in row.table.rows.all()} == {"BR": Decimal("99.5"), "US": Decimal(50)}


@pytest.mark.parametrize(
    ("field", "value"), [("to_g", "0"), ("per_kg", "-1"), ("destination", "Q9"), ("first_fee", "x"), ("max_value", "5")]
)
def test_a_wrong_cell_saves_nothing_and_stands_at_its_place(field: str, value: str) -> None:
    row = make_rate()
    answer = browser("manager").post(
        reverse("logistics:rate-grid", args=[row.table_id]), grid_of(row.table, **{f"r{row.pk}-{field}": value})
    )
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    row.refresh_from_db()
    assert row.per_kg == 90


@pytest.mark.parametrize("start", [0, 1000])
def test_two_prices_for_the_same_weight_are_refused(start: int) -> None:
    row = make_rate()
    new = {"n0-destination": "BR", "n0-cargo": "general", "n0-from_g": start, "n0-to_g": 1500, "n0-item_fee": 9}
    answer = browser("manager").post(reverse("logistics:rate-grid", args=[row.table_id]), grid_of(row.table, **new))
    assert answer.status_code == 422
    assert row.table.rows.count() == 1


def test_a_new_version_is_compared_with_the_old_one() -> None:
    row = make_rate()
    boss = browser("manager")
    day = date(2026, 12, 1)
    answer = boss.post(
        reverse("logistics:rate-table-version", args=[row.table_id]), {"valid_from": "2026-12-01", "percent": "10"}
    )
    assert answer.status_code == 302
    made = RateTable.objects.get(name=row.table.name, valid_from=day)
    assert made.rows.get().per_kg == Decimal(99)
    text = boss.get(reverse("logistics:rate-table", args=[made.pk])).content.decode()
    assert "+10.0 %" in text
    before = selectors.price_asked(selectors.Asked("BR", 1000), day - timedelta(days=1))[1].of("CP_REG")
    after = selectors.price_asked(selectors.Asked("BR", 1000), day)[1].of("CP_REG")
    assert before is not None
    assert after is not None
    assert (before.quote.total, after.quote.total) == (Decimal(98), Decimal("107.80"))
    with pytest.raises(Conflict):
        rates.new_version(table=row.table, valid_from=day, percent=Decimal(0), actor=make.person("manager"), now=NOW)
    with pytest.raises(Invalid):
        rates.new_version(
            table=row.table, valid_from=NOW.date(), percent=Decimal(-95), actor=make.person("manager"), now=NOW
        )


# --- settings --------------------------------------------------------------------------------------------------------------------

PAGES = ["rate-tables", "rate-table-new", "terms", "terms-new", "places", "place-new", "surcharges", "surcharge-new", "choosing-rules",
         "choosing-rule-new", "prices"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(name: str, language: str) -> None:
    make_rate()
    assert browser("manager", language=language).get(reverse(f"logistics:{name}")).status_code == 200


def test_goods_are_named_in_the_reader_s_language() -> None:
    page = browser("manager", language="zh-hans").get(reverse("logistics:terms")).content.decode()
    assert "内置电池" in page and "battery_in_equipment" not in page
    rows = browser("manager").get("/api/v1/settings/service-terms/").json()["results"]
    assert any("battery_in_equipment" in row["accepts"] for row in rows) and "named" not in rows[0], (
        "programs keep the codes"
    )


def test_terms_get_a_version_the_past_keeps_its_own() -> None:
    old = ServiceTerms.objects.get(service__code="DHL")
    boss, url = browser("manager"), reverse("logistics:terms-edit", args=[old.pk])
    assert boss.get(url).status_code == 200
    data = {"valid_from": "2026-11-20", "volumetric": "max", "divisor": 4000, "rounding_g": 500, "min_charge_g": 0, "bulk_from_g": 21000,
            "goods_liquid": "no"}  # fmt: skip
    assert boss.post(url, data).status_code == 302
    assert list(
        ServiceTerms.objects.filter(service__code="DHL").order_by("valid_from").values_list("divisor", flat=True)
    ) == [5000, 4000]
    new = ServiceTerms.objects.get(service__code="DHL", divisor=4000)
    assert new.accepts == {"liquid": "no"}
    assert boss.post(url, {**data, "divisor": ""}).status_code == 422
    assert browser("supervisor").post(url, data).status_code == 403


def test_fuel_of_a_month_goes_into_every_price() -> None:
    make_rate(Service.objects.get(code="DHL"), "DE", to_g=70000, item_fee=Decimal(0), per_kg=Decimal(100))
    asked = selectors.Asked("DE", 1000)
    first = selectors.price_asked(asked, NOW.date())[1].of("DHL")
    assert first is not None
    assert "fuel_missing" in first.quote.warnings
    boss, url = browser("manager"), reverse("logistics:surcharge-new")
    dhl = Service.objects.get(code="DHL").pk
    for month, percent in (("2026-10-01", "20"), ("2026-11-01", "25.5")):
        assert (
            boss.post(url, {"service": dhl, "kind": "fuel", "percent": percent, "valid_from": month}).status_code == 302
        )
    found = selectors.price_asked(asked, NOW.date())[1].of("DHL")
    assert found is not None
    assert (found.quote.total, found.quote.warnings) == (Decimal("125.50"), ("size_unknown",))
    for wrong in (
        {"kind": "remote", "amount": 5, "currency": "CNY"},
        {"kind": "fuel"},
        {"kind": "handling", "amount": 5},
        {"kind": "oversize", "amount": 5, "currency": "CNY"},
    ):
        assert boss.post(url, {"service": dhl, "valid_from": "2026-11-01", **wrong}).status_code == 422
    assert Surcharge.objects.count() == 2


def test_a_choosing_rule_is_made_on_its_page() -> None:
    boss, url = browser("manager"), reverse("logistics:choosing-rule-new")
    data = {
        "name": "de",
        "position": 1,
        "active": "on",
        "countries": "de fr",
        "services": "kind:ems; CP_REG",
        "strategy": "first",
    }
    assert boss.post(url, data).status_code == 302
    made = ChoiceRule.objects.get(name="de")
    assert (made.countries, made.services) == ("DE;FR", "kind:ems;CP_REG")
    assert boss.post(url, {**data, "name": "x", "services": "NOPE"}).status_code == 422
    assert boss.post(url, data).status_code == 422, "the name is taken"


def test_a_head_that_ends_before_it_begins_is_refused() -> None:
    table = make_table()
    url = reverse("logistics:rate-table-edit", args=[table.pk])
    assert browser("manager").post(url, {"valid_to": "2025-01-01", "active": "on"}).status_code == 422
    assert browser("manager").post(url, {"valid_to": "2026-12-31", "level": "ours", "active": "on"}).status_code == 302
    table.refresh_from_db()
    assert (table.level, table.valid_to, table.name) == ("ours", date(2026, 12, 31), table.name)


def test_the_next_list_is_asked_for_before_one_ends() -> None:
    table = make_table(valid_to=NOW.date() + timedelta(days=10))
    make_table(valid_to=NOW.date() + timedelta(days=100))
    rule = RULES["logistics.rates_ending"]
    assert [t.pk for t in rule.candidates(NOW)] == [table.pk]
    worklist.sweep(now=NOW)
    duty = Duty.objects.get(rule="logistics.rates_ending", closed_at__isnull=True)
    assert duty.subject_id == table.pk
    rates.new_version(
        table=table,
        valid_from=NOW.date() + timedelta(days=10),
        percent=Decimal(5),
        actor=make.person("manager"),
        now=NOW,
    )
    worklist.sweep(now=NOW)
    assert not Duty.objects.filter(rule="logistics.rates_ending", closed_at__isnull=True).exists()


def test_overlapping_weights_in_a_file_are_refused_by_row() -> None:
    text = "国家,重量段,元/kg\n巴西,0-500g,85\n巴西,400-900g,80\n"
    upload = hand_in(text, browser("manager"), **GIVEN)
    assert (upload.counts["created"], upload.counts["rejected"]) == (1, 1)
    assert upload.errors[0][0] == 3


def test_the_promises_about_prices_hold_and_notice_when_not() -> None:
    row = make_rate()
    note = make.make_note(make.ready_order(country="BR"))
    made = FreightEstimate.objects.create(
        note=note, basis="note", service=row.table.service, rate=row, amount=Decimal("12.50"), currency="CNY", made_at=NOW,
        lines=[{"kind": "freight", "amount": "12.50"}],
    )  # fmt: skip
    assert (
        not list(checks.lines_add_up(NOW))
        + list(checks.rests_on_its_service(NOW))
        + list(checks.overlapping_rates(NOW))
    )
    FreightEstimate.objects.filter(pk=made.pk).update(amount=13, service=Service.objects.get(code="DHL"))
    make_rate(table=row.table, from_g=5)
    assert [
        len(list(c(NOW))) for c in (checks.lines_add_up, checks.rests_on_its_service, checks.overlapping_rates)
    ] == [1, 1, 1]


def test_where_a_service_goes_is_edited_and_heard() -> None:
    make_rate(Service.objects.get(code="YT_STD"), "FR", to_g=30000)
    service = Service.objects.get(code="YT_STD")
    boss, url = browser("manager"), reverse("logistics:service", args=[service.pk])
    data = {"name_en": service.name_en, "carrier": service.carrier, "active": "on", "match_words": "", "kind": service.kind,
            "tracking_level": service.tracking_level}  # fmt: skip
    assert boss.post(url, {**data, "destinations": "de, us"}).status_code == 302
    service.refresh_from_db()
    assert service.facts["destinations"] == "DE;US"
    assert service.facts["billing_mode"], "its other facts stay"
    found = selectors.price_asked(selectors.Asked("FR", 100), NOW.date())[1].of("YT_STD")
    assert found is not None
    assert found.quote.refusal == "country"
    assert boss.post(url, {**data, "destinations": "DE;Q9"}).status_code == 422


@pytest.mark.covers("PRM-06")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_listing_gets_its_table_of_country_by_service(language: str) -> None:
    make_rate(Service.objects.get(code="YT_STD"), "DE", days_min=6, days_max=11, to_g=30000)
    boss, url = browser("manager", language=language), reverse("logistics:arrivals")
    assert boss.get(url).status_code == 200
    page = boss.get(url, {"countries": "de;RU", "services": ["YT_STD", "CP_REG", "OZ_EXP"]})
    told = [(row["days"], row["promise"]) for row in page.context["rows"]]
    assert ("6–11", 30) in told, "the days of the price list"
    assert ("15–60", 60) in told, "else those of the service"
    assert ("5–10", 15) in told
    assert len(told) == 5, "the line to Russia goes to Russia only"
    assert boss.get(url, {"countries": "Q9"}).status_code == 422


@pytest.mark.parametrize(
    ("text", "field", "kept"),
    [
        ("country,band,per_kg,currency\nBR,0-100g,85,CNY\nBR,101-2000g,80,USD\n", "currency", ("CNY", None)),
        ("country,band,per_kg,valid_to\nBR,0-100g,85,2026-12-01\nDE,0-100g,85,2027-12-01\n", "valid_to", ("CNY", date(2026, 12, 1))),
    ],
)  # fmt: skip
def test_a_row_of_another_currency_or_end_is_no_price_of_the_list(text: str, field: str, kept: Any) -> None:
    boss = browser("manager")
    given = {name: value for name, value in GIVEN.items() if name != field}
    upload = bring_in(hand_in(text, boss, **given), boss)
    assert (upload.counts["created"], upload.counts["rejected"]) == (1, 1) and upload.counts["reasons"] == {
        f"mixed_{field.replace('valid_to', 'end')}": 1
    }
    table = RateTable.objects.get(name="YW 2026")
    assert (table.currency, table.valid_to, table.rows.count()) == (*kept, 1)


def test_a_pattern_of_numbers_that_cannot_be_read_is_refused() -> None:
    service = Service.objects.get(code="CP_REG")
    with pytest.raises(Invalid):
        setup.change_service(
            service=service, changes={"number_pattern": "R[A-Z"}, actor=make.person("manager"), now=NOW
        )
    service.refresh_from_db()
    assert service.number_pattern != "R[A-Z"
