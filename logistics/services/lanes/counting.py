"""The days of lanes, counted from the parcels in the database: one statement a month of hand-overs. A day of hand-over is that of
the parcel's store, by its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from logistics.models import LaneDay
from logistics.selectors.lanes import first_of_months

#: Counts of one month. A row is only written when it changed; rows that lost all parcels go.
_SQL = """
WITH told AS MATERIALIZED (
  SELECT p.service_id, p.country, (p.shipped_at AT TIME ZONE s.time_zone)::date AS day, p.state,
         CASE p.state WHEN 'delivered'
                    THEN GREATEST(0, ceil(extract(epoch FROM COALESCE(p.delivered_at, p.settled_at) - p.shipped_at) / 86400))
                    WHEN 'closed' THEN GREATEST(0, floor(extract(epoch FROM p.settled_at - p.shipped_at) / 86400)) END::int AS days,
         count(*) AS parcels
  FROM logistics_parcel p JOIN accounts_store s ON s.id = p.store_id
  WHERE p.shipped_at >= %(since)s AND p.shipped_at < %(until)s AND p.service_id IS NOT NULL AND p.country <> '' AND p.state <> 'packed'
    AND (p.shipped_at AT TIME ZONE s.time_zone)::date >= %(first)s AND (p.shipped_at AT TIME ZONE s.time_zone)::date < %(last)s
  GROUP BY 1, 2, 3, 4, 5
), fresh AS MATERIALIZED (
  SELECT service_id, country, day, sum(parcels)::int AS handed_over,
         COALESCE(jsonb_object_agg(days, parcels) FILTER (WHERE state = 'delivered' AND days IS NOT NULL), '{}') AS arrived,
         COALESCE(jsonb_object_agg(days, parcels) FILTER (WHERE state = 'closed' AND days IS NOT NULL), '{}') AS closed,
         COALESCE(sum(parcels) FILTER (WHERE state = 'lost'), 0)::int AS lost,
         COALESCE(sum(parcels) FILTER (WHERE state = 'returned'), 0)::int AS returned
  FROM told GROUP BY 1, 2, 3
), gone AS (
  DELETE FROM logistics_laneday d WHERE d.day >= %(first)s AND d.day < %(last)s
    AND NOT EXISTS (SELECT 1 FROM fresh f WHERE f.service_id = d.service_id AND f.country = d.country AND f.day = d.day)
  RETURNING 1
), kept AS (
  INSERT INTO logistics_laneday AS d (service_id, country, day, handed_over, arrived, closed, lost, returned)
  SELECT service_id, country, day, handed_over, arrived, closed, lost, returned FROM fresh
  ON CONFLICT (service_id, country, day) DO UPDATE
  SET handed_over = EXCLUDED.handed_over, arrived = EXCLUDED.arrived, closed = EXCLUDED.closed, lost = EXCLUDED.lost,
      returned = EXCLUDED.returned
  WHERE (d.handed_over, d.arrived, d.closed, d.lost, d.returned)
        IS DISTINCT FROM (EXCLUDED.handed_over, EXCLUDED.arrived, EXCLUDED.closed, EXCLUDED.lost, EXCLUDED.returned)
  RETURNING 1
)
SELECT (SELECT count(*) FROM kept) + (SELECT count(*) FROM gone)
"""

#: So far the clocks of the world are from that of the database.
APART = timedelta(hours=15)


def count_days(*, now: datetime, window: int) -> int:
    """Count anew the days of all lanes in the window, month by month; answers how many rows changed. Again without news
    changes nothing; days before the window are dropped."""
    start = now.date() - timedelta(days=window)
    changed = LaneDay.objects.filter(day__lt=start).delete()[0]
    for first, last in _months(start, now.date() + timedelta(days=1)):
        with connection.cursor() as cursor:
            cursor.execute(
                _SQL, {"first": first, "last": last, "since": _moment(first) - APART, "until": _moment(last) + APART}
            )
            changed += int(cursor.fetchone()[0])
    return changed


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    """From ``start`` to ``end`` in pieces that end with their month."""
    while start < end:
        following = first_of_months(start, 0)
        yield start, min(following, end)
        start = following


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
