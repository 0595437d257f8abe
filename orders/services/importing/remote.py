"""Remote orders become orders: checked, compared with what is known, written in sets, assessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from babel.numbers import list_currencies
from django.db import connection, transaction

from accounts.models import Store
from core import copying, countries, policies
from core.audit import Actor
from core.events import publish
from orders.events import OrderCompleted, OrdersImported, OrderStopped
from orders.models import Order
from orders.policies import FRESH_DAYS
from orders.rules import importing as rules
from orders.services import intake
from orders.services.importing import changing, creating
from orders.services.importing.results import ImportResult, Rejection
from orders.services.stages import restage
from stores.contracts import RemoteOrder

#: So many orders, or lines, are written in one transaction.
CHUNK_ORDERS = 1000
CHUNK_LINES = 8000


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Every ISO 4217 code."""
    return frozenset(list_currencies())


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Every country an order may go to."""
    return frozenset({*countries.by_code(), "XK"})


def import_remote(
    *, store: Store, remotes: Sequence[RemoteOrder], actor: Actor, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Bring remote orders of one store in; answers counts of orders, rejections and the ids written.

    Twice is once: the same telling again changes no row. A newer telling replaces facts, an older one never does; states
    only advance. What is older than the policy ``orders.fresh_days`` comes in as history. New and changed orders that are
    not history are assessed, and ``OrdersImported`` is published. Set-based, in chunks of one transaction each (inside the
    caller's transaction when there is one); imports of one store wait for each other. ``dry_run`` writes nothing.
    """
    result = ImportResult()
    good, result.rejected = checked(remotes, now)
    for chunk in _chunks(good):
        with transaction.atomic(savepoint=False):
            result.add(_import_chunk(store, chunk, actor, now, dry_run))
    return result


def checked(remotes: Iterable[RemoteOrder], now: datetime) -> tuple[list[RemoteOrder], list[Rejection]]:
    """The orders that can be brought in, and why the others cannot. Asks nothing of the database."""
    good: list[RemoteOrder] = []
    rejected: list[Rejection] = []
    for remote in remotes:
        fault = rules.fault_of(remote, now, currencies(), country_codes())
        if fault is None:
            good.append(remote)
        else:
            rejected.append(Rejection.of(fault, remote.source_row, remote.number or remote.external_id))
    return good, rejected


def _chunks(remotes: Iterable[RemoteOrder]) -> Iterable[list[RemoteOrder]]:
    """Pieces of bounded size in which no order is named twice (a second telling of an order comes in a later piece)."""
    chunk: dict[str, RemoteOrder] = {}
    lines = 0
    for remote in remotes:
        full = len(chunk) >= CHUNK_ORDERS or (chunk and lines + len(remote.lines) > CHUNK_LINES)
        if full or remote.external_id in chunk:
            yield list(chunk.values())
            chunk, lines = {}, 0
        chunk[remote.external_id] = remote
        lines += len(remote.lines)
    if chunk:
        yield list(chunk.values())


def _import_chunk(store: Store, remotes: list[RemoteOrder], actor: Actor, now: datetime, dry_run: bool) -> ImportResult:
    by_id = {remote.external_id: remote for remote in remotes}
    versions = {key: rules.version_of(remote) for key, remote in by_id.items()}
    known = _known(store, by_id, lock=not dry_run)
    fresh = [remote for key, remote in sorted(by_id.items()) if key not in known]
    newer = {key: remote for key, remote in by_id.items() if key in known and known[key] != versions[key]}
    result = ImportResult(unchanged=len(by_id) - len(fresh) - len(newer))
    if dry_run:
        changes = changing.plan(store, newer, versions, lock=False)
        result.created, result.updated = len(fresh), sum(not change.is_empty for change in changes)
        result.unchanged += len(newer) - result.updated
        return result
    days = int(policies.value(FRESH_DAYS, now, store.pk))
    made = creating.create(store=store, remotes=fresh, versions=versions, fresh_days=days, actor=actor, now=now)
    changes = changing.plan(store, newer, versions, lock=True)
    written = changing.write(store=store, changes=changes, actor=actor, now=now)
    result.created, result.created_ids = len(made), [order.pk for order in made]
    result.updated, result.changed_ids = len(written), [change.order.pk for change in written]
    result.unchanged += len(newer) - len(written)
    _follow(made, written, actor, now)
    return result


def _known(store: Store, keys: Iterable[str], *, lock: bool) -> dict[str, str]:
    """The versions of the orders there are, read after imports of the same store have ended (in one round trip)."""
    wait, given = copying.lock_sql("orders.import", store.pk) if lock else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(
            f"{wait}SELECT external_id, channel_version FROM {Order._meta.db_table} "  # noqa: S608
            "WHERE store_id = %s AND external_id = ANY(%s)",
            [*given, store.pk, list(keys)],
        )
        return dict(cursor.fetchall())


def _follow(made: list[creating.Made], written: list[changing.Change], actor: Actor, now: datetime) -> None:
    """Look again at what changed and is not history, and tell the house."""
    fresh = [order.pk for order in made if not order.history]
    moved = [change for change in written if not change.order.history]
    touched = [change.order.pk for change in moved if change.matters]
    asleep = [change.order.pk for change in written if change.order.history and change.steps]
    if asleep:
        restage(order_ids=asleep, now=now)
    intake.assess_many(order_ids=touched, actor=actor, now=now)
    if fresh or touched:
        gone = [order.pk for order in made if order.gone]
        publish(OrdersImported((*fresh, *touched), planned=tuple(fresh), gone=(*gone, *touched)))
    for change in moved:
        if change.stopped:
            publish(OrderStopped(change.order.pk))
        if change.completed:
            publish(OrderCompleted(change.order.pk))
