"""Numbers reach a source and leave it: wanted, registered in batches, followed again, stopped.

A row is leased before the call and answered after it. Whatever ends a worker in between, the row is due again when its
lease is over, and registering again is answered "registered already": nothing is paid twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from core.models import Heartbeat
from logistics.choices import FollowState
from logistics.connectors import seventeentrack as words
from logistics.models import FollowedNumber, TrackingSource
from logistics.rules import sources as rules
from logistics.selectors import numbers
from logistics.selectors import sources as selectors
from logistics.services.sources.wire import TRACKER, Line
from stores.services import exchange
from worklist import services as worklist

PICK_RULE = "logistics.number_carrier"
LEASE = timedelta(minutes=2)
#: New rows of one round, and batches of one round: what is left comes with the next.
ROUND, BATCHES = 2000, 25
#: All parcels are compared with all numbers this often; in between only those that are new or ended since, and a little before.
WHOLE_EVERY, OVERLAP = timedelta(hours=1), timedelta(minutes=15)
#: A number refused for our own words is tried so often before a person must look.
TRIES = 5
#: With the quota used up, numbers wait so long before they are offered again.
NO_QUOTA = timedelta(hours=1)


def since_whole(source: TrackingSource, now: datetime) -> selectors.Since | None:
    """What is new since all parcels were looked through; None when they have to be again."""
    held = Heartbeat.objects.filter(name=f"source-walk:{source.pk}").first()
    if held is None or not now - WHOLE_EVERY < held.at <= now:
        return None
    return selectors.Since(held.at - OVERLAP, int(held.detail.get("parcel", 0)))


def note_whole(
    source: TrackingSource, now: datetime, newest: int, done: Mapping[str, int], since: selectors.Since | None
) -> None:
    """Remember that a round looked all parcels up to ``newest`` through and came to no limit."""
    if since is None and done["wanted"] < ROUND and done["stopped"] < BATCHES * words.BATCH * 5:
        Heartbeat.objects.update_or_create(
            name=f"source-walk:{source.pk}", defaults={"at": now, "detail": {"parcel": newest}}
        )


def forget_whole(source: TrackingSource) -> None:
    """All parcels are looked through with the next round: the source follows others by now."""
    Heartbeat.objects.filter(name=f"source-walk:{source.pk}").delete()


def want(*, source: TrackingSource, now: datetime, since: selectors.Since | None = None) -> int:
    """Make rows for parcels handed over that the source should follow (``since``: of the new ones); answers how many. Twice is
    once."""
    rows = selectors.unfollowed(source, since).order_by("pk").values_list("pk", "tracking_key")[:ROUND]
    fresh = [
        FollowedNumber(source=source, parcel_id=pk, number=number, wanted_at=now, next_try_at=now) for pk, number in rows
    ]  # fmt: skip
    return len(FollowedNumber._base_manager.bulk_create(fresh, ignore_conflicts=True, batch_size=500))


def register(*, line: Line, now: datetime) -> int:
    """Offer the source what waits, forty at a time; answers how many numbers it follows more."""
    if _no_quota(line.source, now):
        return 0
    done = 0
    for _batch in range(BATCHES):
        rows = _lease(line, now)
        if not rows:
            break
        try:
            answer = line.batch("register", [_wish(row) for row in rows])
        except words.QuotaUsed:
            _wait(rows, now + NO_QUOTA)
            break
        except exchange.ConnectorError as error:
            _failed(rows, error, now)
            raise
        again, used_up = _answered(line.source, rows, answer, now)
        done += len(rows) - len(again)
        if again:
            _again(line, again, now)
        if used_up:
            break
    return done


def _no_quota(source: TrackingSource, now: datetime) -> bool:
    used = TrackingSource.objects.filter(pk=source.pk, quota_left__lte=0, quota_at__gt=now - NO_QUOTA)
    return used.exists()


def _wish(row: FollowedNumber) -> words.Wish:
    return words.Wish(row.number, row.carrier, f"{row.pk}", row.parcel.shipped_at)


def _lease(line: Line, now: datetime) -> list[FollowedNumber]:
    """The oldest rows that are due, leased to this worker; one row a number, so that each answer finds its row."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now) | Q(lease_until__gt=now + rules.FAR)
    due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + rules.FAR)
    with transaction.atomic():
        waiting = FollowedNumber._base_manager.filter(free & due, source=line.source, state=FollowState.WANTED)
        found = (
            waiting.select_for_update(skip_locked=True, of=("self",))
            .select_related("parcel")
            .order_by("next_try_at", "pk")
        )
        rows = list({row.number: row for row in reversed(found[: 2 * words.BATCH])}.values())[-words.BATCH :]
        FollowedNumber._base_manager.filter(pk__in=[row.pk for row in rows]).update(
            lease_until=now + LEASE, leased_by=line.worker
        )
    return rows


