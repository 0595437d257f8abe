"""A silent source: what travels in one box is followed, and looked up, together; and another source that speaks ends nothing."""

from __future__ import annotations

import pytest

from core.audit import SYSTEM
from logistics.models import TrackingSource
from logistics.services import sources as source_services
from logistics.services import tracking
from tests.factories import parcels as make
from tests.factories import sources
from tests.logistics.test_tracking import DAY, SHIPPED, connected, house, run, told
from worklist.models import Duty

pytestmark = pytest.mark.django_db
__all__ = ["connected", "house"]


@pytest.mark.covers("TRK-11", "MSG-03")
def test_while_a_source_is_silent_nothing_is_said_of_any_order_in_a_box_it_follows(connected):
    """Sources follow the number of a box once, with the parcel that leads it; one person looks the box up."""
    source = sources.make_source("t17", created=SHIPPED)
    lead = make.parcel(code="CP_ORD", country="IT")
    rider = make.parcel(
        lead.store,
        "CP_ORD",
        country="IT",
        order=make.order(lead.store, country="IT", buyer=lead.order.buyer),
        together=lead,
    )
    sources.make_followed(source, lead, at=SHIPPED)
    TrackingSource.objects.update(heard_at=SHIPPED + 29 * DAY, silent_since=SHIPPED + 30 * DAY)
    for day in (31, 33, 36):
        run(day)
        tracking.check_many(parcels=[lead, rider], actor=SYSTEM, now=SHIPPED + day * DAY)
    assert (told(lead), told(rider)) == ([], [])
    duties = Duty.objects.filter(rule="logistics.blind_parcel")
    assert list(duties.values_list("subject_id", flat=True)) == [lead.pk]
    source_services.looked_up(parcels=[rider], actor=SYSTEM, now=SHIPPED + 36 * DAY)
    assert duties.get().closed_at is not None, "who looks one order up has looked the box up"


@pytest.mark.covers("TRK-11")
def test_a_source_that_speaks_ends_no_check_by_hand_of_a_parcel_that_another_silent_one_follows(connected):
    old, new = (sources.make_source(code, created=SHIPPED) for code in ("old", "new"))
    parcel = make.parcel(code="CP_REG")
    sources.make_followed(old, parcel, at=SHIPPED, state="stopped")
    sources.make_followed(new, parcel, at=SHIPPED)
    now = SHIPPED + 35 * DAY
    TrackingSource.objects.filter(pk=old.pk).update(heard_at=now)
    TrackingSource.objects.filter(pk=new.pk).update(heard_at=SHIPPED, silent_since=SHIPPED + 30 * DAY)
    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=now)
    source_services.watch(source=old, now=now)
    assert Duty.objects.filter(rule="logistics.blind_parcel", subject_id=parcel.pk, closed_at__isnull=True).exists()
    TrackingSource.objects.filter(pk=new.pk).update(heard_at=now)
    source_services.watch(source=new, now=now)
    assert not Duty.objects.filter(rule="logistics.blind_parcel", closed_at__isnull=True).exists()
