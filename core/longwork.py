"""Long work: imports, exports, print batches, bulk actions. A row with progress, a log, cancel and a result file.

An app declares a runner once and starts it from a service or a door::

    @runner("orders.import", _("Import of orders"))
    def import_orders_file(work: Work) -> None:
        for chunk in chunks(work.payload["file"]):
            work.step(len(chunk))              # commits nothing itself; raises Cancelled when somebody pressed cancel

    job = start("orders.import", actor=actor, now=now, payload={"file": name}, total=1200)

The row is the truth: a runner holds a lease that it renews with each step; when it dies, the sweep hands the row to
another worker, which starts ``function`` again with the same payload. Runners therefore keep their place in
``work.save_place`` (or do work that is harmless twice). A runner works with the rights and stores the requester had.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.api.auth import as_of_now
from core.audit import SYSTEM, Actor
from core.clock import utcnow
from core.errors import Conflict, DomainError, NotAllowed
from core.jobs import later
from core.models import Job
from core.said import Said
from core.scope import acting_scope

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
MAX_FAULTS = 5
LOG_LINES = 500


class Cancelled(Exception):
    """Somebody asked to stop; what was committed stays, the job ends as cancelled."""


@dataclass(frozen=True)
class Runner:
    """A declared kind of long work."""

    kind: str
    title: Any
    function: Callable[[Work], None]
    permission: str = ""
    reads: str = ""


RUNNERS: dict[str, Runner] = {}


def runner(
    kind: str, title: Any, *, permission: str = "", reads: str = ""
) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Declare the function that does long work of ``kind``. ``permission``: who else may see such jobs; ``reads``: the
    right without which nobody fetches their files."""

    def declare(function: Callable[[Work], None]) -> Callable[[Work], None]:
        if kind in RUNNERS and RUNNERS[kind].function.__qualname__ != function.__qualname__:
            raise ValueError(f"long work {kind} is declared twice")
        RUNNERS[kind] = Runner(kind, title, function, permission, reads)
        return function

    return declare


def title_of(kind: str, title: str, said: Any = None) -> str:
    """What a job is called, in the reader's language: its own title where it was kept as what it says (``said``), the title
    of its kind; a sentence of its own stays as it was written."""
    own = Said.from_json(said)
    if own is not None:
        return str(own)
    known = RUNNERS.get(kind)
    if known is None:
        return title
    with translation.override(None):
        kept = str(known.title)
    return str(known.title) if title == kept else title


def log_lines(job: Job) -> list[tuple[str, str, str]]:
    """The log as (time, level, sentence), each sentence in the reader's language where it was kept as what it says."""
    made = []
    for at, level, text, *rest in job.log:
        said = Said.from_json(rest[0]) if rest else None
        made.append((at, level, text if said is None else str(said)))
    return made


def start(
    kind: str, *, actor: Actor, now: datetime, payload: dict[str, Any], total: int = 0, title: str | Said = ""
) -> Job:
    """Queue long work in the caller's transaction; a worker takes it after commit. Answers the job row."""
    if isinstance(title, Said):
        payload, title = {**payload, "_title": title.as_json()}, title.plain
    payload = {**payload, "_language": translation.get_language() or "", "_zone": timezone.get_current_timezone_name()}
    job = Job.objects.create(
        kind=kind, title=(title or str(RUNNERS[kind].title))[:200], payload=payload, total=total,
        requester_id=actor.user_id, actor=actor.as_json(), created_at=now,
    )  # fmt: skip
    later("core.run_job", job_id=job.pk)
    return job


def cancel(*, job: Job, actor: Actor, now: datetime) -> Job:
    """Ask a job to stop: one that waits ends at once, a running one at its next step. Refuses a finished one."""
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.state in (Job.State.DONE, Job.State.FAILED):
            raise Conflict("already_finished", _("This work has already finished."))
        held.cancel_requested = True
        if held.state == Job.State.QUEUED:
            held.state, held.finished_at = Job.State.CANCELLED, now
        held.save(update_fields=["cancel_requested", "state", "finished_at"])
        audit.record(held, "job.cancel", actor=actor, now=now, text="Cancel was asked for")
    return held


def private_storage() -> Storage:
    """Where results wait for their download; never served by address."""
    return storages["private"] if "private" in storages.backends else storages["default"]


