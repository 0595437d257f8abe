"""The filling of the bench is what the services would have written: they find nothing to change in it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from bench import following, parcels
from core.audit import SYSTEM
from core.listing import LISTINGS
from core.listing.paging import pieces
from core.listing.query import ListQuery
from logistics.models import FollowedNumber, Parcel, TrackingEvent, TrackingSource
from logistics.selectors import parcels as selectors
from logistics.selectors import sources as known
from logistics.services import seeding, tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist.models import Duty

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: Parcels under way; a million of them are filled and measured by ``python -m bench --parcels 1000000``.
COUNT = 100_000 if os.environ.get("SAMPAN_SCALE") == "full" else 2_000


#: Views of the list of parcels (and one sort of all), and the index that answers each in its order.
ORDERED = {
    "under-way": "", "late": "parcel_promised", "slow": "parcel_later", "next": "parcel_due", "ending": "parcel_receive",
    "collect": "parcel_collect", "customs": "parcel_tracking_state", "silent": "parcel_tracking_state",
    "returning": "parcel_tracking_state", "ordering=-later_than": "parcel_later_all",
}  # fmt: skip


def _plan(rows: QuerySet) -> str:
    """How the database would read the first page, were the tables large: neither a sort nor a whole table is offered to it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        made = str(rows[:51].explain())
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_bitmapscan = on")
    return made


def _ordered(name: str) -> QuerySet:
    listing = LISTINGS["parcels"]
    words = next((view.query for view in listing.views if view.name == name), name)
    query = ListQuery.of(listing, make_person("manager").actor, words)
    return pieces(query.queryset, query.order, None)[0].values_list("pk")


@pytest.mark.django_db
def test_a_filling_is_what_services_would_have_written_and_is_asked_by_index() -> None:
    with scopes_disabled(), time_machine.travel(NOW, tick=True):
        seeding.load_reference(now=make.NOW)
        load_tracking(now=make.NOW)
        made = parcels.fill(parcels=COUNT, now=NOW, workers=1)
        assert made["logistics_parcel"] >= 1.2 * COUNT and 15 * COUNT < made["logistics_trackingevent"] < 25 * COUNT
        assert TrackingEvent.objects.count() == made["logistics_trackingevent"]
        alive = Parcel.objects.filter(state="shipped")
        assert alive.count() == FollowedNumber.objects.filter(state="registered").count() == COUNT
        assert Duty.objects.filter(rule="logistics.parcel_check", state="planned").count() == COUNT
        some = list(alive.order_by("pk").values_list("pk", flat=True)[:: COUNT // 600])
        assert not tracking.restate(parcel_ids=some, actor=SYSTEM, now=NOW).changed
        assert not selectors.misaligned(NOW) and not selectors.unwatched(NOW, timedelta(0)).exists()
        for text, index in ORDERED.items():
            plan = _plan(_ordered(text))
            assert index in plan and "Sort" not in plan and "Seq Scan on logistics_parcel" not in plan, (
                f"{text}: {plan}"
            )
        assert "parcel_moving" in _plan(selectors.silent_in([p.store_id for p in alive[:1]], NOW))
        _silence(some)
        client = Client()
        client.force_login(make_person("manager"))
        for name, address in following.addresses(Parcel.objects.get(pk=some[-1]), NOW).items():
            assert client.get(address, headers={"HX-Request": "true"}).status_code == 200, name


def _silence(some: list[int]) -> None:
    """What people wrote of parcels is found by its own index, not among all events; no silent source, no question."""
    source = TrackingSource.objects.get(code=parcels.CODE)
    TrackingSource.objects.filter(pk=source.pk).update(silent_since=NOW - timedelta(days=3))
    written = known.blind_rows(NOW, some)
    plan = _plan(written.order_by("pk"))
    assert "event_by_hand" in plan or "_by_hand" in plan, plan
    assert len(known.blind_unseen(some, NOW)) == len(some)
    first = known.checked_later(source, NOW, 100)
    assert len(first) == 100 and known.checked_later(source, NOW, 100, first[-1])[0] > first[-1]
    TrackingSource.objects.filter(pk=source.pk).update(silent_since=None)
    with CaptureQueriesContext(connection) as asked:
        assert not known.blind_of(Parcel.objects.all(), NOW).exists()
    assert not any("followednumber" in query["sql"] for query in asked)
