"""Buyers: found or made in sets, held on a blacklist, exported, forgotten."""

from __future__ import annotations

import io
import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scopes_disabled
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Store
from core import countries
from core.audit import SYSTEM, Actor
from core.errors import Invalid, NotAllowed
from core.models import ActivityEntry
from customers import rules, selectors, services
from customers.models import Buyer, ErasedBuyer
from customers.registry import PLACES, Place
from orders.services.importing import import_remote
from stores.contracts import RemoteAddress
from tests.factories.accounts import make_person
from tests.factories.inventory import make_warehouse
from tests.factories.remote import NOW, a_store, an_order

pytestmark = pytest.mark.django_db
ACT: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
NOBODY = Actor(kind="user", label="nobody", permissions=frozenset(), store_ids=None)


@pytest.fixture(autouse=True)
def _everywhere() -> Any:
    with scopes_disabled():
        yield


@pytest.fixture
def shop() -> Store:
    return a_store()


def find(shop: Store, *remotes: Any) -> dict[str, Buyer]:
    return services.find_or_create_buyers(store=shop, remotes=remotes, now=NOW)


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"buyer_key": "K9"}, "K9"), ({"buyer_login": "ana"}, "login:ana"),
        ({"buyer_login": "", "buyer_email": ""}, "order:8001"),
    ],
)  # fmt: skip
def test_who_a_buyer_is(shop: Store, facts: dict[str, str], key: str) -> None:
    assert selectors.buyer_key(shop.pk, an_order(**facts)) == key


def test_the_same_mail_in_any_case_is_the_same_buyer(shop: Store) -> None:
    one, two = (
        an_order(n, buyer_login="", buyer_email=mail)
        for n, mail in (("1", "Ana@Example.com"), ("2", "ana@example.com "))
    )
    assert len(find(shop, one, two)) == 1
    assert len(find(a_store("other"), one)) == 1 and Buyer.objects.count() == 2  # per store


def test_two_strangers_of_one_name_stay_two(shop: Store) -> None:
    find(shop, *(an_order(n, buyer_login="", buyer_email="") for n in "12"))
    assert Buyer.objects.count() == 2


def test_facts_follow_the_latest_telling_in_any_order(shop: Store) -> None:
    tellings = [
        an_order("1", buyer_login="ana", buyer_email="old@example.com", placed_at=NOW - timedelta(days=9), country="BR"),
        an_order("2", buyer_login="ana", buyer_email="", buyer_name="Ana Maria", placed_at=NOW - timedelta(days=5), country="PT"),
        an_order("3", buyer_login="ana", buyer_email="new@example.com", buyer_name="", placed_at=NOW - timedelta(days=7), country="BR",
                 address=RemoteAddress()),
    ]  # fmt: skip
    ends = set()
    for order in itertools.permutations(tellings):
        Buyer.objects.all().delete()
        for telling in order:
            find(shop, telling)
        buyer = Buyer.objects.get()
        ends.add((buyer.name, buyer.email, buyer.country, buyer.language, buyer.search, buyer.first_order_at))
    assert ends == {
        ("Ana Maria", "new@example.com", "PT", "pt", "ANA MARIA ANA NEW@EXAMPLE.COM", NOW - timedelta(days=9))
    }


@given(st.permutations(range(6)))
def test_merging_is_the_same_in_any_order(order: list[int]) -> None:
    words = (("a", "", 1), ("b", "x", 2), ("", "y", 2), ("c", "", 3), ("d", "", 3), ("", "z", 1))
    told = [({"name": name, "email": email}, version) for name, email, version in words]
    facts, versions = {}, {}
    for index in order:
        facts, versions = rules.merged(facts, versions, *told[index])
    assert (facts["name"], facts["email"]) == ("d", "y")


def test_language_comes_from_the_country_until_somebody_says_another(shop: Store) -> None:
    buyer = next(iter(find(shop, an_order(buyer_login="ana")).values()))
    assert buyer.language == "pt"
    services.change(buyer=buyer, language="en", **ACT)
    find(shop, an_order("2", buyer_login="ana", country="FR", placed_at=NOW))
    assert Buyer.objects.get().language == "en"
    assert {rules.language_of(c) for c in ("US", "GB", "NG")} == {"en"} and rules.language_of("RU") == "ru"


def test_statements_do_not_grow_with_the_buyers(shop: Store) -> None:
    def count(start: int, size: int) -> int:
        with CaptureQueriesContext(connection) as found:
            find(shop, *(an_order(str(start + n)) for n in range(size)))
        return len(found)

    assert count(0, 2) == count(100, 50)
    assert count(0, 2) == count(100, 50)


# --- blacklist -----------------------------------------------------------------------------------------------------


def test_blacklist_needs_right_and_reason_and_is_on_record(shop: Store) -> None:
    buyer = next(iter(find(shop, an_order()).values()))
    with pytest.raises(NotAllowed):
        services.blacklist(buyer=buyer, reason="x", actor=NOBODY, now=NOW)
    with pytest.raises(Invalid):
        services.blacklist(buyer=buyer, reason="  ", **ACT)
    services.blacklist(buyer=buyer, reason="never paid", **ACT)
    services.blacklist(buyer=buyer, reason="never paid", **ACT)
    assert ActivityEntry.objects.filter(verb="buyer.blacklist").count() == 1
    assert Buyer.objects.get().blacklist_reason == "never paid"
    services.lift(buyer=buyer, **ACT)
    assert Buyer.objects.get().blacklisted_at is None


