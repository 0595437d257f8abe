"""How late parcels under way are on their lanes, kept beside each so that lists of millions can be sorted by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from core.models import Heartbeat
from logistics.models import Service
from logistics.rules.lanes import Outlook
from logistics.selectors import lanes as selectors

#: Values of ``Parcel.later_than`` that are no per cent: too few parcels say it, or older than the lane was ever followed.
UNKNOWN, BEYOND = -1, 101
#: So many ids are looked at in one statement, so that no check waits long for a row.
PIECE = 50_000
_GROUPS = """
SELECT p.service_id, p.country, floor(extract(epoch FROM %s - p.shipped_at) / 86400)::int AS age,
       extract(month FROM p.shipped_at AT TIME ZONE s.time_zone)::int AS month
FROM logistics_parcel p JOIN accounts_store s ON s.id = p.store_id
WHERE p.state = 'shipped' AND p.service_id IS NOT NULL AND p.country <> '' AND p.shipped_at <= %s
GROUP BY 1, 2, 3, 4
"""
_WRITE = """
WITH wrong AS (
SELECT q.id, COALESCE(v.later, %(unknown)s) AS later
FROM logistics_parcel q
JOIN accounts_store s ON s.id = q.store_id
LEFT JOIN unnest(%(services)s::bigint[], %(countries)s::text[], %(ages)s::int[], %(months)s::int[], %(laters)s::int[])
  AS v(service_id, country, age, month, later)
  ON v.service_id = q.service_id AND v.country = q.country AND v.age = floor(extract(epoch FROM %(now)s - q.shipped_at) / 86400)::int
     AND v.month = extract(month FROM q.shipped_at AT TIME ZONE s.time_zone)::int
WHERE q.state = 'shipped' AND q.id >= %(first)s AND q.id < %(last)s AND q.later_than <> COALESCE(v.later, %(unknown)s)
ORDER BY q.id FOR UPDATE OF q SKIP LOCKED
)
UPDATE logistics_parcel p SET later_than = w.later FROM wrong w WHERE p.id = w.id
"""


def refresh_lateness(*, now: datetime) -> int:
    """Write of every parcel under way how late it is on its lane, as the curves say now; answers how many rows changed.

    Parcels of one lane, age and month of hand-over share their answer, so the curves are asked once for each of these and the
    database writes them to the parcels; only what changed is written. A parcel somebody works on just now is passed over until
    the next time. Twice is once.
    """
    groups = _groups(now)
    answers = _answers(groups, now)
    changed = 0
    for first, last in _pieces():
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, {
                "unknown": UNKNOWN, "now": now, "first": first, "last": last, "services": [g[0] for g in groups],
                "countries": [g[1] for g in groups], "ages": [g[2] for g in groups], "months": [g[3] for g in groups],
                "laters": answers,
            })  # fmt: skip
            changed += cursor.rowcount
    Heartbeat.objects.update_or_create(name=selectors.LATENESS, defaults={"at": now})
    return changed


def _groups(now: datetime) -> list[tuple[int, str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [now, now])
        return list(cursor.fetchall())


def _answers(groups: Sequence[tuple[int, str, int, int]], now: datetime) -> list[int]:
    """The per cent of each group of parcels."""
    services = Service.objects.in_bulk({service_id for service_id, *_rest in groups})
    held = selectors.book(now, services.values(), {group[1] for group in groups})
    found = []
    for service_id, country, age, month in groups:
        told = held.at_age(services[service_id], country, month, age)
        if told is None or not told[0].enough:
            found.append(UNKNOWN)
        else:
            found.append(_percent(told[1], told[0].figures.most))
    return found


def _percent(told: Outlook, most: float) -> int:
    """The per cent that came earlier. A parcel older than the curve is later than all of it: beyond, where most had come by
    its end; else that much at least (the curve of a young lane ends early, and says nothing of what comes after)."""
    if told.later_than is not None:
        return int(told.later_than * 100)
    return BEYOND if told.later_least >= most else int(told.later_least * 100)


def _pieces() -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM logistics_parcel WHERE state = 'shipped'")
        least, most = cursor.fetchone()
    if least is not None:
        for first in range(least, most + 1, PIECE):
            yield first, first + PIECE


def refresh_when_due(*, now: datetime) -> int:
    """As often as the lanes are reckoned (a house rule says how often); answers how many rows changed."""
    return refresh_lateness(now=now) if selectors.lateness_due(now) else 0
