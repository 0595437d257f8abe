"""The worker application: collects tasks and the periodic jobs the apps declare; holds no schedule of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")

app = Celery("sampan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def collect_jobs(sender: Celery, **_: Any) -> None:
    """Take over the declared schedule and let a worker without -Q listen to every declared queue."""
    from core import jobs

    sender.conf.beat_schedule = jobs.schedule()
    names = {spec.queue for spec in jobs.JOBS.values()} | {sender.conf.task_default_queue}
    sender.conf.task_queues = [Queue(name) for name in sorted(names)]


@worker_process_init.connect
def die_with_worker(**_: Any) -> None:
    """A pool process must not outlive a killed worker: it would hold rows and connections nobody watches."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