def _mine(rows: Iterable[FollowedNumber]) -> dict[int, FollowedNumber]:
    """Of these rows those still wanted, locked: a person may have decided otherwise meanwhile."""
    held = FollowedNumber._base_manager.select_for_update(of=("self",)).filter(
        pk__in=[row.pk for row in rows], state=FollowState.WANTED
    )
    return {row.pk: row for row in held.order_by("pk")}


@transaction.atomic
def _answered(
    source: TrackingSource, rows: Sequence[FollowedNumber], answer: words.Batch, now: datetime
) -> tuple[list[FollowedNumber], bool]:
    """Write what became of each row; answers those that must be followed again, and whether the quota is used up. A row the
    answer does not speak of stays due."""
    mine = _mine(rows)
    by_number = {row.number: mine[row.pk] for row in rows if row.pk in mine}
    again, unclear, used_up = [], [], False
    for one in answer.accepted:
        row = by_number.pop(one.number, None)
        if row is not None:
            _registered(row, one.carrier, now, ask=False, guessed=one.origin == words.GUESSED)
    if answer.accepted:
        TrackingSource.objects.filter(pk=source.pk, quota_left__isnull=False).update(
            quota_left=Greatest(F("quota_left") - len(answer.accepted), 0)
        )
    before = selectors.used_before(source, [r.number for r in answer.rejected])
    for refused in answer.rejected:
        row = by_number.pop(refused.number, None)
        if row is None:
            continue
        if refused.means == "registered":
            if row.registered_at is not None or row.number in before:
                again.append(row)  # it was stopped: it has to be started again
            else:
                _registered(row, None, now, ask=True)
        elif refused.means == "quota":
            used_up = True
            _wait([row], now + NO_QUOTA)
        elif refused.means == "carrier":
            _choose(row, refused.reason)
            unclear.append(row.pk)
        else:
            _refuse(row, refused.reason)
            unclear.append(row.pk)
    _wait(by_number.values(), now + rules.pause(1))
    if used_up:
        TrackingSource.objects.filter(pk=source.pk).update(quota_left=0, quota_at=now)
    worklist.plan(rule_key=PICK_RULE, subject_ids=unclear, now=now)
    return again, used_up


def _again(line: Line, rows: Sequence[FollowedNumber], now: datetime) -> None:
    """Start stopped numbers again. What was started again once before has to be deleted and registered anew."""
    answer = line.batch("retrack", [_wish(row) for row in rows])
    by_number = {row.number: row for row in rows}
    anew = [
        by_number[r.number]
        for r in answer.rejected
        if r.means in ("retracked", "unregistered") and r.number in by_number
    ]
    used = [row for row in anew if any(r.number == row.number and r.means == "retracked" for r in answer.rejected)]
    if used:
        line.batch("deletetrack", [_wish(row) for row in used])
    with transaction.atomic():
        mine = _mine(rows)
        for row in rows:
            if row.pk in mine and row in anew:
                FollowedNumber._base_manager.filter(pk=row.pk).update(
                    registered_at=None, next_try_at=now, lease_until=None, leased_by=""
                )
            elif row.pk in mine:
                _registered(mine[row.pk], None, now, ask=True)


