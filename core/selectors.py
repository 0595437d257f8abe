"""Reads of the machinery: long work, signs of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q, QuerySet

from core.api.auth import as_of_now
from core.audit import Actor
from core.clock import utcnow
from core.longwork import RUNNERS
from core.models import Heartbeat, Job

#: A scheduler that gave no sign for so long does not run.
STANDING = timedelta(minutes=5)


def jobs_for(actor: Actor) -> QuerySet[Job]:
    """Long work the actor asked for; whoever may see the audit trail sees also that of others in the same stores (a result
    may hold whatever its requester saw). Work of a store the actor has lost since is not shown, not even to who asked."""
    if actor.is_system:
        return Job.objects.all()
    if actor.user_id is not None:
        mine = Q(requester_id=actor.user_id)
    else:
        mine = Q(actor__kind=actor.kind, actor__ref=actor.ref, requester__isnull=True)
    if actor.store_ids is None:
        return Job.objects.all() if actor.has_perm("core.view_audit") else Job.objects.filter(mine)
    now = as_of_now(actor, utcnow())  # all stores: those that are not looked at just now as well
    if now is None:
        return Job.objects.none()
    if now.store_ids is not None:
        mine &= Q(actor__store_ids__contained_by=sorted(now.store_ids))
    if not actor.has_perm("core.view_audit"):
        return Job.objects.filter(mine)
    return Job.objects.filter(mine | Q(actor__store_ids__contained_by=sorted(actor.store_ids)))


def has_result(job: Job, actor: Actor) -> bool:
    """Whether there is a file that the actor may fetch: a result may hold all that could be read by who asked for it, so
    nobody fetches it who may read less today, nor who lacks the right its kind of work names."""
    known = RUNNERS.get(job.kind)
    if not job.result_file or (known is not None and known.reads and not actor.has_perm(known.reads)):
        return False
    read = {p for p in job.actor.get("permissions", ()) if p.partition(".")[2].startswith(("view_", "export_"))}
    return actor.is_system or read <= actor.permissions


def beat_age(now: datetime) -> float | None:
    """Seconds since scheduler, broker and a worker were last seen working together; None = never."""
    at = Heartbeat.objects.filter(name="beat").values_list("at", flat=True).first()
    return None if at is None else (now - at).total_seconds()


def last_swept(now: datetime) -> datetime:
    """The moment as of which promises can be judged: ``now``, or when the house's clocks last ran, if that is longer ago than
    any of its sweeps takes. What only time brings up nobody can have planned since then (a stopped or simulated house)."""
    age = beat_age(now)
    return now if age is None or age < STANDING.total_seconds() else now - timedelta(seconds=age)


def unapplied_migrations() -> list[str]:
    """Migrations of this release that the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]
