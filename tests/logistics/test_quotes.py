"""Quotes over the tables of the house: prices of notes and orders, the choice of a service, what is expected, the doors."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scopes_disabled

from core.errors import Conflict, Invalid, NotAllowed
from core.models import ExchangeRate
from logistics.models import (
    ChoiceRule,
    DispatchNote,
    FreightEstimate,
    RateRow,
    RateTable,
    Service,
    ServiceTerms,
)
from logistics.selectors import quotes as selectors
from logistics.services import quoting, seeding
from logistics.tasks import quotes as tasks
from tests.factories import dispatch as make
from tests.factories.doors import browser, program

pytestmark = pytest.mark.django_db
NOW = make.NOW
_names = itertools.count(1)


@pytest.fixture(autouse=True)
def house() -> Any:
    """The starting data of the house."""
    with scopes_disabled():
        seeding.load_reference(now=NOW)
        for currency, rate in (("CNY", "8"), ("USD", "1.2"), ("RUB", "100")):
            ExchangeRate.objects.create(day=NOW.date(), base="EUR", currency=currency, rate=rate, source="test")
        yield


def rates(code: str, country: str = "BR", *, currency: str = "CNY", **row: Any) -> RateRow:
    """A rate table with one row."""
    table = RateTable.objects.create(
        service=Service.objects.get(code=code), name=f"list {next(_names)}", currency=currency, valid_from=date(2026, 1, 1),
        created_at=NOW,
    )  # fmt: skip
    given = {"destination": country, "from_g": 0, "to_g": 2000, "item_fee": Decimal(8), "per_kg": Decimal(90)}
    return RateRow.objects.create(table=table, **{**given, **row})


def note_to(country: str = "BR", method: str = "", **facts: Any) -> DispatchNote:
    """A draft of two articles of 15 g each."""
    return make.make_note(make.ready_order(country=country, shipping_method=method, **facts))


def test_starting_data_loads_once_and_leaves_what_staff_changed() -> None:
    assert RateRow.objects.count() == 32
    assert ServiceTerms.objects.filter(service__code="EMS").count() == 2, "the rule of volume changed on 1 June 2022"
    ServiceTerms.objects.filter(service__code="DHL").update(divisor=4000)
    assert seeding.load_reference(now=NOW) == 0
    assert ServiceTerms.objects.get(service__code="DHL").divisor == 4000


@pytest.mark.parametrize(("day", "grams"), [(date(2022, 5, 31), 2000), (date(2022, 6, 1), 6000)])
def test_the_rule_of_volume_is_that_of_the_day(day: date, grams: int) -> None:
    rates("EMS", "DE", to_g=30000)
    RateTable.objects.update(valid_from=date(2009, 1, 1))
    asked = selectors.Asked("DE", 2000, (Decimal(40), Decimal(30), Decimal(30)))
    found = selectors.price_asked(asked, day)[1].of("EMS")
    assert found is not None
    assert found.quote.charge_g == grams


def test_limits_of_a_destination_come_from_the_list_of_ems() -> None:
    rates("EMS", "ES", to_g=60000)
    heavy = selectors.price_asked(selectors.Asked("ES", 25000), NOW.date())[1].of("EMS")
    assert heavy is not None
    assert (heavy.quote.refusal, heavy.quote.fields["limit"]) == ("weight", "20 kg")
    long = selectors.price_asked(selectors.Asked("BR", 500, (Decimal(106), Decimal(10), Decimal(10))), NOW.date())[
        1
    ].of("EMS")
    assert long is not None
    assert long.quote.refusal == "side"


def test_a_service_for_small_values_is_refused_by_the_real_value() -> None:
    cheap = selectors.Asked("RU", 500, value=Decimal("9.90"), currency="USD")
    dear = selectors.Asked("RU", 500, value=Decimal("10.10"), currency="USD")
    prices = [selectors.price_asked(asked, NOW.date())[1].of("CP_SRM_RU") for asked in (cheap, dear)]
    assert [p.quote.total for p in prices if p] == [Decimal("63.85"), None]


@pytest.mark.covers("PRM-01", "PRM-02", "PRM-03", "PRM-04")
@pytest.mark.parametrize(
    ("code", "country", "days"),
    [
        ("CP_REG", "FR", 60), ("CP_ORD", "BR", 60), ("EMS", "AU", 15), ("EMS", "US", 15), ("EMS", "TH", 15), ("CP_ETK", "SG", 15),
        ("EMS", "FR", 30), ("EMS", "RU", 60), ("EMS", "BR", 60), ("SF_INTL", "HK", 5), ("SF_INTL", "TW", 5), ("SF_INTL", "MO", 5),
    ],
)  # fmt: skip
def test_promise_days_of_service_and_destination(code: str, country: str, days: int) -> None:
    held = selectors.book(NOW.date(), [country])
    assert held.promise_days(held.services[code], country) == days


def test_a_note_is_priced_by_its_articles_with_packing() -> None:
    rates("CP_REG")
    note = note_to()
    priced = selectors.price_note(note, NOW)[1]
    assert priced.case.ship.weight_g == 50  # 2 x 15 g and 20 g of packing
    found = priced.of("CP_REG")
    assert found is not None
    assert found.quote.total == Decimal("12.50")
    order = selectors.price_order(make.ready_order(country="BR"), NOW)[1].of("CP_REG")
    assert order is not None
    assert order.quote.total == Decimal("12.50")


def test_the_number_of_queries_does_not_grow() -> None:
    rates("CP_REG")
    notes = [note_to() for _n in range(3)]

    def asked(piece: list[DispatchNote]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            held = selectors.book(NOW.date(), {n.country for n in piece})
            for case in selectors.cases_of_notes(piece, held):
                held.price(case)
        return len(seen)

    asked(notes[:1])
    assert asked(notes[:1]) == asked(notes)


def test_choosing_a_service_voids_signatures_and_keeps_what_it_should_cost() -> None:
    row = rates("YW_REG")
    note = make.sign_both(note_to())
    made = quoting.choose_service(
        note=note, service=Service.objects.get(code="YW_REG"), sides=(Decimal(20), Decimal(15), Decimal(5)),
        actor=make.person("supervisor"), now=NOW,
    )  # fmt: skip
    note.refresh_from_db()
    assert note.service is not None
    assert (note.service.code, note.state) == ("YW_REG", "draft")
    assert made is not None
    assert (made.amount, made.rate_id, made.weight_g, made.basis) == (Decimal("12.50"), row.pk, 50, "note")
    assert [line["kind"] for line in made.lines] == ["freight", "item"]
    assert selectors.price_note(note, NOW)[1].case.ship.sides == (Decimal(20), Decimal(15), Decimal(5))


def test_a_broken_limit_refuses_the_choice_by_name() -> None:
    note = note_to()
    long = (Decimal(61), Decimal(10), Decimal(10))
    with pytest.raises(Conflict) as refused:
        quoting.choose_service(
            note=note, service=Service.objects.get(code="CP_ORD"), sides=long, actor=make.person("manager"), now=NOW
        )
    assert refused.value.code == "service_side"
    assert "60 cm" in refused.value.message
    with pytest.raises(Invalid):
        quoting.choose_service(
            note=note, service=Service.objects.get(code="CP_ORD"), sides=long[:2], actor=make.person("manager"), now=NOW
        )
    with pytest.raises(NotAllowed):
        quoting.choose_service(
            note=note, service=Service.objects.get(code="CP_ORD"), actor=make.person("warehouse"), now=NOW
        )


def test_a_service_without_a_price_list_may_be_chosen() -> None:
    note = note_to()
    made = quoting.choose_service(
        note=note, service=Service.objects.get(code="YW_REG"), actor=make.person("manager"), now=NOW
    )
    assert made is not None
    assert (made.amount, made.refusal) == (None, "no_rates")


@pytest.mark.covers("TRK-15")
def test_by_rule_the_cheaper_of_two_small_packet_lines_is_taken() -> None:
    rates("CP_ORD", item_fee=Decimal(1))
    rates("CP_ORD_PLUS", item_fee=Decimal(2))
    rates("DHL", item_fee=Decimal(0), per_kg=Decimal(1))
    ChoiceRule.objects.create(name="post first", position=1, services="kind:postal_untracked")
    note, paid = note_to(), note_to(method="China Post Registered Air Mail")
    actor = make.person("supervisor")
    made = quoting.choose_by_rule(notes=[note, paid], actor=actor, now=NOW)
    assert made.changed == {note.pk: "CP_ORD"}
    assert made.kept == {paid.pk: "CP_REG"}, "the service the buyer paid for"
    again = quoting.choose_by_rule(notes=list(DispatchNote.objects.filter(pk=note.pk)), actor=actor, now=NOW)
    assert (again.changed, again.kept) == ({}, {note.pk: "CP_ORD"})


def test_by_rule_the_advice_of_the_country_is_heard() -> None:
    rates("DHL", "AU", per_kg=Decimal(1), to_g=70000)
    rates("UPS", "AU", per_kg=Decimal(50), to_g=70000)
    rates("EMS", "NZ", per_kg=Decimal(1), to_g=30000)
    plain, wooden = note_to("AU"), note_to("AU", lines=[(make.article(goods_class="wood"), 1)])
    calm, urgent = note_to("NZ"), note_to("NZ", note="please hurry, urgent")
    made = quoting.choose_by_rule(notes=[plain, wooden, calm, urgent], actor=make.person("supervisor"), now=NOW)
    assert made.changed == {plain.pk: "DHL", wooden.pk: "UPS", calm.pk: "EMS"}
    assert made.refused[urgent.pk].code == "no_service_fits"
    shown = selectors.price_note(wooden, NOW)[1].of("DHL")
    assert shown is not None
    assert "held" in shown.against


def test_by_rule_each_note_answers_for_itself() -> None:
    good, packed = note_to(), make.released()
    make.pack(packed)
    packed.refresh_from_db()
    made = quoting.choose_by_rule(notes=[good, packed], actor=make.person("supervisor"), now=NOW)
    assert {pk: error.code for pk, error in made.refused.items()} == {
        good.pk: "no_service_fits",
        packed.pk: "note_closed",
    }


def test_what_left_is_expected_to_cost_by_the_scale(django_capture_on_commit_callbacks: Any) -> None:
    row = rates("CP_REG")
    parcel = make.handed_over(country="BR")
    assert parcel.weight_g == 60
    FreightEstimate.objects.all().delete()
    assert quoting.estimate_parcels(parcel_ids=[parcel.pk], now=NOW) == 1
    assert quoting.estimate_parcels(parcel_ids=[parcel.pk], now=NOW) == 1, "twice is once"
    made = FreightEstimate.objects.get()
    assert (made.parcel_id, made.basis, made.amount, made.rate_id, made.weight_g) == (
        parcel.pk,
        "parcel",
        Decimal("13.40"),
        row.pk,
        60,
    )


def test_lost_news_of_a_hand_over_is_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    rates("CP_REG")
    parcel = make.handed_over(country="BR")
    FreightEstimate.objects.all().delete()
    monkeypatch.setattr(tasks, "utcnow", lambda: NOW + timedelta(hours=2))
    assert tasks.expect_freight() == 1
    assert tasks.expect_freight() == 0
    assert FreightEstimate.objects.get().parcel_id == parcel.pk
    RateTable.objects.update(active=False)
    FreightEstimate.objects.all().delete()
    assert tasks.expect_freight() == 0, "a house without price lists expects nothing"


def test_the_database_refuses_what_is_no_rate() -> None:
    for wrong in ({"from_g": 5, "to_g": 5}, {"per_kg": Decimal(-1)}, {"step_fee": Decimal(1), "step_g": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rates("CP_REG", "FR", **wrong)


# --- doors -----------------------------------------------------------------------------------------------------------------


@pytest.mark.covers("PRM-05")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_panel_shows_sum_refusals_and_the_payout(language: str) -> None:
    rates("CP_REG")
    rates("YW_REG")
    note = note_to()
    boss = browser("manager", language=language)
    for name, pk in (("dispatch-notes", note.pk), ("orders", note.order_id)):
        page = boss.get(reverse("core:panel", args=[name, pk, "quotes"]))
        assert page.status_code == 200
        text = page.content.decode()
        assert "12.50" in text
        assert "4.50" in text, "the freight beside the item fee"
        assert reverse("logistics:note-choose", args=[note.pk]) in text
    bare = boss.get(reverse("core:panel", args=["orders", make.ready_order(country="BR").pk, "quotes"]))
    assert "12.50" in bare.content.decode()


def test_a_service_is_chosen_on_the_page() -> None:
    rates("YW_REG")
    note = note_to()
    boss = browser("manager")
    assert boss.post(reverse("logistics:note-choose", args=[note.pk]), {"service": "YW_REG"}).status_code == 302
    note.refresh_from_db()
    assert note.service is not None
    assert note.service.code == "YW_REG"
    assert boss.post(reverse("logistics:note-choose", args=[note.pk]), {"service": "nothing"}).status_code == 302
    assert browser("warehouse").post(reverse("logistics:note-choose", args=[note.pk])).status_code == 403


def test_prices_of_a_parcel_described_by_hand() -> None:
    rates("CP_REG")
    boss = browser("service")
    url = reverse("logistics:prices")
    assert boss.get(url).status_code == 200
    assert "12.50" in boss.get(url, {"country": "br", "weight_g": "50"}).content.decode()
    assert boss.get(url, {"country": "QQ", "weight_g": "x"}).status_code == 422
    note = note_to()
    assert 'value="50"' in boss.get(url, {"note": note.pk}).content.decode()


def test_quotes_by_rest() -> None:
    rates("CP_REG")
    note = note_to()
    api = program()
    asked: list[dict[str, Any]] = [
        {"note": note.pk},
        {"order": note.order_id},
        {"country": "BR", "weight_g": 50, "goods": "liquid"},
    ]
    for params in asked:
        answer = api.get("/api/v1/quotes/", params)
        assert answer.status_code == 200, answer.content
        rows = {row["service"]: row for row in answer.json()["quotes"]}
        assert rows["DHL"]["refusal"] == "no_rates"
        assert rows["DHL"]["total"] is None
        if "goods" in params:
            assert rows["CP_REG"]["refusal"] == "goods_refused"
        else:
            assert (rows["CP_REG"]["total"], rows["CP_REG"]["promise_days"]) == ("12.50", 60)
    for params, status in (
        ({"note": 999999}, 404),
        ({"order": "x"}, 404),
        ({"country": "BR"}, 400),
        ({"planet": 1}, 400),
    ):
        assert api.get("/api/v1/quotes/", params).status_code == status


def test_choosing_by_rest_alone_and_in_bulk() -> None:
    rates("YW_REG")
    note, other = note_to(), note_to()
    api = program()
    one = api.post(f"/api/v1/dispatch-notes/{note.pk}/choose-service/", {"service": "YW_REG"}, "application/json",
                   headers={"Idempotency-Key": "a"})  # fmt: skip
    assert one.status_code == 200, one.content
    assert one.json()["outcome"]["data"]["amount"] == "12.50"
    many = api.post("/api/v1/dispatch-notes/bulk/choose-by-rule/", {"ids": [str(other.pk)]}, "application/json",
                    headers={"Idempotency-Key": "b"})  # fmt: skip
    assert many.status_code == 200, many.content
    other.refresh_from_db()
    assert other.service is not None
    assert other.service.code == "YW_REG"
