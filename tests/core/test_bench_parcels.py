"""The filling of the bench is what the services would have written: they find nothing to change in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django_scopes import scopes_disabled

from bench import parcels
from core.audit import SYSTEM
from logistics.models import FollowedNumber, Parcel, TrackingEvent
from logistics.selectors import parcels as selectors
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from worklist.models import Duty

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _services() -> None:
    from logistics.services import seeding

    seeding.load_reference(now=make.NOW)


@pytest.mark.django_db
def test_a_filling_is_what_services_would_have_written():
    with scopes_disabled(), time_machine.travel(NOW, tick=True):
        _services()
        load_tracking(now=make.NOW)
        made = parcels.fill(parcels=2000, now=NOW, workers=1)
        assert made["logistics_parcel"] >= 2400 and 30_000 < made["logistics_trackingevent"] < 50_000
        assert TrackingEvent.objects.count() == made["logistics_trackingevent"]
        alive = Parcel.objects.filter(state="shipped")
        assert alive.count() == FollowedNumber.objects.filter(state="registered").count() == 2000
        assert Duty.objects.filter(rule="logistics.parcel_check", state="planned").count() == 2000
        some = list(alive.order_by("pk").values_list("pk", flat=True)[::3])
        assert not tracking.restate(parcel_ids=some, actor=SYSTEM, now=NOW).changed
        assert not selectors.misaligned(NOW) and not selectors.unwatched(NOW, timedelta(0)).exists()
