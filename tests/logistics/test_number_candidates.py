"""Whose number is it: check digits computed by hand, candidates with why, a paste of many numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from logistics.rules import numbers as rules
from logistics.selectors import numbers as selectors
from tests.factories import parcels as make
from tests.factories.accounts import make_person

DATA = Path(__file__).resolve().parents[2] / "logistics" / "data"
S10 = list(csv.DictReader((DATA / "s10_vectors.csv").open(encoding="utf-8")))


def names(number: str) -> list[tuple[str, str]]:
    return [(c.carrier, c.why) for c in selectors.candidates(number)]


@pytest.mark.parametrize("row", S10, ids=lambda row: row["number"])
def test_every_postal_vector_is_judged_by_its_check_digit(row: dict[str, str]) -> None:
    said = [c.why for c in selectors.candidates(row["number"]) if c.code == "s10"]
    assert (said == ["check_fits"]) is (row["valid"] == "yes")


def test_the_first_letter_and_the_country_name_post_and_service() -> None:
    registered, express = selectors.candidates("RB123456785CN")[0], selectors.candidates("EA987654326CN")[0]
    assert (registered.carrier, registered.key, registered.service) == ("China Post", 3011, "registered")
    assert (express.carrier, express.key, express.service) == ("China EMS", 3013, "ems")
    assert names("RB123456785GB") == [("Royal Mail", "check_fits")]


@pytest.mark.parametrize(("check", "serial", "digit"), [
    # 1Z: 9 9 9 A=2 A=2 1 0 1 2 3 4 5 6 7 8 -> odd places 9+9+2+0+2+4+6+8=40, even (9+2+1+1+3+5+7)*2=56 -> 96 -> 4
    ("ups", "999AA1012345678", "4"),
    # thrice from the right: 1+2+... of the 21 digits: (1+3+4+0+0+0+0+1+1+0+9)*3=57, others 37 -> 94 -> 6
    ("mod10", "940011120108080548301", "6"),
    # 9*3+8+6*7+5*3+7+8*7+7*3+8+8*7+8*3+5 = 269, by eleven leaves 5
    ("fedex", "98657878885", "5"),
    # 123456789 by seven leaves 1
    ("mod7", "123456789", "1"),
    # (1+3+5+7+9+1)*4 + (2+4+6+8+0)*9 = 104+180 = 284 -> 6
    ("ident", "12345678901", "6"),
    # a remainder of ten counts as nought: 0*3+...+0*7+... only the first digit 7 weighs 3: 21 by eleven leaves 10
    ("fedex", "70000000000", "0"),
])  # fmt: skip
def test_check_digits_computed_by_hand(check: str, serial: str, digit: str) -> None:
    assert rules.CHECKS[check](serial) == digit


@pytest.mark.parametrize(("number", "first"), [
    ("1Z999AA10123456784", ("UPS", "check_fits")), ("1Z999AA10123456783", ("UPS", "check_wrong")),
    ("1z 999 aa1 01 2345 6784", ("UPS", "check_fits")), ("9400111201080805483016", ("USPS", "check_fits")),
    ("420902109400111201080805483016", ("USPS", "check_fits")), ("986578788855", ("FedEx", "check_fits")),
    ("1234567891", ("DHL Express", "check_fits")), ("1234567890", ("DHL Express", "check_wrong")),
    ("123456789016", ("DHL Paket", "check_fits")), ("YT2229521272164446", ("YunExpress", "form")),
    ("LP00123456789012", ("Cainiao", "form")), ("SF1234567890123", ("SF Express", "form")),
    ("4PX3000123456789CN", ("4PX", "form")), ("UUSC000012345678", ("4PX", "form")), ("CK1ABCDEF12345", ("Chukou1", "form")),
])  # fmt: skip
def test_the_likeliest_carrier_comes_first(number: str, first: tuple[str, str]) -> None:
    assert names(number)[0] == first


def test_a_number_that_two_carriers_may_have_given_has_two_candidates() -> None:
    assert {name for name, _why in names("YT2229521272164446")} == {"YunExpress", "Yanwen"}
    both = next(
        n for n in (f"{s:011d}{rules.fedex(f'{s:011d}')}" for s in range(10**10, 10**10 + 200))
        if rules.ident(n[:11]) == n[11]
    )  # fmt: skip
    assert {name for name, _why in names(both)} == {"FedEx", "DHL Paket"}


def test_one_wrong_sign_is_noticed_and_the_right_digit_named() -> None:
    one = selectors.candidates("RB123456786US")[0]
    assert (one.why, one.expected, one.carrier) == ("check_wrong", "5", "USPS")
    assert names("HELLO") == [] and names("") == [] and names("RB123456785XX") == []


def test_every_pattern_can_be_read_and_has_a_check_we_know() -> None:
    assert len(selectors.patterns()) > 20
    for pattern in selectors.patterns():
        assert pattern.check in ("", *rules.CHECKS)
        assert ("(?P<check>" in pattern.pattern) is bool(pattern.check)
        rules._compiled(pattern.pattern)


def test_a_paste_of_many_numbers_is_read_once_each() -> None:
    text = "RB 1234 5678 5 CN\nLX123456785CN RB123456785CN,\t986578788855;hello\n\n运单号\n1Z999AA10123456784"
    assert rules.pasted(text) == (
        ["RB123456785CN", "LX123456785CN", "986578788855", "1Z999AA10123456784"],
        ["hello", "运单号"],
    )


@pytest.mark.django_db
@pytest.mark.covers("TRK-07")
def test_the_page_shows_parcels_and_candidates_of_pasted_numbers() -> None:
    person = make_person("service")
    with scopes_disabled():
        box = make.parcel(tracking_number="RB123456785CN")
        box.order.number = "8000000000000120"
        box.order.save()
    client = Client()
    client.force_login(person)
    assert client.get("/parcels/numbers/").status_code == 200
    page = client.post(
        "/parcels/numbers/", {"text": "RB 1234 5678 5 CN\n1Z999AA10123456784\n8000000000000120\nnothing"}
    ).content.decode()
    assert f'href="/orders/{box.order_id}/"' in page and "2 of ours" in page  # a number of an order leads to it
    assert box.number in page and "China Post" in page and "UPS" in page and "nothing" in page
    assert client.post("/parcels/numbers/", {"text": ""}).status_code == 422


@pytest.mark.django_db
def test_a_parcel_of_another_store_is_not_found_by_its_number() -> None:
    with scopes_disabled():
        box = make.parcel(tracking_number="RB123456785CN")
    stranger = make_person("service", stores=[make.store()])
    client = Client()
    client.force_login(stranger)
    page = client.post("/parcels/numbers/", {"text": "RB123456785CN"}).content.decode()
    assert box.number not in page and "China Post" in page