# --- privacy -------------------------------------------------------------------------------------------------------


@pytest.fixture
def place() -> Any:
    """A place of an app above."""
    held = {"rows": ["Rua A 1"]}
    PLACES["test.place"] = Place("test.place", lambda buyer: held["rows"], lambda buyer, now: held["rows"].clear() or 1)
    yield held
    del PLACES["test.place"]


@pytest.mark.covers("CRM-08")
def test_a_buyer_is_forgotten_everywhere_and_stays_so(shop: Store, place: Any) -> None:
    buyer = next(iter(find(shop, an_order(buyer_login="ana")).values()))
    with pytest.raises(NotAllowed):
        services.erase_buyer(buyer=buyer, actor=NOBODY, now=NOW)
    changed = services.erase_buyer(buyer=buyer, reason="letter", **ACT)
    assert changed["customers.buyer"] == 1 and place["rows"] == []
    buyer.refresh_from_db()
    text = json.dumps(selectors.export_fields(buyer), default=str)
    assert "Ana" not in text and "ana" not in text and "@" not in text and buyer.name == f"Buyer {buyer.pk}"
    assert ErasedBuyer.objects.count() == 1
    find(shop, an_order("2", buyer_login="ana"))
    assert Buyer.objects.count() == 1 and Buyer.objects.get().email == ""
    services.erase_buyer(buyer=buyer, **ACT)  # twice is once
    assert ErasedBuyer.objects.count() == 1


@pytest.mark.covers("CRM-08")
def test_everything_held_of_a_buyer_in_one_file(shop: Store, place: Any, tmp_path: Path) -> None:
    buyer = next(iter(find(shop, an_order(buyer_login="ana")).values()))
    found = services.export_buyer(buyer=buyer, **ACT)
    assert found["customers.buyer"]["email"] == "buyer8001@example.com" and found["test.place"] == ["Rua A 1"]
    out = io.StringIO()
    target = tmp_path / "ana.json"
    call_command("export_buyer", "--store", "shop", "--buyer", "ana", "--to", str(target), "--json", stdout=out)
    assert "Rua A 1" in target.read_text() and json.loads(out.getvalue())["buyer"] == buyer.pk
    call_command("erase_buyer", "--id", str(buyer.pk), "--reason", "letter", "--json", stdout=out)
    assert Buyer.objects.get().erased_at is not None


@pytest.mark.parametrize(("email", "shown"), [("maria@example.com", "m•••@example.com"), ("", ""), ("odd", "•••")])
def test_masks_say_enough_to_recognise(email: str, shown: str) -> None:
    assert rules.masked_email(email) == shown
    assert rules.masked_phone("+55 11 91234 5678") == "••• 5678" and rules.masked_phone("12") == "•••"


# --- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_and_masks(client: Any, shop: Store, language: str) -> None:
    buyer = next(iter(find(shop, an_order(buyer_login="ana")).values()))
    client.force_login(make_person("service", [shop], language=language))
    assert buyer.name in client.get(reverse("customers:list")).content.decode()
    assert "buyer8001@example.com" in client.get(reverse("customers:detail", args=[buyer.pk])).content.decode()
    client.force_login(make_person("warehouse", [shop], language=language))
    assert client.get(reverse("customers:list")).status_code == 403
    client.force_login(make_person("service", [a_store("other")], language=language))
    assert client.get(reverse("customers:detail", args=[buyer.pk])).status_code == 404


def test_the_orders_of_a_buyer_stand_on_his_page(client: Any, shop: Store) -> None:
    make_warehouse()
    import_remote(store=shop, remotes=[an_order("1", buyer_login="ana"), an_order("2", buyer_login="eva")], **ACT)
    client.force_login(make_person("service", [shop]))
    ana = Buyer.objects.get(login="ana")
    panel = client.get(reverse("core:panel", args=["customers", ana.pk, "orders"])).content.decode()
    assert ">1</a>" in panel and ">2</a>" not in panel


def test_actions_on_the_page(client: Any, shop: Store) -> None:
    buyer = next(iter(find(shop, an_order(buyer_login="ana")).values()))
    client.force_login(make_person("manager"))
    client.post(reverse("core:act", args=["customers", buyer.pk, "blacklist"]), {"reason": "never paid"})
    assert Buyer.objects.get().blacklist_reason == "never paid"
    client.post(reverse("core:act", args=["customers", buyer.pk, "lift"]))
    unsure = client.post(reverse("core:act", args=["customers", buyer.pk, "erase"]), {"reason": "letter"})
    assert unsure.status_code == 422 and Buyer.objects.get().erased_at is None
    export = client.post(reverse("customers:export", args=[buyer.pk]))
    assert export["Content-Disposition"].startswith("attachment") and "ana" in export.content.decode()
    client.post(reverse("core:act", args=["customers", buyer.pk, "erase"]), {"reason": "letter", "sure": "on"})
    assert Buyer.objects.get().erased_at is not None


def test_countries_know_codes_names_and_aliases() -> None:
    assert len(countries.by_code()) == 249
    for name, code in (("UK", "GB"), ("gbr", "GB"), ("阿联酋", "AE"), ("The Netherlands", "NL"), ("Unspecified", None),
                       ("European Community", None), ("Channel Islands", None), ("", None)):  # fmt: skip
        assert countries.find(name) == code
