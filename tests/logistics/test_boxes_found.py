"""Parcels of one box are found by index, however many parcels there are: the question is asked at every scan and hand-over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from logistics.models import Parcel
from logistics.selectors import boxes
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything() -> Iterator[None]:
    with scopes_disabled():
        yield


def test_a_box_is_found_by_index_from_any_of_its_parcels() -> None:
    order = make_order(make_store())
    head, rider, mate, other = (
        Parcel.objects.create(
            number=f"P-BOX-{i}", store=order.store, order=order, country="US", created_at=make.NOW, state="packed"
        )
        for i in range(4)
    )
    Parcel.objects.filter(pk__in=[rider.pk, mate.pk]).update(together=head)
    box = {head.pk, rider.pk, mate.pk}
    with CaptureQueriesContext(connection) as asked:
        for one in (head, rider, mate):
            assert set(boxes.whole_boxes([one.pk])) == box
        assert set(boxes.whole_boxes([mate.pk, other.pk])) == box | {other.pk}
        assert boxes.whole_boxes([other.pk]) == [other.pk]
        assert not boxes.whole_boxes([])
    assert len(asked) == 5
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "logistics_parcel_together_id" in plan and "Filter" not in plan and "Seq Scan" not in plan, plan
