"""Texts go out once, by both routes, only when they are true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from accounts.models import Store
from conversations import registry, selectors, services
from conversations.choices import DeliveryState, MessageState
from conversations.models import Conversation, Delivery, Message, Template
from conversations.services import seeding
from core import policies
from core.audit import SYSTEM, Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from customers.models import Buyer
from stores.connectors.sandbox.control import Control
from stores.contracts import RemoteMessage
from stores.models import OutboundCall
from stores.services import accounts, outbox
from tests.factories.accounts import make_person, make_store
from tests.factories.conversations import make_template, make_thread
from tests.factories.orders import make_order
from tests.factories.stores import NOW
from worklist.models import Duty

Door = tuple[Store, Control]


def after(**span: float) -> Any:
    return NOW + timedelta(**span)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Facts of orders as this test tells them, nothing else."""
    facts: dict[str, Any] = {"paid_method": "Standard", "ship_by_date": date(2026, 11, 24), "item_name": "Lamp"}

    def told(ids: Any, language: str) -> dict[int, dict[str, Any]]:
        from orders.models import Order

        rows = Order._base_manager.filter(pk__in=list(ids))
        return {order.pk: {"order_no": order.number, **facts} for order in rows}

    monkeypatch.setitem(registry.FACTS, "orders.order", [told])
    monkeypatch.setattr(registry, "WANTED", {})
    with scopes_disabled():
        yield facts


@pytest.fixture
def clerk(db: None) -> Actor:
    return make_person("service").actor


def states(message: Message) -> dict[str, str]:
    return dict(Delivery.objects.filter(message=message).values_list("route", "state"))


@pytest.mark.covers("MSG-20", "MSG-01")
def test_a_text_goes_to_the_mailbox_and_by_mail(door: Door) -> None:
    store, control = door
    seeding.load_reference(now=NOW)
    order = make_order(store)
    message = services.send_template(base_code="T01", about=order, key="greet:1", actor=SYSTEM, now=NOW)
    assert message is not None and message.state == MessageState.READY
    assert states(message) == {"mailbox": "queued", "email": "queued"}
    outbox.drain(NOW)
    assert states(message) == {"mailbox": "sent", "email": "sent"}
    (entry,) = control.journal("message")
    assert (entry["buyer"], entry["order_id"]) == (order.buyer.key, order.external_id)
    assert "November 24, 2026" in entry["text"] and order.buyer.name in entry["text"]
    (letter,) = mail.outbox
    assert letter.to == [order.buyer.email] and order.number in letter.subject and letter.body == entry["text"]
    assert "⟦" not in letter.body and "{{" not in letter.body


def test_the_same_key_is_one_message(door: Door) -> None:
    store, control = door
    make_template("Z01")
    order = make_order(store)
    first = services.send_template(base_code="Z01", about=order, key="k", actor=SYSTEM, now=NOW)
    again = services.send_template(base_code="Z01", about=order, key="k", actor=SYSTEM, now=after(days=1))
    assert first == again
    outbox.drain(after(days=2))
    assert len(control.journal("message")) == 1 and len(mail.outbox) == 1


@pytest.mark.covers("MSG-03")
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (
            {
                "extended_days": 15,
                "new_deadline": date(2026, 12, 30),
                "last_event": "Left",
                "last_event_date": date(2026, 11, 1),
            },
            "T03",
        ),
        ({"last_event": "Left", "last_event_date": date(2026, 11, 1)}, "T03N"),
        ({"extended_days": 15, "new_deadline": date(2026, 12, 30)}, "T03U"),
        ({}, "T03UN"),
    ],
)
def test_the_thirty_day_text_says_only_what_is_true(
    db: None, known: dict[str, Any], facts: dict[str, Any], code: str
) -> None:
    seeding.load_reference(now=NOW)
    known.update(
        {
            "tracking_no": "RB1CN",
            "carrier_name": "China Post",
            "ship_date": date(2026, 10, 20),
            "next_check_date": date(2026, 11, 30),
            **facts,
        }
    )
    message = services.send_template(base_code="T03", about=make_order(), key="k", actor=SYSTEM, now=NOW)
    assert message is not None and message.template_code == code
    assert ("extended" in message.body) == ("extended_days" in facts)


@pytest.mark.parametrize("language", ["ru", "es", "pt", "fr", "de", "it"])
@pytest.mark.parametrize(
    "code", ["T01", "T02", "T03", "T03N", "T03U", "T03UN", "T04", "T05", "T05A", "T05D", "T06E", "R01", "Q01", "Q02"]
)
def test_automatic_texts_are_whole_in_every_language(db: None, code: str, language: str) -> None:
    from conversations import rules

    seeding.load_reference(now=NOW)
    row = Template.objects.get(code=code, language=language)
    english = Template.objects.get(code=code, language="en")
    assert set(rules.names(row.body + row.subject)) == set(rules.names(english.body + english.subject))
    assert row.send_mode == english.send_mode and row.checks == english.checks


