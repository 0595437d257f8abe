"""Cases as channels tell them: whole pictures, in any order, again and again; the newest wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit
from core.audit import Actor
from core.states import move
from disputes import selectors
from disputes.choices import STANDING, AnswerState, CaseKind, CaseState, Outcome
from disputes.models import Answer, Case
from disputes.rules import cases as rules
from disputes.services import cases, remedies
from disputes.services.turning import check_at, turned
from stores.contracts import RemoteCase


@dataclass(frozen=True)
class Refused:
    """A picture nobody could use: the id of its case, and why."""

    order: str
    message: str


@dataclass
class Told:
    """What came of it."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Refused] = field(default_factory=list)


def record_cases(*, store: Store, remotes: Sequence[RemoteCase], actor: Actor, now: datetime) -> Told:
    """Take over what a channel shows of its cases. The same picture, or an older one, changes nothing; a case of an order
    nobody here knows is answered as rejected."""
    found = Told()
    orders = selectors.orders_of(store, [r.order_external_id for r in remotes])
    for remote in sorted(remotes, key=lambda r: (r.external_id, r.version, r.updated_at or r.opened_at)):
        why = _fault(remote, orders)
        if why:
            found.rejected.append(Refused(remote.external_id, why))
            continue
        what = _recorded(store, orders[remote.order_external_id], remote, actor, now)
        setattr(found, what, getattr(found, what) + 1)
    return found


def _fault(remote: RemoteCase, orders: dict[str, int]) -> str:
    if remote.order_external_id not in orders:
        return str(_("There is no such order in this store."))
    if remote.status not in rules.MOVES or not remote.external_id:
        return str(_("The state of the case is not known."))
    return ""


def _recorded(store: Store, order_id: int, remote: RemoteCase, actor: Actor, now: datetime) -> str:
    try:
        with transaction.atomic():
            return _record(store, order_id, remote, actor, now)
    except IntegrityError:  # another worker made this case at this moment: it is there now
        with transaction.atomic():
            return _record(store, order_id, remote, actor, now)


def _record(store: Store, order_id: int, remote: RemoteCase, actor: Actor, now: datetime) -> str:
    held = _held(store, order_id, remote)
    fresh = held is None
    if held is None:
        order = selectors.lock_order(order_id)
        held = cases.make(
            order, kind=_kind(remote), reason=remote.reason, claimed=None, external_id=remote.external_id,
            opened_at=remote.opened_at, respond_by=now, source="channel", now=now,
        )  # fmt: skip
        cases.say_opened(held, actor, now)
    case = selectors.lock_case(held.pk)
    selectors.lock_order(case.order_id)
    newer = rules.is_newer(
        version=remote.version,
        updated_at=remote.updated_at,
        held_version=case.channel_version,
        held_at=case.channel_updated_at,
    )
    if not fresh and not newer:
        return "unchanged"
    _take_facts(case, remote)
    _buyers_word(case, remote, actor, now)
    _follow(case, remote, actor, now)
    if remote.refunded > 0:
        remedies.of_channel(case=case, refunded=remote.refunded, actor=actor, now=now)
    turned(cases=[case], actor=actor, now=now)
    return "created" if fresh else "updated"


def _held(store: Store, order_id: int, remote: RemoteCase) -> Case | None:
    """The case by the channel's id; else one that somebody opened by hand before the channel told of it."""
    known = Case._base_manager.filter(store=store, external_id=remote.external_id[:80]).first()
    if known is not None:
        return known
    rows = Case._base_manager.filter(order_id=order_id, kind=_kind(remote), external_id="").exclude(
        state=CaseState.CLOSED
    )
    return rows.order_by("pk").first()


def _kind(remote: RemoteCase) -> str:
    return remote.kind if remote.kind in CaseKind.values else CaseKind.OTHER.value


