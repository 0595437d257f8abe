"""Both clocks of a parcel with an open dispute: what was promised and when we must answer, and what must be done (TRK-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import format as f
from core.audit import Actor
from logistics.choices import Advice
from logistics.models import Parcel
from logistics.registry import DisputeClock, clocks_of
from logistics.selectors import judging


def shown(parcel: Parcel, dispute: DisputeClock | None, now: datetime, actor: Actor) -> dict[str, Any] | None:
    """Promise and dispute beside each other with what must be done (TRK-16); None without an open dispute."""
    if dispute is None:
        return None
    said = judging.judged([parcel], now, disputed=True).get(parcel.pk)
    return context(parcel, said, dispute, now, actor)


def context(
    parcel: Parcel, said: judging.Judged | None, dispute: DisputeClock, now: datetime, actor: Actor
) -> dict[str, Any]:
    """The context of ``logistics/_both_clocks.html``."""
    promise = promise_clock(parcel, now)
    if not dispute.number:
        clock: dict[str, Any] = {
            "head": _("Dispute"),
            "text": _("no case here yet: its time runs in the shop"),
            "tone": "rose",
            "at": None,
        }
    elif dispute.at is None:
        clock = {"head": _("Dispute"), "text": _("waits for somebody else"), "tone": "neutral", "at": None}
    else:
        clock = {
            "head": _("Answer the dispute by"),
            "at": dispute.at,
            "tone": "rose",
            "text": f.due(dispute.at, now, hard=True).text,
        }
    step = answer_step(dispute, actor)
    return {
        "parcel": parcel.tracking_number or parcel.number, "parcel_url": reverse("logistics:parcel", args=[parcel.pk]),
        "clocks": [promise, {**clock, "when": f.full_moment(dispute.at, seconds=False) if dispute.at else ""}],
        "number": dispute.number, "url": dispute.url, "step": step, **required(said, now),
    }  # fmt: skip


def answer_step(dispute: DisputeClock, actor: Actor) -> dict[str, Any] | None:
    """The button that answers a dispute, or opens its case where there is none; None while nothing is owed, or the actor may not."""
    may = actor.has_perm("disputes.offer_remedy" if dispute.number else "disputes.change_case")
    if not dispute.answer_url or not may:
        return None
    label = _("Answer the case") if dispute.number else _("Open a case")
    return {
        "label": label,
        "url": dispute.answer_url,
        "method": "get" if dispute.number else "dialog",
        "icon": "send",
        "key": "r",
    }


def promise_clock(parcel: Parcel, now: datetime) -> dict[str, Any]:
    """How long the promise to the buyer still runs, or since when it is broken."""
    at = parcel.promised_by
    if at is None:
        return {"head": _("Promise"), "text": _("nothing was promised"), "tone": "neutral", "at": None, "when": ""}
    end = parcel.delivered_at or now
    if parcel.delivered_at is not None:
        kept = parcel.delivered_at <= at
        text = _("kept: delivered %(day)s") if kept else _("delivered %(day)s, too late")
        shown = text % {"day": f.day(parcel.delivered_at, parcel.store.time_zone)}
        return {
            "head": _("Promised by"),
            "text": shown,
            "tone": "leaf" if kept else "rose",
            "at": None,
            "when": f.full_moment(at, seconds=False),
        }
    return {
        "head": _("Promised by"), "text": f.due(at, now, hard=True).text, "tone": "rose" if end > at else "amber", "at": at,
        "when": f.full_moment(at, seconds=False),
    }  # fmt: skip


def required(said: judging.Judged | None, now: datetime) -> dict[str, Any]:
    """What the tables ask for, with the rule and its words."""
    if said is None:
        return {"action": "", "rule": "", "words": "", "template": ""}
    words = judging.rule_words([said.step.rule_id], now, get_language() or "en")
    return {
        "action": str(Advice(said.step.advice).label) if said.step.advice in Advice.values else said.step.advice,
        "rule": said.step.rule_id, "words": words.get(said.step.rule_id, ""), "template": said.step.template,
    }  # fmt: skip


def disputes_of(parcels: Sequence[Parcel]) -> dict[int, DisputeClock]:
    """The open dispute of the order of each parcel (order loaded) that has one, by order. An order that is marked as disputed
    while nobody opened a case has one without number and time; there one opens the case."""
    found = clocks_of({parcel.order_id for parcel in parcels})
    for parcel in parcels:
        if parcel.order_id not in found and judging.dispute_open(parcel.order):
            opens = reverse("core:act", args=["orders", parcel.order_id, "open-case"])
            found[parcel.order_id] = DisputeClock(None, "", reverse("orders:detail", args=[parcel.order_id]), opens)
    return found
