"""Records in: the raw answer is kept first, then read, then handed to the app that knows what it means.

A page is stored and committed before anything looks at it, because some channels show a thing only once. Reading runs
from the stored rows, so a crash between the two loses nothing; the same answer is kept once (its digest). That such a thing
was asked for is committed before the question, so an answer that was lost on its way is made up for by the next fetch.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django_scopes import scopes_disabled

from accounts.models import Store
from core import audit, clock, policies
from core.audit import Actor, system
from core.errors import DomainError, NotAllowed, NotYet
from stores import registry, rules, selectors
from stores.choices import InboundState
from stores.connectors import connector_class, errors
from stores.connectors.base import INCOMING, Account, Connector, RawPage, RawRecord
from stores.models import Connection, InboundRecord
from stores.policies import PULL_DAYS, RECONCILE_HOURS
from stores.services.outbox import lanes
from worklist import services as worklist

logger = logging.getLogger(__name__)

CONNECTOR = system("connector")
UNREADABLE = "stores.unreadable"
#: Pages of one fetch; what is left comes with the next one.
PAGES = 200
CHUNK = 200
#: After so long nobody waits for an answer any more (a request takes 15 seconds at most).
UNANSWERED = timedelta(seconds=30)
#: A record that could not be read is tried so often before a person must look.
TRIES = 3
#: What lies less apart counts as one moment (seconds).
SAME = 2.0


def fetch(*, store: Store, kind: str, now: datetime, subjects: Sequence[str] = ()) -> int:
    """Bring in what is new of ``kind`` (an Ability of reading): stored, read, handed on. Answers how many new records.

    ``subjects`` are the numbers to ask for (tracking). Faults of the channel are written on the connection, not raised;
    a store that cannot do it, is paused or holds answers 0.
    """
    return try_fetch(store=store, kind=kind, now=now, subjects=subjects) or 0


def try_fetch(*, store: Store, kind: str, now: datetime, subjects: Sequence[str] = ()) -> int | None:
    """The same; None where the channel was not asked, or did not answer: what was asked for is still to be asked."""
    began = time.monotonic()
    with scopes_disabled():
        held = _ready(store, kind, now)
        if held is None:
            return None
        try:
            connector = connector_class(store.kind)(selectors.account(store, held))
            missed = reconcile(store=store, kind=kind, now=now) if _unanswered(held, kind, now) else 0
            new = missed + _pull(connector, held, str(kind), now, subjects)
        except errors.ConnectorError as error:
            _fault(held, error, now)
            return None
        finally:
            process(store=store, kind=kind, now=_present(now, began))
        lanes.healed(lanes.CHANNEL, held, now)
        return new


def fetch_all(*, store: Store, now: datetime) -> dict[str, int]:
    """Bring in everything new of a store: orders, messages, feedback. Answers new records by kind."""
    began = time.monotonic()
    done = {
        str(kind): fetch(store=store, kind=kind, now=_present(now, began))
        for kind in INCOMING if selectors.offers(store, kind)
    }  # fmt: skip
    Connection._base_manager.filter(store=store).update(last_pull_at=now)
    return done


def reconcile(*, store: Store, kind: str, now: datetime) -> int:
    """Compare with the channel's history what it shows only once; answers how many records had been missed.

    Looks back ``stores.reconcile_hours`` before the last comparison, so that nothing falls between two of them.
    """
    with scopes_disabled():
        held = _ready(store, kind, now)
        if held is None or kind not in connector_class(store.kind).read_once:
            return 0
        back = timedelta(hours=float(policies.value(RECONCILE_HOURS, now, store.pk)))
        mark = f"{kind}:compared"
        last = held.cursor.get(mark)
        since = (datetime.fromisoformat(last) if last else now - timedelta(days=_first_days(store, now))) - back
        try:
            connector = connector_class(store.kind)(selectors.account(store, held))
            page = connector.history(str(kind), since, now=now)
        except errors.ConnectorError as error:
            _fault(held, error, now)
            return 0
        told = _unanswered(held, kind, now)
        new = store_page(store=store, kind=str(kind), page=page, now=now, mark={mark: now.isoformat()}, told=told)
        process(store=store, kind=kind, now=now)
        return new


def store_page(
    *,
    store: Store,
    kind: str,
    page: RawPage,
    now: datetime,
    mark: dict[str, Any] | None = None,
    told: Collection[str] = (),
) -> int:
    """Keep the raw records of a page and move the cursor, in one transaction; answers how many were new. ``told``: questions
    that count as answered now."""
    rows = [
        InboundRecord(
            store=store, kind=kind, remote_id=record.remote_id, digest=rules.digest_of(record.payload),
            payload=record.payload, received_at=now,
        )
        for record in page.records
    ]  # fmt: skip
    with transaction.atomic():
        held = Connection._base_manager.select_for_update(of=("self",)).get(store=store)
        manager = InboundRecord._base_manager
        known = set(
            manager.filter(store=store, kind=kind, remote_id__in=[row.remote_id for row in rows]).values_list(
                "remote_id", "digest"
            )
        )
        fresh = {(row.remote_id, row.digest): row for row in rows if (row.remote_id, row.digest) not in known}
        manager.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=500)
        held.cursor = {**held.cursor, **(mark if mark is not None else {kind: page.cursor})}
        if told:
            asked = held.cursor.get(_doubt(kind), {})
            held.cursor[_doubt(kind)] = {token: at for token, at in asked.items() if token not in told}
        held.save(update_fields=["cursor"])
    return len(fresh)


def process(*, store: Store, kind: str, now: datetime) -> int:
    """Read the raw records that wait and hand them on in chunks; answers how many were read.

    What a reader answers as ``rejected`` (its ``order`` names the thing) waits for a person. A chunk that its reader
    refuses as a whole is tried one by one, so that one bad record does not stop the others; a record that fails three
    times waits for a person.
    """
    done = 0
    if not registry.READERS.get(str(kind)):
        return 0
    with scopes_disabled():
        connector = connector_class(store.kind)(Account(code=store.code, name=store.name, time_zone=store.time_zone))
        waiting = InboundRecord._base_manager.filter(store=store, kind=str(kind), state=InboundState.NEW).order_by("pk")
        last = 0
        while chunk := list(waiting.filter(pk__gt=last)[:CHUNK]):
            last = chunk[-1].pk
            done += _hand_on(connector, store, str(kind), chunk, now)
    return done


@transaction.atomic
def retry_record(*, record: InboundRecord, actor: Actor, now: datetime) -> InboundRecord:
    """Put a record that could not be read back in line (after a mend)."""
    if not actor.has_perm("stores.change_connection"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    changed = InboundRecord._base_manager.filter(pk=record.pk, state=InboundState.FAILED).update(
        state=InboundState.NEW, attempts=0, error=""
    )
    if changed:
        worklist.close(rule_key=UNREADABLE, subject_ids=[record.pk], actor=actor, now=now)
        audit.record(
            record.store,
            "inbound.retry",
            actor=actor,
            now=now,
            text=gettext_noop("Read again: record %(id)s"),
            id=record.pk,
        )
    record.refresh_from_db()
    return record


def _present(now: datetime, began: float) -> datetime:
    """``now`` as given, or later when much time has gone since (a frozen worker, a slow channel): what is read is known from
    then on, not from when it was asked for. A pretended time stands still."""
    gone = time.monotonic() - began
    return now if gone < SAME or clock.is_simulated() else now + timedelta(seconds=gone)


def _ready(store: Store, kind: str, now: datetime) -> Connection | None:
    held = selectors.connection(store)
    if held is None or not selectors.offers(store, kind) or not rules.lane_open(lanes.facts(held), now):
        return None
    return held


def _first_days(store: Store, now: datetime) -> float:
    return float(policies.value(PULL_DAYS, now, store.pk))


def _pull(connector: Connector, held: Connection, kind: str, now: datetime, subjects: Sequence[str]) -> int:
    store, new, once = held.store, 0, kind in connector.read_once
    cursor = held.cursor.get(kind) or {"since": (now - timedelta(days=_first_days(store, now))).isoformat()}
    for _page in range(PAGES):
        told = [_ask(held, kind, now)] if once else []
        page = connector.pull(kind, cursor, now=now, subjects=subjects)
        new += store_page(store=store, kind=kind, page=page, now=now, told=told)
        cursor = page.cursor
        if not page.more:
            break
    return new


def _doubt(kind: str) -> str:
    """Where the questions for a thing that is shown once are kept until their answers are stored: token -> when asked."""
    return f"{kind}:asked"


@transaction.atomic
def _ask(held: Connection, kind: str, now: datetime) -> str:
    """Committed before the question: whatever ends this worker or spoils the answer, a later fetch looks into history."""
    row = Connection._base_manager.select_for_update(of=("self",)).get(pk=held.pk)
    token = uuid.uuid4().hex[:8]
    known = set(_unanswered(row, kind, now)[1:])  # one old question is doubt enough, however long the channel is away
    asked = {name: at for name, at in row.cursor.get(_doubt(kind), {}).items() if name not in known}
    row.cursor = {**row.cursor, _doubt(kind): {**asked, token: now.isoformat()}}
    row.save(update_fields=["cursor"])
    return token


def _unanswered(held: Connection, kind: str, now: datetime) -> list[str]:
    """Questions asked so long ago that no worker can be waiting for their answer any more."""
    asked = held.cursor.get(_doubt(kind), {})
    return [token for token, at in asked.items() if now - datetime.fromisoformat(at) >= UNANSWERED]


def _fault(held: Connection, error: errors.ConnectorError, now: datetime) -> None:
    if isinstance(error, errors.Misconfigured):
        lanes.pause(store=held.store, lane=lanes.CHANNEL, reason=str(error), actor=CONNECTOR, now=now)
        return
    asked = rules.sane_retry_after(error.retry_after) if isinstance(error, errors.Temporary) else None
    lanes.fault(lanes.CHANNEL, held, now, asked)
    logger.warning("channel does not answer", extra={"store": held.store.code, "reason": str(error)})


def _hand_on(connector: Connector, store: Store, kind: str, chunk: list[InboundRecord], now: datetime) -> int:
    objects, good = [], []
    for record in chunk:
        try:
            objects.append(connector.read(kind, record.payload))
            good.append(record)
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
            _spoiled(record, error, now, final=True)
    if not good:
        return 0
    try:
        _deliver(store, kind, objects, good, now)
        return len(good)
    except Exception as error:
        if len(good) == 1:
            _log(error, kind)
            _spoiled(good[0], error, now)
            return 0
    return sum(_one(store, kind, thing, record, now) for thing, record in zip(objects, good, strict=True))


def _one(store: Store, kind: str, thing: Any, record: InboundRecord, now: datetime) -> int:
    try:
        _deliver(store, kind, [thing], [record], now)
    except Exception as error:
        _log(error, kind)
        _spoiled(record, error, now)
        return 0
    return 1


@transaction.atomic
def _deliver(store: Store, kind: str, objects: list[Any], records: list[InboundRecord], now: datetime) -> None:
    held = InboundRecord._base_manager.select_for_update(of=("self",)).filter(
        pk__in=[record.pk for record in records], state=InboundState.NEW
    )
    free = set(held.order_by("pk").values_list("pk", flat=True))
    remotes = [thing for thing, record in zip(objects, records, strict=True) if record.pk in free]
    if not remotes:
        return
    answers = [
        reader(store=store, remotes=remotes, actor=CONNECTOR, now=now) for reader in registry.READERS.get(kind, ())
    ]
    refused = {str(item.order): str(item.message) for answer in answers for item in getattr(answer, "rejected", ())}
    good = set(free)
    for thing, record in zip(objects, records, strict=True):
        names = {str(getattr(thing, name, "")) for name in ("external_id", "number")} & set(refused)
        if names and record.pk in good:
            good.discard(record.pk)
            _spoiled(record, ValueError(refused[names.pop()]), now, final=True)
    InboundRecord._base_manager.filter(pk__in=good).update(state=InboundState.DONE, error="")


def _spoiled(record: InboundRecord, error: Exception, now: datetime, *, final: bool = False) -> None:
    record.attempts = min(record.attempts + 1, 30_000)
    early = isinstance(error, NotYet) and now - record.received_at < rules.EARLY
    if final or (record.attempts >= TRIES and not early):
        record.state = InboundState.FAILED
    record.error = rules.short_reason(str(error) or type(error).__name__)
    InboundRecord._base_manager.filter(pk=record.pk, state=InboundState.NEW).update(
        attempts=record.attempts, state=record.state, error=record.error
    )
    if record.state == InboundState.FAILED:
        worklist.plan(rule_key=UNREADABLE, subject_ids=[record.pk], now=now)


def _log(error: Exception, kind: str) -> None:
    if not isinstance(error, DomainError):
        logger.error("record cannot be handed on", exc_info=error, extra={"kind": kind})


def forget(*, store: Store, kind: str, remote_ids: Iterable[str]) -> int:
    """Empty the raw records of these things: the same answer of the channel is still known and does not come back.

    Answers how many rows changed.
    """
    rows = InboundRecord._base_manager.filter(store=store, kind=str(kind), remote_id__in=list(remote_ids))
    return rows.exclude(payload={"erased": True}).update(payload={"erased": True}, state=InboundState.DONE, error="")


__all__ = ["RawRecord", "fetch", "fetch_all", "forget", "process", "reconcile", "retry_record", "store_page"]
