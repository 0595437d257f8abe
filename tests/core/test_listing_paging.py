"""Keyset pages: complete, without a row twice, in both directions, over equal and missing values."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid
from core.listing.paging import Cursor, Order, capped_count, read_page
from core.models import Job

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def jobs(db: None) -> None:
    """Forty jobs; finished_at has ties and gaps."""
    times = [None, None, None] + [NOW + timedelta(hours=i // 4) for i in range(37)]
    random.Random(7).shuffle(times)
    Job.objects.bulk_create(
        Job(kind="x", title=f"{i:02}", created_at=NOW, finished_at=at) for i, at in enumerate(times)
    )


def read(order: Order):
    def rows(piece):
        made = list(piece.values("pk", order.lookup))
        return [{"id": row["pk"], "_order": row[order.lookup] if order.lookup != "pk" else row["pk"]} for row in made]

    return rows


@pytest.mark.parametrize("size", [1, 3, 7, 39, 40, 50])
@pytest.mark.parametrize(
    "order",
    [Order("finished_at", "finished_at", d) for d in (False, True)]
    + [Order("id", "pk", True), Order("title", "title", False)],
)
def test_pages_forward_and_back_give_every_row_once(jobs: None, order: Order, size: int) -> None:
    way = "-" if order.descending else ""
    expected = list(Job.objects.order_by(f"{way}{order.lookup}", f"{way}pk").values_list("pk", flat=True))
    seen, cursor, pages = [], None, []
    while True:
        page = read_page(Job.objects.all(), order, cursor, size, read(order))
        seen += [row["id"] for row in page.rows]
        pages.append([row["id"] for row in page.rows])
        if page.next is None:
            break
        cursor = Cursor.decode(page.next)
    assert seen == expected
    for earlier in reversed(pages[:-1]):
        assert page.previous is not None
        page = read_page(Job.objects.all(), order, Cursor.decode(page.previous), size, read(order))
        assert [row["id"] for row in page.rows] == earlier
    assert page.previous is None


def test_a_deep_page_starts_at_the_cursor_and_not_at_the_first_row(jobs: None) -> None:
    order = Order("finished_at", "finished_at", True)
    page = read_page(Job.objects.all(), order, None, 20, read(order))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read_page(Job.objects.all(), order, Cursor.decode(page.next), 5, read(order))
    assert '("core_job"."finished_at", "core_job"."id") < (' in asked[0]["sql"]
    assert "OFFSET" not in asked[0]["sql"]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "W10",
        "bnVsbA",
        "WyJpZCIsMSwyLDNd",
        "é",
        "WyJpZCIsIlx1ZDgwMCIsMSwwXQ",
        "A" * 5000,
        "WyJpZCIsbnVsbCw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LDBd",
    ],
)
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Cursor.decode(text)
    assert refused.value.status == 400


def test_counts_stop_at_the_cap(jobs: None) -> None:
    assert capped_count(Job.objects.all(), cap=10) == 11
    assert capped_count(Job.objects.all(), cap=100) == 40
