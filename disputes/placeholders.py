"""Facts of cases for texts, and reasons to ask no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from conversations.registry import disputes, guardrail, placeholders, still_wanted
from core.clock import local_day
from disputes import selectors


@placeholders("orders.order")
def case_facts(ids: Iterable[int], language: str) -> dict[int, dict[str, Any]]:
    """What texts about an order may say of its newest open case, and of what was paid back. Unknown facts are None."""
    found: dict[int, dict[str, Any]] = {}
    for order_id, facts in selectors.facts_for_texts(ids).items():
        until = facts.respond_by
        found[order_id] = {
            "case_no": facts.number or None, "refunded_amount": facts.refunded or None,
            "answer_by_date": local_day(until, facts.zone) if until else None,
        }  # fmt: skip
    return found


@guardrail("no_open_dispute")
def no_open_dispute(about: Any, facts: Mapping[str, Any]) -> str:
    """No case is open about the order."""
    order_id = getattr(about, "order_id", None) or about.pk
    return "a dispute is open: answer in the dispute" if selectors.has_open_case(order_id) else ""


@disputes
def in_dispute(order_ids: Iterable[int], *, since: datetime | None = None) -> set[int]:
    """Orders with an open case, or with one opened since then."""
    return selectors.orders_in_dispute(order_ids, since)


@still_wanted("T06E")
def still_silent(message: Any, *, now: datetime) -> str:
    """Why a question for feedback must not leave any more: the buyer has rated or disputes (G1c)."""
    if message.about_type != "orders.order":
        return ""
    found = selectors.with_rating([message.about_id])
    return (
        ""
        if found and selectors.may_be_asked(found[0], now)
        else "the buyer has rated, or the sale is not closed any more"
    )
