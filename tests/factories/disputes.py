"""Cases, remedies and ratings."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.audit import SYSTEM
from disputes import services
from disputes.models import Case, Feedback, Remedy, RootCause
from disputes.selectors import causes
from orders.models import Order
from stores.contracts import RemoteCase
from tests.factories import parcels as make
from tests.house.rows import Rows

_count = itertools.count(1)
NOW = make.NOW


def make_case(order: Order | None = None, *, kind: str = "not_received", now: datetime = NOW, **more: Any) -> Case:
    """A case that waits for us, opened by hand."""
    order = order or make.order(make.store("spreadsheet"))
    case, _made = services.open_case(order=order, kind=kind, actor=SYSTEM, now=now, **more)
    return case


def picture(order: Order, **more: Any) -> RemoteCase:
    """What a channel shows of a case that waits for us."""
    given: dict[str, Any] = {
        "external_id": "D1", "order_external_id": order.external_id, "kind": "not_received", "status": "seller", "opened_at": NOW,
        "reason": "Where is it?", "amount": Decimal("10"), "currency": "USD", "respond_by": NOW + timedelta(days=5), "turn": 1,
        "updated_at": NOW, "version": 1,
    }  # fmt: skip
    return RemoteCase(**{**given, **more})


def _cases(store: Any, count: int, person: Any) -> None:
    kinds, states = (
        ["not_received", "damaged", "return"],
        ["opened", "for_us", "for_buyer", "escalated", "agreed", "closed"],
    )
    for _n in range(count - Case.objects.filter(store=store).count()):
        number = next(_count)
        state = states[number % 6]
        owed = state in ("opened", "for_us") or (state == "escalated" and number % 2 == 0)
        Case.objects.create(
            store=store, order=make.order(store, country=["DE", "US", "BR"][number % 3]), number=f"CS-{80000 + number}",
            external_id=f"D{number}" if number % 3 else "", kind=kinds[number % 3], reason="broken" if number % 2 else "",
            claimed=Decimal("5") if number % 2 else None, currency="USD", state=state, turn=1,
            outcome="withdrawn" if state == "closed" else "", opened_at=NOW - timedelta(days=number % 40), received_at=NOW, turned_at=NOW,
            respond_by=NOW + timedelta(days=number % 5) if owed else None, clock_source="channel" if owed else "",
            next_check_at=None if state == "closed" else NOW + timedelta(days=1), closed_at=NOW if state == "closed" else None,
            cause="speed" if number % 4 == 0 else "",
        )  # fmt: skip


def _remedies(store: Any, count: int, person: Any) -> None:
    missing = count - Remedy.objects.filter(store=store).count()
    if missing <= 0:
        return
    _cases(store, Case.objects.filter(store=store).count() + 1, person)
    case = Case.objects.filter(store=store).first()
    assert case is not None
    for n in range(missing):
        Remedy.objects.create(
            store=store, case=case, order=case.order, key=f"k{next(_count)}", kind=["refund", "part_refund", "resend"][n % 3],
            amount=Decimal("1.5") if n % 3 < 2 else None, currency="USD", route=["channel", "paypal", "parcel"][n % 3],
            reference=f"T{n}" if n % 2 else "", actor_label="Li", given_at=NOW - timedelta(days=n),
        )  # fmt: skip


def _ratings(store: Any, count: int, person: Any) -> None:
    for n in range(count - Feedback.objects.filter(store=store).count()):
        state = ["", "sent", "by_hand", "failed"][n % 4]
        Feedback.objects.create(
            store=store, order=make.order(store), external_id=f"r{next(_count)}", stars=1 + n % 5, text="nice" if n % 2 else "",
            given_at=make.NOW - timedelta(days=n), received_at=make.NOW, reply="Thanks" if state else "", reply_state=state,
            replied_at=make.NOW if state == "sent" else None, cause="quality" if n % 5 == 0 else "",
            first_stars=1 if n % 7 == 0 else None, revised_at=make.NOW if n % 7 == 0 else None,
        )  # fmt: skip


def _causes(store: Any, count: int, person: Any) -> None:
    there = RootCause.objects.count()
    for n in range(there, there + count):
        RootCause.objects.create(
            code=f"cause{n}", name=f"Cause {n}", name_zh=f"原因{n}", position=n % 3, valid_from=NOW.date(),
            valid_until=NOW.date() if n % 3 == 0 else None, origin="chosen" if n % 2 else "",
        )  # fmt: skip
    causes.forget()


LISTING_ROWS = {
    "root-causes": Rows(_causes, owned=False),
    "feedback": Rows(_ratings),
    "cases": Rows(_cases),
    "remedies": Rows(_remedies),
}
