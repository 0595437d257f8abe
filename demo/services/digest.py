"""What a shop lived, as one number: two lives of the same seed must end in the same one.

Only natural keys count (order numbers, buyers, articles, waybill numbers, pretended times); no surrogate ids, no audit and no
column that the wall clock fills.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import Store
from conversations.models import Conversation, Delivery, Message
from disputes.models import Answer, Case, Feedback, Remedy
from inventory.models import Balance, Movement
from logistics.models import DispatchNote, Extension, Parcel, TrackingEvent
from orders.models import Order, OrderLine
from stores.models import OutboundCall
from worklist.models import Duty

#: Kind of subject -> the field path that names it to people.
NAMES: tuple[tuple[type[Model], str], ...] = (
    (Order, "external_id"), (Parcel, "order__external_id"), (DispatchNote, "order__external_id"), (Store, "code"),
    (Conversation, "buyer__key"), (Message, "conversation__buyer__key"), (Delivery, "message__conversation__buyer__key"),
    (Feedback, "external_id"), (Case, "external_id"), (Answer, "case__external_id"), (Balance, "sku__code"),
    (Extension, "parcel__order__external_id"), (OutboundCall, "ability"),
)  # fmt: skip


def tables(store: Store) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    """The rows that count, by the name of their table."""
    yield "orders", _rows(Order, store, "external_id", "state", "stage", "buyer__key", "buyer_name", "country", "currency", "total",
                          "note", "hold_reason", "intercept", "placed_at", "paid_at", "target_at", "ship_by", "greeted_at",
                          "shipped_at", "declared_at", "delivered_at", "completed_at", "cancelled_at")  # fmt: skip
    yield (
        "lines",
        OrderLine._base_manager.filter(order__store=store).values_list(
            "order__external_id", "position", "item__channel_sku", "quantity", "total", "shipped_quantity"
        ),
    )
    yield "notes", _rows(DispatchNote, store, "order__external_id", "state", "service__code", "declared_value", "due_at",
                         "drafted_at", "signed_at", "released_at", "packed_at", "closed_at")  # fmt: skip
    yield "parcels", _rows(Parcel, store, "order__external_id", "tracking_number", "state", "tracking_state", "service__code",
                           "weight_g", "packed_at", "shipped_at", "declared_at", "promised_by", "receive_by", "next_check_at",
                           "next_check_why", "check_round", "advice")  # fmt: skip
    yield (
        "events",
        TrackingEvent._base_manager.filter(parcel__store=store).values_list(
            "parcel__tracking_number", "occurred_at", "stage", "description", "location"
        ),
    )
    yield "extensions", _rows(Extension, store, "parcel__order__external_id", "days", "before", "after", "asked_at",
                              "confirmed_at", "refused")  # fmt: skip
    yield "messages", _rows(Message, store, "conversation__buyer__key", "direction", "state", "template_code", "language", "at",
                            "subject", "body")  # fmt: skip
    yield (
        "deliveries",
        _rows(Delivery, store, "message__conversation__buyer__key", "message__at", "route", "state", "sent_at"),
    )
    yield (
        "feedback",
        _rows(
            Feedback, store, "external_id", "order__external_id", "stars", "text", "given_at", "reply_state", "cause"
        ),
    )
    yield "cases", _rows(Case, store, "external_id", "order__external_id", "kind", "state", "outcome", "turn", "claimed", "cause",
                         "opened_at", "respond_by", "closed_at")  # fmt: skip
    yield (
        "answers",
        Answer._base_manager.filter(case__store=store).values_list(
            "case__external_id", "turn", "attempt", "kind", "state", "amount", "text"
        ),
    )
    yield (
        "remedies",
        Remedy._base_manager.filter(case__store=store).values_list(
            "case__external_id", "kind", "amount", "currency", "given_at"
        ),
    )
    yield "calls", _rows(OutboundCall, store, "ability", "state", "created_at", "sent_at", "attempts", "error")
    yield "stock", Movement._base_manager.values_list("sku__code", "quantity", "kind", "at")
    yield "duties", _duties(store)


def fingerprint(store: Store) -> dict[str, str]:
    """A short digest of each table, and ``all`` over them."""
    found = {}
    for name, rows in tables(store):
        lines = sorted(json.dumps([_plain(value) for value in row], ensure_ascii=False) for row in rows)
        found[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    found["all"] = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    return found


def _rows(model: type[Model], store: Store, *names: str) -> QuerySet[Any, tuple[Any, ...]]:
    return model._base_manager.filter(store=store).values_list(*names)


def _duties(store: Store) -> Iterator[tuple[Any, ...]]:
    names = {model._meta.label_lower: dict(model._base_manager.values_list("pk", path)) for model, path in NAMES}
    rows = Duty._base_manager.filter(store=store).values_list(
        "subject_type", "subject_id", "rule", "round", "state", "due_at", "closed_at", "snoozed_until", "attempts"
    )
    for subject, ident, *rest in rows.iterator():
        yield (subject, names.get(subject, {}).get(ident, ""), *rest)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool) else str(value)
