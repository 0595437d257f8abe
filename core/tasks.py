"""Jobs of the machinery itself: long work and its sweep, old records, the sign of life."""

from __future__ import annotations

from datetime import timedelta

from core import longwork
from core.clock import utcnow
from core.jobs import job, later
from core.models import Heartbeat, IdempotencyRecord
from core.partitions import make_partitions


@job("core.run_job", queue="long", soft_limit=540)
def run_job(job_id: int) -> str:
    """Run one piece of long work."""
    return longwork.run(job_id)


@job("core.sweep_jobs", every=15)
def sweep_jobs() -> int:
    """Hand out long work that nobody holds (a lost message, a dead worker)."""
    ids = list(longwork.waiting(utcnow()))
    for job_id in ids:
        later("core.run_job", job_id=job_id)
    return len(ids)


@job("core.beat", every=10)
def beat() -> None:
    """Sign of life: scheduler, broker and a worker are all alive when this row moves."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": utcnow()})


@job("core.make_partitions", every=3600)
def keep_partitions() -> list[str]:
    """Make the parts of tables by month before their month begins."""
    return make_partitions(utcnow().date())


@job("core.prune_requests", every=3600)
def prune_requests() -> int:
    """Forget answers to repeated requests after two days (they are promised for one)."""
    gone, _each = IdempotencyRecord.objects.filter(created_at__lt=utcnow() - timedelta(hours=48)).delete()
    return gone
