"""The public page of a parcel: who has the link sees stages and places, nobody else sees anything, and nothing personal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from conversations.services import facts as facts_of
from core import crypto, policies
from core.clock import utcnow
from core.models import ActivityEntry
from customers.models import Buyer
from logistics.models import Parcel, TrackingEvent
from logistics.rules import public_link as rules
from logistics.selectors import links
from orders.models import OrderAddress
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.incidents import make_incident

NOW = utcnow()
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


def box(language: str = "en", **facts: Any) -> Parcel:
    """A parcel on its way to somebody in Madrid, with events of every kind of place."""
    made = make.parcel(country="ES", shipped=NOW - 9 * DAY, follow=False, state="shipped", next_check_at=NOW, **facts)
    Buyer.objects.filter(pk=made.order.buyer_id).update(name="Rosalía Quintero", login="rosita77", language=language)
    OrderAddress.objects.create(
        order=made.order,
        recipient="Rosalía Quintero",
        line1="Calle Mayor 7",
        city="Madrid",
        postcode="28013",
        changed_at=NOW,
        country="ES",
    )
    places = [
        "Shanghai",
        "Calle Mayor, Madrid",
        "MADRID",
        "Quintero",
        "28013 Madrid",
        "rosita77@example.org",
        "Signed for by a neighbour on the third floor of the house next door",
    ]
    stages = ["picked_up", "left_origin", "arrived", "import_customs", "in_transit", "out_for_delivery", "attempted"]
    for n, (stage, place) in enumerate(zip(stages, places, strict=True)):
        TrackingEvent.objects.create(
            parcel=made, occurred_at=NOW - (8 - n) * DAY, stage=stage, description="Left with Rosalía Quintero", location=place, source="hand",
            digest=f"{made.pk}-{n}", received_at=NOW,
        )  # fmt: skip
    made.refresh_from_db()
    return made


def rule(key: str, text: str, parcel: Parcel | None = None) -> None:
    policies.set_value(
        key=key, text=text, valid_from=NOW.date(), actor=make_person("manager").actor, now=NOW, store_id=parcel.store_id if parcel else None,
    )  # fmt: skip


@pytest.mark.covers("TRK-07")
def test_the_page_tells_stages_and_places_and_nothing_personal() -> None:
    parcel = box()
    answer = Client().get(links.path_of(parcel))
    text = answer.content.decode()
    assert answer.status_code == 200 and 'lang="en"' in text and 'dir="ltr"' in text
    for word in ("Delivery attempted", "Import customs", "Handed to the carrier", "Shanghai", "MADRID", parcel.tracking_number, "Spain",
                 f"https://track.example/{parcel.tracking_number}"):  # fmt: skip
        assert word in text, word
    order = parcel.order
    for word in (
        "Rosal",
        "Quintero",
        "rosita77",
        "Mayor",
        "Calle",
        "28013",
        "Signed",
        "neighbour",
        order.number,
        parcel.number,
        "24.50",
        "20.00",
        "USD",
    ):
        assert word not in text, word
    assert "<script" not in text and "style=" not in text
    headers = answer.headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive" and '<meta name="robots" content="noindex' in text
    assert headers["Referrer-Policy"] == "no-referrer" and headers["Cache-Control"] == "no-store, private"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "script-src" not in policy and "unsafe" not in policy
    assert not answer.cookies
    with scopes_disabled():
        staff = Client()
        staff.force_login(make_person("service"))
    assert not staff.get(links.path_of(parcel)).cookies, "also who is signed in gets none with it"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", 'lang="ru" dir="ltr"'),
        ("ar", 'lang="ar" dir="rtl"'),
        ("he", 'lang="he" dir="rtl"'),
        ("zh-hans", 'lang="zh"'),
        ("xx", 'lang="en"'),
    ],
)
def test_it_speaks_the_language_of_the_buyer(language: str, words: str) -> None:
    text = Client().get(links.path_of(box(language))).content.decode()
    assert words in text and rules.words_in(rules.language_of(language))["attempted"] in text


@pytest.mark.covers("TRK-07")
def test_a_place_that_is_a_country_has_its_name_and_a_date_one_full_stop() -> None:
    parcel = box("ru")
    TrackingEvent.objects.filter(parcel=parcel, location="MADRID").update(location="ES")
    text = Client().get(links.path_of(parcel)).content.decode()
    assert text.count("Испания") == 2 and ">ES<" not in text and "г.." not in text and "г." in text


def test_foreign_and_ended_links_are_not_found() -> None:
    parcel, client = box(), Client()
    path, token = links.path_of(parcel), links.path_of(parcel).split("/")[2]
    assert len(token) >= 30 and links.path_of(parcel) == path and str(parcel.pk) not in token
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in (
        flipped,
        token[:-2] + "zz",
        "x" * 32,
        crypto.seal("something-else", parcel.pk),
        crypto.seal(links.PURPOSE, 10**12),
        "1",
        token + "A",
    ):
        assert client.get(f"/t/{wrong}/").status_code == 404, wrong
    assert client.post(path).status_code == 405
    rule("logistics.public_link", "false", parcel)
    assert client.get(path).status_code == 404
    assert client.get(links.path_of(box())).status_code == 200, "the switch is the store's"
    rule("logistics.public_link", "true", parcel)
    assert client.get(path).status_code == 200
    Parcel.objects.filter(pk=parcel.pk).update(
        state="delivered", delivered_at=NOW - 40 * DAY, settled_at=NOW - 40 * DAY
    )
    assert client.get(path).status_code == 404, "so many days after the end"
    Parcel.objects.filter(pk=parcel.pk).update(settled_at=NOW - 5 * DAY)
    shown = client.get(path).content.decode()
    assert "Delivered" in shown and "Expected arrival" not in shown
    rule("logistics.link_days", "8")
    assert client.get(path).status_code == 404, "so many days after the hand-over"
    rule("logistics.link_days", "180")
    Buyer.objects.filter(pk=parcel.order.buyer_id).update(erased_at=NOW)
    assert client.get(path).status_code == 404, "with the data of the buyer the page is gone"


def test_one_address_opens_so_many_pages_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    rule("logistics.link_per_minute", "3")
    monkeypatch.setattr("logistics.views.links.time.time", lambda: 1_800_000_000.0)
    from django.core.cache import cache

    cache.clear()
    path, client = links.path_of(box()), Client()
    codes = [client.get(path).status_code for _ in range(3)] + [
        client.get("/t/wrong/").status_code,
        client.get(path).status_code,
    ]
    assert codes == [200, 200, 200, 429, 429]
    assert client.get(path, REMOTE_ADDR="10.9.8.7").status_code == 200


@pytest.mark.covers("TRK-17", "TRK-07")
def test_texts_offer_it_and_it_names_the_incident() -> None:
    parcel = box("es")

    def told() -> Any:
        return facts_of.gather([(parcel, "es")])["logistics.parcel", parcel.pk, "es"]["parcel_link"]

    assert told() is None, "nobody said under which address"
    rule("logistics.link_address", '"https://track.example.com/"'.strip('"'))
    assert told() == f"https://track.example.com{links.path_of(parcel)}"
    rule("logistics.public_link", "false")
    assert told() is None
    rule("logistics.public_link", "true")
    assert "Motivo del retraso" not in Client().get(links.path_of(parcel)).content.decode()
    make_incident(service=parcel.service, countries="ES", kind="flood")
    from logistics.selectors import incidents

    incidents.forget()
    shown = Client().get(links.path_of(parcel)).content.decode()
    assert "Motivo del retraso: inundaciones o temporales en la ruta." in shown and "INC-" not in shown


def test_the_rules_of_the_page() -> None:
    assert rules.expected(date(2026, 11, 1), 12.2, 30.4, date(2026, 11, 5)) == (date(2026, 11, 13), date(2026, 12, 1))
    assert rules.expected(date(2026, 11, 1), 12, 30, date(2026, 11, 20)) == (date(2026, 11, 20), date(2026, 12, 1))
    assert rules.expected(date(2026, 10, 1), 12, 30, date(2026, 11, 20)) is None
    hidden = rules.hidden_words(["Ana Ñáñez", "Rua do Ouro 5"])
    assert rules.public_place("  Porto  ", hidden) == "Porto" and rules.public_place("NANEZ", hidden) == ""
    assert rules.public_place("Ouro Preto", hidden) == "" and rules.public_place("Gate 7", hidden) == ""
    assert rules.seen_until(NOW, None, days=10, after=3) == NOW + 10 * DAY
    assert rules.seen_until(NOW, NOW + DAY, days=10, after=3) == NOW + 4 * DAY
    words = rules.words_in("en")
    for language in ("ru", "ar", "zh"):
        own = rules.words_in(language)
        assert set(own) == set(words) and all(own.values())
        assert re.findall(r"{\w+}", own["until"]) == ["{day}"] and re.findall(r"{\w+}", own["delayed"]) == ["{reason}"]


@pytest.mark.covers("TRK-07")
def test_one_public_page_is_ended_and_given_again() -> None:
    """By page and by REST, with its reason in the record; texts do not offer it, other parcels keep theirs."""
    parcel, other = box(), box()
    rule("logistics.link_address", "https://track.example")
    client, person = Client(), make_person("service")
    client.force_login(person)
    page = f"/parcels/{parcel.pk}/"
    assert (
        "/do/end-link/" in client.get(page).content.decode()
        and "/do/give-link/" not in client.get(page).content.decode()
    )
    url = f"/api/v1/parcels/{parcel.pk}/end-link/"
    assert client.post(url, {"reason": " "}, content_type="application/json").status_code == 422
    assert client.post(url, {"reason": "sent to a stranger"}, content_type="application/json").status_code == 200
    parcel.refresh_from_db()
    assert Client().get(links.path_of(parcel)).status_code == 404 and links.address_of(parcel, NOW) is None
    assert Client().get(links.path_of(other)).status_code == 200
    line = ActivityEntry.objects.get(verb="parcel.end_link")
    assert (line.reason, line.actor_label) == ("sent to a stranger", person.label)
    assert (
        "timeline says who" in client.get(reverse("core:panel", args=["parcels", parcel.pk, "link"])).content.decode()
    )
    assert client.post(url, {"reason": "again"}, content_type="application/json").status_code in (200, 409)
    assert ActivityEntry.objects.filter(verb="parcel.end_link").count() == 1
    assert (
        client.post(f"/api/v1/parcels/{parcel.pk}/give-link/", {}, content_type="application/json").status_code == 200
    )
    assert Client().get(links.path_of(parcel)).status_code == 200
    guest = Client()
    guest.force_login(make_person("warehouse"))
    assert guest.post(url, {"reason": "no"}, content_type="application/json").status_code == 403


def test_a_parcel_that_comes_back_is_expected_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = box()
    monkeypatch.setattr(links, "_lane_days", lambda parcel, now: (12.0, 30.0))
    page = links.page_of(parcel, NOW)
    assert page is not None and page.expected is not None
    TrackingEvent.objects.create(
        parcel=parcel, occurred_at=NOW - DAY / 24, stage="returning", description="x", location="", source="hand", digest="back", received_at=NOW,
    )  # fmt: skip
    page = links.page_of(parcel, NOW)
    assert page is not None and (page.stage, page.expected, page.overdue) == ("returning", None, False)
