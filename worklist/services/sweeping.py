"""The guarantee behind the hurry: what an event should have planned and did not is found here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from core import policies as house
from core.audit import system
from core.models import Heartbeat
from core.scope import acting_scope
from worklist import policies
from worklist.choices import Band, Doer, DutyState
from worklist.models import Duty
from worklist.registry import RULES, AsDue, FollowUpRule
from worklist.services.planning import BY_HAND, close, plan

logger = logging.getLogger(__name__)

SWEEPER = system("sweep")
CHUNK = 1000
#: Living duties of one rule that are asked at once whether their reason has gone. A quick sweep goes on there the next time.
QUICK = 2000
#: Duties of one rule that a sweep plans; the rest comes with the next.
PLANNED = 50_000
FULL_EVERY = timedelta(hours=24)


@dataclass
class Swept:
    """What a sweep did, by rule."""

    planned: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Plain values for commands."""
        return {"planned": dict(self.planned), "closed": dict(self.closed), "errors": self.failed}


def sweep(*, now: datetime, full: bool | None = None) -> Swept:
    """Plan what is missing for the candidates of every rule and end what is over.

    A quick sweep asks ``over`` of duties that people see, some thousand each time in turn (the clock asks by itself before
    it acts). A full one asks all; without ``full`` it happens when the last one is a day old. A rule that fails is named
    and does not stop the others.
    """
    swept = Swept()
    with acting_scope(SWEEPER):
        place, _new = Heartbeat.objects.get_or_create(name="worklist.sweep", defaults={"at": now})
        last_full = place.detail.get("full_at")
        whole = (last_full is None or now - datetime.fromisoformat(last_full) >= FULL_EVERY) if full is None else full
        for key, rule in RULES.items():
            try:
                swept.planned[key] += _plan_missing(rule, now)
                swept.closed[key] += _close_over(rule, now, whole, place.detail)
            except Exception:
                logger.exception("sweep failed", extra={"rule": key})
                swept.failed.append(key)
        warn(now=now)
        rerank(now=now)
        detail = {**place.detail, "full_at": now.isoformat() if whole else last_full}
        Heartbeat.objects.filter(pk=place.pk).update(at=now, detail=detail)
    swept.planned, swept.closed = +swept.planned, +swept.closed
    return swept


def _plan_missing(rule: FollowUpRule, now: datetime) -> int:
    mine = Duty._base_manager.filter(rule=rule.key, subject_type=rule.subject_type, subject_id=OuterRef("pk"))
    settled = Q(closed_at__isnull=True)
    if rule.doer == Doer.CLOCK and not rule.restarts and not isinstance(rule.again, AsDue):
        settled |= Q(state=DutyState.DONE)
    if rule.doer == Doer.PERSON:
        rest = now - timedelta(hours=house.value(policies.REST_HOURS, now))
        settled |= BY_HAND & Q(closed_at__gt=rest)
    missing = rule.candidates(now).filter(~Exists(mine.filter(settled))).values_list("pk", flat=True)
    planned = 0
    for ids in _batches(list(missing.order_by("pk")[:PLANNED])):
        planned += plan(rule_key=rule.key, subject_ids=ids, now=now, swept=True)
    return planned


def _close_over(rule: FollowUpRule, now: datetime, full: bool, detail: dict[str, object]) -> int:
    living = Duty._base_manager.filter(rule=rule.key, closed_at__isnull=True)
    after = 0
    if not full:
        living, after = living.exclude(state=DutyState.PLANNED), int(detail.get(rule.key, 0) or 0)  # type: ignore[call-overload]
    closed = 0
    while True:
        rows = list(living.filter(pk__gt=after).order_by("pk").values_list("pk", "subject_id")[:QUICK])
        closed += sum(_close_batch(rule, batch, now) for batch in _batches(rows))
        after = rows[-1][0] if len(rows) == QUICK else 0
        if not full or not after:
            break
    detail[rule.key] = after
    return closed


def _close_batch(rule: FollowUpRule, batch: list[tuple[int, int]], now: datetime) -> int:
    found = {s.pk: s for s in rule.load([subject for _pk, subject in batch])}
    over = [pk for _pk, pk in batch if pk not in found or rule.over(found[pk], now)]
    if not over:
        return 0
    return close(rule_key=rule.key, subject_ids=over, actor=SWEEPER, now=now, cancelled=rule.doer == Doer.CLOCK)


def warn(*, now: datetime) -> int:
    """Duties whose deadline counts as near from now on stand among what is due today; answers how many."""
    rows = Duty._base_manager.filter(warn_at__lte=now, closed_at__isnull=True)
    return rows.update(band=Band.TODAY, warn_at=None)


def rerank(*, now: datetime) -> int:
    """Let the time left count: ranks of what people see are computed anew in one statement that writes changed rows."""
    steps = house.value(policies.URGENCY, now)
    hours = "EXTRACT(EPOCH FROM due_at - %s) / 3600"
    cases, values = [], []
    for limit, factor in steps[:-1]:
        cases.append(f"WHEN {hours} < %s THEN %s::numeric")
        values += [now, limit, str(factor)]
    urgency = f"CASE {' '.join(cases)} ELSE %s::numeric END"
    new = f"ROUND(GREATEST(COALESCE(stake_house, 0), 0) * chance * ({urgency}) / GREATEST(minutes, 0.1), 4)"
    values.append(str(steps[-1][1]))
    statement = (  # every part is a constant of this module; figures travel as parameters
        f"UPDATE worklist_duty SET rank = {new} "  # noqa: S608
        f"WHERE state IN ('open', 'claimed', 'stuck') AND stake_house > 0 AND rank IS DISTINCT FROM {new}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *values])
        return int(cursor.rowcount)


def _batches(rows: Iterable[object]) -> Iterator[list[Any]]:
    walk = iter(rows)
    while batch := list(islice(walk, CHUNK)):
        yield batch
