"""Templates 3, 4 and 5 as the clock writes them, with the house's own texts in every language it begins with: only what is
true of the parcel, filled to the last word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django_scopes import scopes_disabled

from conversations.models import Message
from conversations.rules import TEAM, as_text, country_name
from conversations.services import seeding
from core.audit import SYSTEM
from customers.models import Buyer
from logistics.models import Extension, Parcel, Service
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from orders.models import Order
from stores.contracts import RemoteEvent
from stores.models import Deadline
from tests.factories import parcels as make
from worklist import registry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LANGUAGES = ["en", "ru", "es", "pt", "fr", "de", "it"]


@pytest.fixture(autouse=True)
def house(monkeypatch):
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled(), time_machine.travel(NOW, tick=False):
        load_tracking(now=NOW)
        seeding.load_reference(now=NOW)
        for code, value in (("AE_PROTECT_MAX_DEFAULT", "60"), ("AE_EXTEND_DAYS", "15"), ("POST_HOLD", "14")):
            Deadline.objects.create(
                rule_code=code, channel="all", topic="parcel", anchor_event="x", actor="x", value=value, unit="days",
                valid_from=date(2010, 1, 1),
            )  # fmt: skip
        yield


def boxes(age: int, **more) -> dict[str, Parcel]:
    """One parcel for a buyer of each language."""
    shop = make.store()
    found = {language: make.parcel(shop, shipped=NOW - age * DAY, **more) for language in LANGUAGES}
    for language, box in found.items():
        Buyer.objects.filter(pk=box.order.buyer_id).update(language=language)
    return found


def heard(found: dict[str, Parcel], stage: str, ago: float, place: str = "", text: str = "Scan 7") -> None:
    event = RemoteEvent("", NOW - ago * DAY, stage, text, place)
    tracking.record_events(parcel_events={box.pk: [event] for box in found.values()}, source="hand", now=NOW)


def check(found: dict[str, Parcel]) -> None:
    tracking.check_many(parcels=list(found.values()), actor=SYSTEM, now=NOW)


def written(box: Parcel) -> Message:
    return Message.objects.get(about_id=box.pk, about_type="logistics.parcel")


def holds(box: Parcel, language: str, code: str, *words: str, state: str = "ready") -> Message:
    """The one text about a parcel: its code, language and words, our team's name, and nothing left open."""
    text = written(box)
    assert (text.template_code, text.language, text.state) == (code, language, state), text.body
    whole = f"{text.subject}\n{text.body}"
    for word in (box.tracking_number, TEAM[language], *words):
        assert word in whole, (code, language, word, whole)
    assert "{" not in whole and "None" not in whole
    return text


@pytest.mark.covers("MSG-03", "TRK-01")
def test_template_3_promises_a_longer_time_only_when_the_shop_gave_it():
    asked, without = boxes(31), boxes(31)
    for found in (asked, without):
        heard(found, "in_transit", 2)
    Parcel.objects.filter(pk__in=[box.pk for box in without.values()]).update(receive_by=None)
    Order.objects.filter(parcels__in=list(without.values())).update(country="DE")
    check({**{f"a{k}": v for k, v in asked.items()}, **{f"b{k}": v for k, v in without.items()}})
    assert not Message.objects.filter(about_id__in=[box.pk for box in asked.values()]).exists()  # waits for the shop
    for row in Extension.objects.select_related("parcel"):
        tracking.confirm_extension(extension=row, actor=SYSTEM, now=NOW)
    for language in LANGUAGES:
        # handed over on 10 May: the receiving time ran until 9 July, 15 days more are 24 July; heard of on 8 June
        longer, seen = as_text(date(2026, 7, 24), language), as_text(date(2026, 6, 8), language)
        holds(asked[language], language, "T03", longer, seen, "15", "Scan 7")
        text = holds(without[language], language, "T03N", seen, "Scan 7")
        assert longer not in text.body


@pytest.mark.covers("MSG-04", "TRK-03", "TRK-06")
def test_template_4_names_customs_date_number_and_link_and_waits_for_a_person():
    found = boxes(20)
    heard(found, "import_customs", 1)
    for language, box in found.items():
        link, day = f"https://track.example/{box.tracking_number}", as_text(date(2026, 6, 9), language)
        holds(box, language, "T04", link, day, country_name("DE", language), state="draft")


@pytest.mark.covers("MSG-04")
def test_template_4_is_refused_where_the_record_does_not_say_customs():
    from conversations import services as conversations
    from core.errors import DomainError

    box = boxes(20)["en"]
    with pytest.raises(DomainError, match="does not say customs"):
        conversations.send_template(base_code="T04", about=box, key="k", actor=SYSTEM, now=NOW)


@pytest.mark.covers("MSG-05", "TRK-03", "TRK-04")
def test_template_5_names_office_and_last_day_and_a_failed_delivery_has_its_own():
    waiting, missed = boxes(20), boxes(20)
    heard(waiting, "ready_for_collection", 1, "Post 7")
    heard(missed, "attempted", 1)
    check({**{f"a{k}": v for k, v in waiting.items()}, **{f"b{k}": v for k, v in missed.items()}})
    for language in LANGUAGES:
        there = f"https://track.example/{waiting[language].tracking_number}"
        holds(waiting[language], language, "T05", "Post 7", as_text(date(2026, 6, 23), language), there)
        link = f"https://track.example/{missed[language].tracking_number}"
        holds(missed[language], language, "T05A", link, as_text(date(2026, 6, 9), language))
    nowhere = boxes(20)["en"]
    Service.objects.filter(pk=nowhere.service_id).update(tracking_url="")
    heard({"en": nowhere}, "ready_for_collection", 1, "Post 7")
    check({"en": nowhere})
    (words,) = Message.objects.filter(about_id=nowhere.pk).values_list("body", flat=True)
    assert "Post 7" in words and "http" not in words, "a carrier without a page of its own holds no text back"
    for box in (waiting["en"], missed["en"]):  # followed on without a reply: again after four days
        box.refresh_from_db()
        assert box.next_check_at == NOW + 4 * DAY
