"""What texts may say of a parcel: known and true, or nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django_scopes import scopes_disabled

from conversations.registry import Country
from core import clock
from core.audit import SYSTEM
from logistics.models import Extension, Parcel
from logistics.placeholders.parcels import parcel_facts
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from stores.contracts import RemoteEvent
from stores.models import Deadline
from tests.factories import parcels as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = make.NOW + 10 * DAY


@pytest.fixture(autouse=True)
def house():
    with scopes_disabled(), clock.simulated(NOW):
        load_tracking(now=NOW)
        for code, value in (("AE_PROTECT_MAX_DEFAULT", "60"), ("POST_HOLD", "14")):
            Deadline.objects.create(
                rule_code=code, channel="all", topic="x", anchor_event="x", actor="x", value=value, unit="days",
                valid_from=datetime(2010, 1, 1).date(),
            )  # fmt: skip
        yield


def facts(parcel: Parcel, language: str = "en") -> dict:
    return parcel_facts([parcel.pk], language)[parcel.pk]


def seen(parcel: Parcel, stage: str, days_ago: float, text: str = "scan", place: str = "") -> None:
    event = RemoteEvent("", NOW - days_ago * DAY, stage, text, place)
    tracking.record_events(parcel_events={parcel.pk: [event]}, source="file", now=NOW)


@pytest.mark.covers("TRK-07", "TRK-13")
def test_number_link_arrival_and_latest_record_are_known():
    parcel = make.parcel()
    seen(parcel, "left_origin", 2, "Departed from Guangzhou")
    found = facts(parcel)
    assert found["tracking_no"] == parcel.tracking_number
    assert found["tracking_url"] == f"https://track.example/{parcel.tracking_number}"
    assert (found["days_min"], found["days_max"], found["days_since"]) == (15, 60, 10)
    assert (found["last_event"], found["last_event_date"]) == ("Departed from Guangzhou", date(2026, 3, 9))
    assert (found["ship_date"], found["protected_until"]) == (date(2026, 3, 1), date(2026, 4, 30))
    assert found["destination_country"] == Country("DE")
    assert found["next_check_date"] == date(2026, 3, 31)


def test_what_is_not_known_or_not_true_is_nothing():
    parcel = make.parcel(code="CP_ORD", country="IT", tracking_number="")
    found = facts(parcel)
    unknown = (
        "tracking_no",
        "tracking_url",
        "last_event",
        "last_event_date",
        "extended_days",
        "new_deadline",
        "post_office",
        "hold_until",
        "hold_reason",
    )
    assert {name: found[name] for name in unknown} == dict.fromkeys(unknown)
    assert "no scans after it has left China" in found["tracking_note"]


def test_a_waiting_parcel_names_office_and_last_day_only_while_it_waits():
    parcel = make.parcel()
    seen(parcel, "ready_for_collection", 3, place="Post 7")
    assert (facts(parcel)["post_office"], facts(parcel)["hold_until"]) == ("Post 7", date(2026, 3, 22))
    seen(parcel, "in_transit", 1)
    assert facts(parcel)["post_office"] is None


def test_an_extension_is_news_for_a_week_and_only_when_confirmed():
    parcel = make.parcel()
    row = Extension.objects.create(
        parcel=parcel,
        store=parcel.store,
        days=15,
        before=parcel.receive_by,
        after=parcel.receive_by + 15 * DAY,
        cycle="x",
        asked_at=NOW,
    )
    assert facts(parcel)["extended_days"] is None
    tracking.confirm_extension(extension=row, actor=SYSTEM, now=NOW)
    assert (facts(parcel)["extended_days"], facts(parcel)["new_deadline"]) == (15, date(2026, 5, 15))
    with clock.simulated(NOW + 8 * DAY):
        assert facts(parcel)["extended_days"] is None


@pytest.mark.parametrize("language", ["en", "ru", "es", "pt", "fr", "de", "it", "zh-hans"])
@pytest.mark.parametrize("code", ["CP_REG", "CP_ORD"])
def test_every_language_says_how_far_it_is_scanned(language, code):
    assert facts(make.parcel(code=code), language)["tracking_note"]


def test_a_settled_parcel_is_told_no_more():
    from logistics.placeholders.parcels import parcel_still_late

    class Text:
        about_type, about_id = "logistics.parcel", 0

    parcel, text = make.parcel(), Text()
    text.about_id = parcel.pk
    assert parcel_still_late(text, now=NOW) == ""
    seen(parcel, "delivered", 1)
    assert parcel_still_late(text, now=NOW)