def test_the_buyer_s_language_then_english(db: None) -> None:
    seeding.load_reference(now=NOW)
    for language, found in (("ru", "ru"), ("pl", "en"), ("", "en"), ("pt-BR", "pt")):
        order = make_order()
        Buyer.objects.filter(pk=order.buyer_id).update(language=language)
        order.buyer.refresh_from_db()
        message = services.send_template(base_code="T01", about=order, key=f"k{language}", actor=SYSTEM, now=NOW)
        assert message is not None and message.language == found


@pytest.mark.covers("MSG-03")
def test_a_text_with_an_unknown_fact_is_refused_by_name(db: None, known: dict[str, Any]) -> None:
    seeding.load_reference(now=NOW)
    known["ship_by_date"] = None
    with pytest.raises(DomainError) as refusal:
        services.send_template(base_code="T01", about=make_order(), key="k", actor=SYSTEM, now=NOW)
    assert refusal.value.code == "template_refused"
    assert "not known: last day of dispatch." in refusal.value.message
    assert Message.objects.count() == 0


def test_a_text_that_is_not_true_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_template("Z01", checks=["always_wrong"])
    monkeypatch.setitem(registry.GUARDRAILS, "always_wrong", lambda about, facts: "the goods have left")
    with pytest.raises(DomainError, match="the goods have left"):
        services.send_template(base_code="Z01", about=make_order(), key="k", actor=SYSTEM, now=NOW)


def test_a_check_nobody_knows_refuses(db: None) -> None:
    make_template("Z01", checks=["gone"])
    outcome = services.try_send_template(base_code="Z01", about=make_order(), key="k", actor=SYSTEM, now=NOW)
    assert outcome.code == "refused"


def test_what_the_clock_cannot_fill_becomes_a_draft_and_a_duty_and_heals_itself(
    db: None, known: dict[str, Any]
) -> None:
    seeding.load_reference(now=NOW)
    order = make_order()
    known["paid_method"] = None
    outcome = services.try_send_template(base_code="T01", about=order, key="k", actor=SYSTEM, now=NOW)
    assert outcome.code == "refused" and outcome.missing == ("paid_method",)
    assert outcome.message is not None and outcome.message.state == MessageState.DRAFT
    assert "⟦paid_method⟧" in outcome.message.body
    duty = Duty.objects.get(rule="conversations.refused_text", subject_id=outcome.message.pk)
    assert duty.state == "open"
    known["paid_method"] = "EMS"
    again = services.try_send_template(base_code="T01", about=order, key="k", actor=SYSTEM, now=after(hours=1))
    assert again.code == "sent" and again.message == outcome.message
    duty.refresh_from_db()
    assert duty.state == "done" and Message.objects.count() == 1


def test_a_person_completes_a_refused_text(db: None, known: dict[str, Any], clerk: Actor) -> None:
    seeding.load_reference(now=NOW)
    known["paid_method"] = None
    draft = services.try_send_template(base_code="T01", about=make_order(), key="k", actor=SYSTEM, now=NOW).message
    assert draft is not None
    with pytest.raises(Invalid, match="paid_method"):
        services.send_draft(message=draft, actor=clerk, now=NOW)
    sent = services.send_draft(
        message=draft, body=draft.body.replace("⟦paid_method⟧", "EMS"), actor=clerk, now=after(hours=1)
    )
    assert sent.state == MessageState.READY and "refused" not in sent.facts
    assert services.send_draft(message=draft, actor=clerk, now=after(hours=2)) == sent
    assert Duty.objects.get(rule="conversations.refused_text").state == "done"


@pytest.mark.covers("MSG-03")
def test_a_draft_that_waited_past_the_day_it_names_is_not_sent_as_it_is(db: None, clerk: Actor) -> None:
    make_template("Z01", body="Order {{order_no}}: please tell us by {{next_check_date}}.", send_mode="suggest")
    named = {"next_check_date": after(days=3).date()}
    draft = services.try_send_template(base_code="Z01", about=make_order(), key="a", actor=SYSTEM, now=NOW, extra=named).message
    assert draft is not None and draft.state == MessageState.DRAFT
    with pytest.raises(Invalid, match="has passed"):
        services.send_draft(message=draft, actor=clerk, now=after(days=5))
    sent = services.send_draft(message=draft, body="Please tell us by Friday.", actor=clerk, now=after(days=5))
    assert sent.state == MessageState.READY
    other = services.try_send_template(base_code="Z01", about=make_order(), key="b", actor=SYSTEM, now=NOW, extra=named).message
    assert services.send_draft(message=other, actor=clerk, now=after(days=2)).state == MessageState.READY


