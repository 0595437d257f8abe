"""Two workers at one matter of following."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from conversations.models import Message
from core.audit import SYSTEM
from logistics.models import Parcel
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from stores.contracts import RemoteEvent
from tests.factories import parcels as make
from tests.logistics.test_tracking import DAY, SHIPPED
from tests.logistics.tracking_stage import set_house


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-11")
def test_an_order_shipped_elsewhere_is_adopted_by_one_of_two_workers() -> None:
    """The import's own event and the job that makes up for lost ones come at the same moment."""
    with scopes_disabled():
        load_tracking(now=make.NOW)
        order = make.order()
        made: list[int] = []

        def other() -> None:
            try:
                with scopes_disabled():
                    made.append(len(tracking.adopt_orders(order_ids=[order.pk], actor=SYSTEM, now=make.NOW)))
            finally:
                connection.close()

        rival = threading.Thread(target=other)
        with transaction.atomic():
            made.append(len(tracking.adopt_orders(order_ids=[order.pk], actor=SYSTEM, now=make.NOW)))
            rival.start()
            rival.join(1.5)  # it waits for the order
        rival.join(30)
        assert (made, Parcel.objects.count()) == ([1, 0], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("MSG-05", "TRK-11")
def test_two_workers_that_check_two_orders_of_one_box_tell_the_buyer_once() -> None:
    with scopes_disabled():
        set_house(SHIPPED)
        lead = make.parcel(country="FR", shipped=SHIPPED)
        other = make.order(lead.store, country="FR", buyer=lead.order.buyer)
        rider = make.parcel(lead.store, country="FR", shipped=SHIPPED, order=other, together=lead)
        now = SHIPPED + 9 * DAY
        found = [RemoteEvent("", now, "ready_for_collection", "waits", "Post 7")]
        tracking.record_events(parcel_events={lead.pk: found}, source="hand", now=now)

        def check(parcel: Parcel) -> None:
            try:
                with scopes_disabled():
                    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=now)
            finally:
                if threading.current_thread() is not threading.main_thread():
                    connection.close()

        rival = threading.Thread(target=check, args=[rider])
        with transaction.atomic():
            check(lead)
            rival.start()
            rival.join(1.5)  # it waits for the box
        rival.join(30)
        assert Message.objects.filter(about_type="logistics.parcel").count() == 1
