"""Cases: opened by people, programs and channels; followed through their turns; ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, numbering
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.states import move
from disputes import selectors
from disputes.choices import OPEN_CASES, AnswerState, CaseKind, CaseState, Outcome
from disputes.models import Answer, Case
from disputes.services import causes, remedies
from disputes.services.turning import check_at, turned
from orders.models import Order
from stores import selectors as doors
from stores.choices import Ability
from worklist import services as worklist

#: Answers that the buyer's word settles.
NAME_CAUSE = "disputes.name_cause"
GIVEN = [AnswerState.SENT, AnswerState.QUEUED, AnswerState.BY_HAND]


def open_case(
    *, order: Order, kind: str, actor: Actor, now: datetime, reason: str = "", claimed: Decimal | None = None,
    external_id: str = "", opened_at: datetime | None = None, respond_by: datetime | None = None,
) -> tuple[Case, bool]:  # fmt: skip
    """Open a case about an order; answers it and whether it is new.

    The same id of the channel, or the same kind of open case of the order that a person opened, is the case that is there.
    The clock is the one given, else that of the channel's deadlines. Refuses unknown kinds, claims above what was paid,
    and times that are still to come (or, for the answer, before the opening).
    """
    _need(actor, "disputes.change_case")
    _checked(order, kind, claimed, opened_at, respond_by, now)
    since = opened_at or now
    try:
        with transaction.atomic():
            selectors.lock_order(order.pk)
            known = _known(order, kind, external_id)
            if known is not None:
                return _same(known, order), False
            until, source = (respond_by, "person") if respond_by else selectors.clock_of(order.store, kind, since)
            case = make(
                order, kind=kind, reason=reason, claimed=claimed, external_id=external_id, opened_at=since, respond_by=until,
                source=source, now=now,
            )  # fmt: skip
            say_opened(case, actor, now)
            turned(cases=[case], actor=actor, now=now)
            return case, True
    except IntegrityError:  # somebody opened it at this moment
        known = _known(order, kind, external_id)
        if known is None:
            raise
        return _same(known, order), False


def _checked(
    order: Order,
    kind: str,
    claimed: Decimal | None,
    opened_at: datetime | None,
    respond_by: datetime | None,
    now: datetime,
) -> None:
    errors: dict[str, list[str]] = {}
    if kind not in CaseKind.values:
        errors["kind"] = [str(_("Unknown kind."))]
    if claimed is not None and not 0 < claimed <= order.total:
        errors["claimed"] = [str(_("At most what the order cost."))]
    if opened_at is not None and opened_at > now:
        errors["opened_at"] = [str(_("This time is still to come."))]
    if respond_by is not None and respond_by <= (opened_at or now):
        errors["respond_by"] = [str(_("The time to answer lies after the opening."))]
    if errors:
        raise Invalid("bad_case", _("Some fields need another value."), errors=errors)


def _same(known: Case, order: Order) -> Case:
    if known.order_id != order.pk:
        raise Conflict(
            "other_order", _("Case %(number)s has this number in the shop, about another order."), number=known.number
        )
    return known


def _known(order: Order, kind: str, external_id: str) -> Case | None:
    rows = Case._base_manager.filter(store_id=order.store_id)
    if external_id:
        return rows.filter(external_id=external_id[:80]).first()
    return rows.filter(order=order, kind=kind, state__in=OPEN_CASES).order_by("pk").first()


def make(
    order: Order, *, kind: str, reason: str, claimed: Decimal | None, external_id: str, opened_at: datetime,
    respond_by: datetime | None, source: str, now: datetime,
) -> Case:  # fmt: skip
    """A new case with its number, for a locked order."""
    case = Case(
        store_id=order.store_id, order=order, external_id=external_id[:80], kind=kind, reason=reason.replace("\x00", "")[:5000],
        claimed=claimed, currency=order.currency, state=CaseState.OPENED, opened_at=opened_at, received_at=now, turned_at=now,
        respond_by=respond_by, clock_source=source,
    )  # fmt: skip
    case.next_check_at = check_at(case, now, respond_by)
    case.number = numbering.case_number(numbering.take("case")[0])
    case.save(force_insert=True)
    return case


def say_opened(case: Case, actor: Actor, now: datetime) -> None:
    """The first line of its timeline."""
    audit.record(
        case,
        "case.opened",
        actor=actor,
        now=now,
        text=gettext_noop("Case opened: %(kind)s"),
        kind=case.kind,
    )


@transaction.atomic
def come_back(*, case: Case, actor: Actor, now: datetime, respond_by: datetime | None = None, note: str = "") -> Case:
    """The case waits for us again: the buyer declined, wrote anew, or opened it once more. The clock starts again.

    Refuses cases that the channel itself tells us about.
    """
    held = _by_people(case, actor)
    if held.owed:
        return held
    _settle_last(held, AnswerState.DECLINED, actor, now)
    until, source = (respond_by, "person") if respond_by else selectors.clock_of(held.store, held.kind, now)
    if until <= now:
        raise Invalid("past_date", _("The date has passed."), errors={"respond_by": [str(_("The date has passed."))]})
    move(
        held, "ask_us", actor=actor, now=now, reason=note, respond_by=until, clock_source=source, turn=held.turn + 1, turned_at=now,
        closed_at=None, outcome="", next_check_at=check_at(held, now, until),
    )  # fmt: skip
    turned(cases=[held], actor=actor, now=now)
    return held


@transaction.atomic
def escalate(*, case: Case, actor: Actor, now: datetime, respond_by: datetime | None = None, note: str = "") -> Case:
    """The platform (or the bank) decides. With a time, our evidence is wanted by then. Refuses cases that the channel tells
    us about."""
    held = _by_people(case, actor)
    until = respond_by if respond_by and respond_by > now else None
    turn = held.turn + 1 if until is not None and not held.owed else held.turn
    move(
        held, "escalate", actor=actor, now=now, reason=note, respond_by=until, clock_source="person" if until else "", turn=turn,
        turned_at=now, closed_at=None, outcome="", next_check_at=check_at(held, now, until),
    )  # fmt: skip
    turned(cases=[held], actor=actor, now=now)
    return held


@transaction.atomic
def agree(*, case: Case, actor: Actor, now: datetime, note: str = "") -> Case:
    """The buyer accepted our last answer: its remedy is recorded; the case is followed until it is closed (RMD-13). Refuses
    cases without a given answer, and those that the channel tells us about."""
    held = _by_people(case, actor)
    selectors.lock_order(held.order_id)
    if held.state == CaseState.AGREED:
        return held
    if _settle_last(held, AnswerState.ACCEPTED, actor, now) is None:
        raise Conflict("nothing_offered", _("No answer was given that the buyer could accept."))
    move(
        held, "agree", actor=actor, now=now, reason=note, respond_by=None, clock_source="", turned_at=now,
        next_check_at=check_at(held, now, None),
    )  # fmt: skip
    turned(cases=[held], actor=actor, now=now)
    return held


@transaction.atomic
def close(*, case: Case, outcome: str, actor: Actor, now: datetime, note: str = "") -> Case:
    """End a case: the buyer withdrew it, it was decided, or it is settled. Duties end, the order may go on.

    Refuses an unknown outcome, a refund that nobody recorded, and cases that the channel tells us about.
    """
    held = _by_people(case, actor)
    if outcome not in Outcome.values:
        raise Invalid("unknown_outcome", _("Unknown outcome."), errors={"outcome": [str(_("Unknown outcome."))]})
    if not held.is_open:
        return held
    back = sum((r.amount or Decimal(0) for r in selectors.remedies_of(held)), Decimal(0))
    if outcome in (Outcome.REFUNDED, Outcome.PART_REFUNDED, Outcome.RETURNED) and not back:
        raise Conflict("nothing_refunded", _("Record first what was refunded."))
    end(held, outcome, actor=actor, now=now, note=note)
    turned(cases=[held], actor=actor, now=now)
    return held


def end(case: Case, outcome: str, *, actor: Actor, now: datetime, note: str = "", at: datetime | None = None) -> bool:
    """The move to the end, for a locked case."""
    moved = move(
        case, "close", actor=actor, now=now, reason=note or f"outcome:{outcome}", outcome=outcome, respond_by=None,
        clock_source="", next_check_at=None, turned_at=now,
    )  # fmt: skip
    if moved and at is not None:
        Case._base_manager.filter(pk=case.pk).update(closed_at=at)
        case.closed_at = at
    return moved


@transaction.atomic
def look_again(*, cases: Iterable[Case], actor: Actor, now: datetime, note: str = "") -> list[Case]:
    """Somebody looked at cases that wait for others: they are looked at again some days later. Cases that wait for us or
    have ended stay as they are. Answers those that changed."""
    _need(actor, "disputes.change_case")
    changed = []
    for case in sorted(cases, key=lambda c: c.pk):
        held = selectors.lock_case(case.pk)
        if not held.is_open or held.owed:
            continue
        held.next_check_at = check_at(held, now, None)
        held.save(update_fields=["next_check_at"])
        text = gettext_noop("Looked at; nothing to do yet")
        audit.record(held, "case.looked", actor=actor, now=now, text=text, reason=note)
        changed.append(held)
    turned(cases=changed, actor=actor, now=now)
    return changed


@transaction.atomic
def set_cause(*, case: Case, cause: str, actor: Actor, now: datetime, note: str = "") -> Case:
    """Say what lay at the root of a case (RMD-08). Refuses causes that are not on the list of the house today."""
    _need(actor, "disputes.change_case")
    held = selectors.lock_case(case.pk)
    if (held.cause, held.cause_note) != (cause, note[:300]):
        named = causes.offered_cause(cause, now, keep=held.cause)
        held.cause, held.cause_note = cause, note[:300]
        held.save(update_fields=["cause", "cause_note"])
        text = gettext_noop("Root cause: %(cause)s")
        audit.record(held, "case.cause", actor=actor, now=now, text=text, reason=note, cause=named.code)
        worklist.close(rule_key=NAME_CAUSE, subject_ids=[held.pk], actor=actor, now=now, reason="named")
    return held


def settle_answer(case: Case, state: str, *, turn: int, actor: Actor, now: datetime) -> Answer | None:
    """The buyer's word on the newest answer up to ``turn``: an accepted one gives its remedy. Answers it, or None."""
    sources = [*GIVEN, AnswerState.DECLINED, AnswerState.ACCEPTED] if state == AnswerState.ACCEPTED else GIVEN
    rows = Answer._base_manager.filter(case=case, turn__lte=turn, state__in=sources).select_for_update(of=("self",))
    row = rows.order_by("-turn", "-attempt").first()
    if row is None:
        return None
    move(row, "accept" if state == AnswerState.ACCEPTED else "decline", actor=actor, now=now)
    if state == AnswerState.ACCEPTED:
        remedies.of_answer(answer=row, case=case, actor=actor, now=now)
    return row


def _settle_last(case: Case, state: str, actor: Actor, now: datetime) -> Answer | None:
    return settle_answer(case, state, turn=case.turn, actor=actor, now=now)


def told_by_channel(case: Case) -> bool:
    """Whether the channel itself tells how the case goes on, so that nobody decides it here."""
    return bool(case.external_id) and doors.offers(case.store, Ability.CASES)


def _by_people(case: Case, actor: Actor) -> Case:
    """The locked case, if people say how it goes on."""
    _need(actor, "disputes.change_case")
    held = selectors.lock_case(case.pk)
    if told_by_channel(held):
        raise Conflict("channel_tells", _("The shop tells how this case goes on: it follows by itself."))
    return held


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
