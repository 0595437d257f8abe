"""Filling texts, choosing versions, caps."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from conversations import rules
from conversations.rules.zones import zone_of

#: What looks hostile and only shows nothing.
HARMLESS = ("{{ name.__class__.__mro__ }}", "{% raw %}{% endraw %}")
HOSTILE = [
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% assign x = 'a' %}{% for i in (1..99) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    "{% include 'settings' %}",
    "{% render 'secret' %}",
    "{{ 'now' | date: '%s' }}",
    "{{ name.__class__.__mro__ }}",
    "{{ name | base64_decode }}",
    "{% raw %}{% endraw %}",
    "{{ 9 | times: 999999999 }}",
    "{% tablerow i in (1..9999999) %}{{ i }}{% endtablerow %}",
    "{% capture a %}{{ name }}{% endcapture %}{{ a }}",
    "{% increment x %}",
    "{{" * 5000,
    "{% if " + "(" * 3000 + "a" + ")" * 3000 + " %}x{% endif %}",
    "{% if a %}" * 300 + "x" + "{% endif %}" * 300,
    "{% cycle 'a', 'b' %}",
]


@pytest.mark.covers("MSG-22")
@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_texts_stop_quickly_and_show_nothing_they_should_not(source: str) -> None:
    began = time.process_time()  # the work itself, however busy the machine is
    filled = rules.fill(source, {"name": "Ana"})
    assert time.process_time() - began < 0.5
    assert filled.error or len(filled.text) < 100
    assert "class" not in filled.text


@pytest.mark.parametrize("source", [text for text in HOSTILE if text not in HARMLESS])
def test_hostile_texts_cannot_be_kept(source: str) -> None:
    assert rules.check(source, frozenset({"name"}))


@pytest.mark.parametrize(
    "name",
    [
        "{{order_no}}",
        "{% if x %}",
        "{{ order_no | upcase }}",
        "{{",
        "}}",
        "<script>alert(1)</script>",
        "⟦order_no⟧",
        "$(id)",
        "{{buyer_name}}",
    ],
)
def test_what_buyers_call_themselves_stays_as_it_is(name: str) -> None:
    filled = rules.fill("Dear {{buyer_name}}, order {{order_no}}", {"buyer_name": name, "order_no": "8001"})
    assert filled.text == f"Dear {name}, order 8001"
    assert filled.missing == ()


@pytest.mark.parametrize(
    ("source", "facts", "missing"),
    [
        ("{{a}} {{b}}", {"a": "1"}, ("b",)),
        ("{{a}} {{b}} {{a}}", {}, ("a", "b")),
        ("{{a}}", {"a": ""}, ("a",)),
        ("{{a}}", {"a": None}, ("a",)),
        ("{% if a %}{{a}}{% else %}-{% endif %}", {}, ()),
        ("{% if a %}{{b}}{% endif %}", {"a": "1"}, ("b",)),
        ("{% unless a %}x{% endunless %}", {}, ()),
        ("{{ a | upcase }}", {}, ("a",)),
        ("{{ a | default: 'none' }}", {}, ()),
        ("{% assign z = a %}{{ z }}", {}, ("a",)),
    ],
)
def test_an_empty_fact_that_is_shown_is_noticed(
    source: str, facts: dict[str, str | None], missing: tuple[str, ...]
) -> None:
    assert rules.fill(source, facts).missing == missing


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("До {{day}}. Ждём.", "29 ноября 2026 г.", "До 29 ноября 2026 г. Ждём."),
        ("До {{day}}, а затем", "29 ноября 2026 г.", "До 29 ноября 2026 г., а затем"),
        ("Until {{day}}... and then", "29 ноября 2026 г.", "Until 29 ноября 2026 г.... and then"),
        ("Do {{day}}.", "29. studenoga 2026.", "Do 29. studenoga 2026."),
        ("Sent by {{day}}..", "x", "Sent by x.."),
        ("{{day}}. {{other}}", "Smith Ltd.", "Smith Ltd. ⟦other⟧"),
    ],
)
def test_a_date_that_ends_in_a_full_stop_ends_a_sentence_once(source: str, value: str, text: str) -> None:
    assert rules.fill(source, {"day": value}).text == text


def test_a_gap_is_marked_and_found_again() -> None:
    filled = rules.fill("Number {{tracking_no}}", {})
    assert filled.text == "Number ⟦tracking_no⟧"
    assert rules.marks(filled.text) == ["tracking_no"]


def test_unknown_names_and_broken_texts_are_refused_when_kept() -> None:
    assert rules.check("{{buyer_nmae}}", frozenset({"buyer_name"})) == ["{{buyer_nmae}}"]
    assert rules.check("{{buyer_name}}", frozenset({"buyer_name"})) == []
    assert rules.check("{% if %}", frozenset()) != []
    assert rules.check("x" * 30_000, frozenset()) != []


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (date(2026, 11, 21), "en", "November 21, 2026"),
        (date(2026, 11, 21), "de", "21. November 2026"),
        (date(2026, 11, 21), "pt", "21 de novembro de 2026"),
        (date(2026, 11, 21), "xx", "November 21, 2026"),
        (Decimal("1234.5"), "en", "1,234.50"),
        (Decimal("1234.5"), "de", "1.234,50"),
        (30, "en", "30"),
        (None, "en", None),
        ("", "en", None),
        ("a\x00b\x1b", "en", "ab"),
    ],
)
def test_values_are_written_out_in_the_language(value: object, language: str, text: str | None) -> None:
    assert rules.as_text(value, language) == text


@pytest.mark.parametrize(
    ("code", "base", "order"),
    [
        ("T03", "T03", 0),
        ("T03U", "T03", 1),
        ("T03N", "T03", 2),
        ("T03UN", "T03", 3),
        ("T06E", "T06E", 0),
        ("X13K", "X13K", 0),
        ("T05D", "T05D", 0),
        ("T05A", "T05A", 0),
    ],
)
def test_siblings_have_one_name_and_an_order(code: str, base: str, order: int) -> None:
    assert (rules.base_code_of(code), rules.variant_order(code)) == (base, order)


def test_the_store_s_own_version_and_the_buyer_s_language_win() -> None:
    rows = [
        rules.Version(1, "T03", "en", None),
        rules.Version(2, "T03", "ru", None),
        rules.Version(3, "T03", "ru", 7),
        rules.Version(4, "T03", "ru", 8),
        rules.Version(5, "T03N", "en", None),
    ]
    assert [v.pk for v in rules.candidates(rows, store_id=7, language="ru")] == [3, 5]
    assert [v.pk for v in rules.candidates(rows, store_id=9, language="ru")] == [2, 5]
    assert [v.pk for v in rules.candidates(rows, store_id=9, language="pl")] == [1, 5]


@pytest.mark.parametrize(
    ("today", "unanswered", "reason"),
    [(0, 0, ""), (1, 0, "one_a_day"), (0, 3, "unanswered"), (0, 2, ""), (2, 9, "one_a_day")],
)
def test_caps(today: int, unanswered: int, reason: str) -> None:
    assert rules.may_chase(rules.ChaserFacts(today, unanswered), a_day=1, unanswered=3) == reason


@pytest.mark.parametrize("text", ["Hi\r\nBcc: x@y.z", "Hi\nSubject: z", "a\x00b", "x\u2028y", "tab\there"])
def test_headers_are_one_line(text: str) -> None:
    clean = rules.clean_header(text)
    assert clean.isprintable() and "\n" not in clean and "\r" not in clean


@pytest.mark.parametrize(
    ("country", "zone"),
    [("BR", "America/Sao_Paulo"), ("de", "Europe/Berlin"), ("TH", "Asia/Bangkok"), ("", ""), ("XX", "")],
)
def test_a_buyer_s_clock(country: str, zone: str) -> None:
    assert zone_of(country) == zone


@pytest.mark.covers("MSG-29")
@pytest.mark.parametrize(
    ("by_person", "own_words", "answers", "ends"),
    [
        (True, True, "person", True),  # a clerk types an answer
        (True, True, "never", True),  # a clerk rewrites a greeting until it answers
        (True, False, "person", True),  # a clerk chooses a text of the house for this buyer
        (True, False, "always", True),
        (True, False, "never", False),  # a clerk presses "Greet"
        (False, False, "always", True),  # the clock answers "where is my parcel"
        (False, False, "person", False),  # the clock tells something
        (False, False, "never", False),
        (False, True, "person", False),
    ],
)
def test_only_an_answer_ends_the_wait_of_a_buyer(by_person: bool, own_words: bool, answers: str, ends: bool) -> None:
    assert rules.ends_waiting(rules.Sent(by_person, own_words, answers)) is ends


@pytest.mark.parametrize(
    ("one", "other", "same"), [("Dear\r\nAna ", "Dear Ana", True), ("Dear Ana", "Dear Anna", False), ("", " ", True)]
)
def test_blanks_do_not_make_words_ones_own(one: str, other: str, same: bool) -> None:
    assert rules.same_words(one, other) is same
