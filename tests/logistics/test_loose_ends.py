"""No order and no parcel belongs to nobody, whatever odd way it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from logistics.models import Parcel
from logistics.services import dispatch, shipping, tracking
from orders.models import Order
from orders.services import holding
from tests.factories import dispatch as make
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_house")]
NOW = make.NOW
DAY = timedelta(days=1)


def living(rule: str) -> list[Duty]:
    return list(Duty.objects.filter(rule=f"logistics.{rule}", closed_at=None))


def sent() -> Parcel:
    parcel = make.pack(make.released())
    shipping.hand_over(parcels=[parcel], actor=make.person("warehouse"), now=NOW)
    parcel.refresh_from_db()
    return parcel


@pytest.mark.covers("TRK-11")
@pytest.mark.parametrize("outcome", ["lost", "returned", "closed"])
def test_an_order_whose_parcel_does_not_arrive_waits_for_a_decision(outcome: str) -> None:
    parcel, late = sent(), NOW + 50 * DAY
    tracking.settle(parcel=parcel, outcome=outcome, reason="gone", actor=make.person("service"), now=late)
    worklist.run_until_done(now=late)
    [duty] = living("parcel_not_arrived")
    assert (duty.subject_id, duty.role) == (parcel.pk, "supervisor")
    worklist.done(duty=duty, actor=make.person("supervisor"), now=late, reason="refunded")
    worklist.run_until_done(now=late + 3 * DAY)
    assert living("parcel_not_arrived") == []  # decided once


def test_it_ends_when_the_parcel_is_under_way_again_or_arrived() -> None:
    parcel, clerk, late = sent(), make.person("service"), NOW + 50 * DAY
    tracking.settle(parcel=parcel, outcome="lost", reason="gone", actor=clerk, now=late)
    worklist.run_until_done(now=late)
    tracking.reopen(parcel=Parcel.objects.get(pk=parcel.pk), reason="found", actor=clerk, now=late + DAY)
    worklist.sweep(now=late + DAY, full=True)
    assert living("parcel_not_arrived") == []
    tracking.settle(parcel=Parcel.objects.get(pk=parcel.pk), outcome="delivered", actor=clerk, now=late + 2 * DAY)
    worklist.run_until_done(now=late + 2 * DAY)
    assert living("parcel_not_arrived") == []


def test_a_ready_order_whose_note_was_withdrawn_is_seen() -> None:
    note, head = make.make_note(), make.person("supervisor")
    worklist.sweep(now=NOW + DAY, full=True)
    assert living("note_wanted") == []
    dispatch.withdraw(note=note, reason="wrong warehouse", actor=head, now=NOW)
    worklist.sweep(now=NOW + DAY, full=True)
    [duty] = living("note_wanted")
    assert duty.subject_id == note.order_id
    dispatch.draft_one(order=Order.objects.get(pk=note.order_id), actor=head, now=NOW + DAY)
    worklist.sweep(now=NOW + DAY, full=True)
    assert living("note_wanted") == []


def test_an_order_that_was_cancelled_needs_no_note() -> None:
    note, head = make.make_note(), make.person("supervisor")
    dispatch.withdraw(note=note, reason="x", actor=head, now=NOW)
    holding.cancel(order=Order.objects.get(pk=note.order_id), reason="x", actor=head, now=NOW)
    worklist.sweep(now=NOW + DAY, full=True)
    assert living("note_wanted") == []
