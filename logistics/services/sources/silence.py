"""A source that falls silent: people look its parcels up until it speaks again; then it is caught up with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core import policies as house
from core.audit import Actor
from core.errors import NotAllowed
from logistics.choices import ParcelState
from logistics.models import FollowedNumber, Parcel, TrackingSource
from logistics.policies import sources as policies
from logistics.rules import sources as rules
from logistics.selectors import sources as selectors
from logistics.services.sources.wire import TRACKER
from worklist import services as worklist

SILENT_RULE = "logistics.source_silent"
CHECK_RULE = "logistics.parcel_check"
#: Parcels brought forward, numbers marked or duties ended in one piece: each is a transaction of its own.
PIECE = 2000
#: One round works so many seconds of the wall clock at most; the next goes on where it ended.
TURN = 150.0


def watch(*, source: TrackingSource, now: datetime) -> int:
    """See whether the source still speaks. A silent one becomes a duty, and the next check of each of its parcels is due now
    and a person's. One that speaks again ends both, and is asked about everything it did not tell. Call it after the source was
    asked: a house that was shut for days has heard nothing either. While a worker talks to the source nothing is decided.
    All of this goes in pieces; a round that has no time left leaves the rest to the next. Answers how many parcels were brought
    forward."""
    row, ends = TrackingSource.objects.get(pk=source.pk), time.monotonic() + TURN
    if row.silent_since is None and rules.holds(row.busy_until, now):
        return 0
    limit = timedelta(hours=float(house.value(policies.SILENT_HOURS, now)))
    quiet = row.heard_at is None or now - row.heard_at >= limit  # else all its numbers need not be looked through
    since = rules.silent_since(row.heard_at, selectors.waiting_since(row), now, limit) if quiet else None
    if since is None:
        if row.silent_since is not None:
            _speaks(row, now, ends)
        else:
            _end_checks(row, now, ends)  # what a round before had no time for
        return 0
    if row.silent_since is None:
        _fell_silent(row, since, now)
    done, last = 0, 0
    while (ids := selectors.checked_later(row, now, PIECE, last)) and time.monotonic() < ends:
        done, last = done + _bring_forward(selectors.blind_unseen(ids, now), now), ids[-1]
    return done


@transaction.atomic
def _fell_silent(source: TrackingSource, since: datetime, now: datetime) -> None:
    if TrackingSource.objects.filter(pk=source.pk, silent_since__isnull=True).update(silent_since=since):
        audit.record(
            source, "source.silent", actor=TRACKER, now=now, text=gettext_noop("Silent: people look its parcels up")
        )
        worklist.plan(rule_key=SILENT_RULE, subject_ids=[source.pk], now=now)


@transaction.atomic
def _bring_forward(ids: Sequence[int], now: datetime) -> int:
    """The next check of these parcels is due now; the check calls a person."""
    rows = Parcel._base_manager.filter(pk__in=ids, state=ParcelState.SHIPPED)
    changed = rows.filter(next_check_at__gt=now).update(next_check_at=now, next_check_why="silent")
    worklist.hasten(rule_key=CHECK_RULE, subject_ids=ids, due=now)
    return changed


def _speaks(source: TrackingSource, now: datetime, ends: float) -> None:
    """It speaks again: everything not heard of since is asked about at once, and the checks by hand end. It counts as silent
    until all its numbers are marked."""
    if not _ask_all(source, now, ends):
        return
    with transaction.atomic():
        if not TrackingSource.objects.filter(pk=source.pk, silent_since__isnull=False).update(silent_since=None):
            return
        worklist.close(rule_key=SILENT_RULE, subject_ids=[source.pk], actor=TRACKER, now=now)
        audit.record(
            source,
            "source.speaks",
            actor=TRACKER,
            now=now,
            text=gettext_noop("Speaks again: everything missed is asked for"),
        )
    _end_checks(source, now, ends)


def _ask_all(source: TrackingSource, now: datetime, ends: float) -> bool:
    """Mark the numbers that were not heard of as to be asked about; False when the time was over before all were."""
    rows = FollowedNumber._base_manager.filter(source=source, state__in=selectors.FOLLOWED, asked_at__isnull=False)
    missed = rows.filter(Q(heard_at__isnull=True) | Q(heard_at__lt=now)).order_by("pk")
    last = 0
    while ids := list(missed.filter(pk__gt=last).values_list("pk", flat=True)[:PIECE]):
        if time.monotonic() >= ends:
            return False
        FollowedNumber._base_manager.filter(pk__in=ids).update(asked_at=None)
        last = ids[-1]
    return True


def _end_checks(source: TrackingSource, now: datetime, ends: float) -> None:
    """End the checks by hand of the parcels of a source that speaks."""
    last = 0
    while found := selectors.checks_by_hand(source, PIECE, last):
        if time.monotonic() >= ends:
            return
        last = found[-1][0]
        worklist.close(
            rule_key=selectors.BLIND, subject_ids=[parcel_id for _pk, parcel_id in found], actor=TRACKER, now=now,
            reason="heard again", cancelled=True,
        )  # fmt: skip


def looked_up(*, parcels: Sequence[Parcel], actor: Actor, now: datetime) -> int:
    """A person has looked these parcels up at their carriers: the checks by hand are done for some days. Answers how many
    numbers that concerned."""
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        ids = list({p.together_id or p.pk for p in parcels})  # a box is looked up with the parcel that leads it
        done = selectors.blind_rows(now).filter(parcel_id__in=ids)
        changed = FollowedNumber._base_manager.filter(pk__in=list(done.values_list("pk", flat=True))).update(
            looked_at=now
        )
        worklist.close(rule_key=selectors.BLIND, subject_ids=ids, actor=actor, now=now)
        audit.record_many(
            audit.entry(
                p, "parcel.looked_up", actor=actor, now=now, text=gettext_noop("Looked up at the carrier by hand")
            )
            for p in parcels
        )
    return changed
