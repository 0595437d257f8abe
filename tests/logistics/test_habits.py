"""Figures as the buyer's country reads them, and what a detail page tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from core import format as f
from core import policies
from core.audit import SYSTEM
from logistics.models import FreightEstimate
from logistics.rules.detail_words import WORDS, spans
from logistics.selectors import habits
from logistics.selectors.arrivals import detail_of
from logistics.services.seeding import load_reference
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store

NOW = make.NOW


@pytest.mark.covers("STO-05")
@pytest.mark.parametrize(
    ("grams", "country", "shown"),
    [
        (128, "US", "4.5 oz"), (453, "US", "1 lb"), (454, "US", "1 lb"), (500, "US", "1 lb 1.6 oz"), (0, "US", "0 oz"), (128, "DE", "128 g"),
        (1250, "DE", "1,25 kg"), (1250, "GB", "1.25 kg"), (12400, "FR", "12,4 kg"), (999, "BR", "999 g"), (1000, "BR", "1 kg"), (None, "US", ""),
        (80, "ZZ", "80 g"),
    ],
)  # fmt: skip
def test_weights_by_country(grams: int | None, country: str, shown: str) -> None:
    assert f.weight_for(grams, country) == shown


@pytest.mark.covers("STO-05")
@pytest.mark.parametrize(
    ("sides", "country", "shown"),
    [
        ("20 15 5", "US", "7.9 × 5.9 × 2 in"), ("20 15 5.5", "DE", "20 × 15 × 5,5 cm"), ("120 60 60", "GB", "120 × 60 × 60 cm"),
        ("", "US", ""),
    ],
)  # fmt: skip
def test_sizes_by_country(sides: str, country: str, shown: str) -> None:
    assert f.size_for([Decimal(side) for side in sides.split()], country) == shown


@pytest.mark.covers("STO-05")
def test_money_by_country() -> None:
    assert f.money_for(Decimal(31), "EUR", "DE").replace("\xa0", " ") == "31,00 €"
    assert f.money_for(Decimal(31), "USD", "US") == "$31.00"


@pytest.mark.django_db
@pytest.mark.covers("STO-05")
def test_the_freight_is_told_as_the_country_is_used_to_and_texts_can_name_it() -> None:
    with scopes_disabled():
        german = make.ready_order(country="DE", currency="EUR")
        german.total, german.shipping_fee = Decimal("31"), Decimal("3")
        assert habits.price_of(german, "de", NOW) == "31,00\xa0€ inkl. Versand"
        german.country = "US"
        assert habits.price_of(german, "en", NOW) == "€28.00 + €3.00 shipping"
        german.shipping_fee = Decimal(0)
        assert habits.price_of(german, "en", NOW) == "€31.00, free shipping"
        parcel = make.handed_over(make.ready_order(country="US"))
        from logistics.placeholders.parcels import parcel_facts

        facts = parcel_facts([parcel.pk], "en")[parcel.pk]
        assert facts["parcel_weight"] == "2.1 oz" and facts["order_amount"] and facts["parcel_size"] is None
        FreightEstimate.objects.create(
            note=parcel.note,
            basis="note",
            service=parcel.service,
            length_cm=20,
            width_cm=15,
            height_cm=5,
            made_at=NOW,
            refusal="no_list",
        )
        assert parcel_facts([parcel.pk], "en")[parcel.pk]["parcel_size"] == "7.9 × 5.9 × 2 in"
        desk = Client()
        desk.force_login(make_person("service"))
        assert "7.9 × 5.9 × 2 in" in desk.get(f"/parcels/{parcel.pk}/").content.decode()


def test_every_language_says_everything_and_days_are_runs() -> None:
    keys = set(WORDS["en"])
    assert all(set(words) == keys for words in WORDS.values())
    assert spans([5, 0, 1, 2, 3]) == [(0, 3), (5, 5)]


@pytest.fixture
def shop() -> Any:
    with scopes_disabled():
        load_reference(now=NOW)
        yield make_store(time_zone="Asia/Shanghai")


@pytest.mark.django_db
@pytest.mark.covers("PRM-07", "PRM-06")
def test_the_detail_page_names_handling_transit_and_hours_with_their_zone(shop: Any) -> None:
    found = detail_of(shop, "de", ["DE", "US"], ["EMS"], NOW)
    assert found.handling_days == 3 and "innerhalb von 3 Werktagen" in found.text
    assert "09:00–18:00" in found.text and "UTC+08:00" in found.text and "Mo.–Sa." in found.text
    for row in found.arrivals:
        assert f"{row.days_min}–{row.days_max} Tage" in found.text
        assert f"spätestens nach {row.promise_days} Tagen" in found.text
    assert {row.country for row in found.arrivals} == {"DE", "US"}
    boss = make_person("manager").actor
    policies.set_value(
        key="orders.ship_target_days", text="2", valid_from=NOW.date(), actor=boss, now=NOW, store_id=shop.pk
    )
    assert detail_of(shop, "en", ["DE"], ["EMS"], NOW).handling_days == 2
    assert detail_of(make_store(), "en", ["DE"], ["EMS"], NOW).handling_days == 3
    assert SYSTEM.is_system


@pytest.mark.django_db
@pytest.mark.covers("PRM-07")
def test_the_text_can_be_copied_and_read_by_a_program(client: Client, shop: Any) -> None:
    client.force_login(make_person("service", stores=[shop]))
    page = client.get(
        reverse("logistics:arrivals"), {"countries": "DE", "store": shop.code, "language": "ru", "services": "EMS"}
    )
    text = page.content.decode()
    assert page.status_code == 200 and "data-copy" in text and "рабочих дней" in text
    answer = client.get(
        "/api/v1/detail-facts/", {"countries": "DE", "store": shop.code, "language": "fr", "services": "EMS"}
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["handling_days"] == 3 and told["transit"][0]["service"] == "EMS" and "jours" in told["text"]
    foreign = make_store()
    assert client.get("/api/v1/detail-facts/", {"countries": "DE", "store": foreign.code}).status_code == 400
    assert client.get("/api/v1/detail-facts/", {"countries": "DE", "store": shop.code, "x": "1"}).status_code == 400
