"""No message is lost although the channel shows it once (G5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django_scopes import scopes_disabled

from accounts.models import Store
from conversations.models import Conversation, Message
from stores.choices import Ability, InboundState
from stores.connectors.base import RawPage
from stores.connectors.sandbox.connector import Sandbox
from stores.connectors.sandbox.control import Control
from stores.models import Connection, InboundRecord
from stores.services import inbound
from tests.factories.stores import NOW

Door = tuple[Store, Control]
KIND = Ability.MESSAGES_IN


@pytest.fixture(autouse=True)
def all_stores() -> Iterator[None]:
    with scopes_disabled():
        yield


def question(n: int) -> dict[str, str]:
    at = (NOW + timedelta(seconds=n)).isoformat()
    return {"id": f"M{n}", "buyer": f"b{n % 5}", "buyer_name": "Ana", "text": f"Question {n}", "at": at}


def buyers_write(control: Control, *numbers: int) -> None:
    control.put_messages([question(n) for n in numbers], NOW)


def bodies() -> list[str]:
    return sorted(Message.objects.values_list("body", flat=True))


def expected(*numbers: int) -> list[str]:
    return sorted(f"Question {n}" for n in numbers)


class Crash(BaseException):
    """The process dies here."""


def test_messages_come_in_and_wait_for_an_answer(door: Door) -> None:
    store, control = door
    buyers_write(control, 1, 2, 6)
    assert inbound.fetch(store=store, kind=KIND, now=NOW) == 3
    assert bodies() == expected(1, 2, 6)
    assert Conversation.objects.filter(waiting_since__isnull=False).count() == 2
    assert inbound.fetch(store=store, kind=KIND, now=NOW) == 0


def test_more_than_a_page_comes_in_one_go(door: Door) -> None:
    store, control = door
    buyers_write(control, *range(120))
    assert inbound.fetch(store=store, kind=KIND, now=NOW) == 120
    assert Message.objects.count() == 120


@pytest.mark.parametrize("point", ["before storing", "before reading", "in the middle of reading"])
def test_a_crash_loses_nothing(door: Door, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    store, control = door
    buyers_write(control, 1, 2, 3)

    def die(*args: Any, **kwargs: Any) -> Any:
        raise Crash

    with monkeypatch.context() as broken:
        if point == "before storing":
            broken.setattr(inbound, "store_page", die)
        elif point == "before reading":
            broken.setattr(inbound, "process", die)
        else:
            broken.setattr(inbound, "_deliver", die)
        with pytest.raises(Crash):
            inbound.fetch(store=store, kind=KIND, now=NOW)
    assert Message.objects.count() == 0
    inbound.fetch(store=store, kind=KIND, now=NOW + timedelta(minutes=1))
    assert bodies() == expected(1, 2, 3)
    assert inbound.reconcile(store=store, kind=KIND, now=NOW + timedelta(minutes=10)) == 0


def test_negative_control_without_history_a_crash_loses_messages(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    store, control = door
    buyers_write(control, 1)
    with monkeypatch.context() as broken:
        broken.setattr(inbound, "store_page", lambda **kwargs: (_ for _ in ()).throw(Crash()))
        with pytest.raises(Crash):
            inbound.fetch(store=store, kind=KIND, now=NOW)
        broken.undo()
        broken.setattr(Sandbox, "history", lambda self, kind, since, *, now: RawPage((), {}))
        inbound.fetch(store=store, kind=KIND, now=NOW)
    assert bodies() == []


def test_an_answer_that_is_cut_short_is_found_in_the_history(door: Door) -> None:
    store, control = door
    buyers_write(control, 1, 2)
    control.fault("half", path="/api/messages/unread")
    inbound.fetch(store=store, kind=KIND, now=NOW)
    Connection.objects.filter(store=store).update(hold_until=None)
    assert bodies() == []
    inbound.reconcile(store=store, kind=KIND, now=NOW + timedelta(minutes=10))
    assert bodies() == expected(1, 2)
    inbound.reconcile(store=store, kind=KIND, now=NOW + timedelta(minutes=20))
    assert bodies() == expected(1, 2)


def test_the_same_page_twice_is_once(door: Door) -> None:
    store, control = door
    buyers_write(control, 1, 2)
    control.fault("duplicate", path="/api/messages/unread")
    assert inbound.fetch(store=store, kind=KIND, now=NOW) == 2
    inbound.reconcile(store=store, kind=KIND, now=NOW)
    assert bodies() == expected(1, 2)


def test_a_record_nobody_can_read_does_not_stop_the_others(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    store, control = door
    buyers_write(control, 1, 2)
    control.put_messages([{"id": "M9", "buyer": "b1"}], NOW)
    inbound.fetch(store=store, kind=KIND, now=NOW)
    assert bodies() == expected(1, 2)
    record = InboundRecord.objects.get(state=InboundState.FAILED)
    assert "text" in record.error
    monkeypatch.setattr(Sandbox, "read", lambda self, kind, payload: (_ for _ in ()).throw(ValueError("no")))
    assert inbound.process(store=store, kind=KIND, now=NOW) == 0
