"""Questions to a source: numbers that had no push for days, numbers to catch up with, the quota, whether it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_noop

from core import policies as house
from logistics.choices import FollowState
from logistics.connectors import seventeentrack as words
from logistics.models import FollowedNumber, TrackingSource
from logistics.policies import sources as policies
from logistics.selectors import sources as selectors
from logistics.services.sources import giving
from logistics.services.sources.wire import QUOTA_RULE, TRACKER, Line
from worklist import services as worklist

#: Batches of forty in one round.
BATCHES = 25
#: The quota is asked for this often.
QUOTA_EVERY = timedelta(hours=6)


def ask(*, line: Line, now: datetime) -> int:
    """Ask about numbers that are due to be asked about; answers how many were asked. A source of which nothing was heard
    for half of the time it may be silent is asked about some numbers in any case: that shows whether it still speaks."""
    asked = 0
    for _batch in range(BATCHES):
        rows = list(selectors.to_ask(line.source, now)[: words.BATCH])
        if not rows:
            break
        asked += _ask(line, rows, now)
    if not asked and _quiet(line.source, now):
        rows = list(
            selectors.registered(line.source).select_related("parcel").order_by("asked_at", "pk")[: words.BATCH]
        )
        asked = _ask(line, rows, now) if rows else 0
    return asked


def _quiet(source: TrackingSource, now: datetime) -> bool:
    half = timedelta(hours=float(house.value(policies.SILENT_HOURS, now)) / 2)
    heard = TrackingSource.objects.values_list("heard_at", flat=True).get(pk=source.pk)
    return heard is None or now - heard >= half


def _ask(line: Line, rows: Sequence[FollowedNumber], now: datetime) -> int:
    answer = line.batch("gettrackinfo", [words.Wish(row.number, row.carrier, "") for row in rows])
    told = [giving.Told(one.number, one.carrier, one.info) for one in answer.accepted]
    giving.give(source=line.source, told=told, now=now)
    FollowedNumber._base_manager.filter(pk__in=[row.pk for row in rows]).update(asked_at=now)
    lost = [one.number for one in answer.rejected if one.means == "unregistered"]
    FollowedNumber._base_manager.filter(source=line.source, number__in=lost, state=FollowState.REGISTERED).update(
        state=FollowState.WANTED,
        registered_at=None,
        next_try_at=now,
        reason=gettext_noop("The source does not know it any more."),
    )
    if answer.accepted or answer.rejected:
        heard(line.source, now)
    return len(rows)


def heard(source: TrackingSource, at: datetime) -> None:
    """The source spoke of numbers."""
    rows = TrackingSource.objects.filter(Q(heard_at__isnull=True) | Q(heard_at__lt=at), pk=source.pk)
    rows.update(heard_at=at)


def ask_quota(*, line: Line, now: datetime, always: bool = False) -> words.Quota | None:
    """How many registrations are left, asked every few hours; a low quota is a person's duty until it is enough again."""
    row = TrackingSource.objects.get(pk=line.source.pk)
    fresh = row.quota_at is not None and now - QUOTA_EVERY < row.quota_at <= now
    used_up = row.quota_left is not None and row.quota_left <= 0
    if fresh and not used_up and not always:
        return None
    found = line.quota()
    note_quota(source=row, found=found, now=now)
    return found


def note_quota(*, source: TrackingSource, found: words.Quota, now: datetime) -> None:
    """Write the quota down; when there is enough again, what waited for it is due."""
    TrackingSource.objects.filter(pk=source.pk).update(quota_total=found.total, quota_left=found.left, quota_at=now)
    low = int(house.value(policies.QUOTA_LOW, now))
    if found.left is not None and found.left <= low:
        worklist.plan(rule_key=QUOTA_RULE, subject_ids=[source.pk], now=now)
    else:
        worklist.close(rule_key=QUOTA_RULE, subject_ids=[source.pk], actor=TRACKER, now=now)
    if found.left is None or found.left > 0:
        FollowedNumber._base_manager.filter(
            source=source, state=FollowState.WANTED, lease_until__isnull=True, attempts=0, next_try_at__gt=now
        ).update(next_try_at=now)