def test_suggested_texts_wait_for_a_person_but_a_person_sends_them(db: None, clerk: Actor) -> None:
    make_template("Z01", send_mode="suggest")
    order = make_order()
    draft = services.try_send_template(base_code="Z01", about=order, key="a", actor=SYSTEM, now=NOW)
    assert draft.code == "draft" and Duty.objects.filter(rule="conversations.check_draft", state="open").count() == 1
    sent = services.send_template(base_code="Z01", about=order, key="b", actor=clerk, now=NOW)
    assert sent is not None and sent.state == MessageState.READY
    assert services.cancel(message=draft.message, actor=clerk, now=NOW).state == MessageState.CANCELLED
    assert not Duty.objects.filter(rule="conversations.check_draft", state="open").exists()


def test_caps_count_chasers_only(db: None) -> None:
    make_template("Z01")
    order = make_order()
    services.send_template(base_code="Z01", about=order, key="text", actor=SYSTEM, now=NOW)
    sent = []
    for day in range(8):
        moment = after(days=day)
        for hour in (0, 3):
            outcome = services.try_send_template(
                base_code="Z01",
                about=order,
                key=f"c{day}-{hour}",
                actor=SYSTEM,
                now=moment + timedelta(hours=hour),
                is_chaser=True,
            )
            sent.append(outcome.code)
    assert sent[:6] == ["sent", "capped"] * 3
    assert set(sent[6:]) == {"capped"}
    other = make_order(order.store, buyer=order.buyer)
    assert (
        services.try_send_template(
            base_code="Z01", about=other, key="o", actor=SYSTEM, now=after(days=9), is_chaser=True
        ).code
        == "sent"
    )


def test_an_answer_lets_us_ask_again_and_stops_what_waits(door: Door) -> None:
    store, control = door
    make_template("Z01")
    order = make_order(store)
    for day in range(3):
        services.try_send_template(
            base_code="Z01", about=order, key=f"c{day}", actor=SYSTEM, now=after(days=day), is_chaser=True
        )
        outbox.drain(after(days=day))
    assert (
        services.try_send_template(
            base_code="Z01", about=order, key="c3", actor=SYSTEM, now=after(days=3), is_chaser=True
        ).code
        == "capped"
    )
    said = RemoteMessage(
        external_id="m1",
        buyer_key=order.buyer.key,
        at=after(days=3.5),
        body="Yes?",
        order_external_id=order.external_id,
    )
    services.record_inbound(store=store, remotes=[said], actor=SYSTEM, now=after(days=3.5))
    waiting = services.try_send_template(
        base_code="Z01", about=order, key="c4", actor=SYSTEM, now=after(days=4), is_chaser=True
    )
    assert waiting.code == "sent" and waiting.message is not None
    before = len(control.journal("message"))
    more = RemoteMessage(external_id="m2", buyer_key=order.buyer.key, at=after(days=4, seconds=1), body="Thanks")
    services.record_inbound(store=store, remotes=[more], actor=SYSTEM, now=after(days=4, seconds=2))
    outbox.drain(after(days=4, seconds=10))
    assert len(control.journal("message")) == before
    assert set(states(waiting.message).values()) == {"dropped"}


@pytest.mark.covers("MSG-20")
def test_without_a_connector_a_person_copies_and_confirms(db: None, clerk: Actor) -> None:
    make_template("Z01")
    order = make_order(make_store(kind="spreadsheet"))
    message = services.send_template(base_code="Z01", about=order, key="k", actor=SYSTEM, now=NOW)
    assert message is not None and states(message) == {"mailbox": "by_hand", "email": "queued"}
    delivery = Delivery.objects.get(message=message, route="mailbox")
    duty = Duty.objects.get(rule="conversations.send_by_hand", subject_id=delivery.pk)
    with pytest.raises(NotAllowed):
        services.confirm_sent(delivery=delivery, actor=make_person("warehouse").actor, now=NOW)
    services.confirm_sent(delivery=delivery, actor=clerk, now=after(hours=1))
    services.confirm_sent(delivery=delivery, actor=clerk, now=after(hours=2))
    delivery.refresh_from_db()
    duty.refresh_from_db()
    assert (delivery.state, delivery.sent_at, duty.state) == ("sent", after(hours=1), "done")
    assert delivery.confirmed_by_id == clerk.ref


