"""The search box: words, pasted numbers, exact hits, rights."""

from __future__ import annotations

import pytest
from django.test import Client

from core.listing import searching
from core.models import CalendarDay
from tests.core.sample import DayListing  # noqa: F401

pytestmark = pytest.mark.urls("tests.core.sample")


@pytest.mark.parametrize(
    ("text", "words", "numbers"),
    [
        ("", (), ()), ("  ", (), ()), ("maria santos", ("maria", "santos"), ()), ("8183092744", ("8183092744",), ()),
        ("8183092744 8183092031", (), ("8183092744", "8183092031")), ("8183092744\n8183092744\nA-12", (), ("8183092744", "A-12")),
        ("RB123456785CN，LP00512 3345 CN", (), ("RB123456785CN", "LP005123345CN")), ("a\x00b\ud800", ("ab",), ()),
        ("one two three four five six seven", ("one", "two", "three", "four", "five", "six"), ()),
    ],
)  # fmt: skip
def test_what_is_typed_is_words_or_numbers(text: str, words: tuple, numbers: tuple) -> None:
    found = searching.parse(text)
    assert (found.words, found.numbers) == (words, numbers)


@pytest.mark.parametrize(
    ("text", "folded"), [("Müller", "MULLER"), ("São", "SAO"), ("ß", "SS"), ("田中", "田中"), ("Łódź", "ŁODZ")]
)
def test_accents_and_case_do_not_matter(text: str, folded: str) -> None:
    assert searching.fold(text) == folded


def test_a_number_typed_in_full_opens_its_object(page: Client, days: list) -> None:
    assert page.get("/search/?q=c")["Location"] == f"/days/{days[2].pk}/"
    assert page.get("/search/?q=secret").status_code == 200


def test_hits_come_per_list_and_hidden_rows_never(page: Client, days: list) -> None:
    CalendarDay.objects.filter(name__in="abc").update(name="sea")
    found = page.get("/search/?q=se").context["found"]
    assert [(g.listing.name, len(g.rows)) for g in found] == [("days", 3)]
    typed = page.get("/search/typing/?q=se").json()["groups"]
    assert [r["label"] for r in typed[0]["rows"]] == ["sea", "sea", "sea"]
    assert page.get("/search/typing/?q=s").json() == {"groups": []}


def test_nothing_typed_breaks_it(page: Client, days: list) -> None:
    for text in ("%", "_", "'", '"', "\\", "%00", ":*", "&|!()", "a" * 9000, "😀", "1 " * 5000):
        assert page.get("/search/", {"q": text}).status_code == 200
        assert page.get("/days/", {"q": text}).status_code == 200


def test_pasted_numbers_are_answered_one_by_one(page: Client, days: list) -> None:
    CalendarDay.objects.filter(name="a").update(name="A-101")
    CalendarDay.objects.filter(name="b").update(name="A-102")
    shown = page.get("/search/", {"q": "A-102\nA-999\nA-101"})
    assert [(n.number, len(n.hits)) for n in shown.context["numbers"]] == [("A-102", 1), ("A-999", 0), ("A-101", 1)]
    assert (shown.context["missing"], shown.context["hit_count"]) == (["A-999"], 2)
    assert "not found" in shown.content.decode()