def _registered(
    row: FollowedNumber, carrier: int | None, now: datetime, *, ask: bool, guessed: bool = False
) -> None:
    row.state, row.carrier, row.registered_at = FollowState.REGISTERED, carrier or row.carrier, now
    row.reason, row.attempts, row.next_try_at, row.lease_until, row.leased_by = "", 0, None, None, ""
    row.asked_at, row.candidates, row.guessed, row.wish = None if ask else now, [], guessed, None
    row.save(update_fields=[
        "guessed", "wish",
        "state", "carrier", "registered_at", "reason", "attempts", "next_try_at", "lease_until", "leased_by", "asked_at",
        "candidates",
    ])  # fmt: skip


def _choose(row: FollowedNumber, reason: str) -> None:
    _closed(row, FollowState.CHOOSE, reason)


def _refuse(row: FollowedNumber, reason: str) -> None:
    _closed(row, FollowState.REFUSED, reason)


def _closed(row: FollowedNumber, state: str, reason: str) -> None:
    row.state, row.reason, row.next_try_at, row.lease_until, row.leased_by = state, reason[:300], None, None, ""
    row.candidates = [asdict(c) for c in numbers.candidates(row.number)]
    row.save(update_fields=["state", "reason", "next_try_at", "lease_until", "leased_by", "candidates"])


def _wait(rows: Iterable[FollowedNumber], until: datetime) -> None:
    FollowedNumber._base_manager.filter(pk__in=[row.pk for row in rows], state=FollowState.WANTED).update(
        next_try_at=until, lease_until=None, leased_by=""
    )


@transaction.atomic
def _failed(rows: Sequence[FollowedNumber], error: exchange.ConnectorError, now: datetime) -> None:
    """The call as a whole failed. Our own mistake ends in front of a person after some tries; anything else is tried again."""
    ours = isinstance(error, exchange.Permanent)
    refused = []
    for row in _mine(rows).values():
        row.attempts = min(row.attempts + 1, 30_000)
        if ours and row.attempts >= TRIES:
            _refuse(row, str(error))
            refused.append(row.pk)
            continue
        FollowedNumber._base_manager.filter(pk=row.pk).update(
            attempts=row.attempts, next_try_at=now + (rules.pause(row.attempts) if ours else timedelta(0)), lease_until=None,
            leased_by="", reason=str(error)[:300],
        )  # fmt: skip
    worklist.plan(rule_key=PICK_RULE, subject_ids=refused, now=now)


def stop(*, line: Line | None, source: TrackingSource, now: datetime, since: selectors.Since | None = None) -> int:
    """Stop following what has ended (``since``: lately): the source is told of numbers nobody else follows. Without a ``line`` only
    rows are closed that the source does not know. Answers how many rows ended."""
    done = 0
    for _batch in range(BATCHES):
        rows = list(selectors.to_stop(source, since).order_by("pk")[: words.BATCH * 5])
        told = [row for row in rows if row.state == FollowState.REGISTERED]
        if line is None:
            rows, told = [row for row in rows if row.state != FollowState.REGISTERED], []
        if not rows:
            break
        shared = selectors.followed_still(source, [row.number for row in told], [row.pk for row in rows])
        alone = {row.number: row for row in told if row.number not in shared}
        names = list(alone.values())
        for start in range(0, len(names), words.BATCH):
            if line is not None:
                line.batch("stoptrack", [_wish(row) for row in names[start : start + words.BATCH]])
        done += _stopped(rows, now)
        if line is None:
            break
    return done


@transaction.atomic
def _stopped(rows: Sequence[FollowedNumber], now: datetime) -> int:
    ids = [row.pk for row in rows]
    worklist.close(rule_key=PICK_RULE, subject_ids=ids, actor=TRACKER, now=now, reason="ended", cancelled=True)
    return FollowedNumber._base_manager.filter(pk__in=ids).exclude(state=FollowState.STOPPED).update(
        state=FollowState.STOPPED, stopped_at=now, next_try_at=None, lease_until=None, leased_by=""
    )  # fmt: skip
