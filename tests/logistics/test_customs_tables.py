"""Customs tables: gaps completed by article, dated versions, packs, brands; pages, REST and papers; what is personal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import Store
from core import rates
from core.errors import Conflict, Invalid, NotAllowed
from customers.registry import PLACES
from logistics.documents.customs import customs_record
from logistics.models import Brand, CountryRule, Declaration, DispatchNote, RecipientId, TaxNumber
from logistics.selectors.customs import book as books
from logistics.selectors.customs import effects, lists, shipped
from logistics.selectors.customs.declarations import for_print
from logistics.services.customs import completing, filling, packs, tables
from logistics.services.seeding import load_reference
from orders.models import Order
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.customs import codes
from tests.factories.doors import browser

NOW = make.NOW
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_scope() -> Any:
    with scopes_disabled():
        yield


def look_note(store: Store | None = None, **facts: Any) -> DispatchNote:
    """A note with exactly one thing to look at: the weight is not known."""
    return make.make_note(make.ready_order(store, lines=[(make.article(weight_g=None), 2)], country="FR", **facts))


# --- gaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.covers("CUS-17")
def test_gaps_stand_in_a_list_and_are_completed_once_for_each_article() -> None:
    load_reference(now=NOW)
    bare = make.article(customs_text="", hs_code="", weight_g=None)
    store = make_store()
    notes = [make.make_note(make.ready_order(store, lines=[(bare, 1)], country=c)) for c in ("FR", "US", "DE")]
    make.make_note(make.ready_order(store, country="FR"))
    boss = make.person("supervisor")
    assert sorted(lists.gaps_for(boss).values_list("note_id", flat=True)) == sorted(n.pk for n in notes)
    completing.complete(
        skus=[bare, bare],
        actor=boss,
        now=NOW,
        customs_text="scarf of woven silk",
        hs_code="621420",
        weight_g=Decimal(60),
    )
    left = list(lists.gaps_for(boss).values_list("note__country", "short_code"))
    assert left == [("US", True)], "the United States want ten digits, and nobody knows them for this heading"
    completing.complete(skus=[bare], actor=boss, now=NOW, hs_code="6214200000")
    assert not lists.gaps_for(boss).exists()
    bare.refresh_from_db()
    assert (bare.customs_text, bare.hs_code) == ("scarf of woven silk", "6214200000")
    for wrong in ({}, {"hs_code": "12"}, {"origin": "China"}, {"weight_g": Decimal(0)}):
        with pytest.raises(Invalid):
            completing.complete(skus=[bare], actor=boss, now=NOW, **wrong)
    with pytest.raises(NotAllowed):
        completing.complete(skus=[bare], actor=make.person("service"), now=NOW, origin="CN")


# --- the tables ---------------------------------------------------------------------------------------------------


def test_a_change_counts_from_its_day_and_the_past_keeps_its_own() -> None:
    assert load_reference(now=NOW) > 250 and load_reference(now=NOW) == 0
    boss = make.person("manager")
    row = CountryRule.objects.filter(country="FR").latest("valid_from")
    tables.set_rule(row=row, valid_from=date(2026, 12, 1), changes={"review_above": Decimal(20)}, actor=boss, now=NOW)
    assert books.book(date(2026, 11, 30)).country("FR").review_above == 150
    assert books.book(date(2026, 12, 1)).country("FR").review_above == 20
    for wrong in ({"carrier_avoid": "DHL"}, {"value_basis": "guess"}, {"hs_digits": 2}):
        with pytest.raises(Invalid):
            tables.set_rule(row=row, valid_from=date(2027, 1, 1), changes=wrong, actor=boss, now=NOW)
    with pytest.raises(NotAllowed):
        tables.set_rule(
            row=row, valid_from=date(2027, 1, 1), changes={"hs_digits": 8}, actor=make.person("service"), now=NOW
        )


def test_the_rule_of_a_country_is_typed_in_rows_and_ticks() -> None:
    load_reference(now=NOW)
    boss = browser("manager")
    url = reverse("logistics:country-rule", args=[CountryRule.objects.filter(country="BR").latest("valid_from").pk])
    form = boss.get(url).context["form"]
    sent = {name: value for name, value in form.initial.items() if value not in (None, [])}
    sent |= {"valid_from": "2026-12-01", "sensitive": ["food", "battery_loose"]}
    sent |= {
        "duty_steps-0-to": "50",
        "duty_steps-0-percent": "20",
        "duty_steps-2-percent": "60",
        "duty_steps-2-less": "20,5",
    }
    sent |= {"bands-0-to_g": "500", "bands-0-low": "5", "bands-0-high": "9"}
    wrong = boss.post(url, {**sent, "bands-1-to_g": "1.5"})
    assert wrong.status_code == 422 and "1.5" in wrong.content.decode()
    assert boss.post(url, sent).status_code == 302
    rule = books.book(date(2026, 12, 2)).country("BR")
    assert [(s.to, s.percent, s.less) for s in rule.duty_steps] == [(50, 20, 0), (None, 60, Decimal("20.5"))]
    assert [(b.to_g, b.low, b.high) for b in rule.bands] == [(500, 5, 9)] and "food" in rule.sensitive
    page = boss.get(reverse("logistics:country-rules") + "?country=BR").content.decode()
    assert "BR" in page


def test_the_shipped_tables_count_while_none_were_loaded() -> None:
    assert CountryRule.objects.count() == 0
    assert books.book(date(2026, 11, 20)).country("BR").recipient_id


def pack_rows(**changes: dict[str, str]) -> list[dict[str, str]]:
    given = shipped.rows("customs_rules.csv")
    return [{**row, **changes.get(row["iso2"], {})} for row in given]


def test_a_pack_lists_the_open_orders_it_touches() -> None:
    load_reference(now=NOW)
    days = (NOW.date(), date(2026, 12, 1))
    rates.keep_rates(rates=[(day, "USD", Decimal("1.0")) for day in days], source="test")
    france, germany = (make.make_note(make.ready_order(country=c)) for c in ("FR", "DE"))
    boss = make.person("manager")
    rows = pack_rows(FR={"review_above": "5"}, BE={"std_tax_pct": "22"})
    pack = packs.load(name="December", valid_from=date(2026, 12, 1), rows=rows, actor=boss, now=NOW)
    assert pack.countries == ["BE", "FR"]
    assert [(t["number"], t["come"], t["gone"]) for t in pack.touched] == [
        (france.number, ["LEGAL_THRESHOLD (review)"], [])
    ]
    assert "LEGAL_THRESHOLD" not in codes(france)
    assert codes(france, datetime(2026, 12, 1, 2, tzinfo=UTC))["LEGAL_THRESHOLD"] == "review"
    assert books.book(date(2026, 12, 2)).country("DE").bands[0].to_g == 500, "what the file does not tell stays"
    notes = effects.open_notes(["BE", "FR"])
    before, after = (effects.findings_on(notes, day, NOW) for day in (date(2026, 11, 30), pack.valid_from))
    assert effects.differences(notes, before, after) == pack.touched, "as kept, so once the rules are there"
    assert germany.number not in str(pack.touched)
    with pytest.raises(Conflict):
        packs.load(name="December", valid_from=date(2026, 12, 1), rows=rows, actor=boss, now=NOW)
    for name, wrong in (
        ("a", []),
        ("b", [{"iso2": "FR"}]),
        ("c", pack_rows(FR={"hs_digits": "many"})),
        ("d", rows + rows[:1]),
    ):
        with pytest.raises(Invalid):
            packs.load(name=name, valid_from=date(2026, 12, 1), rows=wrong, actor=boss, now=NOW)


def test_a_brand_stops_the_note_until_its_paper_is_on_file() -> None:
    note = make.make_note(make.ready_order(lines=[(make.article(name_en="Acme bracelet"), 1)], country="FR"))
    boss = make.person("manager")
    brand = tables.save_brand(row=Brand(), changes={"name": "Acme", "words": ["acme"]}, actor=boss, now=NOW)
    assert codes(note)["COUNTERFEIT"] == "block"
    with pytest.raises(Invalid):
        tables.save_brand(row=brand, changes={"allowed_from": date(2026, 1, 1)}, actor=boss, now=NOW)
    tables.save_brand(
        row=brand, changes={"allowed_from": date(2026, 1, 1), "document": "letter of 5 Jan"}, actor=boss, now=NOW
    )
    assert "COUNTERFEIT" not in codes(note)


# --- doors --------------------------------------------------------------------------------------------------------


def test_pages_and_rest_show_the_customs_of_a_note() -> None:
    load_reference(now=NOW)
    note = look_note()
    person = make_person("supervisor")
    client = Client()
    client.force_login(person)
    page = client.get(f"/dispatch/notes/{note.pk}/").content.decode()
    assert "is not known" in page and "No duty-free limit since 2026-07-01" in page
    told = client.get(f"/api/v1/dispatch-notes/{note.pk}/customs/").json()
    assert ("NO_WEIGHT", "review", False) in [(f["code"], f["level"], f["approved"]) for f in told["findings"]]
    answer = client.post(
        f"/api/v1/dispatch-notes/{note.pk}/approve-customs/", {"reason": "weighed"}, content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    told = client.get(f"/api/v1/dispatch-notes/{note.pk}/customs/").json()
    assert [f["approved"] for f in told["findings"] if f["level"] == "review"] == [True]
    for at in ("countries", "classes", "words", "codes", "numbers", "brands", "packs", "gaps", "values"):
        assert client.get(f"/dispatch/customs/{at}/").status_code == 200, at


def test_staff_edit_the_tables_on_their_pages() -> None:
    load_reference(now=NOW)
    client = Client()
    client.force_login(make_person("manager"))
    row = CountryRule.objects.filter(country="FR").latest("valid_from")
    page = client.get(f"/dispatch/customs/countries/{row.pk}/")
    form = page.context["form"]
    data = {name: (form[name].value() if form[name].value() is not None else "") for name in form.fields}
    data = {name: value for name, value in data.items() if name not in ("bands", "duty_steps")}
    data.update(review_above="77", valid_from="2026-12-24", sensitive=row.sensitive)
    answer = client.post(f"/dispatch/customs/countries/{row.pk}/", data)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert CountryRule.objects.get(country="FR", valid_from="2026-12-24").review_above == 77
    with (shipped.settings.BASE_DIR / "logistics" / "data" / "customs_rules.csv").open("rb") as file:
        text = file.read()
    answer = client.post(
        "/dispatch/customs/packs/new/",
        {"name": "P", "valid_from": "2026-12-25", "source": "test", "file": SimpleUploadedFile("p.csv", text)}, follow=True,
    )  # fmt: skip
    assert answer.status_code == 200 and "FR" in answer.content.decode()


@pytest.mark.covers("CUS-16")
def test_papers_are_printed_from_the_one_record() -> None:
    load_reference(now=NOW)
    note = make.released(make.ready_order(country="FR", shipping_method="registered air mail"))
    make.pack(note)
    client = Client()
    client.force_login(make_person("warehouse"))
    for form, words in (
        ("", "CUSTOMS DECLARATION CN 2"),
        ("commercial_invoice", "COMMERCIAL INVOICE"),
        ("CN23", "CN 23"),
    ):
        answer = client.get(f"/dispatch/notes/{note.pk}/customs.pdf", {"form": form} if form else {})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        document = pypdfium2.PdfDocument(answer.content)
        assert len(document) == 1
        text = document[0].get_textpage().get_text_bounded()
        assert words in text and "necklace of zinc alloy" in text and "US$10.00" in text and "711719" in text
    draft = make.make_note()
    assert client.get(f"/dispatch/notes/{draft.pk}/customs.pdf").status_code == 404


def test_identities_are_forgotten_with_their_buyer() -> None:
    order = make.ready_order(make_store(kind="woocommerce"), country="BR")
    tables.keep_recipient_id(
        order=order, number="123.456.789-09", source="platform", actor=make.person("service"), now=NOW
    )
    note = make.released(order)
    assert Declaration.objects.get(note=note).recipient_id == "123.456.789-09"
    place = PLACES["customs"]
    assert [row["number"] for row in place.export(order.buyer)] == ["123.456.789-09"]
    assert place.erase(order.buyer, NOW) == 2 and place.erase(order.buyer, NOW) == 0
    assert RecipientId.objects.get().number == "" and Declaration.objects.get(note=note).recipient_id == ""
    assert Declaration.objects.get(note=note).lines.count() == 1, "what was declared stays"


@pytest.mark.parametrize(
    ("door", "names", "first", "then"),
    [
        ("set_class", {"code": "feathers_x"}, {"meaning_en": "feathers", "meaning_zh": "羽毛", "note": "one"}, {"note": "two"}),
        ("set_word", {"term": " Replica-X ", "whole": True}, {"level": "review", "reason": "one"}, {"reason": "two"}),
        ("set_code", {"country": "BR", "hs6": "711719"}, {"code": "71171900", "description": "one"}, {"description": "two"}),
        ("set_nature", {"content_type": "gift"}, {"code": "31", "meaning": "one"}, {"meaning": "two"}),
    ],
)  # fmt: skip
def test_a_program_gives_a_row_of_the_house_a_new_version(door: str, names: Any, first: Any, then: Any) -> None:
    from core.audit import SYSTEM
    from logistics.api import customs as api

    given = {"valid_from": date(2027, 1, 1), "actor": SYSTEM, "now": NOW}
    made = getattr(api, door)(**names, **first, **given)
    again = getattr(api, door)(**names, **then, **{**given, "valid_from": date(2027, 2, 1)})
    kept = next(iter(then))
    assert made.pk != again.pk and (getattr(made, kept), getattr(again, kept)) == ("one", "two")
    for name in first.keys() - {kept}:
        assert getattr(again, name) == getattr(made, name)


@pytest.mark.parametrize(
    "change",
    [
        {"duty_free_max": "1e30"}, {"std_tax_pct": "99999"}, {"hs_digits": "99999999999"}, {"hs_digits": "6.9"}, {"hs_digits": "2"},
        {"currency": "EURO"}, {"country_en": "x" * 500}, {"rule_en": "a\x00b"}, {"iso2": "ÄÖ"}, {"carrier_avoid": "EMS"},
    ],
)  # fmt: skip
def test_a_pack_names_the_row_that_the_table_cannot_hold(change: dict[str, str]) -> None:
    rows = [
        dict.fromkeys(packs.COLUMNS, "") | {"iso2": "FR"},
        dict.fromkeys(packs.COLUMNS, "") | {"iso2": "BE"} | change,
    ]
    with pytest.raises(Invalid) as refused:
        packs.load(name="p", valid_from=NOW.date(), rows=rows, actor=make.person("manager"), now=NOW)
    assert refused.value.code == "bad_row" and refused.value.params["row"] == 3
    assert not CountryRule.objects.filter(pack__isnull=False).exists()


@pytest.mark.covers("CUS-17")
@pytest.mark.parametrize(("paid", "told"), [("20", ("IOSS", "IM1234567890")), ("400", ("", ""))])
def test_the_number_of_a_scheme_is_told_up_to_its_limit_only(paid: str, told: tuple[str, str]) -> None:
    load_reference(now=NOW)
    rates.keep_rates(rates=[(NOW.date(), "USD", Decimal("1.1"))], source="test")
    tables.save_number(
        row=TaxNumber(), changes={"scheme": "IOSS", "number": "IM1234567890", "valid_from": date(2026, 1, 1)},
        actor=make.person("manager"), now=NOW,
    )  # fmt: skip
    order = make.ready_order(lines=[(make.article(), 1)], country="FR")
    Order.objects.filter(pk=order.pk).update(total=Decimal(paid), goods_total=Decimal(paid), shipping_fee=0)
    order.refresh_from_db()
    note = make.make_note(order)
    filling.fill(notes=[note], actor=make.person("supervisor"), now=NOW)
    held = Declaration.objects.get(note=note)
    assert (held.tax_scheme, held.tax_number) == told


def test_the_day_on_a_paper_is_that_of_the_house_it_leaves() -> None:
    note = make.released(country="BR")
    DispatchNote.objects.filter(pk=note.pk).update(
        released_at=datetime(2026, 11, 19, 17, tzinfo=UTC)
    )  # 01:00 in Shanghai
    row = for_print(note.pk)
    assert row is not None and customs_record([row])["parcels"][0]["date"] == "2026-11-20"


def test_a_weight_written_as_text_is_a_weight() -> None:
    load_reference(now=NOW)
    row = CountryRule.objects.filter(country="DE").latest("valid_from")
    bands = [{"to_g": "500", "low": "5", "high": "5"}, {"to_g": None, "low": "10", "high": "20"}]
    tables.set_rule(row=row, valid_from=NOW.date(), changes={"bands": bands}, actor=make.person("manager"), now=NOW)
    band = books.book(NOW.date()).country("DE").band(Decimal(499))
    assert band is not None and (band.to_g, band.high) == (500, Decimal(5))
