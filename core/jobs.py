"""Work without a person: named tasks, periodic ones with their schedule on the function.

``@job("app.verb_noun", every=60)`` declares; ``later("app.verb_noun", order_id=1)`` sends by name after commit, so that
services never import tasks. A task is one service call with ids as keyword arguments; unknown keywords are dropped, so a
worker of the previous release survives a new sender. Losing a message costs time only: periodic jobs sweep the rows.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django_scopes import scopes_disabled

from core import clock
from core.models import SystemMark

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobSpec:
    """A declared job: its name, the plain function and, when periodic, its interval in seconds."""

    name: str
    function: Callable[..., Any]
    every: float | None
    queue: str


JOBS: dict[str, JobSpec] = {}

#: Name of the mark that stands in the database while a pretended past is lived; a life that gave no sign for so long is dead.
SIMULATION = "simulated-clock"
GIVEN_UP = timedelta(minutes=15)


def job(name: str, *, every: float | None = None, queue: str = "default", soft_limit: int = 300) -> Callable[..., Any]:
    """Declare a job. It runs outside any store scope (as the system); ``soft_limit`` is its time limit in seconds."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = inspect.signature(function).parameters
        takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())

        @functools.wraps(function)
        def run(**kwargs: Any) -> Any:
            if every and time_stands_still(name):
                return None
            known = kwargs if takes_any else {k: v for k, v in kwargs.items() if k in parameters}
            with scopes_disabled():
                return function(**known)

        if name in JOBS:
            raise ValueError(f"job {name} is declared twice")
        JOBS[name] = JobSpec(name, run, every, queue)
        shared_task(name=name, queue=queue, soft_time_limit=soft_limit, time_limit=soft_limit + 30)(run)
        return run

    return declare


def time_stands_still(name: str) -> bool:
    """Whether the periodic job has to wait: a pretended past is being lived in this database, and the real clock would
    act on things whose pretended time has not come. The machinery itself (``core.…``) goes on."""
    if name.startswith("core.") or clock.is_simulated():
        return False
    mark = SystemMark.objects.filter(name=SIMULATION).values_list("value", flat=True).first()
    if mark is None:
        return False
    alive = parse_datetime(str(mark.get("alive_at") or ""))
    return alive is None or datetime.now(UTC) - alive < GIVEN_UP


def later(name: str, **ids: Any) -> None:
    """Send job ``name`` after commit. A broker that is away is logged: the sweeper of that job finds the row anyway.

    Under a pretended time the job runs here and now, in that time.
    """

    def send() -> None:
        if clock.is_simulated():
            JOBS[name].function(**ids)
            return
        try:
            current_app.send_task(name, kwargs=ids, retry=False, ignore_result=True)
        except Exception as error:
            logger.warning("job not sent, the sweep will do it", extra={"job": name, "reason": type(error).__name__})

    transaction.on_commit(send)


def schedule() -> dict[str, dict[str, Any]]:
    """The beat schedule: every periodic job with its interval; messages older than the interval expire."""
    return {
        spec.name: {"task": spec.name, "schedule": spec.every, "options": {"expires": max(spec.every * 2, 30)}}
        for spec in JOBS.values()
        if spec.every
    }
