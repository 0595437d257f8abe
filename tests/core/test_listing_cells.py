"""Cells: what a value looks like in a row, and that the fast way says the same as the plain one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from rest_framework import serializers

from core import format as f
from core.listing import Column
from core.listing.columns import plain
from core.listing.html import tbody
from core.listing.rows import RowShape, decimal_text
from core.models import Job

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language another test left active."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC", "Asia/Kathmandu"])
def test_fast_times_read_like_the_plain_ones(language: str, zone: str) -> None:
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        cell = Column("at").bind(serializers.DateTimeField(), NOW)
        for hours in range(-400 * 24, 400 * 24, 977):
            value = NOW + timedelta(hours=hours, seconds=hours % 60)
            assert cell({"at": value}) == f.time_html(value, NOW)
        for hours in range(-60, 60, 5):
            value = NOW + timedelta(hours=hours)
            assert cell({"at": value}) == f.time_html(value, NOW)


@pytest.mark.parametrize(
    ("column", "source", "row", "html"),
    [
        (Column("x"), serializers.CharField(), {"x": "<b>"}, "&lt;b&gt;"),
        (Column("x"), serializers.CharField(), {"x": None}, "—"),
        (Column("x"), serializers.IntegerField(), {"x": 1904}, "1,904"),
        (Column("x"), serializers.BooleanField(), {"x": True}, "yes"),
        (Column("x"), serializers.DateField(), {"x": date(2026, 11, 20)}, "20 Nov 2026"),
        (
            Column("x", money=True),
            serializers.DecimalField(18, 4),
            {"x": Decimal("42.6"), "currency": "USD"},
            "US$42.60",
        ),
        (Column("x", money="c"), serializers.DecimalField(18, 4), {"x": Decimal("120"), "c": "JPY"}, "JP¥120"),
        (Column("x", badge=Job.State), None, {"x": "done"}, '<span class="st st-neutral">Finished</span>'),
        (Column("x", badge={"a": ("A", "rose")}), None, {"x": "a"}, '<span class="st st-rose">A</span>'),
        (Column("x", badge=Job.State), None, {"x": "odd<"}, '<span class="st st-neutral">odd&lt;</span>'),
        (Column("x", mono=True), None, {"x": "A&B"}, '<span class="mono">A&amp;B</span>'),
        (Column("x", html=lambda row: "<i>"), None, {"x": 1}, "&lt;i&gt;"),
        (Column("x", link="core:job"), None, {"x": "a", "id": 7}, '<a href="/jobs/7/">a</a>'),
        (Column("x", link="core:job", link_field="job_id"), None, {"x": "a", "job_id": None}, "a"),
    ],
)
def test_a_cell_is_escaped_and_formatted(
    column: Column, source: serializers.Field | None, row: dict, html: str
) -> None:
    assert column.bind(source, NOW)(row) == html


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1"), "1"),
        (Decimal("1.0000"), "1.00"),
        (Decimal("1.2345"), "1.2345"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.5"), "-0.50"),
    ],
)
def test_decimals_leave_as_plain_text(value: Decimal, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(["a", 2], "a, 2"), ({"label": "L", "x": 1}, "L"), ({"a": 1, "b": 2}, "1, 2"), (None, None), (True, "yes")],
)
def test_exports_hold_plain_values(value: object, text: object) -> None:
    assert plain(value) == text


def test_rest_values_are_opaque_ids_utc_times_and_lists() -> None:
    class Line(serializers.Serializer):
        sku_id = serializers.CharField()
        price = serializers.DecimalField(18, 4)

    class Row(serializers.Serializer):
        id = serializers.CharField()
        at = serializers.DateTimeField()
        lines = Line(many=True)
        buyer = Line(allow_null=True)

    shape = RowShape.of(Row, (), (), [])
    assert set(shape.lookups) == {"id", "at"}
    local = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    row = {
        "id": 5,
        "at": local,
        "lines": [{"sku_id": 9, "price": Decimal("1.5000"), "cost": 1}],
        "buyer": None,
        "secret": 1,
    }
    assert shape.to_rest(row) == {"id": "5", "at": NOW, "lines": [{"sku_id": "9", "price": "1.50"}], "buyer": None}


def test_rows_are_drawn_with_escaped_labels() -> None:
    html = tbody([{"id": 1, "label": 'a"<', "url": "/x/1/", "css": "", "tds": "<td>ok</td>"}], picks=True)
    assert 'aria-label="a&quot;&lt;"' in html and html.endswith("<td>ok</td></tr>")
