"""Personal data of buyers in cases and ratings: what is exported, what is erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from core.audit import system
from customers.models import Buyer
from disputes.models import Answer, Case, Feedback, FeedbackVersion, Remedy
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import inbound, outbox

PRIVACY = system("privacy")
ERASED = "[erased]"


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """Every case and rating about the buyer's orders with the words written in them, as plain values."""
    cases = Case._base_manager.filter(order__buyer=buyer).prefetch_related("answers", "remedies").order_by("opened_at")
    found: list[dict[str, Any]] = [
        {
            "case": row.number, "kind": row.kind, "state": row.state, "opened_at": row.opened_at.isoformat(), "reason": row.reason,
            "answers": [{"kind": a.kind, "text": a.text, "at": a.created_at.isoformat()} for a in row.answers.all()],
            "remedies": [{"kind": r.kind, "amount": str(r.amount), "currency": r.currency, "note": r.note} for r in row.remedies.all()],
        }
        for row in cases
    ]  # fmt: skip
    ratings = Feedback._base_manager.filter(order__buyer=buyer).prefetch_related("versions").order_by("given_at")
    found += [
        {
            "rating": row.external_id, "stars": row.stars, "text": row.text, "at": row.given_at.isoformat(), "reply": row.reply,
            "earlier": [{"stars": v.stars, "text": v.text} for v in row.versions.all()],
        }
        for row in ratings
    ]  # fmt: skip
    return found


@transaction.atomic
def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Take the words out of a buyer's cases and ratings, out of the outbox and out of what the channel had sent; that they
    happened, stars and amounts stay. Answers the rows changed; again changes none."""
    cases, ratings = Case._base_manager.filter(order__buyer=buyer), Feedback._base_manager.filter(order__buyer=buyer)
    answers = Answer._base_manager.filter(case__in=cases)
    calls = OutboundCall._base_manager.filter(pk__in=[
        *answers.filter(call__isnull=False).values_list("call_id", flat=True),
        *ratings.filter(reply_call__isnull=False).values_list("reply_call_id", flat=True),
    ])  # fmt: skip
    for call in calls.filter(state__in=[CallState.QUEUED, CallState.FAILED]).order_by("pk"):
        outbox.drop(call=call, actor=PRIVACY, now=now, reason="the buyer asked to be forgotten")
    changed = outbox.forget(calls=calls)
    told = list(cases.exclude(external_id="").values_list("external_id", flat=True))
    changed += inbound.forget(store=buyer.store, kind=Ability.CASES, remote_ids=told)
    rated = list(ratings.values_list("external_id", flat=True))
    changed += inbound.forget(store=buyer.store, kind=Ability.FEEDBACK, remote_ids=rated)
    changed += cases.exclude(reason="").update(reason="")
    changed += answers.exclude(text=ERASED).update(text=ERASED)
    changed += Remedy._base_manager.filter(case__in=cases).exclude(note="").update(note="")
    changed += FeedbackVersion._base_manager.filter(feedback__in=ratings).exclude(text="").update(text="")
    return changed + ratings.exclude(text="", reply="").update(text="", reply="")