def test_a_mailbox_that_is_disconnected_goes_on_by_hand(door: Door) -> None:
    store, _control = door
    make_template("Z01")
    message = services.send_template(base_code="Z01", about=make_order(store), key="k", actor=SYSTEM, now=NOW)
    accounts.disconnect(store=store, actor=SYSTEM, now=NOW)
    assert message is not None and states(message)["mailbox"] == "by_hand"
    assert Duty.objects.filter(rule="conversations.send_by_hand", state="open").count() == 1


def test_what_the_program_cannot_send_a_person_takes_over(door: Door, clerk: Actor) -> None:
    store, control = door
    make_template("Z01")
    control.fault("inside", code="buyer_gone", path="/api/messages")
    message = services.send_template(base_code="Z01", about=make_order(store), key="k", actor=SYSTEM, now=NOW)
    outbox.drain(NOW)
    assert message is not None
    delivery = Delivery.objects.get(message=message, route="mailbox")
    assert delivery.state == DeliveryState.FAILED and "buyer_gone" in delivery.error
    services.hand_over_to_person(delivery=delivery, actor=clerk, now=after(hours=1))
    assert states(message)["mailbox"] == "by_hand"
    call = OutboundCall.objects.get(pk=delivery.call_id)
    assert call.state == "dropped", "the program must not send it as well"
    mailed = Delivery.objects.get(message=message, route="email")
    with pytest.raises(Conflict):
        services.hand_over_to_person(delivery=mailed, actor=clerk, now=NOW)


def test_a_buyer_without_address_gets_no_mail(db: None) -> None:
    make_template("Z01")
    order = make_order(make_store(kind="spreadsheet"))
    Buyer.objects.filter(pk=order.buyer_id).update(email="")
    order.buyer.refresh_from_db()
    message = services.send_template(base_code="Z01", about=order, key="k", actor=SYSTEM, now=NOW)
    assert message is not None and states(message) == {"mailbox": "by_hand"}


