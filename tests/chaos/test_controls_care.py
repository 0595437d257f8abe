"""Negative controls of what came after the first ones: answers to cases, replies to ratings, reasons that have gone (G1c),
repeated requests (G9), acknowledged writes (G17). Each guard switched off is seen by the counting of the chaos run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django_scopes import scopes_disabled

from accounts.models import Store
from conversations import services as conversations
from conversations.services import seeding
from core.api import idempotency
from core.audit import SYSTEM
from disputes import checks, services
from disputes.models import Case, Feedback
from orders.models import Order
from stores import registry
from stores.choices import Ability
from stores.connectors.sandbox.connector import Sandbox
from stores.connectors.sandbox.control import Control
from stores.contracts import Receipt
from stores.services import inbound, outbox
from tests.chaos import aftersales, verdict
from tests.chaos.rest import Ack
from tests.factories.accounts import make_person, make_store
from tests.factories.stores import NOW, connected, running_shop, shop_order
from tests.house.test_listings import program
from worklist import registry as duties

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A connected store with an order, a case and a rating; the outbox sends only when it is told to."""
    monkeypatch.setattr(duties, "drain", [])
    with running_shop() as server, scopes_disabled():
        store, control = connected(server)
        control.put_orders([shop_order("900")], NOW)
        control.put_cases([{"id": "D9", "order_id": "900", "kind": "damaged", "amount": "6.00"}], NOW)
        control.put_feedback([{"id": "F9", "order_id": "900", "stars": 5, "text": "fine", "at": NOW.isoformat()}], NOW)
        inbound.fetch_all(store=store, now=NOW)
        yield store, control


def judged(store: Store, control: Control, *, ratings: tuple[str, ...] = ()) -> set[str]:
    """The promises the chaos run would call broken after the sale."""
    found = verdict.Verdict()
    answers = control.journal("case_answer")
    aftersales.judge(found, store.pk, [control.case("D9")], ratings, {"D9": "withdraw"}, answers, control.journal())
    return set(found.broken) - {"cases that differ", "ratings missing, twice or invented"}


def answer() -> None:
    services.answer(case=Case.objects.get(), kind="evidence", text="No.", actor=make_person("service").actor, now=NOW)


def reply() -> None:
    services.reply(feedback=Feedback.objects.get(), text="Thanks.", actor=make_person("service").actor, now=NOW)


KINDS = [(answer, "/api/cases", "case answers"), (reply, "/api/feedback", "replies to ratings")]


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize(("act", "path", "name"), KINDS, ids=["case", "rating"])
def test_an_unclear_answer_is_known_to_have_arrived_unless_nothing_is_read_back(
    door: tuple[Store, Control], monkeypatch: Any, act: Callable[[], None], path: str, name: str, guarded: bool
) -> None:
    store, control = door
    act()
    control.fault("500_done", path=f"{path}/")
    if not guarded:
        monkeypatch.setattr(Sandbox, "find_effect", lambda self, effect: None)
    for turn in range(1, 9):
        outbox.drain(NOW + turn * 10 * MINUTE)
    assert (f"{name} without their reason" in judged(store, control)) is not guarded
    found = verdict.Verdict()
    verdict.rest_state(found, aftersales.late_refusals())
    assert ("calls given up" in found.broken) is not guarded


@pytest.mark.parametrize(("act", "path", "name"), KINDS, ids=["case", "rating"])
def test_what_is_marked_as_sent_and_never_arrived_is_seen(
    door: tuple[Store, Control], monkeypatch: Any, act: Callable[[], None], path: str, name: str
) -> None:
    """The guard: sent is only what the channel itself gave a number. Without it a call that never left counts as sent."""
    store, control = door
    act()
    monkeypatch.setattr(Sandbox, "send", lambda self, effect: Receipt("made-up"))
    outbox.drain(NOW + MINUTE)
    assert f"{name} lost" in judged(store, control)


