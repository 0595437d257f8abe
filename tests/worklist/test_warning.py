"""The warning of a clock is real: from then on the duty stands among what is due today, first in every order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scopes_disabled

from conversations import services as conversations
from core.audit import SYSTEM
from core.models import PolicyValue
from core.policies import forget
from stores import rules
from stores.contracts import RemoteMessage
from stores.models import Deadline
from stores.services.deadlines import set_deadline
from stores.services.seeding import load_reference
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist import registry, selectors
from worklist import services as worklist
from worklist.choices import Band
from worklist.models import Duty

pytestmark = pytest.mark.django_db
NOW, HOUR, DAY = make.NOW, timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "drain", [])
    load_reference(now=NOW)
    with scopes_disabled():
        yield


def test_the_span_before_a_deadline() -> None:
    at = datetime(2026, 1, 2, tzinfo=NOW.tzinfo)
    assert rules.warn_at(at, Decimal("1"), "days") == at - DAY
    assert rules.warn_at(at, Decimal("30"), "minutes") == at - timedelta(minutes=30)
    assert rules.warn_at(at, None, "", default_hours=4) == at - 4 * HOUR and rules.warn_at(at, None, "") is None


def wrote(number: str, at: datetime, now: datetime | None = None) -> Duty:
    order = make.order(make.store("sandbox"))
    remote = RemoteMessage(external_id=number, buyer_key=order.buyer.key, buyer_name="B", body="Where?", at=at)
    conversations.record_inbound(store=order.store, remotes=[remote], actor=SYSTEM, now=now or at)
    return Duty.objects.latest("pk")


@pytest.mark.covers("MSG-21")
def test_an_answer_moves_up_when_its_clock_warns() -> None:
    """24 hours to answer, warned four hours before (reference list)."""
    duty = wrote("m1", NOW)
    assert (duty.due_at, duty.band, duty.warn_at) == (NOW + DAY, Band.WAITING, NOW + 20 * HOUR)
    worklist.sweep(now=NOW + 19 * HOUR)
    duty.refresh_from_db()
    assert duty.band == Band.WAITING
    fresh = wrote("m2", NOW + 19 * HOUR)
    worklist.sweep(now=NOW + 20 * HOUR)
    duty.refresh_from_db()
    fresh.refresh_from_db()
    assert (duty.band, duty.warn_at, fresh.band) == (Band.TODAY, None, Band.WAITING)
    clerk = make_person("service").actor
    page = selectors.page(clerk, selectors.Question(order="risk"))
    assert next(row.pk for row in page.duties) == duty.pk
    late = wrote("m3", NOW - 3 * DAY, NOW)
    assert late.band == Band.TODAY and late.warn_at is None


def test_staff_change_the_warning_and_new_duties_follow_it() -> None:
    boss = make_person("manager").actor
    clock = Deadline.objects.get(rule_code="AE_MESSAGE_REPLY")
    set_deadline(
        deadline=clock,
        value="24",
        unit="hours",
        valid_from=NOW.date(),
        warn_before=Decimal(10),
        warn_unit="hours",
        actor=boss,
        now=NOW,
    )
    assert wrote("m1", NOW).warn_at == NOW + 14 * HOUR
    set_deadline(deadline=clock, value="24", unit="hours", valid_from=NOW.date(), actor=boss, now=NOW)
    assert wrote("m2", NOW).warn_at is None


def near(order: Any, now: datetime) -> int:
    worklist.sweep(now=now, full=True)
    return Duty.objects.filter(rule="orders.ship_by_risk", subject_id=order.pk, closed_at__isnull=True).count()


@pytest.mark.parametrize(
    ("warn", "unit", "hours"),
    [(None, "", 24), (Decimal(1), "days", 24), (Decimal(60), "hours", 60), (Decimal(6), "hours", 6)],
)
def test_a_latest_dispatch_is_near_when_its_clock_says_so(warn: Any, unit: str, hours: int) -> None:
    Deadline.objects.filter(rule_code="AE_PROCESSING_TIME").update(warn_before=warn, warn_unit=unit)
    order = make.order(make.store("sandbox"), state="ready", stage="to_print", paid_at=NOW - DAY, ship_by=NOW + 5 * DAY)
    at = NOW + 5 * DAY - hours * HOUR
    assert near(order, at - timedelta(minutes=5)) == 0
    assert near(order, at + timedelta(minutes=1)) == 1


def test_without_a_clock_the_house_rule_says_when() -> None:
    Deadline.objects.filter(rule_code="AE_PROCESSING_TIME").delete()
    PolicyValue.objects.create(
        key="orders.ship_by_warn_hours", valid_from=(NOW - 9 * DAY).date(), value=48, created_at=NOW
    )
    forget()
    order = make.order(make.store("sandbox"), state="ready", stage="to_print", paid_at=NOW - DAY, ship_by=NOW + 5 * DAY)
    assert near(order, NOW + 3 * DAY - HOUR) == 0 and near(order, NOW + 3 * DAY + HOUR) == 1