def _take_facts(case: Case, remote: RemoteCase) -> None:
    case.external_id = remote.external_id[:80]
    erased = case.order.buyer.erased_at is not None
    case.kind, case.reason = _kind(remote), "" if erased else remote.reason.replace("\x00", "")[:5000]
    same_money = remote.amount is not None and remote.amount > 0 and (remote.currency or case.currency) == case.currency
    case.claimed = remote.amount if same_money else None
    case.opened_at = remote.opened_at
    case.channel_version, case.channel_updated_at = remote.version, remote.updated_at
    case.save(update_fields=[
        "external_id", "kind", "reason", "claimed", "opened_at", "channel_version", "channel_updated_at",
    ])  # fmt: skip


def _turn(case: Case, remote: RemoteCase) -> int:
    """Which turn of ours the picture speaks of. A channel that does not count them begins a new one when it asks again
    after our answer."""
    if remote.turn:
        return remote.turn
    answered = Answer._base_manager.filter(case=case, turn=case.turn, sent_at__isnull=False)
    asks_again = (
        remote.status == "seller" and answered.filter(sent_at__lt=remote.updated_at or remote.opened_at).exists()
    )
    return case.turn + 1 if asks_again else case.turn


def _buyers_word(case: Case, remote: RemoteCase, actor: Actor, now: datetime) -> None:
    if remote.decision not in ("accepted", "declined"):
        return
    state = AnswerState.ACCEPTED if remote.decision == "accepted" else AnswerState.DECLINED
    turn = _turn(case, remote)
    last = turn - 1 if remote.status == "seller" else turn
    cases.settle_answer(case, state, turn=last, actor=actor, now=now)


def _follow(case: Case, remote: RemoteCase, actor: Actor, now: datetime) -> None:
    """Move the case to where the channel has it, with its clock."""
    turn = _turn(case, remote)
    answered = Answer._base_manager.filter(
        case=case,
        turn=turn,
        state__in=[s for s in STANDING if s not in (AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND)],
    ).exists()
    status = "buyer" if answered and remote.status == "seller" else remote.status
    if status == "closed":
        Case._base_manager.filter(pk=case.pk).update(turn=turn)
        case.turn = turn
        outcome = remote.outcome if remote.outcome in Outcome.values else ""
        _end(case, outcome, remote, actor, now)
        return
    owed = rules.owed_after(status, respond_by=remote.respond_by, answered=answered)
    until, source = _clock(case, remote, platform=status == "platform") if owed else (None, "")
    facts: dict[str, Any] = {
        "turn": turn, "respond_by": until, "clock_source": source, "next_check_at": check_at(case, now, until),
        "closed_at": None, "outcome": "",
    }  # fmt: skip
    if case.state in rules.STATES[status]:
        if case.turn != turn and owed:
            text = gettext_noop("The buyer asks again")
            audit.record(case, "case.asked_again", actor=actor, now=now, text=text)
            facts["turned_at"] = now
        Case._base_manager.filter(pk=case.pk).update(**facts)
        case.refresh_from_db()
        return
    move(case, rules.MOVES[status], actor=actor, now=now, turned_at=now, **facts)


def _end(case: Case, outcome: str, remote: RemoteCase, actor: Actor, now: datetime) -> None:
    if not outcome:
        back = max(remote.refunded, Decimal(0))
        kinds = frozenset(r.kind for r in selectors.remedies_of(case))
        outcome = rules.outcome_of(back, case.order.total, kinds)
    if case.is_open:
        cases.end(case, outcome, actor=actor, now=now, at=remote.closed_at or remote.updated_at)
    elif case.outcome != outcome:
        Case._base_manager.filter(pk=case.pk).update(outcome=outcome)
        case.outcome = outcome


def _clock(case: Case, remote: RemoteCase, *, platform: bool) -> tuple[datetime, str]:
    if remote.respond_by is not None:
        return remote.respond_by, "channel"
    since = remote.updated_at or remote.opened_at
    return selectors.clock_of(case.store, case.kind, since, platform=platform)
