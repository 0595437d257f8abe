"""Tables by month: their parts are there before the month begins, rows of old months find theirs, queries look only where they must."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from core.jobs import JOBS
from core.partitions import make_partitions, month_start
from logistics.models import TrackingEvent
from logistics.services import tracking
from stores.contracts import RemoteEvent
from tests.factories import parcels as make

pytestmark = pytest.mark.django_db
TABLE = "logistics_trackingevent"


def parts() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE])
        return {name for (name,) in cursor.fetchall()}


def where(rows: Any) -> set[str]:
    found = rows.extra(select={"part": f"{TABLE}.tableoid::regclass::text"})
    return set(found.values_list("part", flat=True))


@pytest.mark.covers("TRK-11")
def test_the_worker_makes_the_months_ahead_and_moves_what_lies_in_the_rest() -> None:
    spec = JOBS["core.make_partitions"]
    assert spec.every is not None and spec.every <= 24 * 3600
    today = date(2026, 3, 20)
    with scopes_disabled():
        parcel, now = make.parcel(), datetime(2026, 3, 20, 12, tzinfo=UTC)
        told = [
            RemoteEvent("", now - timedelta(days=days), "in_transit", f"{days} days ago", "Leipzig")
            for days in (1, 18, 50)
        ]
        tracking.record_events(parcel_events={parcel.pk: told}, source="file", now=now)
        assert where(TrackingEvent.objects.all()) == {f"{TABLE}_rest"}
        made = make_partitions(today)
        assert {name for name in made if name.startswith(TABLE)} == {
            f"{TABLE}_{month:%Y_%m}" for month in [date(2026, 1, 1), *(month_start(today, plus) for plus in range(4))]
        }
        assert parts() >= {name for name in made if name.startswith(TABLE)} | {f"{TABLE}_rest"}
        assert where(TrackingEvent.objects.all()) == {f"{TABLE}_2026_01", f"{TABLE}_2026_03"}, (
            "nothing stays in the rest"
        )
        assert TrackingEvent.objects.count() == 3 and make_partitions(today) == []
        tracking.record_events(
            parcel_events={parcel.pk: [*told, RemoteEvent("", now, "arrived", "now", "Leipzig")]},
            source="file",
            now=now,
        )
        assert TrackingEvent.objects.count() == 4, "what was moved is still known once"
        assert make_partitions(date(2026, 4, 1)) == [
            f"{name[:-8]}_2026_07" for name in sorted(made) if name.endswith("_2026_06")
        ]


def test_a_span_of_time_looks_into_its_months_only() -> None:
    make_partitions(date(2026, 3, 20))
    with scopes_disabled():
        rows = TrackingEvent.objects.filter(
            occurred_at__gte=datetime(2026, 4, 2, tzinfo=UTC), occurred_at__lt=datetime(2026, 4, 9, tzinfo=UTC)
        )
        plan = rows.explain()
    assert f"{TABLE}_2026_04" in plan
    assert not any(f"{TABLE}_{month}" in plan for month in ("2026_03", "2026_05", "2026_06", "rest"))
