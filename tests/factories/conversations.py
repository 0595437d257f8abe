"""Threads, messages and texts."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Store
from conversations.choices import (
    Direction,
    LeftOut,
    MessageState,
    Route,
    SendMode,
    TellingState,
    TemplateKind,
    Verdict,
)
from conversations.models import Conversation, Delivery, Message, ReminderStep, Telling, TellingRow, Template
from tests.factories.accounts import make_store
from tests.factories.orders import make_buyer
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_count = itertools.count(1)


def make_template(code: str = "", body: str = "Dear {{buyer_name}}, order {{order_no}}.", **facts: Any) -> Template:
    """A text in English that goes out by itself."""
    code = code or f"Z{next(_count):02}"
    given = {
        "base_code": code, "language": "en", "purpose": "test", "kind": TemplateKind.ORDER, "send_mode": SendMode.AUTO,
        "subject": "About {{order_no}}", "body": body, "updated_at": NOW,
    }  # fmt: skip
    return Template.objects.create(code=code, **{**given, **facts})


def make_thread(store: Store | None = None, **facts: Any) -> Conversation:
    """A thread with a buyer of its own."""
    store = store or make_store()
    buyer = facts.pop("buyer", None) or make_buyer(store)
    return Conversation.objects.create(store=store, buyer=buyer, **{"created_at": NOW, "last_at": NOW, **facts})


def make_message(thread: Conversation, **facts: Any) -> Message:
    """A message of ours."""
    given = {
        "direction": Direction.OUT, "state": MessageState.READY, "key": f"t:{next(_count)}", "body": "Hello", "at": NOW,
        "template_code": "T01", "language": "en",
    }  # fmt: skip
    return Message.objects.create(conversation=thread, store_id=thread.store_id, **{**given, **facts})


def _messages(store: Store, count: int, person: Any) -> None:
    states = [MessageState.READY, MessageState.DRAFT, MessageState.CANCELLED]
    for i in range(count):
        thread = make_thread(store)
        message = make_message(thread, state=states[i % 3], at=NOW + timedelta(minutes=i), is_chaser=i % 2 == 0)
        if i % 3 == 0:
            Delivery.objects.create(message=message, store=store, route=Route.MAILBOX, state="by_hand", created_at=NOW)


def _threads(store: Store, count: int, person: Any) -> None:
    for i in range(count):
        make_thread(store, last_at=NOW + timedelta(minutes=i), waiting_since=NOW if i % 2 else None)


def _templates(store: Store, count: int, person: Any) -> None:
    for i in range(count - Template.objects.count()):
        make_template(language=["en", "ru", "es"][i % 3], store=store if i % 2 else None)


def _steps(store: Store, count: int, person: Any) -> None:
    if not Template.objects.filter(base_code="R09").exists():
        make_template("R09")
    there = ReminderStep.objects.count()
    for i in range(there, there + count):
        ReminderStep.objects.create(
            store=store if i % 2 else None, position=i + 1, after_days=1 + i % 5, base_code="R09", active=i % 3 > 0,
            inducement=i % 3 == 0,
        )  # fmt: skip


def _telling_rows(store: Store, count: int, person: Any) -> None:
    there = TellingRow.objects.filter(store=store).count()
    held = Telling.objects.first() or make_telling()
    for i in range(there, count):
        out = i % 3 == 1
        TellingRow.objects.create(
            telling=held, store=store, buyer=make_buyer(store), about_id=i + 1, verdict=Verdict.OUT if out else Verdict.READY,
            why=LeftOut.DISPUTE if out else "", language="en", subject="About", body="" if out else "Dear buyer",
        )  # fmt: skip


def make_telling(**facts: Any) -> Telling:
    """A telling that waits to be looked through."""
    number = next(_count)
    given = {
        "number": f"TL-{5000 + number}", "state": TellingState.READY, "code": "L01", "text_key": "L01", "about_type": "logistics.parcel",
        "about_ids": [1], "author_label": "Ann", "created_at": NOW + timedelta(minutes=number), "prepared_at": NOW,
    }  # fmt: skip
    return Telling.objects.create(**{**given, **facts})


def _tellings(store: Store, count: int, person: Any) -> None:
    states = list(TellingState)
    for i in range(count - TellingRow.objects.filter(store=store).count()):
        held = make_telling(state=states[i % len(states)], source_label="EMS → BR" if i % 2 else "")
        TellingRow.objects.create(
            telling=held,
            store=store,
            buyer=make_buyer(store),
            about_id=i + 1,
            verdict=Verdict.READY,
            language="en",
            body="Dear buyer",
        )


LISTING_ROWS = {
    "tellings": Rows(_tellings),
    "telling-rows": Rows(_telling_rows),
    "reminder-steps": Rows(_steps, owned=False),
    "messages": Rows(_messages),
    "conversations": Rows(_threads),
    "templates": Rows(_templates, owned=False),
}