def forget_files(*, job_ids: Iterable[int]) -> int:
    """Take away what these jobs made, pieces as well: files that hold what must be forgotten. The rows stay. Answers how many
    had a result."""
    ids = list(job_ids)
    rows = Job.objects.filter(pk__in=ids).exclude(result_file="")
    names = list(rows.values_list("result_file", flat=True))
    rows.update(result_file="", result_name="")
    forget_kept([*names, *(name for pk in ids for name in pieces_of(pk))])
    return len(names)


def pieces_folder(job_id: int) -> str:
    """Where a job keeps what only its next worker needs."""
    return f"jobs/{job_id}/parts"


def pieces_of(job_id: int) -> list[str]:
    """The names of the pieces a job has kept."""
    folder = pieces_folder(job_id)
    try:
        return [f"{folder}/{name}" for name in private_storage().listdir(folder)[1]]
    except FileNotFoundError:
        return []


def forget_kept(names: Iterable[str]) -> None:
    """Delete files of the private storage when the transaction that no longer names them is through."""
    for name in names:
        transaction.on_commit(partial(private_storage().delete, name))


class Work:
    """What a runner holds in its hand: the payload, the actor, progress, log, result."""

    def __init__(self, job: Job, actor: Actor) -> None:
        self.job = job
        self.actor = actor
        self.payload: dict[str, Any] = dict(job.payload)
        self.done, self.failed = job.done, job.failed

    @property
    def place(self) -> Any:
        """Where the run before this one stopped (None on the first run)."""
        return self.payload.get("_place")

    def expect(self, total: int) -> None:
        """Say how much there is to do."""
        Job.objects.filter(pk=self.job.pk).update(total=max(total, 0))
        self.job.total = total

    def step(self, done: int = 1, *, failed: int = 0) -> None:
        """Count progress and renew the lease; raises :class:`Cancelled` when asked to stop."""
        self.done += done
        self.failed += failed
        self._write(done=self.done, failed=self.failed)

    def save_place(self, place: Any) -> None:
        """Keep the place from which another worker would go on. Call it in the transaction of the work it stands for."""
        self.payload["_place"] = place
        self._write(payload=self.payload, done=self.done, failed=self.failed)

    def _write(self, **columns: Any) -> None:
        changed = Job.objects.filter(pk=self.job.pk, cancel_requested=False, attempts=self.job.attempts).update(
            lease_until=utcnow() + LEASE, **columns
        )
        if not changed:
            raise Cancelled

    def log(self, sentence: Any, level: str = "info") -> None:
        """Add a line to the log people see (the last 500 stay)."""
        self.log_many([(level, sentence)])

    def log_many(self, lines: list[tuple[str, Any]]) -> None:
        """Add several lines (level, sentence) at once."""
        with transaction.atomic():
            held = Job.objects.select_for_update().get(pk=self.job.pk)
            at = utcnow().isoformat(timespec="seconds")
            held.log = [*held.log, *(_line(at, level, text) for level, text in lines)][-LOG_LINES:]
            held.save(update_fields=["log"])

    def result(self, **values: Any) -> None:
        """Keep plain values of the result (merged with earlier ones)."""
        self.job.result = {**self.job.result, **values}
        Job.objects.filter(pk=self.job.pk).update(result=self.job.result)

    def keep_part(self, lines: list[list[str]]) -> str:
        """Keep a piece of the result (CSV lines) in the private storage; answers its name for :meth:`joined_parts`."""
        text = io.StringIO()
        csv.writer(text).writerows(lines)
        return private_storage().save(f"{pieces_folder(self.job.pk)}/part.csv", ContentFile(text.getvalue().encode()))

    def joined_parts(self, header: list[list[str]], names: list[str]) -> IO[bytes]:
        """The kept pieces as one CSV with a byte order mark."""
        out = tempfile.SpooledTemporaryFile(max_size=4_000_000)  # noqa: SIM115  (handed to the storage)
        text = io.StringIO()
        csv.writer(text).writerows(header)
        out.write(b"\xef\xbb\xbf" + text.getvalue().encode())
        for name in names:
            with private_storage().open(name) as part:
                shutil.copyfileobj(part, out)
        out.seek(0)
        return out

    def file(self, source: IO[bytes], name: str) -> None:
        """Keep ``source`` as the file to download, offered as ``name``."""
        kept = private_storage().save(f"jobs/{self.job.pk}/{PurePosixPath(name).name}", File(source))
        Job.objects.filter(pk=self.job.pk).update(result_file=kept, result_name=name[:200])


