"""The reckoning of lanes with many parcels: 20,000 in the ordinary run, two million (half of them under way) with
SAMPAN_SCALE=full."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from logistics.models import Lane, LaneDay, Parcel
from logistics.services import lanes as services
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories.lanes import NOW

FULL = os.environ.get("SAMPAN_SCALE") == "full"
UNDER_WAY = 1_000_000 if FULL else 10_000
COUNTRIES = "{US,DE,FR,RU,BR,GB,ES,IT,PL,AU,CA,NL,KZ,UA,CL,MX,IL,JP,KR,SE}"

#: 12 services to 20 countries: arrived ones over a year, as many under way over the last 120 days, 3 % of them lost sheep.
FILL = """
INSERT INTO logistics_parcel (number, store_id, order_id, service_id, state, country, tracking_number, checks, weight_answer, weight_causes,
  shipped_at, tracking_state, last_event_text, next_check_at, next_check_why, check_round, advice, advice_rule, hold_reason,
  post_office, buyer_mood, delivered_at, settled_at, settle_reason, created_at)
SELECT 'PS-' || n, %(store)s, %(order)s, (%(services)s::bigint[])[1 + n %% 12], CASE WHEN came THEN 'delivered' ELSE 'shipped' END,
  (%(countries)s::text[])[1 + (n / 12) %% 20], 'RS' || lpad(n::text, 9, '0') || 'CN', '{}', '', '[]', shipped, 'in_transit', '',
  CASE WHEN came THEN NULL ELSE %(now)s::timestamptz END, '', 0, '', '', '', '', '', CASE WHEN came THEN shipped + way END,
  CASE WHEN came THEN shipped + way END, '', shipped
FROM (SELECT n, n <= %(count)s AS came,
        %(now)s::timestamptz - (CASE WHEN n <= %(count)s THEN 60 + abs(hashint8(n)::bigint) %% 300 ELSE abs(hashint8(n)::bigint) %% 120 END
          + 0.5) * interval '1 day' AS shipped,
        (15 + abs(hashint8(n * 7)::bigint) %% 30) * interval '1 day' AS way
      FROM generate_series(1, 2 * %(count)s) n) x
"""


def database_seconds() -> float:
    """CPU seconds of the database process that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.django_db
def test_a_million_parcels_under_way_are_reckoned_in_seconds():
    with scopes_disabled():
        load_tracking(now=make.NOW)
        shop = make.store()
        base = make.service()
        services_ = [base.pk]
        for n in range(11):
            base.pk, base.code = None, f"S{n:02}"
            base.save(force_insert=True)
            services_.append(base.pk)
        given = {"store": shop.pk, "order": make.order(shop).pk, "services": services_, "countries": COUNTRIES, "now": NOW,
                 "count": UNDER_WAY}  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(FILL, given)
            cursor.execute("ANALYZE logistics_parcel")
        assert Parcel.objects.filter(state="shipped").count() == UNDER_WAY
        with CaptureQueriesContext(connection) as asked:
            begun, worked, theirs = time.perf_counter(), time.process_time(), database_seconds()
            first = services.refresh_lanes(now=NOW)
            took, mine, theirs = time.perf_counter() - begun, time.process_time() - worked, database_seconds() - theirs
        again_begun = time.perf_counter()
        again = services.refresh_lanes(now=NOW)
        print(
            f"\n{2 * UNDER_WAY:,} parcels, {first.lanes} lanes, {LaneDay.objects.count():,} days: {took:.1f} s; CPU {mine:.1f} s here + "
            f"{theirs:.1f} s PostgreSQL; "
            f"{len(asked)} SQL; again {time.perf_counter() - again_begun:.1f} s, {again.days} days changed"
        )
        assert (first.lanes, again.days, Lane.objects.count()) == (240, 0, 240)
        assert len(asked) <= 60
        assert mine + theirs <= 30  # seconds of CPU: on a busy machine the clock on the wall says little
