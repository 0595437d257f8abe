"""Putting calls into the outbox, and what people do to them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import audit, copying, policies
from core.audit import Actor
from core.errors import NotAllowed
from core.jobs import later
from core.states import move
from stores import registry
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.policies import GIVE_UP_HOURS
from stores.services.outbox import lanes
from worklist import services as worklist

DEAD_LETTER = "stores.dead_letter"


@dataclass(frozen=True)
class CallSpec:
    """One call to put in: what, for whom, about which object. ``key`` names the effect, at most 150 characters."""

    store: Store
    ability: str
    key: str
    subject_type: str
    subject_id: int
    payload: dict[str, Any]
    due_at: datetime | None = None


def enqueue(
    *, store: Store, ability: str, key: str, subject: models.Model, payload: dict[str, Any], now: datetime,
    due_at: datetime | None = None,
) -> OutboundCall:  # fmt: skip
    """Write one outgoing call in the caller's transaction; a worker carries it out after commit, not before ``due_at``.

    The same ``key`` again answers the call that is there and changes nothing.
    """
    spec = CallSpec(store, str(ability), key, audit.subject_type(subject), subject.pk, payload, due_at)
    return enqueue_many(calls=[spec], now=now)[key]


def enqueue_many(*, calls: Sequence[CallSpec], now: datetime) -> dict[str, OutboundCall]:
    """The set form of :func:`enqueue`: answers the calls by key, in two statements whatever their number."""
    if not calls:
        return {}
    rows = []
    for spec in sorted(calls, key=lambda spec: spec.key):
        due = spec.due_at or now
        patience = timedelta(hours=float(policies.value(GIVE_UP_HOURS, now, spec.store.pk)))
        rows.append(
            OutboundCall(
                store=spec.store, ability=Ability(spec.ability), key=spec.key, subject_type=spec.subject_type,
                subject_id=spec.subject_id, payload=spec.payload, due_at=due, give_up_at=max(due, now) + patience,
                created_at=now,
            )
        )  # fmt: skip
    manager = OutboundCall._base_manager
    with transaction.atomic():
        copying.insert_objects(rows, ["key"])
        found = {call.key: call for call in manager.filter(key__in=[spec.key for spec in calls])}
    for store_id, lane in {(spec.store.pk, lanes.lane_of(spec.ability)) for spec in calls}:
        hurry(store_id, lane)
    return found


class _Hurry:
    """A wake-up for one lane after commit; one per transaction, however many calls it writes."""

    def __init__(self, store_id: int, lane: str) -> None:
        self.lane = (store_id, lane)

    def __call__(self) -> None:
        later("stores.send_lane", store_id=self.lane[0], lane=self.lane[1])


def hurry(store_id: int, lane: str) -> None:
    """Wake a worker for the lane after commit. Lost wake-ups cost seconds: the sweep finds the rows anyway."""
    waiting = transaction.get_connection().run_on_commit
    if not any(isinstance(entry[1], _Hurry) and entry[1].lane == (store_id, lane) for entry in waiting):
        transaction.on_commit(_Hurry(store_id, lane))


@transaction.atomic
def retry(*, call: OutboundCall, actor: Actor, now: datetime) -> OutboundCall:
    """Try a call that was given up again; what may have worked is read back first. Refuses calls that did not fail."""
    _may(actor)
    patience = timedelta(hours=float(policies.value(GIVE_UP_HOURS, now, call.store_id)))
    name = "recheck" if call.doubtful else "retry"
    if move(call, name, actor=actor, now=now, due_at=now, give_up_at=now + patience, attempts=0, error=""):
        moved(call, now=now)
        worklist.close(rule_key=DEAD_LETTER, subject_ids=[call.pk], actor=actor, now=now)
        hurry(call.store_id, lanes.lane_of(call.ability))
    return call


@transaction.atomic
def drop(*, call: OutboundCall, actor: Actor, now: datetime, reason: str) -> OutboundCall:
    """Take a call back that nobody wants any more. Refuses one that is done or whose outcome is unclear."""
    if move(call, "drop", actor=actor, now=now, reason=reason, error=reason[:500], lease_until=None, leased_by=""):
        settled(call, now=now)
        worklist.close(rule_key=DEAD_LETTER, subject_ids=[call.pk], actor=actor, now=now)
    return call


def drop_moot(*, actor: Actor, now: datetime, limit: int = 500) -> int:
    """Take back failed calls whose reason has gone meanwhile (the order ended by itself), so that nobody is asked to look at
    them; those that may have arrived all the same stay with a person. Answers how many."""
    failed = (
        OutboundCall._base_manager.filter(state=CallState.FAILED, doubtful=False).select_related("store").order_by("pk")
    )
    done = 0
    for call in failed[:limit]:
        reason = registry.reason_against(call, now=now)
        if reason:
            with transaction.atomic():
                drop(
                    call=OutboundCall._base_manager.select_for_update().get(pk=call.pk),
                    actor=actor,
                    now=now,
                    reason=reason,
                )
            done += 1
    return done


def drop_for_store(*, store: Store, lane: str, actor: Actor, now: datetime, reason: str) -> int:
    """Take back everything that still waits in a lane of a store, e.g. because it was disconnected; answers how many.

    Calls being sent right now and unclear ones stay: they must be followed to their end.
    """
    waiting = lanes.calls_of(store.pk, lane).filter(state=CallState.QUEUED).order_by("pk")
    return len([drop(call=call, actor=actor, now=now, reason=reason) for call in waiting])


def moved(call: OutboundCall, *, now: datetime) -> None:
    """Tell the listeners that a call changed its state."""
    for listener in registry.MOVED.get(call.ability, ()):
        listener(call, now=now)


def settled(call: OutboundCall, *, now: datetime) -> None:
    """Tell the listeners that a call reached its end."""
    moved(call, now=now)
    for listener in registry.SETTLED.get(call.ability, ()):
        listener(call, now=now)


def _may(actor: Actor) -> None:
    if not actor.has_perm("stores.change_connection"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def forget(*, calls: models.QuerySet[OutboundCall]) -> int:
    """Take what was said to whom out of these calls; that they happened, and their receipts, stay. Answers how many rows."""
    return calls.exclude(payload={"erased": True}).update(payload={"erased": True}, receipt=_plain_receipt(), error="")


def _plain_receipt() -> Any:
    return Func(
        F("receipt"),
        Value("facts"),
        function="",
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=models.JSONField(),
    )
