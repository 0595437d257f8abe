"""COPY keeps every value as it is, whatever stands beside it in the column."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from core import copying
from core.models import ActivityEntry

pytestmark = pytest.mark.django_db


def test_columns_of_one_type_and_of_several_come_back_as_they_were() -> None:
    rows = [
        ("plain", 1, Decimal("1.50"), None, True),
        ("tab\there \\ and\nline\r", 2, None, "x", False),
        ("", 3, Decimal(0), "", True),
        ("Ünï – 中文\u00a0.", 4, None, "\\N", False),
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (t text, n int, d numeric, m text, b bool)")
        assert copying.copy_into("kept", ("t", "n", "d", "m", "b"), rows) == 4
        assert copying.copy_into("kept", ("t", "n", "d", "m", "b"), []) == 0
        cursor.execute("SELECT t, n, d, m, b FROM kept ORDER BY n")
        assert cursor.fetchall() == rows


def test_objects_without_ids_get_them_from_the_database() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    lines = [
        ActivityEntry(subject_type="core.job", subject_id=n, verb="test.copy", params={"n": n, "t": "a\tb"}, actor_kind="system",
                      actor_label="test", at=at)
        for n in (1, 2)
    ]  # fmt: skip
    assert copying.copy_objects(lines) == 2
    found = ActivityEntry.objects.filter(verb="test.copy").order_by("subject_id")
    assert [(row.subject_id, row.params, row.at, row.reason) for row in found] == [
        (1, {"n": 1, "t": "a\tb"}, at, ""), (2, {"n": 2, "t": "a\tb"}, at, ""),
    ]  # fmt: skip
    assert len({row.pk for row in found} - {None}) == 2
