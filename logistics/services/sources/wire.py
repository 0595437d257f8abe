"""Talking to a tracking source: one worker at a time, at its pace, with its health written on its row.

Every call may be made twice without harm (registering again is answered "registered already"), so an unclear outcome needs
no reading back. No call is made inside a transaction.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_noop

from core import audit, crypto
from core import policies as house
from logistics.connectors import seventeentrack as words
from logistics.models import TrackingSource
from logistics.policies import sources as policies
from logistics.rules import sources as rules
from stores.services import exchange
from worklist import services as worklist

TRACKER = audit.system("tracking")
STOPPED_RULE, QUOTA_RULE = "logistics.source_stopped", "logistics.source_quota"
#: A worker holds a source for so long without giving a sign; then it counts as dead. Longer than any call takes.
BUSY = timedelta(seconds=60)


class Gone(Exception):
    """The source is not ours to walk any more: another worker has it, or it was stopped."""


class Line:
    """An open line to one source, held by one worker."""

    def __init__(self, source: TrackingSource, worker: str, now: datetime) -> None:
        self.source, self.worker, self.now = source, worker, now
        self._key = key_of(source)
        self._pause = 1.0 / max(1, int(house.value(policies.CALLS_PER_SECOND, now)))

    def call(self, name: str, items: Sequence[Any] | dict[str, Any]) -> dict[str, Any]:
        """One call. Raises a ``ConnectorError`` (written on the source first) or :class:`Gone`."""
        self._keep()
        try:
            answer = exchange.post(
                base_url=self.source.base_url or words.ADDRESS, path=f"/{name}", data=items, headers=words.headers(self._key)
            )  # fmt: skip
        except exchange.ConnectorError as error:
            trouble(self.source, error, self.now)
            raise
        finally:
            time.sleep(self._pause)
        return answer

    def batch(self, name: str, wishes: Sequence[words.Wish]) -> words.Batch:
        """One call about at most forty numbers."""
        items = words.ITEMS.get(name, words.number_items)(wishes)
        return self._read(lambda answer: words.read_batch(name, answer), self.call(name, items))

    def quota(self) -> words.Quota:
        """How much is left."""
        return self._read(words.read_quota, self.call("getquota", []))

    def _read(self, read: Any, answer: dict[str, Any]) -> Any:
        try:
            found = read(answer)
        except exchange.ConnectorError as error:
            trouble(self.source, error, self.now)
            raise
        TrackingSource.objects.filter(pk=self.source.pk).update(answered_at=self.now, failures=0, hold_until=None)
        return found

    def _keep(self) -> None:
        """A sign of life before each call; the lease is on the machine's clock when time is pretended, too."""
        held = TrackingSource.objects.filter(pk=self.source.pk, busy_by=self.worker, active=True, paused_reason="")
        if not held.update(busy_until=self.now + BUSY):
            raise Gone


@contextlib.contextmanager
def line(source: TrackingSource, worker: str, now: datetime) -> Iterator[Line | None]:
    """The source for this worker alone; None while it is stopped, waits, or another walks it."""
    row = TrackingSource.objects.get(pk=source.pk)
    far = now + rules.FAR
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now) | Q(busy_until__gt=far)
    open_ = Q(hold_until__isnull=True) | Q(hold_until__lte=now) | Q(hold_until__gt=far)
    won = TrackingSource.objects.filter(free & open_, pk=row.pk, active=True, paused_reason="").exclude(secrets="")
    if not won.update(busy_until=now + BUSY, busy_by=worker):
        yield None
        return
    try:
        opened = _open(row, worker, now)
        with contextlib.suppress(Gone, exchange.ConnectorError):  # what went wrong stands on the source
            yield opened
    finally:
        TrackingSource.objects.filter(pk=row.pk, busy_by=worker).update(busy_until=None, busy_by="")


def _open(row: TrackingSource, worker: str, now: datetime) -> Line | None:
    try:
        return Line(row, worker, now)
    except exchange.Misconfigured as error:
        stop(row, str(error), now)
        return None


def key_of(source: TrackingSource) -> str:
    """The key of a source, in clear. Raises ``Misconfigured`` when no key of this installation opens it."""
    try:
        found = json.loads(crypto.decrypt(source.secrets))
    except ValueError as error:
        raise exchange.Misconfigured("the stored key cannot be opened with the keys of this installation") from error
    return str(found.get("key") or "")


def trouble(source: TrackingSource, error: exchange.ConnectorError, now: datetime) -> None:
    """Write a fault on the source: only people can mend it (it is stopped, and somebody's duty), the quota is used up, or
    it waits with growing pauses."""
    rows = TrackingSource.objects.filter(pk=source.pk)
    if isinstance(error, exchange.Misconfigured):
        stop(source, str(error), now)
        return
    if isinstance(error, words.QuotaUsed):
        rows.update(quota_left=0, quota_at=now)
        worklist.plan(rule_key=QUOTA_RULE, subject_ids=[source.pk], now=now)
        return
    if isinstance(error, exchange.Permanent):
        return  # our own words were wrong: the rows say so
    rows.update(failures=F("failures") + 1)
    failures = rows.values_list("failures", flat=True).get()
    asked = timedelta(seconds=min(getattr(error, "retry_after", None) or 0.0, 24 * 3600.0))
    quick = timedelta(seconds=2) if failures == 1 else rules.pause(failures - 1)
    rows.update(hold_until=now + max(asked, quick))


def stop(source: TrackingSource, reason: str, now: datetime, actor: audit.Actor = TRACKER) -> None:
    """Nothing is asked any more until somebody lets it work again; said once."""
    changed = TrackingSource.objects.filter(pk=source.pk, paused_reason="").update(paused_reason=reason[:300] or "-")
    if changed:
        audit.record(
            source,
            "source.stopped",
            actor=actor,
            now=now,
            text=gettext_noop("Stopped: %(reason)s"),
            reason=reason[:300],
        )
        worklist.plan(rule_key=STOPPED_RULE, subject_ids=[source.pk], now=now)