@pytest.mark.parametrize("guarded", [True, False])
def test_no_answer_leaves_after_its_case_has_ended_unless_nobody_asks_for_the_reason(
    door: tuple[Store, Control], monkeypatch: Any, guarded: bool
) -> None:
    store, control = door
    answer()
    control.put_cases([{"id": "D9", "status": "closed", "outcome": "withdrawn"}], NOW + MINUTE)
    inbound.fetch_all(store=store, now=NOW + MINUTE)
    control.put_cases([{"id": "D9", "status": "seller", "turn": 1}], NOW + MINUTE)  # the shop alone would take it
    if not guarded:
        monkeypatch.setitem(registry.WANTED, Ability.ANSWER_CASE, [])
    outbox.drain(NOW + 3 * MINUTE)
    assert ("case answers after the case had ended" in judged(store, control)) is not guarded
    assert bool(list(checks.answered_after_the_end(NOW + 4 * MINUTE))) is not guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_no_greeting_leaves_after_its_order_was_cancelled_unless_nobody_asks_for_the_reason(
    door: tuple[Store, Control], monkeypatch: Any, guarded: bool
) -> None:
    store, control = door
    seeding.load_reference(now=NOW)
    control.put_orders([shop_order("901")], NOW)
    inbound.fetch_all(store=store, now=NOW)
    order = Order.objects.get(external_id="901")
    conversations.send_template(base_code="T01", about=order, key=f"order:{order.pk}:T01:1", actor=SYSTEM, now=NOW)
    control.put_orders([{"id": "901", "status": "cancelled"}], NOW + MINUTE)
    inbound.fetch_all(store=store, now=NOW + MINUTE)
    assert Order.objects.get(external_id="901").state == "cancelled"
    if not guarded:
        monkeypatch.setitem(registry.WANTED, Ability.SEND_MESSAGE, [])
    outbox.drain(NOW + 3 * MINUTE)
    assert ("texts and declarations after the order was cancelled" in judged(store, control)) is not guarded


# --- the doors: once, and only what is kept --------------------------------------------------------------------------


def type_in(times: int) -> verdict.Verdict:
    """A program types an order in, ``times`` times under one key; what the chaos run says of it."""
    store = make_store(kind="spreadsheet")
    client = program()
    body = {
        "store": store.code, "country": "DE", "buyer_name": "Caller 1", "buyer_email": "c@example.org", "recipient_name": "A",
        "address1": "Lange Gasse 1", "city": "Hof", "postcode": "95028", "shipping_method": "EMS",
        "lines": [{"sku": "PHONE-1", "title": "Said on the phone", "quantity": 1, "unit_price": "9.90"}],
    }  # fmt: skip
    found = verdict.Verdict()
    for _time in range(times):
        told = client.post("/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": "k1"})
        assert told.status_code in (200, 201), told.content
    verdict.acknowledged(found, [Ack("order", {"buyer": "Caller 1"})])
    return found


def _never_the_same(*, work: Callable[[], HttpResponse], **_: Any) -> HttpResponse:
    return work()


def _answers_before_it_keeps(*, work: Callable[[], HttpResponse], **_: Any) -> HttpResponse:
    """The answer leaves, then the process dies: nothing was committed."""
    with transaction.atomic():
        told = work()
        transaction.set_rollback(True)
    return told


@pytest.mark.parametrize(
    ("guard", "times"), [(None, 3), (_never_the_same, 2), (_answers_before_it_keeps, 1)],
    ids=["guarded", "keys not kept", "answered before it is kept"],
)  # fmt: skip
def test_an_acknowledged_order_is_there_once_unless_keys_or_commits_are_left_out(
    monkeypatch: Any, guard: Any, times: int
) -> None:
    if guard:
        monkeypatch.setattr(idempotency, "once", guard)
    with scopes_disabled():
        assert bool(type_in(times).broken) is bool(guard)


def test_the_counting_after_the_sale_sees_what_is_twice_and_altered(door: tuple[Store, Control]) -> None:
    store, control = door
    answer()
    reply()
    outbox.drain(NOW + MINUTE)
    assert judged(store, control, ratings=("F9",)) == set()
    told, replies = control.journal("case_answer"), control.journal("feedback_reply")
    found = verdict.Verdict()
    changed = [*told, {**told[0], "kind": "refund", "amount": "9"}]
    aftersales.judge(
        found, store.pk, [control.case("D9")], ["F9", "F10"], {"D9": "accept"}, changed, [*replies, *replies]
    )
    assert set(found.broken) >= {
        "case answers twice", "case answers other than written", "replies to ratings twice", "replies to ratings lost",
        "ratings missing, twice or invented",
    }  # fmt: skip


def test_the_same_seed_gives_the_same_cases_and_each_fate() -> None:
    orders = [(float(n), str(n)) for n in range(200)]
    plan = aftersales.deeds(7, orders)
    assert plan == aftersales.deeds(7, orders) != aftersales.deeds(8, orders)
    assert {deed.fate for deed in plan if deed.what == "case"} == set(aftersales.FATES)
    assert sum(deed.what == "rating" for deed in plan) > 30
