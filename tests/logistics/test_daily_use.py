"""What a person who follows parcels meets every day: clocks of a dispute, questions that failed, days of incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from core.models import Heartbeat
from logistics.models import Extension
from logistics.selectors import incidents
from logistics.selectors import parcels as selectors
from logistics.tasks.parcels import pull_store
from orders.models import Order
from stores.connectors.sandbox.server import Server
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.incidents import make_incident
from tests.factories.stores import NOW, connected, running_shop
from tests.logistics.test_tracking import DAY, house

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
__all__ = ["house"]


@pytest.fixture(scope="module")
def shop_server() -> Iterator[Server]:
    with running_shop() as server:
        yield server


@pytest.mark.covers("TRK-16")
def test_an_order_marked_as_disputed_without_a_case_shows_both_clocks():
    """The mark alone is a dispute: the box stands there, says that its time runs in the shop, and opens the case."""
    box = make.parcel(make.store("spreadsheet"), "EMS", country="US", shipped=NOW - 20 * DAY)
    client = Client()
    client.force_login(make_person("service"))
    Order.objects.filter(pk=box.order_id).update(intercept="dispute")
    page = client.get(f"/parcels/{box.pk}/")
    both = page.context["both"]
    assert [clock["at"] for clock in both["clocks"]] == [box.promised_by, None]
    assert (both["number"], both["clocks"][1]["tone"]) == ("", "rose") and both["rule"] == "NR-21"
    first = page.context["steps"][0]
    assert first["main"] and first["url"].endswith(f"/orders/{box.order_id}/do/open-case/")
    assert "no case here yet" in client.get(f"/parcels/{box.pk}/pane/").content.decode()


@pytest.mark.covers("TRK-11")
def test_a_question_that_was_not_answered_is_asked_again_soon(shop_server):
    """The channel fails: the store does not count as asked for half a day; with the channel's next answer it does."""
    store, control = connected(shop_server)
    make.parcel(store, shipped=NOW)
    with time_machine.travel(NOW + DAY, tick=False):
        control.fault("500")
        pull_store(store_id=store.pk)
        assert selectors.pull_is_due(store, NOW + DAY + HOUR, 12 * HOUR)
        assert not Heartbeat.objects.filter(name=f"tracking:{store.pk}").exists()
    control.calm()
    with time_machine.travel(NOW + DAY + HOUR, tick=False):
        pull_store(store_id=store.pk)
        assert not selectors.pull_is_due(store, NOW + DAY + 2 * HOUR, 12 * HOUR)


def test_days_of_hand_over_are_those_of_the_store():
    """The first hours of a Shanghai day belong to it, in the count, in the list and in the check; another store has its own."""
    east, west = make.store(zone="Asia/Shanghai"), make.store(zone="America/New_York")
    day = datetime(2026, 3, 2, tzinfo=UTC)
    inside = [
        make.parcel(east, country="ES", shipped=day - 7 * HOUR),  # 2 March 01:00 in Shanghai, 1 March in UTC
        make.parcel(west, country="ES", shipped=day + 28 * HOUR),  # 2 March 23:00 in New York, 3 March in UTC
    ]
    outside = [
        make.parcel(east, country="ES", shipped=day + 17 * HOUR),  # 3 March 01:00 in Shanghai
        make.parcel(west, country="ES", shipped=day + 4 * HOUR),  # 1 March 23:00 in New York
    ]
    row = make_incident(service=None, countries="ES", handed_from=day.date(), handed_to=day.date(), starts_at=day)
    incidents.forget()
    boss = make_person("manager").actor
    assert sorted(incidents.under_way(row, boss)) == sorted(p.pk for p in inside)
    assert set(incidents.of_parcels([*inside, *outside], day + 9 * DAY)) == {p.pk for p in inside}


def test_what_was_extended_for_an_incident_is_read_through_its_index():
    row = make_incident(round=2)
    box = make.parcel(country="ES")
    for cycle in (f"incident-{row.pk}-1", f"incident-{row.pk}-2", f"incident-{row.pk}1-1", "check-1"):
        Extension.objects.create(
            parcel=box, store=box.store, days=5, before=NOW, after=NOW + 5 * DAY, cycle=cycle, asked_at=NOW
        )
    rows = incidents.extensions_of(row)
    assert sorted(rows.values_list("cycle", flat=True)) == [f"incident-{row.pk}-{n}" for n in (1, 2)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "extension_of_incident" in rows.explain()
