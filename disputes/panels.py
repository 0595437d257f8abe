"""Cases and ratings on the page of their order, and in timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import timeline
from core.audit import Actor
from core.panels import Panel, register
from customers.registry import personal_data
from disputes import selectors
from disputes.choices import CaseKind, Outcome, RemedyKind, ReplyState
from disputes.listings.cases import OUTCOMES, STATES
from disputes.models import Case
from disputes.services import privacy
from orders import registry
from orders.choices import OrderState
from orders.models import Order

personal_data("disputes", export=privacy.export_buyer, erase=privacy.erase_buyer)


def order_cases(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The cases of an order with their clocks (RET-11)."""
    may = actor.has_perm("disputes.change_case") and order.state != OrderState.UNPAID
    url = reverse("core:act", args=["orders", order.pk, "open-case"]) if may else ""
    return {"rows": [_row(case) for case in selectors.cases_of(order.pk)], "open_url": url}


def _row(case: Case) -> dict[str, Any]:
    return {
        "url": reverse("disputes:case", args=[case.pk]), "number": case.number, "kind": case.get_kind_display(),
        "badge": f.badge_html(*(OUTCOMES[case.outcome] if case.outcome else STATES[case.state])),
        "due": f.due_html(case.respond_by, hard=True) if case.respond_by else "",
        "claimed": f.money(case.claimed, case.currency) if case.claimed is not None else "",
    }  # fmt: skip


register(
    "orders.detail",
    Panel("cases", _("Cases"), "disputes.view_case", "disputes/_order_cases.html", order_cases, order=15),
)


def case_clock(order: Order) -> dict[str, Any] | None:
    """Until when we answer the most urgent case of an order (RET-11)."""
    if order.intercept == "":
        return None
    owed = [case for case in selectors.cases_of(order.pk) if case.respond_by is not None]
    if not owed:
        return None
    first = min(owed, key=lambda case: case.respond_by or case.opened_at)
    text = gettext("case %(number)s: then the channel decides without us") % {"number": first.number}
    return {"at": first.respond_by, "text": text}


registry.clocks.append(case_clock)


def order_feedback(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The ratings of an order."""
    return {
        "rows": [
            {
                "url": reverse("disputes:rating", args=[r.pk]), "stars": f.stars(r.stars), "text": r.text, "at": f.moment(r.given_at),
                "state": r.get_reply_state_display(), "tone": ReplyState(r.reply_state).tone,
            }
            for r in selectors.feedback_of(order)
        ]
    }  # fmt: skip


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


def _claims(case: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[timeline.Entry]:
    """The buyer's words and our answers, in the timeline of the case."""
    if not actor.has_perm("disputes.view_case"):
        return []
    found = []
    if case.reason and actor.has_perm("orders.view_personal"):
        found.append(
            timeline.Entry(
                at=case.opened_at,
                text=case.reason,
                title=gettext("The buyer wrote"),
                icon="scale",
                tone="rose",
                theirs=True,
            )
        )
    for row in selectors.answers_of(case):
        if row.sent_at is not None:
            money = f" {f.money(row.amount, row.currency)}" if row.amount is not None else ""
            title = f"{row.get_kind_display()}{money}"
            found.append(
                timeline.Entry(
                    at=row.sent_at, text=row.text[:400], title=title, who=row.author_label, icon="send", kind="message"
                )
            )
    return [entry for entry in found if before is None or entry.at < before][:limit]


timeline.register_source("disputes.case", _claims)
for _verb in ("case.cause", "feedback.cause", "cause.add"):
    timeline.register_words(_verb, "cause", selectors.causes.NAMES)
timeline.register_words("case.opened", "kind", dict(CaseKind.choices))
for _verb in ("case.answered", "case.remedy"):
    timeline.register_words(_verb, "what", dict(RemedyKind.choices))
for _outcome in Outcome:
    timeline.register_reason(f"outcome:{_outcome.value}", _outcome.label)
timeline.register_related(
    "orders.order", lambda order: [("disputes.case", [c.pk for c in selectors.cases_of(order.pk)])]
)
