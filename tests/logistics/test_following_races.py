"""Two workers at one matter of following."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from logistics.models import Parcel
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make


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
