"""Cases and replies against the pretend shop: out through the outbox once, back in as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scopes_disabled

from core.invariants import INVARIANTS
from core.models import ExchangeRate
from disputes import services
from disputes.models import Answer, Case, Feedback, Remedy
from stores.choices import Ability
from stores.connectors.base import RawPage, RawRecord
from stores.connectors.sandbox.server import Server
from stores.models import InboundRecord, OutboundCall
from stores.services import inbound, outbox
from tests.factories.accounts import make_person
from tests.factories.stores import NOW, connected, running_shop, shop_order
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shop_server() -> Iterator[Server]:
    with running_shop() as server:
        yield server


@pytest.fixture
def shop(shop_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        ExchangeRate.objects.bulk_create(
            ExchangeRate(day=NOW.date(), base="EUR", currency=code, rate=Decimal(rate), source="test")
            for code, rate in (("USD", "1.10"), ("CNY", "7.70"))
        )
        store, control = connected(shop_server)
        control.put_orders([shop_order("900")], NOW)
        control.put_cases(
            [{"id": "D9", "order_id": "900", "kind": "damaged", "reason": "broken", "amount": "6.00"}], NOW
        )
        inbound.fetch_all(store=store, now=NOW)
        yield store, control


def clerk() -> Any:
    return make_person("service").actor


def offer(kind: str = "part_refund", amount: str | None = "4.00", now: Any = NOW) -> Answer:
    money = Decimal(amount) if amount else None
    return services.answer(
        case=Case.objects.get(), kind=kind, amount=money, text="We are sorry.", actor=clerk(), now=now
    )


def kept() -> Case:
    return Case.objects.select_related("order").get()


def broken(now: Any) -> list[str]:
    return [
        i.title
        for i in INVARIANTS
        if i.search.__module__ in ("disputes.checks", "stores.checks") and list(i.search(now))
    ]


@pytest.mark.covers("RET-11")
def test_one_case_from_opening_to_withdrawal(shop):
    store, control = shop
    case = kept()
    assert (case.external_id, case.state, case.claimed, case.respond_by) == ("D9", "opened", 6, NOW + timedelta(days=5))
    assert case.order.intercept == "dispute"
    row = offer()
    assert row.state == "queued" and not Duty.objects.filter(rule="disputes.answer", state="open").exists()
    outbox.drain(NOW + HOUR)
    assert (kept().state, Answer.objects.get().state) == ("for_buyer", "sent")
    inbound.fetch_all(store=store, now=NOW + HOUR)
    assert kept().state == "for_buyer"
    control.put_cases([{"id": "D9", "decision": "declined"}], NOW + 2 * HOUR)
    inbound.fetch_all(store=store, now=NOW + 2 * HOUR)
    assert (kept().state, kept().turn, Duty.objects.filter(rule="disputes.answer", state="open").count()) == (
        "for_us",
        2,
        1,
    )
    offer(amount="6.00", now=NOW + 2 * HOUR)
    outbox.drain(NOW + 3 * HOUR)
    control.put_cases([{"id": "D9", "decision": "accepted"}], NOW + 4 * HOUR)
    inbound.fetch_all(store=store, now=NOW + 4 * HOUR)
    assert (kept().state, Remedy.objects.get().amount) == ("agreed", 6)
    control.put_cases([{"id": "D9", "status": "closed", "outcome": "withdrawn"}], NOW + 5 * HOUR)
    inbound.fetch_all(store=store, now=NOW + 5 * HOUR)
    inbound.fetch_all(store=store, now=NOW + 6 * HOUR)
    assert (kept().state, kept().outcome, kept().order.intercept) == ("closed", "withdrawn", "")
    assert [row["turn"] for row in control.journal("case_answer")] == [1, 2]
    assert Remedy.objects.count() == 1 and broken(NOW + 6 * HOUR) == []


def test_an_answer_whose_case_was_withdrawn_does_not_leave(shop):
    store, control = shop
    offer()
    control.put_cases([{"id": "D9", "status": "closed", "outcome": "withdrawn"}], NOW)
    inbound.fetch_all(store=store, now=NOW + HOUR)
    outbox.drain(NOW + 2 * HOUR)
    assert control.journal("case_answer") == [] and OutboundCall.objects.get().state == "dropped"
    assert broken(NOW + 2 * HOUR) == []


def test_a_refused_answer_comes_back_to_the_clerk_and_is_given_anew(shop):
    _store, control = shop
    offer()
    control.fault("inside", path="/api/cases", code="not_today")
    outbox.drain(NOW + HOUR)
    assert (Answer.objects.get().state, Duty.objects.filter(rule="disputes.answer", state="open").count()) == (
        "failed",
        1,
    )
    offer(kind="evidence", amount=None, now=NOW + HOUR)
    outbox.drain(NOW + 2 * HOUR)
    assert [row["kind"] for row in control.journal("case_answer")] == ["evidence"]
    assert Answer.objects.filter(state="sent").count() == 1 and broken(NOW + 2 * HOUR) == []


@pytest.mark.parametrize("fault", ["500_done", "half", "garbage", "reset", "500"])
def test_an_unclear_answer_arrives_once(shop, fault):
    _store, control = shop
    offer()
    control.fault(fault, path="/api/cases")
    for hour in range(1, 12):
        outbox.drain(NOW + hour * HOUR)
    assert len(control.journal("case_answer")) == 1 and Answer.objects.get().state == "sent"


def test_a_case_before_its_order_waits_for_it(shop):
    store, control = shop
    control.put_orders([shop_order("901")], NOW)
    control.put_cases([{"id": "D10", "order_id": "901", "kind": "short"}], NOW)
    inbound.fetch(store=store, kind=Ability.CASES, now=NOW + HOUR)
    assert Case.objects.filter(external_id="D10").count() == 0
    inbound.fetch_all(store=store, now=NOW + 2 * HOUR)
    assert Case.objects.filter(external_id="D10").count() == 1


@pytest.mark.covers("FBK-04")
@pytest.mark.parametrize("fault", ["", "500_done", "garbage", "reset"])
def test_one_reply_reaches_the_shop(shop, fault):
    store, control = shop
    control.put_feedback([{"id": "F9", "order_id": "900", "stars": 1, "text": "bad", "at": NOW.isoformat()}], NOW)
    inbound.fetch_all(store=store, now=NOW)
    row = Feedback.objects.get()
    services.reply(feedback=row, text="We are sorry.", actor=clerk(), now=NOW)
    if fault:
        control.fault(fault, path="/api/feedback/F9")
    for hour in range(1, 10):
        outbox.drain(NOW + hour * HOUR)
    assert [entry["text"] for entry in control.journal("feedback_reply")] == ["We are sorry."]
    row.refresh_from_db()
    assert (row.reply_state, row.replied_at is not None) == ("sent", True)
    control.put_feedback([{"id": "F9", "stars": 4}], NOW + 10 * HOUR)
    inbound.fetch_all(store=store, now=NOW + 10 * HOUR)
    worklist.sweep(now=NOW + 10 * HOUR)
    row.refresh_from_db()
    assert (row.stars, row.first_stars, row.reply_state, broken(NOW + 10 * HOUR)) == (4, 1, "sent", [])
    assert not Duty.objects.filter(rule__startswith="disputes.answer_", state="open").exists()


def test_a_rating_that_came_before_its_order_is_kept_as_soon_as_the_order_is_there(shop):
    store, control = shop
    soon, late = NOW + timedelta(minutes=5), NOW + timedelta(minutes=20)
    page = RawPage(
        tuple(
            RawRecord(f"F{order}", {"id": f"F{order}", "order_id": order, "stars": 2, "text": "", "version": 9,
                                    "at": NOW.isoformat(), "updated_at": NOW.isoformat()})
            for order in ("900", "901", "902")
        ), {},
    )  # fmt: skip
    inbound.store_page(store=store, kind=Ability.FEEDBACK, page=page, now=NOW)
    for _fetch in range(5):
        inbound.process(store=store, kind=Ability.FEEDBACK, now=soon)
    assert list(Feedback.objects.values_list("external_id", flat=True)) == ["F900"]
    assert InboundRecord.objects.filter(kind="feedback", state="new").count() == 2, "three tries are not the end"
    control.put_orders([shop_order("901")], soon)
    inbound.fetch_all(store=store, now=soon)
    assert Feedback.objects.filter(external_id="F901").exists()
    inbound.process(store=store, kind=Ability.FEEDBACK, now=late)
    lost = InboundRecord.objects.get(kind="feedback", state="failed")
    assert lost.remote_id == "F902" and Duty.objects.filter(rule="stores.unreadable", state="open").count() == 1


def test_what_a_slow_channel_told_is_known_from_when_it_was_read(shop, monkeypatch):
    store, control = shop
    offer()
    outbox.drain(NOW + HOUR)
    control.put_cases([{"id": "D9", "status": "closed", "outcome": "withdrawn"}], NOW + HOUR)
    ticks = iter(range(0, 9000, 13))
    monkeypatch.setattr(inbound.time, "monotonic", lambda: float(next(ticks)))
    inbound.fetch(store=store, kind=Ability.CASES, now=NOW + HOUR)
    assert NOW + HOUR < kept().turned_at <= NOW + 2 * HOUR
