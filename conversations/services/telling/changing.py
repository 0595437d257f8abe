"""What a person changes in a telling for one buyer: the words, leaving out, telling anyway."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import rules
from conversations.choices import LeftOut, TellingState, Verdict
from conversations.models import TellingRow
from conversations.rules import telling as telling_rules
from conversations.services.handing import LONGEST_SUBJECT, clean_body, may_send
from conversations.services.specs import Seen
from conversations.services.telling.judging import Asked, judge
from core import audit
from core.audit import Actor
from core.errors import Conflict


@transaction.atomic
def change_row(*, telling_row: TellingRow, body: str, actor: Actor, now: datetime, subject: str = "") -> TellingRow:
    """Give one buyer other words; a buyer left out because a fact was not known or not true is told with them. Refuses buyers
    left out for another reason, an empty text and one with unfilled marks."""
    held = _held(telling_row, actor)
    mended = held.why in telling_rules.MENDED_BY_WORDS
    if held.verdict != Verdict.READY and not mended:
        raise Conflict("left_out", _("This buyer is left out: other words do not change that."))
    held.body, held.subject, held.edited = clean_body(body), rules.clean_header(subject, LONGEST_SUBJECT), True
    held.language = held.language or held.buyer.language
    _again(held, actor, now, seen=Seen(held.subject, held.body, own=True))
    audit.record(
        held.telling,
        "telling.edit",
        actor=actor,
        now=now,
        text=gettext_noop("Words changed for one buyer"),
        row=held.pk,
    )
    return _back(telling_row, held)


@transaction.atomic
def leave_out(*, telling_row: TellingRow, actor: Actor, now: datetime, **given: Any) -> TellingRow:
    """Do not tell this buyer. Refuses one who was told; leaving out twice is once."""
    held = _held(telling_row, actor)
    if held.verdict == Verdict.READY:
        held.verdict, held.why, held.detail, held.anyway = Verdict.OUT, LeftOut.BY_PERSON, [], False
        held.save(update_fields=["verdict", "why", "detail", "anyway"])
        audit.record(
            held.telling,
            "telling.leave_out",
            actor=actor,
            now=now,
            text=gettext_noop("One buyer left out"),
            row=held.pk,
        )
    return _back(telling_row, held)


@transaction.atomic
def take_in(*, telling_row: TellingRow, actor: Actor, now: datetime, **given: Any) -> TellingRow:
    """Tell this buyer after all: one left out by a person, or told the same before. Other reasons stand."""
    held = _held(telling_row, actor)
    if held.verdict == Verdict.READY:
        return _back(telling_row, held)
    if held.why not in telling_rules.MAY_OVERRULE:
        raise Conflict("left_out", _("This buyer is left out for a reason that nobody may overrule."))
    held.anyway = True
    _again(held, actor, now, seen=Seen(held.subject, held.body, own=True) if held.edited else None)
    audit.record(
        held.telling, "telling.take_in", actor=actor, now=now, text=gettext_noop("One buyer taken in"), row=held.pk
    )
    return _back(telling_row, held)


def _again(held: TellingRow, actor: Actor, now: datetime, seen: Seen | None) -> None:
    asked = Asked(held.buyer_id, [held.about_id, *held.more_ids], anyway=held.anyway, seen=seen)
    for one in judge(held.telling, [asked], actor=actor, now=now):
        one.onto(held)
    held.save()


def _held(row: TellingRow, actor: Actor) -> TellingRow:
    may_send(actor)
    found: TellingRow = (
        TellingRow.objects.select_for_update(of=("self",)).select_related("telling", "buyer", "store").get(pk=row.pk)
    )
    if found.telling.state != TellingState.READY:
        raise Conflict("not_ready", _("Only what waits to be looked through can be changed."))
    return found


def _back(row: TellingRow, held: TellingRow) -> TellingRow:
    row.refresh_from_db()
    return held