def _line(at: str, level: str, text: Any) -> list[Any]:
    return [at, level, text.plain[:500], text.as_json()] if isinstance(text, Said) else [at, level, str(text)[:500]]


def run(job_id: int) -> str:
    """Take the job (unless another worker holds it) and run it to its end. Answers the state it is left in."""
    job = _claim(job_id, utcnow())
    if job is None:
        return "held"
    work = Work(job, Actor.from_json(job.actor) if job.actor else SYSTEM)
    try:
        work.actor = actor = _still(job, work.actor, utcnow())
        with acting_scope(actor, f"job-{job.pk}"), _as_the_requester_reads(work.payload):
            RUNNERS[job.kind].function(work)
    except Cancelled:
        return _finish(job, Job.State.CANCELLED)
    except DomainError as error:
        work.log(error.message, "error")
        return _finish(job, Job.State.FAILED, error.code)
    except SoftTimeLimitExceeded:  # a task may not run longer than the broker waits: hand the rest to the next one
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(lease_until=utcnow())
        later("core.run_job", job_id=job.pk)
        return "continued"
    except Exception as error:
        logger.exception("long work failed", extra={"job": job.pk, "kind": job.kind})
        return _fault(job, work, error)
    return _finish(job, Job.State.DONE)


def _still(job: Job, kept: Actor, now: datetime) -> Actor:
    """The actor of request time with what the person or program may still do and see; refuses when the person has left or the
    token has ended since."""
    asked = kept if job.requester_id is None else replace(kept, kind="user", ref=job.requester_id)
    if asked.ref is None:
        return kept
    fresh = as_of_now(asked, now)
    if fresh is None and asked.kind == "token":
        raise NotAllowed("token_ended", gettext_lazy("The token that asked for this has ended."))
    if fresh is None:
        raise NotAllowed("requester_left", gettext_lazy("The person who asked for this no longer works here."))
    stores = kept.store_ids
    if fresh.store_ids is not None:
        stores = fresh.store_ids if stores is None else stores & fresh.store_ids
    return replace(kept, permissions=kept.permissions & fresh.permissions, store_ids=stores)


@contextlib.contextmanager
def _as_the_requester_reads(payload: dict[str, Any]) -> Iterator[None]:
    """Sentences and times of the result in the language and zone of the person who asked."""
    with translation.override(payload.get("_language") or None), timezone.override(payload.get("_zone") or None):
        yield


def _fault(job: Job, work: Work, error: Exception) -> str:
    """A fault of ours: try again later with growing pauses, give up after five."""
    faults = int(work.payload.get("_faults", 0)) + 1
    if faults < MAX_FAULTS:
        pause = timedelta(seconds=15 * 2**faults)
        payload = {**Job.objects.values_list("payload", flat=True).get(pk=job.pk), "_faults": faults}
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(lease_until=utcnow() + pause, payload=payload)
        return "retry"
    work.log(_("Stopped after %(n)s tries: %(kind)s.") % {"n": faults, "kind": type(error).__name__}, "error")
    return _finish(job, Job.State.FAILED, "internal_error")


def _claim(job_id: int, now: datetime) -> Job | None:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(
        state=Job.State.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    Job.objects.filter(pk=job_id, started_at__isnull=True).update(started_at=now)
    return Job.objects.get(pk=job_id)


def _finish(job: Job, state: str, code: str = "") -> str:
    extra = {"result": {**Job.objects.values_list("result", flat=True).get(pk=job.pk), "code": code}} if code else {}
    ended = Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING).update(
        state=state, finished_at=utcnow(), lease_until=None, **extra
    )
    if ended:
        forget_kept(pieces_of(job.pk))  # nobody goes on with it: a file that is whole has them, any other needs none
    return str(state)


def waiting(now: datetime) -> Iterator[int]:
    """Ids of jobs nobody holds: queued ones whose message was lost, running ones whose worker died."""
    free = Q(lease_until__isnull=True, created_at__lt=now - timedelta(seconds=10)) | Q(lease_until__lt=now)
    yield from Job.objects.filter(free, state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("created_at").values_list(
        "pk", flat=True)[:50]  # fmt: skip


@contextlib.contextmanager
def started(kind: str, **given: Any) -> Iterator[Job]:
    """For commands: start long work and run it here and now; the row is fresh afterwards."""
    job = start(kind, **given)
    yield job
    run(job.pk)
    job.refresh_from_db()
