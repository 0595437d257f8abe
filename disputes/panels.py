"""The rating on the page of its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import timeline
from core.audit import Actor
from core.panels import Panel, register
from disputes import selectors
from orders.models import Order


def order_feedback(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The ratings of an order."""
    return {
        "rows": [
            {"stars": f.stars(r.stars), "text": r.text, "at": f.moment(r.given_at)}
            for r in selectors.feedback_of(order)
        ]
    }


register(
    "orders.detail",
    Panel(
        "feedback", _("Feedback"), "disputes.view_feedback", "disputes/_order_feedback.html", order_feedback, order=60
    ),
)


def _ratings(order: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    if not actor.has_perm("disputes.view_feedback"):
        return []
    rows = [r for r in selectors.feedback_of(order) if before is None or r.given_at < before]
    return [
        timeline.Entry(
            at=r.given_at,
            text=r.text or gettext("no words"),
            title=f.stars(r.stars),
            kind="event",
            icon="star",
            theirs=True,
        )
        for r in rows[:limit]
    ]


timeline.register_source("orders.order", _ratings)
