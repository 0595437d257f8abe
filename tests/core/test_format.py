"""How values look, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from core import format as f
from core.money import Money

NOW = datetime(2025, 11, 21, 8, 42, tzinfo=UTC)  # 16:42 in Shanghai, a Friday


@pytest.fixture(autouse=True)
def in_shanghai():
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("42.6", "USD", "en", "US$42.60"),
        ("42.6", "USD", "zh-hans", "US$42.60"),
        ("1234567.891", "EUR", "en", "€1,234,567.89"),
        ("2.675", "USD", "en", "US$2.68"),
        ("-3.4", "USD", "en", "−US$3.40"),
        ("8800", "JPY", "zh-hans", "JP¥8,800"),
        ("120", "CNY", "zh-hans", "¥120.00"),
        ("1.2345", "KWD", "en", "KWD\xa01.235"),
    ],
)
def test_money_stands_after_its_currency(amount, currency, language, text):
    assert f.money(Decimal(amount), currency, language) == text


def test_money_takes_a_money_object_and_shows_a_dash_for_nothing():
    assert f.money(Money(Decimal("1"), "USD")) == "US$1.00"
    assert f.money(None) == "—"


def test_money_follows_a_buyers_language():
    assert f.money(Decimal("1234.5"), "EUR", "de") == "1.234,50\xa0€"


@pytest.mark.parametrize(
    ("n", "cap", "text"), [(None, None, ""), (86, None, "86"), (1904, 10000, "1,904"), (10000, 10000, "10,000+")]
)
def test_counts_are_capped(n, cap, text):
    assert f.count(n, cap) == text


@pytest.mark.parametrize(
    ("at", "en"),
    [
        (NOW, "today 16:42"),
        (NOW + timedelta(days=1), "tomorrow 16:42"),
        (NOW - timedelta(days=1), "yesterday 16:42"),
        (NOW + timedelta(days=3), "24 Nov 16:42"),
        (NOW - timedelta(days=400), "17 Oct 2024 16:42"),
        (datetime(2025, 11, 21, 16, 30, tzinfo=UTC), "tomorrow 00:30"),  # the day is the reader's, not UTC's
    ],
)
def test_a_moment_is_said_in_the_readers_day(at, en):
    assert f.moment(at, NOW) == en


def test_a_date_is_never_ambiguous():
    assert f.day(date(2025, 3, 4)) == "4 Mar 2025"
    with translation.override("zh-hans"):
        assert f.day(date(2025, 3, 4)) == "2025-03-04"


@pytest.mark.parametrize(
    ("left", "hard", "text", "tone", "late"),
    [
        (timedelta(hours=-3), False, "3 h late", "rose", True),
        (timedelta(hours=20, minutes=58), True, "20 h 58 min left", "rose", False),
        (timedelta(days=2, hours=1), True, "2 d 1 h left", "lantern", False),
        (timedelta(days=4), True, "25 Nov 16:42", "neutral", False),
        (timedelta(minutes=20), False, "20 min left", "amber", False),
        (timedelta(hours=2), False, "today 18:42", "amber", False),
        (timedelta(days=1), False, "tomorrow 16:42", "neutral", False),
        (timedelta(days=30), True, "21 Dec 16:42", "neutral", False),
        (timedelta(days=31), True, "22 Dec", "neutral", False),  # so far ahead the day says it
        (timedelta(days=60), False, "20 Jan 2026", "neutral", False),
    ],
)
def test_due_times_have_words_and_a_tone(left, hard, text, tone, late):
    assert f.due(NOW + left, NOW, hard=hard) == f.Due(text, tone, late)


def test_a_due_time_at_the_end_of_the_day_names_only_the_day():
    assert f.due(datetime(2025, 11, 21, 15, 59, tzinfo=UTC), NOW).text == "today"
    assert f.due(datetime(2025, 11, 22, 15, 59, tzinfo=UTC), NOW).text == "tomorrow"


def test_the_buyers_clock_names_the_day_when_it_is_another():
    assert f.buyer_clock("America/Los_Angeles", NOW) == "00:42"
    assert f.buyer_clock("America/Los_Angeles", NOW - timedelta(hours=4)) == "Thu 20:42"
    assert f.buyer_clock("No/Such", NOW) == "08:42"


def test_countries_have_names_in_the_readers_language():
    assert f.country_name("br") == "Brazil"
    assert f.country_name("BR", "zh-hans") == "巴西"
    assert f.country_name("XQ") == "XQ"
    assert f.country_html("BR") == '<abbr class="cc" title="Brazil">BR</abbr>'


HOSTILE = "<script>alert(1)</script>\"'"


@pytest.mark.parametrize(
    "made",
    [
        lambda: f.badge_html(HOSTILE, "rose", HOSTILE),
        lambda: f.buyer_html(HOSTILE, HOSTILE),
        lambda: f.buyer_text_html(HOSTILE),
        lambda: f.mono_html(HOSTILE),
        lambda: f.link_html("/x/", HOSTILE),
        lambda: f.sku_html(None, HOSTILE, 2, HOSTILE, more=1),
        lambda: f.picture_html('/a.png" onerror="x', HOSTILE),
        lambda: f.joined_html([HOSTILE, "", None, "b"]),
        lambda: f.tds_html([("num", HOSTILE)]),
        lambda: f.flag_html(HOSTILE),
    ],
)
def test_markup_of_formats_never_carries_what_people_wrote_alive(made):
    html = str(made())
    assert "<script" not in html
    assert 'onerror="' not in html


def test_an_unknown_tone_is_refused():
    with pytest.raises(ValueError, match="unknown tone"):
        f.badge_html("x", "purple")
