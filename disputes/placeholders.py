"""Reasons to ask no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversations.registry import still_wanted
from disputes import selectors


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
