"""Forms carry the version they show; a stale one is refused with the difference."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template

from core import versions
from core.errors import Invalid, Stale
from core.models import CalendarDay


def test_an_unchanged_record_passes_and_a_changed_one_names_the_difference() -> None:
    day = CalendarDay(day=date(2027, 1, 1), name="New Year", working=False)
    seen = versions.stamp(day, ["name", "working", "day"])
    versions.refuse_stale(day, stamp=seen, given={"name": "x"})
    day.name = "元旦"
    with pytest.raises(Stale) as refused:
        versions.refuse_stale(day, stamp=seen, given={"name": "mine", "working": True})
    assert refused.value.changes == {"name": {"theirs": "元旦", "yours": "mine"}}
    assert refused.value.message == "Somebody changed this since you opened it: name."


@pytest.mark.parametrize("stamp", ["", "x", "W10", "eyJub25zZW5zZSI6IDF9", "é"])
def test_without_a_readable_stamp_nothing_is_written(stamp: str) -> None:
    with pytest.raises(Invalid):
        versions.refuse_stale(CalendarDay(), stamp=stamp, given={})


def test_the_tags_draw_hidden_fields() -> None:
    day = CalendarDay(day=date(2027, 1, 1), name='"<')
    html = Template('{% load once %}{% version day "name" %}{% once %}').render(Context({"day": day}))
    assert html.count('type="hidden"') == 2 and versions.stamp(day, ["name"]) in html and "<script" not in html
