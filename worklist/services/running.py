"""The clock at work: due duties are claimed in sets, acted on once, repeated, and never lost."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from core import collector, copying
from core import policies as house
from core.audit import system
from core.clock import meaning
from core.errors import DomainError
from core.models import Heartbeat
from core.scope import acting_scope
from core.states import move_many
from worklist import policies, registry, rules
from worklist.choices import Band, Doer, DutyState
from worklist.models import Duty
from worklist.registry import RULES, AsDue, Every, FollowUpRule
from worklist.services.handling import free_claims, wake
from worklist.services.planning import DUTY_KEY, NEAREST, blank, price
from worklist.services.sweeping import sweep

logger = logging.getLogger(__name__)

CLOCK = system("clock")
LIMIT = 500
#: ``run_until_done`` gives up after so many turns: something plants duties faster than they can be done.
TURNS = 1000


@dataclass
class Ran:
    """What a run did: duties acted on by rule, dropped because their reason had gone, failed, stuck, and drained rows."""

    acted: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    failed: int = 0
    stuck: int = 0
    drained: int = 0

    @property
    def total(self) -> int:
        """Duties that are no longer due."""
        return sum(self.acted.values()) + self.dropped

    def add(self, other: Ran) -> None:
        """Count another run in."""
        self.acted.update(other.acted)
        self.dropped += other.dropped
        self.failed += other.failed
        self.stuck += other.stuck
        self.drained += other.drained

    def as_json(self) -> dict[str, object]:
        """Plain values for commands."""
        return {
            "acted": dict(self.acted), "total": self.total, "dropped": self.dropped, "errors": self.failed,
            "stuck": self.stuck, "drained": self.drained,
        }  # fmt: skip


def run_due(*, now: datetime, limit: int = LIMIT) -> Ran:
    """Act on the duties of the clock that are due at ``now``: at most ``limit`` of each rule, each rule in a transaction
    of its own. Several runners share the work without waiting for each other. Wakes snoozed duties and frees dead claims.
    """
    ran = Ran()
    with meaning(now), acting_scope(CLOCK), collector.paused() as tidy:  # the clock below means this moment
        wake(now=now)
        free_claims(now=now)
        for key in _due_rules(now):
            try:
                ran.add(_run_rule(key, RULES[key], now, limit))
                tidy()
            except Exception:  # one broken rule must not hold up the others; its rows stay due
                logger.exception("rule failed", extra={"rule": key})
        Heartbeat.objects.update_or_create(name="worklist.runner", defaults={"at": now, "detail": {"acted": ran.total}})
    return ran


def run_until_done(*, now: datetime) -> Ran:
    """Bring the shop to ``now``: act until nothing is due, let the outbox send, sweep, and again until all is quiet.

    An act may create duties that are due at once, and a sent call may confirm what the next act waits for.
    """
    whole = Ran()
    with acting_scope(CLOCK):
        for _turn in range(TURNS):
            ran = run_due(now=now)
            ran.drained = sum(fn(now) for fn in registry.drain)
            whole.add(ran)
            if ran.total == 0 and ran.drained == 0 and not sweep(now=now).planned:
                break
    return whole


def _due_rules(now: datetime) -> list[str]:
    """The rules of the clock that have something due, in the order of the register. One statement: a round in which most
    rules rest opens no transaction for them."""
    keys = [key for key, rule in RULES.items() if rule.doer == Doer.CLOCK]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM unnest(%s::text[]) WITH ORDINALITY AS known (key, place) WHERE EXISTS "
            "(SELECT FROM worklist_duty WHERE rule = key AND state = %s AND due_at <= %s) ORDER BY place",
            [keys, DutyState.PLANNED, now],
        )
        return [key for (key,) in cursor.fetchall()]


def _run_rule(key: str, rule: FollowUpRule, now: datetime, limit: int) -> Ran:
    ran = Ran()
    with transaction.atomic():
        duties = list(
            Duty._base_manager.filter(rule=key, state=DutyState.PLANNED, due_at__lte=now)
            .order_by("due_at", "id")
            .select_for_update(skip_locked=True)[:limit]
        )
        if not duties:
            return ran
        subjects = {subject.pk: subject for subject in rule.load({d.subject_id for d in duties})}
        over, ready, errors = _still_wanted(rule, duties, subjects, now)
        move_many(over, "cancel", actor=CLOCK, now=now, reason="over")
        acted, failed = _act(rule, ready, subjects, now)
        errors += failed
        move_many(acted, "done", actor=CLOCK, now=now)
        _next_rounds(rule, acted, now)
        ran.stuck = _fail(rule, errors, now)
        ran.acted[key] += len(acted)
        ran.dropped, ran.failed = len(over), len(errors)
    return ran


def _still_wanted(
    rule: FollowUpRule, duties: list[Duty], subjects: dict[int, object], now: datetime
) -> tuple[list[Duty], list[Duty], list[tuple[Duty, Exception]]]:
    """Ask each again just before acting: gone, to do, and those for which the question itself failed."""
    over: list[Duty] = []
    ready: list[Duty] = []
    errors: list[tuple[Duty, Exception]] = []
    for duty in duties:
        subject = subjects.get(duty.subject_id)
        try:
            (over if subject is None or rule.over(subject, now) else ready).append(duty)
        except Exception as error:
            logger.warning("duty failed", extra={"rule": rule.key, "duty": duty.pk}, exc_info=True)
            errors.append((duty, error))
    return over, ready, errors


def _act(
    rule: FollowUpRule, duties: list[Duty], subjects: dict[int, object], now: datetime
) -> tuple[list[Duty], list[tuple[Duty, Exception]]]:
    """Act on the whole set in a savepoint; when that fails, on each alone, so that one bad row harms only itself."""
    if not duties:
        return [], []
    try:
        with transaction.atomic():
            rule.act_many(
                [subjects[d.subject_id] for d in duties], now=now, rounds={d.subject_id: d.round for d in duties}
            )
        return duties, []
    except Exception:
        if len(duties) > 1:
            logger.warning(
                "a set failed, each is tried alone", extra={"rule": rule.key, "rows": len(duties)}, exc_info=True
            )
    acted, errors = [], []
    for duty in duties:
        try:
            with transaction.atomic():
                for subject in rule.load([duty.subject_id]):
                    rule.act_many([subject], now=now, rounds={duty.subject_id: duty.round})
            acted.append(duty)
        except Exception as error:
            logger.warning("duty failed", extra={"rule": rule.key, "duty": duty.pk}, exc_info=True)
            errors.append((duty, error))
    return acted, errors


def _next_rounds(rule: FollowUpRule, acted: list[Duty], now: datetime) -> None:
    """Plan the next round of what was acted on; rounds missed while nobody ran are one."""
    if rule.again is None or not acted:
        return
    subjects = {s.pk: s for s in rule.load([d.subject_id for d in acted])}
    rows = []
    for duty in acted:
        subject = subjects.get(duty.subject_id)
        if subject is None or rule.over(subject, now):
            continue
        due = _next_due(rule, duty, subject, now)
        if due is None:
            continue
        row = blank(rule, subject, duty.round + 1, due, now)
        if first := duty.facts.get("first_round"):
            row.facts["first_round"] = first
        rows.append(row)
    price(rows, rule, subjects, now)
    copying.insert_objects(rows, DUTY_KEY)


def _next_due(rule: FollowUpRule, duty: Duty, subject: object, now: datetime) -> datetime | None:
    if isinstance(rule.again, AsDue):
        due = rule.due_at(subject, duty.round + 1, now)
        return None if due is None else max(due, now + NEAREST)
    every: Every = rule.again  # type: ignore[assignment]
    if duty.round + 1 - int(duty.facts.get("first_round", 0)) >= every.rounds:
        return None
    return rules.next_round_at(duty.due_at, every.days, now)


def _fail(rule: FollowUpRule, errors: list[tuple[Duty, Exception]], now: datetime) -> int:
    """Move failed duties into the future with growing pauses; after the last try they are stuck, and seen on Today."""
    tries, pauses = house.value(policies.TRIES, now), house.value(policies.PAUSES, now)
    waiting, stuck = [], []
    for duty, error in errors:
        duty.attempts += 1
        duty.last_error = (error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}")[
            :500
        ]
        if duty.attempts >= tries:
            duty.band = Band.WAITING
            stuck.append(duty)
        else:
            duty.due_at = now + rules.pause(duty.attempts, pauses)
            waiting.append(duty)
    copying.update_objects([*waiting, *stuck], ["attempts", "last_error", "due_at", "band"])
    move_many(stuck, "stick", actor=CLOCK, now=now)
    return len(stuck)
