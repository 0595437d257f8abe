"""The list of parcels by lateness with many under way: 10,000 in the ordinary run, a million with SAMPAN_SCALE=full."""

from __future__ import annotations

import time

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from logistics.models import Parcel
from logistics.services import lanes as services
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.lanes import NOW
from tests.logistics.test_lanes_scale import COUNTRIES, FILL, UNDER_WAY

VIEWS = ("view=slow", "view=late", "view=next", "view=under-way&ordering=-later_than", "view=all&ordering=-later_than")


@pytest.mark.django_db
def test_the_list_is_sorted_by_lateness_at_any_size():
    with scopes_disabled(), time_machine.travel(NOW, tick=True):
        load_tracking(now=make.NOW)
        shop, base = make.store(), make.service()
        services_ = [base.pk]
        for n in range(11):
            base.pk, base.code = None, f"S{n:02}"
            base.save(force_insert=True)
            services_.append(base.pk)
        given = {"store": shop.pk, "order": make.order(shop).pk, "services": services_, "countries": COUNTRIES, "now": NOW, "count": UNDER_WAY}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(FILL, given)
            cursor.execute("UPDATE logistics_parcel SET promised_by = shipped_at + interval '60 days'")
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            cursor.execute("ANALYZE logistics_parcel")
        services.refresh_lanes(now=NOW)
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            written = services.refresh_lateness(now=NOW)
            took = time.perf_counter() - begun
        assert len(asked) <= 10 + 2 * UNDER_WAY // 50_000 + 2 and written > 0 and services.refresh_lateness(now=NOW) == 0
        told = [f"\n{UNDER_WAY:,} under way: {written:,} rows of lateness written in {took:.1f} s, {len(asked)} SQL"]
        client = Client()
        client.force_login(make_person("service"))
        client.get("/parcels/?view=all")
        for view in VIEWS:
            begun = time.perf_counter()
            answer = client.get(f"/parcels/?{view}", headers={"HX-Request": "true"})
            took = time.perf_counter() - begun
            told.append(f"{view}: {1000 * took:.0f} ms, {len(answer.context['rows'])} rows")
            assert answer.status_code == 200 and took < 5
        print("; ".join(told))
        assert Parcel.objects.filter(state="shipped", later_than__gte=0).exists()
