"""A running pretend shop, connected stores, and calls to it."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.models import Store
from core.audit import SYSTEM
from stores.choices import Ability, CallState, InboundState
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.server import Server
from stores.models import Deadline, InboundRecord, OutboundCall
from stores.services import accounts, outbox
from tests.factories.accounts import make_store
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_count = itertools.count(1)


@contextlib.contextmanager
def running_shop(path: Path | str = ":memory:", port: int = 0) -> Iterator[Server]:
    """The pretend shop's server on a free port of this machine."""
    server = Server(("127.0.0.1", port), path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def connected(server: Server, **facts: Any) -> tuple[Store, Control]:
    """A sandbox store connected to the running shop, and the other side of it."""
    store = make_store(**facts)
    accounts.connect_sandbox(store=store, actor=SYSTEM, now=NOW, base_url=server.url)
    return store, Control(server.url, store.code)


def shop_order(order_id: str, **facts: Any) -> dict[str, Any]:
    """A paid order as the pretend shop keeps it."""
    given: dict[str, Any] = {
        "id": order_id, "number": order_id, "status": "to_ship", "placed_at": (NOW - timedelta(hours=5)).isoformat(),
        "paid_at": (NOW - timedelta(hours=4)).isoformat(), "currency": "USD", "country": "BR",
        "buyer": {"id": f"b{order_id}", "login": f"buyer{order_id}", "name": "Ana Lima", "email": f"b{order_id}@example.org"},
        "address": {"recipient": "Ana Lima", "line1": "Rua A 1", "city": "São Paulo", "postcode": "01310-100", "phone": "+5511"},
        "lines": [{"id": "1", "sku": "A-1", "title": "Lamp", "quantity": 2, "price": "4.50"}], "shipping_fee": "3.00",
        "shipping_method": "AliExpress Standard Shipping", "note": "",
    }  # fmt: skip
    return {**given, **facts}


def declare(store: Store, order_id: str, number: str = "", now: datetime = NOW, **more: Any) -> OutboundCall:
    """Put "mark as shipped" into the outbox; the store itself stands for the subject."""
    payload = {
        "order_id": order_id,
        "tracking_number": number or f"RB{order_id}CN",
        "service": "CP_REG",
        "shipped_at": now.isoformat(),
    }
    return outbox.enqueue(
        store=store, ability=Ability.DECLARE_SHIPMENT, key=f"declare:{order_id}:{payload['tracking_number']}", subject=store,
        payload=payload, now=now, **more,
    )  # fmt: skip


def make_call(store: Store, **facts: Any) -> OutboundCall:
    """A row of the outbox."""
    number = next(_count)
    given: dict[str, Any] = {
        "store": store, "ability": Ability.DECLARE_SHIPMENT, "key": f"k{number}", "subject_type": "accounts.store",
        "subject_id": store.pk, "payload": {}, "due_at": NOW, "give_up_at": NOW + timedelta(hours=72), "created_at": NOW,
    }  # fmt: skip
    return OutboundCall.objects.create(**{**given, **facts})


def _calls(store: Store, count: int, person: Any) -> None:
    states = [CallState.QUEUED, CallState.FAILED, CallState.UNKNOWN, CallState.DROPPED]
    for i in range(count):
        make_call(
            store, state=states[i % 4], error="refused" if i % 4 == 1 else "", created_at=NOW + timedelta(minutes=i)
        )


def _records(store: Store, count: int, person: Any) -> None:
    for _i in range(count):
        number = next(_count)
        InboundRecord.objects.create(
            store=store, kind="orders", remote_id=str(number), digest=str(number), payload={"id": number}, received_at=NOW,
            state=InboundState.FAILED, error="status is not known",
        )  # fmt: skip


def _deadlines(store: Store, count: int, person: Any) -> None:
    for _i in range(count):
        Deadline.objects.create(
            rule_code=f"TEST_{next(_count)}", channel="all", topic="message", anchor_event="buyer_message", actor="seller",
            value="24", unit="hours", valid_from=NOW.date(),
        )  # fmt: skip


LISTING_ROWS = {
    "calls": Rows(_calls),
    "inbound": Rows(_records),
    "deadlines": Rows(_deadlines, owned=False),
}
