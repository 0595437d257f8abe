"""MSG-19: orders with a message of the buyer are known; a silent buyer is asked again, once a day, at most three times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django_scopes import scopes_disabled

from conversations import services
from conversations.models import Conversation, Message, ReminderStep, Template
from conversations.rules import Step, ladder, next_step
from conversations.services import seeding
from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.models import PolicyValue
from core.policies import forget
from stores.contracts import RemoteMessage
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist import registry
from worklist import services as worklist

pytestmark = pytest.mark.django_db
DAY, NOW = timedelta(days=1), make.NOW


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "drain", [])
    seeding.load_reference(now=NOW)
    with scopes_disabled():
        yield


@pytest.fixture
def clerk() -> Any:
    return make_person("service")


def asked(clerk: Any) -> tuple[Any, Conversation]:
    """An order, and its thread in which we asked something."""
    order = make.order(make.store("spreadsheet"))
    services.send_template(base_code="R01", about=order, key="q", actor=clerk.actor, now=NOW)
    return order, Conversation.objects.get(buyer=order.buyer)


def reminders() -> list[Any]:
    return list(Message.objects.filter(key__startswith="remind:").order_by("at").values_list("at", flat=True))


def answer(order: Any, at: Any, number: str = "m1") -> None:
    remote = RemoteMessage(
        external_id=number,
        buyer_key=order.buyer.key,
        buyer_name="B",
        body="Yes, blue.",
        at=at,
        order_external_id=order.external_id,
    )
    services.record_inbound(store=order.store, remotes=[remote], actor=SYSTEM, now=at)


@pytest.mark.covers("MSG-19")
def test_a_silent_buyer_is_asked_daily_and_three_times_at_most(clerk: Any) -> None:
    _order, thread = asked(clerk)
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)  # twice is once
    for hours in range(0, 24 * 12, 6):
        worklist.run_until_done(now=NOW + timedelta(hours=hours))
    assert reminders() == [NOW + n * DAY for n in (1, 2, 3)]
    assert Message.objects.filter(key__startswith="remind:", is_chaser=True).count() == 3
    thread.refresh_from_db()
    assert thread.asked_at is None and thread.reminded == 3


@pytest.mark.covers("MSG-19")
def test_the_answer_of_the_buyer_ends_it(clerk: Any) -> None:
    order, thread = asked(clerk)
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)
    worklist.run_until_done(now=NOW + DAY)
    answer(order, NOW + DAY + timedelta(hours=1))
    worklist.run_until_done(now=NOW + 5 * DAY)
    assert len(reminders()) == 1
    with pytest.raises(Conflict):  # the buyer waits for us now
        services.ask_again(conversation=thread, actor=clerk.actor, now=NOW + 5 * DAY)


@pytest.mark.covers("MSG-19")
def test_the_house_rules_cap_it_and_the_ladder_is_edited(clerk: Any) -> None:
    _order, thread = asked(clerk)
    boss = make_person("manager")
    PolicyValue.objects.create(key="conversations.chasers_unanswered", valid_from=NOW.date(), value=1, created_at=NOW)
    forget()
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)
    worklist.run_until_done(now=NOW + 9 * DAY)
    assert len(reminders()) == 1
    step = ReminderStep.objects.get(position=1)
    with pytest.raises(NotAllowed):
        services.change_step(obj=step, after_days=5, actor=clerk.actor, now=NOW)
    services.change_step(obj=step, after_days=5, actor=boss.actor, now=NOW)
    with pytest.raises(Invalid):
        services.change_step(obj=step, base_code="NONE", actor=boss.actor, now=NOW)
    assert ReminderStep.objects.get(position=1).after_days == 5


@pytest.mark.covers("MSG-19")
def test_a_person_stops_it_and_nothing_is_asked_without_a_question(clerk: Any) -> None:
    order, thread = asked(clerk)
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)
    services.stop_asking(conversation=thread, actor=clerk.actor, now=NOW)
    worklist.run_until_done(now=NOW + 5 * DAY)
    assert reminders() == []
    other = make.order(order.store)
    answer(other, NOW, "m2")
    with pytest.raises(Conflict):
        services.ask_again(conversation=Conversation.objects.get(buyer=other.buyer), actor=clerk.actor, now=NOW)


@pytest.mark.covers("MSG-19")
def test_offers_are_off_until_a_manager_says_for_one_store_why_they_are_lawful(clerk: Any) -> None:
    order, thread = asked(clerk)
    offers = ReminderStep.objects.filter(inducement=True)
    assert offers and not offers.filter(active=True).exists()
    services.ask_again(conversation=thread, actor=clerk.actor, now=NOW)
    boss = make_person("manager")
    step = offers.get()
    with pytest.raises(Invalid):
        services.change_step(obj=step, active=True, lawful_note="allowed", actor=boss.actor, now=NOW)
    own = {
        "store": order.store,
        "position": 4,
        "after_days": 4,
        "base_code": "R02",
        "inducement": True,
        "actor": boss.actor,
        "now": NOW,
    }
    with pytest.raises(Invalid):
        services.add_step(**own)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so, too
        ReminderStep.objects.create(position=9, after_days=1, base_code="R02", inducement=True)
    services.add_step(**own, lawful_note="The channel's rules of 2026 allow it.")
    PolicyValue.objects.create(key="conversations.chasers_unanswered", valid_from=NOW.date(), value=9, created_at=NOW)
    forget()
    for day in range(1, 7):
        worklist.run_until_done(now=NOW + day * DAY)
    (offer,) = Message.objects.filter(template_code="R02")
    assert offer.state == "draft" and offer.at == NOW + 4 * DAY  # a person completes and sends it


def test_a_store_s_own_step_wins() -> None:
    steps = [Step(1, 1, "A", True), Step(2, 2, "B", True), Step(2, 5, "C", False, 7), Step(3, 9, "D", True, 8)]
    assert [s.base_code for s in ladder(steps, 7)] == ["A"] and [s.base_code for s in ladder(steps, 8)] == [
        "A",
        "B",
        "D",
    ]
    assert next_step(ladder(steps, 8), 2) == steps[3] and next_step([], 0) is None


@pytest.mark.covers("MSG-19")
def test_orders_with_a_message_of_the_buyer_are_listed_and_the_thread_asks_by_button(clerk: Any) -> None:
    order, thread = asked(clerk)
    silent = make.order(order.store)
    answer(order, NOW + DAY)
    client = Client()
    client.force_login(clerk)
    for asked_for in ("yes", "waits"):
        found = client.get("/api/v1/orders/", {"wrote": asked_for}).json()["results"]
        assert [row["id"] for row in found] == [str(order.pk)] and str(silent.pk) not in {row["id"] for row in found}
    assert order.number in client.get("/orders/?view=wrote").content.decode()
    services.write(conversation=thread, body="Which blue?", about=order, actor=clerk.actor, now=NOW + 2 * DAY)
    panel = client.get(f"/lists/conversations/{thread.pk}/panels/asking/")
    assert panel.status_code == 200 and f"/messages/threads/{thread.pk}/ask-again/" in panel.content.decode()
    assert client.post(f"/messages/threads/{thread.pk}/ask-again/", {"start": "1"}).status_code == 302
    thread.refresh_from_db()
    assert thread.asked_at == NOW + 2 * DAY
    assert (
        client.post(f"/api/v1/conversations/{thread.pk}/stop-asking/", {}, content_type="application/json").status_code
        == 200
    )
    assert client.get("/messages/reminders/").status_code == 403
    boss = Client()
    boss.force_login(make_person("manager"))
    assert "R01" in boss.get("/messages/reminders/").content.decode()
    bad = {"position": 5, "after_days": 8, "base_code": "R02", "active": "on", "inducement": "on"}
    assert boss.post("/messages/reminders/new/", bad).status_code == 422
    assert boss.post("/messages/reminders/new/", {**bad, "active": ""}).status_code == 302
    assert Template.objects.filter(code="R01", language__in=["ru", "es", "pt", "fr", "de", "it"]).count() == 6
