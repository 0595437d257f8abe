"""Duties come and go: planned for whole sets of subjects, closed when their reason has gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django_scopes import scopes_disabled

from core import copying
from core import policies as house
from core.audit import Actor
from core.errors import DomainError
from core.money import Money
from core.rates import convert
from core.states import move_many
from worklist import policies, rules
from worklist.choices import Band, Doer, DutyState
from worklist.models import Duty
from worklist.registry import RULES, AsDue, FollowUpRule

CHUNK = 1000
#: The columns by which a duty exists once.
DUTY_KEY = ("rule", "subject_type", "subject_id", "round")
#: A further round of the clock is never nearer than this, whatever a rule answers.
NEAREST = timedelta(hours=1)
#: A person or program ended the duty with "done" (services that end it leave no owner and no such mark behind).
BY_HAND = Q(state=DutyState.DONE) & (Q(owner__isnull=False) & ~Q(reason="") | Q(facts__by_program=True))


class Stakes:
    """Stakes in the house currency at the rates of the day; asks for each currency once."""

    def __init__(self, now: datetime) -> None:
        self.day = now.date()
        self.currency: str = house.value(policies.HOUSE_CURRENCY, now)
        self._factor: dict[str, Decimal | None] = {}

    def in_house(self, stake: tuple[Decimal, str] | None) -> Decimal | None:
        """The amount in the house currency; None when there is no stake or no rate of the day."""
        if stake is None:
            return None
        amount, currency = stake
        if currency not in self._factor:
            try:
                self._factor[currency] = convert(Money(Decimal(1), currency), self.currency, self.day).amount
            except DomainError:
                self._factor[currency] = None
        factor = self._factor[currency]
        return None if factor is None else (amount * factor).quantize(Decimal("0.0001"))


def plan(
    *, rule_key: str, subject_ids: Iterable[int], now: datetime, round: int | None = None, swept: bool = False,
    loaded: Mapping[int, Any] | None = None, new: bool = False,
) -> int:  # fmt: skip
    """Give each subject its duty of this rule unless it has a living one; answers how many were made.

    A rule of the clock is planned for its due time; a rule for people is open at once with the due time as deadline.
    Subjects for which the rule is over or never due get none. A rule of the clock that acts once is not planned again
    after it was done. With ``round`` exactly that round is meant. ``swept`` (the sweep) lets a duty that a person marked
    as done rest for some hours. ``loaded``: the subjects (id -> object, with what the rule reads of them), when the caller has
    them all at hand. ``new``: the subjects were made in this transaction, so nothing was planned for them yet. Safe under any
    number of callers: the database holds one row per subject and round.
    """
    return sum(
        _plan_chunk(RULES[rule_key], ids, now, round, swept, loaded=loaded, new=new) for ids in _chunks(subject_ids)
    )


def open_for(
    *,
    rule_key: str,
    facts: Mapping[int, dict[str, Any]],
    now: datetime,
    stakes: Mapping[int, tuple[Decimal, str]] | None = None,
    loaded: Mapping[int, Any] | None = None,
) -> int:
    """Open duties for people with facts that only the caller knows (subject id -> facts, merged over the rule's own).

    A living duty of the same subject takes over the new facts, role and band instead of becoming two.
    """
    rule, known = RULES[rule_key], dict(facts)
    with transaction.atomic(), scopes_disabled():
        alive = _living(rule, known)
        missing = [d.subject_id for d in alive if d.subject_id not in (loaded or {})]
        subjects = {**(loaded or {}), **({s.pk: s for s in rule.load(missing)} if missing else {})}
        for duty in alive:
            duty.facts = {**duty.facts, **known[duty.subject_id]}
            if subject := subjects.get(duty.subject_id):
                duty.role = rule.role_of(subject)
                _place(duty, rule, subject, now)
        copying.update_objects(alive, ["facts", "role", "band", "warn_at"])
        fresh = set(known) - {duty.subject_id for duty in alive}
        return sum(_plan_chunk(rule, ids, now, None, False, known, stakes or {}, loaded) for ids in _chunks(fresh))


def close(
    *, rule_key: str, subject_ids: Iterable[int], actor: Actor, now: datetime, reason: str = "", cancelled: bool = False
) -> int:
    """End the living duties of this rule for these subjects as done (or cancelled); answers how many.

    A duty the clock holds at this moment is left to it: it asks ``over`` again and ends the row itself.
    """
    rule, count = RULES[rule_key], 0
    for ids in _chunks(subject_ids):
        with transaction.atomic():
            alive = Duty._base_manager.filter(
                rule=rule.key, subject_type=rule.subject_type, subject_id__in=ids, closed_at__isnull=True
            ).order_by("pk")
            held = list(alive.filter(doer=Doer.CLOCK).select_for_update(skip_locked=True))
            held += alive.filter(doer=Doer.PERSON)
            moved, _refused = move_many(held, "cancel" if cancelled else "done", actor=actor, now=now, reason=reason)
            if reason:
                Duty._base_manager.filter(pk__in=[d.pk for d in moved]).update(reason=reason[:300])
            count += len(moved)
    return count


def refresh(*, rule_key: str, subject_ids: Iterable[int], now: datetime) -> int:
    """Read due time, stake and facts of living duties again from their subjects (a next check moved, a buyer wrote again).

    A duty whose subject is never due any more keeps its time. A duty that waits after a failure keeps its pause. Answers
    how many rows changed.
    """
    rule, changed = RULES[rule_key], 0
    for ids in _chunks(subject_ids):
        with transaction.atomic(), scopes_disabled():
            alive = list(_living(rule, ids, lock=True))
            if not alive:
                continue
            subjects = {s.pk: s for s in rule.load([d.subject_id for d in alive])}
            stakes, steps = Stakes(now), house.value(policies.URGENCY, now)
            for duty in alive:
                subject = subjects.get(duty.subject_id)
                if subject is None:
                    continue
                due = rule.due_at(subject, duty.round, now)
                if due is not None and not duty.attempts:
                    duty.due_at = due
                duty.facts = {**duty.facts, **rule.facts(subject)}
                duty.role = rule.role_of(subject)
                _place(duty, rule, subject, now)
                _price(duty, rule, subject, rule.stake(subject), stakes, steps, now)
            copying.update_objects(
                alive, ["due_at", "warn_at", "facts", "role", "band", "stake", "stake_currency", "stake_house", "rank"]
            )
            changed += len(alive)
    return changed


def hasten(*, rule_key: str, subject_ids: Iterable[int], due: datetime) -> int:
    """Let the clock act by ``due`` on these subjects: planned duties that are later are due then. One that waits after a failure
    keeps its pause. One statement a thousand; answers how many rows changed."""
    rule = RULES[rule_key]
    rows = Duty._base_manager.filter(
        rule=rule.key, subject_type=rule.subject_type, state=DutyState.PLANNED, attempts=0, due_at__gt=due
    )
    return sum(rows.filter(subject_id__in=ids).update(due_at=due) for ids in _chunks(subject_ids))


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    whole = sorted(set(ids))
    for start in range(0, len(whole), CHUNK):
        yield whole[start : start + CHUNK]


def _living(rule: FollowUpRule, ids: Iterable[int], *, lock: bool = False) -> list[Duty]:
    rows = Duty._base_manager.filter(
        rule=rule.key, subject_type=rule.subject_type, subject_id__in=list(ids), closed_at__isnull=True
    ).order_by("pk")
    return list(rows.select_for_update(skip_locked=True) if lock else rows)


def _plan_chunk(
    rule: FollowUpRule, ids: list[int], now: datetime, round: int | None, swept: bool,
    facts: Mapping[int, dict[str, Any]] | None = None, stakes: Mapping[int, tuple[Decimal, str]] | None = None,
    loaded: Mapping[int, Any] | None = None, new: bool = False,
) -> int:  # fmt: skip
    wanted = dict.fromkeys(ids, round or 0) if new else _wanted(rule, ids, now, round, swept)
    if not wanted:
        return 0
    with scopes_disabled():
        pricing, steps = Stakes(now), house.value(policies.URGENCY, now)
        ended = _ended(rule, [pk for pk, number in wanted.items() if number]) if swept and rule.restarts else {}
        rows = []
        for subject in [loaded[pk] for pk in sorted(wanted)] if loaded else rule.load(list(wanted)):
            number = wanted[subject.pk]
            due = None if rule.over(subject, now) else rule.due_at(subject, number, now)
            if due is None:
                continue
            if swept and due <= ended.get(subject.pk, due - NEAREST):
                continue  # the clock has acted on this occasion already; only a later one counts
            row = blank(rule, subject, number, due, now)
            if facts:
                row.facts = {**row.facts, **facts.get(subject.pk, {})}
            if number:
                row.facts["first_round"] = number
            stake = (stakes or {}).get(subject.pk) or rule.stake(subject)
            _price(row, rule, subject, stake, pricing, steps, now)
            rows.append(row)
    return copying.copy_objects(rows) if new else len(copying.insert_objects(rows, DUTY_KEY))


def _ended(rule: FollowUpRule, ids: list[int]) -> dict[int, datetime]:
    """When the clock last acted on each of the subjects."""
    done = Duty._base_manager.filter(
        rule=rule.key, subject_type=rule.subject_type, subject_id__in=ids, state=DutyState.DONE, doer=Doer.CLOCK
    )
    return dict(done.values_list("subject_id").annotate(Max("closed_at")).values_list("subject_id", "closed_at__max"))


def blank(rule: FollowUpRule, subject: Any, number: int, due: datetime, now: datetime) -> Duty:
    """An unsaved duty of ``rule`` for ``subject``, round ``number``, not priced yet."""
    row = Duty(
        rule=rule.key, subject_type=rule.subject_type, subject_id=subject.pk, round=number, store_id=rule.store_of(subject),
        state=DutyState.PLANNED if rule.doer == Doer.CLOCK else DutyState.OPEN, doer=rule.doer, role=rule.role_of(subject),
        group=rule.group, due_at=due, chance=rule.chance_of(subject), minutes=rule.minutes,
        facts=rule.facts(subject), created_at=now,
    )  # fmt: skip
    _place(row, rule, subject, now)
    return row


def _place(duty: Duty, rule: FollowUpRule, subject: Any, now: datetime) -> None:
    """The band of a duty: the rule's own, or the first one once its deadline counts as near."""
    duty.band, duty.warn_at = rule.band_of(subject), None
    if rule.doer == Doer.PERSON and duty.band != Band.TODAY:
        warn = rule.warn_at(subject, duty.due_at, now)
        if warn is not None and warn <= now:
            duty.band = Band.TODAY
        else:
            duty.warn_at = warn


def _price(
    duty: Duty,
    rule: FollowUpRule,
    subject: Any,
    stake: tuple[Decimal, str] | None,
    stakes: Stakes,
    steps: list[Any],
    now: datetime,
) -> None:
    duty.stake, duty.stake_currency = stake or (None, "")
    duty.stake_house = stakes.in_house(stake)
    duty.rank = rules.rank(
        stake=duty.stake_house, chance=duty.chance, minutes=duty.minutes, left=duty.due_at - now, steps=steps
    ).value


def insert(rows: list[Duty]) -> int:
    """Insert duties that do not exist yet; answers how many were made."""
    return len(copying.insert_objects(rows, DUTY_KEY))


def price(rows: list[Duty], rule: FollowUpRule, subjects: Mapping[int, Any], now: datetime) -> None:
    """Set stake and rank of unsaved duties of one rule."""
    pricing, steps = Stakes(now), house.value(policies.URGENCY, now)
    for row in rows:
        _price(row, rule, subjects[row.subject_id], rule.stake(subjects[row.subject_id]), pricing, steps, now)


def _wanted(rule: FollowUpRule, ids: list[int], now: datetime, round: int | None, swept: bool) -> dict[int, int]:
    """The subjects that may get a duty, with the number of the round it would have."""
    base = Duty._base_manager.filter(rule=rule.key, subject_type=rule.subject_type, subject_id__in=ids)
    if round is not None:
        taken = set(base.filter(Q(round=round) | Q(closed_at__isnull=True)).values_list("subject_id", flat=True))
        return {pk: round for pk in ids if pk not in taken}
    newest = base.values("subject_id").annotate(
        last=Max("round"), alive=Max("id", filter=Q(closed_at__isnull=True)), done=Max("closed_at", filter=Q(state=DutyState.DONE)),
        by_hand=Max("closed_at", filter=BY_HAND),
    )  # fmt: skip
    rest = now - timedelta(hours=house.value(policies.REST_HOURS, now))
    wanted = dict.fromkeys(ids, 0)
    for row in newest:
        pk = row["subject_id"]
        once = rule.doer == Doer.CLOCK and not rule.restarts and not isinstance(rule.again, AsDue)
        resting = swept and row["by_hand"] is not None and row["by_hand"] > rest
        if row["alive"] is not None or (once and row["done"] is not None) or resting:
            del wanted[pk]
        else:
            wanted[pk] = row["last"] + 1
    return wanted
