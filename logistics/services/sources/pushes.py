"""Pushes: kept with one statement before they are answered, read by a job afterwards. A replay is kept once."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core import policies as house
from core.audit import Actor
from core.errors import NotAllowed
from logistics.choices import FollowState, PushState
from logistics.connectors import seventeentrack as words
from logistics.models import FollowedNumber, TrackingPush, TrackingSource
from logistics.policies import sources as policies
from logistics.selectors import sources as selectors
from logistics.services.sources import giving
from logistics.services.sources.wire import key_of
from stores.services.exchange import Misconfigured

logger = logging.getLogger(__name__)

#: Larger bodies are no pushes.
LARGEST = 1024 * 1024
#: Pushes read in one piece, and pieces of one round.
PIECE, PIECES = 200, 50
TRIES = 3
#: A database that is busy or away spoils no push until it is so old.
PATIENCE = timedelta(hours=1)
_REFUSED = "tracking-push-refused"

_KEEP = """
INSERT INTO logistics_trackingpush (source_id, digest, body, received_at, state, attempts, number, event, error)
VALUES (%s, %s, %s, %s, 'new', 0, '', '', '') ON CONFLICT (source_id, digest) DO NOTHING"""


def keep(*, code: str, body: bytes, sign: str, now: datetime) -> bool | None:
    """Keep a push of the source ``code``: True when it is new, False for a replay; None = the signature is wrong or there
    is no such source. It is stored and committed when this returns."""
    source = selectors.remembered(code)
    if source is None or not _signed(source, body, sign):
        _count_refused(code)
        return None
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [source.pk, hashlib.sha256(body).hexdigest(), body, now])
        return cursor.rowcount == 1


def _signed(source: TrackingSource, body: bytes, sign: str) -> bool:
    try:
        return words.signed(body, key_of(source), sign)
    except Misconfigured:
        return False


def _count_refused(code: str) -> None:
    """Counted in short memory and written down by the reading job: a stranger who knocks makes no rows."""
    if selectors.remembered(code) is None:
        return
    try:
        cache.add(f"{_REFUSED}:{code}", 0, None)
        cache.incr(f"{_REFUSED}:{code}")
    except (ValueError, OSError):
        logger.warning("a refused push was not counted", extra={"source": code})


def note_refused(*, now: datetime) -> int:
    """Write down how many pushes were refused since the last time."""
    total = 0
    for source in TrackingSource.objects.all():
        count = int(cache.get(f"{_REFUSED}:{source.code}") or 0)
        if count:
            cache.decr(f"{_REFUSED}:{source.code}", count)
            TrackingSource.objects.filter(pk=source.pk).update(
                refused_pushes=F("refused_pushes") + count, refused_at=now
            )
            total += count
    return total


def read(*, now: datetime) -> int:
    """Read what was pushed and hand it on, in pieces; answers how many pushes were read.

    A piece that fails is tried push by push, so that one bad push does not stop the others; a push that fails three times
    waits for a person. A database that is busy or away is not the fault of the push.
    """
    done, last = 0, 0
    for _piece in range(PIECES):
        rows = selectors.waiting_pushes(last, PIECE)
        if not rows:
            break
        last = rows[-1].pk
        done += _read(rows, now)
    return done


def _read(rows: Sequence[TrackingPush], now: datetime) -> int:
    try:
        return _give(rows, now)
    except Exception as error:
        if len(rows) > 1:
            return sum(_read([row], now) for row in rows)
        logger.error("push cannot be handed on", exc_info=error)
        if not isinstance(error, OperationalError | InterfaceError) or now - rows[0].received_at >= PATIENCE:
            _spoiled(rows[0], str(error) or type(error).__name__, final=False)
        return 0


@transaction.atomic
def _give(rows: Sequence[TrackingPush], now: datetime) -> int:
    """One piece: read, record, mark as done; rows another worker has are passed over."""
    free = set(
        TrackingPush.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=[row.pk for row in rows], state=PushState.NEW).order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    said: dict[int, list[tuple[TrackingPush, words.Push]]] = defaultdict(list)
    for row in rows:
        if row.pk not in free:
            continue
        try:
            said[row.source_id].append((row, words.read_push(bytes(row.body))))
        except ValueError as error:
            _spoiled(row, str(error), final=True)
    done = 0
    for pairs in said.values():
        done += _of_source(pairs[0][0].source, pairs, now)
    return done


def _of_source(source: TrackingSource, pairs: Sequence[tuple[TrackingPush, words.Push]], now: datetime) -> int:
    told = [giving.Told(push.number, push.carrier, push.info) for _row, push in pairs]
    found = giving.give(source=source, told=told, now=now)
    for row, push in pairs:
        row.number, row.event, row.state = push.number, push.event, PushState.DONE
        row.error = gettext_noop("No parcel of ours has this number.") if push.number in found.unknown else ""
    TrackingPush.objects.bulk_update([row for row, _push in pairs], ["number", "event", "state", "error"])
    _ended(source, [push for _row, push in pairs if push.event == "TRACKING_STOPPED"], now)
    newest = max(row.received_at for row, _push in pairs)
    TrackingSource.objects.filter(Q(pushed_at__isnull=True) | Q(pushed_at__lt=newest), pk=source.pk).update(
        pushed_at=newest
    )
    TrackingSource.objects.filter(Q(heard_at__isnull=True) | Q(heard_at__lt=newest), pk=source.pk).update(
        heard_at=newest
    )
    return len(pairs)


def _ended(source: TrackingSource, pushes: Sequence[words.Push], now: datetime) -> None:
    """The source has stopped following numbers; those of parcels under way are wanted again."""
    rows = FollowedNumber._base_manager.filter(
        source=source,
        number__in=[push.number for push in pushes],
        state=FollowState.REGISTERED,
        parcel__state="shipped",
    )
    FollowedNumber._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        state=FollowState.WANTED, next_try_at=now, reason=gettext_noop("The source stopped following it.")
    )


def _spoiled(row: TrackingPush, reason: str, *, final: bool) -> None:
    attempts = min(row.attempts + 1, 30_000)
    state = PushState.FAILED if final or attempts >= TRIES else PushState.NEW
    TrackingPush.objects.filter(pk=row.pk, state=PushState.NEW).update(
        attempts=attempts, state=state, error=" ".join(reason.split())[:300]
    )


@transaction.atomic
def read_again(*, push: TrackingPush, actor: Actor, now: datetime) -> TrackingPush:
    """Put a push that could not be read back in line (after a mend)."""
    if not actor.has_perm("stores.change_connection"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    changed = TrackingPush.objects.filter(pk=push.pk, state=PushState.FAILED).update(
        state=PushState.NEW, attempts=0, error=""
    )
    if changed:
        audit.record(
            push.source, "push.retry", actor=actor, now=now, text=gettext_noop("Read again: push %(id)s"), id=push.pk
        )
    push.refresh_from_db()
    return push


def forget_old(*, now: datetime) -> int:
    """Delete pushes that were read long ago; their events are kept. Answers how many."""
    age = now - timedelta(days=float(house.value(policies.PUSH_DAYS, now)))
    old = TrackingPush.objects.filter(state=PushState.DONE, received_at__lt=age).order_by("received_at")
    ids = list(old.values_list("pk", flat=True)[:20_000])
    return TrackingPush.objects.filter(pk__in=ids).delete()[0] if ids else 0


__all__ = ["LARGEST", "forget_old", "keep", "note_refused", "read", "read_again"]
