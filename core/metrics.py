"""Figures for Prometheus. They are read from the database when asked, so every process answers the same.

Apps add gauges: ``metrics.gauge("sampan_duties_open", "Open duties", lambda now: Duty.objects…count())``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import Count
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from core import selectors
from core.models import Job

logger = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_BEAT = Gauge("sampan_scheduler_age_seconds", "Seconds since scheduler and a worker were seen", registry=REGISTRY)
_JOBS = Gauge("sampan_jobs", "Long work by state", ["state"], registry=REGISTRY)
_FIGURES: dict[str, tuple[Gauge, Callable[[datetime], float]]] = {}


def gauge(name: str, help_text: str, read: Callable[[datetime], float]) -> None:
    """Add a figure that is read when Prometheus asks."""
    if name not in _FIGURES:
        _FIGURES[name] = (Gauge(name, help_text, registry=REGISTRY), read)


def refresh(now: datetime) -> None:
    """Read all figures; one that fails is left as it was."""
    _BEAT.set(selectors.beat_age(now) or -1)
    counted = dict(Job.objects.filter(state__in=["queued", "running"]).values_list("state").annotate(n=Count("id")))
    for state in ("queued", "running"):
        _JOBS.labels(state).set(counted.get(state, 0))
    for name, (figure, read) in _FIGURES.items():
        try:
            figure.set(read(now))
        except Exception:
            logger.exception("figure not read", extra={"figure": name})