def test_a_reason_that_has_gone_stops_a_text(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    store, control = door
    make_template("Z01")
    monkeypatch.setattr(registry, "WANTED", {"Z01": [lambda message, *, now: "the parcel has arrived"]})
    message = services.send_template(base_code="Z01", about=make_order(store), key="k", actor=SYSTEM, now=NOW)
    outbox.drain(NOW)
    assert message is not None and set(states(message).values()) == {"dropped"}
    assert control.journal("message") == [] and mail.outbox == []


def test_a_discarded_message_does_not_leave(door: Door, clerk: Actor) -> None:
    store, control = door
    make_template("Z01")
    message = services.send_template(base_code="Z01", about=make_order(store), key="k", actor=SYSTEM, now=NOW)
    assert message is not None
    services.cancel(message=message, actor=clerk, now=NOW)
    outbox.drain(NOW)
    assert control.journal("message") == [] and mail.outbox == []
    sent = services.send_template(base_code="Z01", about=make_order(store), key="k2", actor=SYSTEM, now=NOW)
    outbox.drain(NOW)
    assert sent is not None
    with pytest.raises(Conflict):
        services.cancel(message=sent, actor=clerk, now=NOW)


@pytest.mark.covers("MSG-29")
def test_a_person_answers_and_the_thread_no_longer_waits(door: Door, clerk: Actor) -> None:
    store, control = door
    thread = make_thread(store)
    said = RemoteMessage(external_id="m1", buyer_key=thread.buyer.key, at=NOW, body="Where is it?")
    services.record_inbound(store=store, remotes=[said, said], actor=SYSTEM, now=NOW)
    thread.refresh_from_db()
    assert thread.waiting_since == NOW
    duty = Duty.objects.get(rule="conversations.answer", subject_id=thread.pk)
    assert duty.due_at == after(hours=24)
    make_template("Z01")
    order = make_order(store, buyer=thread.buyer)
    services.send_template(base_code="Z01", about=order, key="auto", actor=SYSTEM, now=after(hours=1))
    thread.refresh_from_db()
    assert thread.waiting_since == NOW, "a text of the clock is no answer"
    sent = services.write(conversation=thread, body="On its way.", actor=clerk, now=after(hours=2), key="w1")
    assert services.write(conversation=thread, body="On its way.", actor=clerk, now=after(hours=3), key="w1") == sent
    thread.refresh_from_db()
    duty.refresh_from_db()
    assert thread.waiting_since is None and duty.state == "done"
    outbox.drain(after(hours=4))
    assert [entry["text"] for entry in control.journal("message")][-1] == "On its way."
    assert sent.author_id == clerk.ref


@pytest.mark.parametrize("body", ["", "   ", "\x00", "x" * 10_001, "Dear ⟦name⟧"])
def test_empty_long_and_unfilled_texts_are_not_sent(db: None, clerk: Actor, body: str) -> None:
    with pytest.raises(Invalid):
        services.write(conversation=make_thread(), body=body, actor=clerk, now=NOW)


def test_was_told_needs_a_route_that_did_not_fail(db: None) -> None:
    make_template("Z01")
    order = make_order(make_store(kind="spreadsheet"))
    assert not selectors.was_told(order, "Z01")
    message = services.send_template(base_code="Z01", about=order, key="k", actor=SYSTEM, now=NOW)
    assert selectors.was_told(order, "Z01")
    Delivery.objects.filter(message=message).update(state=DeliveryState.FAILED)
    assert not selectors.was_told(order, "Z01")


def test_many_texts_cost_as_many_statements_as_few(db: None) -> None:
    seeding.load_reference(now=NOW)
    store = make_store(kind="spreadsheet")
    counted = []
    for size in (3, 60):
        specs = [services.TextSpec("T01", make_order(store), f"k{size}-{i}") for i in range(size)]
        policies.forget()
        with CaptureQueriesContext(connection) as caught:
            outcomes = services.send_many(specs=specs, actor=SYSTEM, now=NOW)
        assert {o.code for o in outcomes} == {"sent"}
        counted.append(len(caught))
    assert counted[1] <= counted[0]


def test_a_person_s_name_signs_and_the_house_signs_for_the_clock(db: None, clerk: Actor) -> None:
    make_template("Z01", body="{{agent_name}} of {{store_name}}, {{buyer_name}}")
    order = make_order()
    by_clock = services.send_template(base_code="Z01", about=order, key="a", actor=SYSTEM, now=NOW)
    by_hand = services.send_template(base_code="Z01", about=order, key="b", actor=clerk, now=NOW)
    assert by_clock is not None and by_clock.body.startswith("Customer service of ")
    assert by_hand is not None and by_hand.body.startswith(f"{clerk.label} of ")
    Buyer.objects.filter(pk=order.buyer_id).update(name="", login="", language="ru")
    order.buyer.refresh_from_db()
    unnamed = services.send_template(base_code="Z01", about=order, key="c", actor=SYSTEM, now=NOW)
    assert unnamed is not None and unnamed.body.endswith("customer")


def test_one_thread_per_buyer(db: None) -> None:
    make_template("Z01")
    order = make_order()
    for number in range(3):
        services.send_template(base_code="Z01", about=order, key=f"k{number}", actor=SYSTEM, now=NOW)
    assert Conversation.objects.filter(buyer=order.buyer).count() == 1


@pytest.mark.covers("MSG-29")
def test_a_greeting_leaves_a_waiting_buyer_waiting(door: Door, clerk: Actor) -> None:
    """Whoever presses the button; rewritten words, and a text that answers the question, are an answer."""
    store, _control = door
    make_template("Z01", answers="never")
    make_template("Z02", answers="always")
    order = make_order(store)

    def waits(thread: Conversation) -> bool:
        thread.refresh_from_db()
        return thread.waiting_since is not None

    thread = make_thread(store, buyer=order.buyer, waiting_since=NOW)
    services.send_template(base_code="Z01", about=order, key="a", actor=clerk, now=NOW)
    draft = services.send_template(base_code="Z01", about=order, key="b", actor=SYSTEM, now=NOW, as_draft=True)
    assert draft is not None
    services.send_draft(message=draft, actor=clerk, now=NOW)
    services.write(conversation=thread, body="Hi", template_code="Z01", own_words=False, actor=clerk, now=NOW)
    assert waits(thread)
    draft = services.send_template(base_code="Z01", about=order, key="c", actor=SYSTEM, now=NOW, as_draft=True)
    assert draft is not None
    services.send_draft(message=draft, body="It left on Monday.", actor=clerk, now=NOW)
    assert not waits(thread)
    Conversation.objects.filter(pk=thread.pk).update(waiting_since=NOW)
    services.send_template(base_code="Z02", about=order, key="d", actor=SYSTEM, now=NOW)
    assert not waits(thread)


def test_a_store_says_for_itself_what_a_text_is(door: Door, clerk: Actor) -> None:
    store, _control = door
    make_template("Z01", answers="person")
    make_template("Z01", store=store, answers="never")
    order = make_order(store)
    thread = make_thread(store, buyer=order.buyer, waiting_since=NOW)
    services.send_template(base_code="Z01", about=order, key="a", actor=clerk, now=NOW)
    thread.refresh_from_db()
    assert thread.waiting_since == NOW
