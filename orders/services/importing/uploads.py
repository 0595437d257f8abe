"""A file that somebody hands in: kept under a name of ours, looked at, read as told, checked, brought in as a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import IO, Any
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit, longwork, policies
from core.audit import Actor
from core.errors import Conflict, Invalid, Missing, NotAllowed
from core.models import Job
from orders.choices import ImportKind
from orders.models import ImportFile, ImportProfile
from orders.policies import IMPORT_DAYS
from orders.reading.errors import Refused
from orders.reading.plan import Limits, Plan
from orders.reading.process import inspected
from orders.services.importing import profiles
from orders.services.importing.results import file_refusal

PERMISSIONS = {
    ImportKind.ORDERS: "orders.import_order", ImportKind.PRODUCTS: "products.change_sku", ImportKind.STOCK: "inventory.change_stock",
    ImportKind.MATCHES: "products.match_sku", ImportKind.RATES: "logistics.change_service",
}  # fmt: skip
RUNNER = "orders.import"


def receive(
    *,
    kind: str,
    store: Store | None,
    source: IO[bytes],
    name: str,
    size: int,
    profile: str,
    actor: Actor,
    now: datetime,
) -> ImportFile:
    """Keep an uploaded file and look at it. Refuses a file that is too large or cannot be read; then nothing is kept."""
    _may(kind, actor)
    most = Limits().file_bytes
    if size > most:
        raise file_refusal(Refused("too_large", most=most // 1024 // 1024))
    if store is None and kind in (ImportKind.ORDERS, ImportKind.MATCHES):
        raise Invalid(
            "store_needed", _("Say which store the file belongs to."), errors={"store": [str(_("Choose a store."))]}
        )
    plan = profiles.plan_of(profile, store, kind)
    storage = longwork.private_storage()
    stored = storage.save(f"imports/{uuid4().hex}", File(source))
    try:
        made = ImportFile(
            kind=kind, store=store, name=PurePath(name.replace("\\", "/")).name[:200] or "file", stored=stored, size=size,
            plan=plan.as_json(), by_ref=actor.user_id, by_label=actor.label, created_at=now,
        )  # fmt: skip
        made.seen = _look(made, plan)
        made.plan = _with_seen(plan, made.seen, store).as_json()
        with transaction.atomic():
            made.save(force_insert=True)
            audit.record(
                made, "import.receive", actor=actor, now=now, text=gettext_noop("File handed in"), name=made.name
            )
    except BaseException:
        storage.delete(stored)
        raise
    return made


def hand_in(
    *,
    kind: str,
    file: Any,
    actor: Actor,
    now: datetime,
    store: Store | None = None,
    profile: str = "",
    dry_run: bool = False,
    **options: Any,
) -> ImportFile:
    """Hand a file in and bring it in at once (for programs). What is ambiguous is refused, with nothing kept: say it in
    ``options`` (date_format, decimal, encoding, separator, currency, zone). Answers the import; its job does the work.
    """
    with transaction.atomic():
        upload = receive(
            kind=kind, store=store, source=file, name=file.name, size=file.size, profile=profile, actor=actor, now=now
        )
        try:
            if any(options.values()):
                look_again(
                    upload=upload,
                    plan=plan_of_upload(upload).with_options(**{k: v for k, v in options.items() if v}),
                    actor=actor,
                    now=now,
                )
            settled = open_questions(upload)
            if settled:
                raise file_refusal(settled[0])
            start(upload=upload, actor=actor, now=now, dry_run=dry_run)
        except BaseException:
            forget_files(upload)
            raise
    return upload


def open_questions(upload: ImportFile) -> list[Refused]:
    """What somebody must still say before the file can come in."""
    plan, found = plan_of_upload(upload), []
    lacking = list(upload.seen.get("lacking", ()))
    if plan.options.get("currency") and "currency" in lacking:
        lacking.remove("currency")
    if lacking:
        found.append(Refused("columns_missing", value=", ".join(lacking)))
    asked = upload.seen.get("questions", {})
    if upload.kind == ImportKind.ORDERS and not plan.options.get("date_format"):
        known = bool(asked.get("date_shapes"))
        found.append(Refused("date_ambiguous" if known else "date_unknown", value=asked.get("date_example", "")))
    if not plan.options.get("decimal"):
        found.append(Refused("decimal_ambiguous"))
    return found


def look_again(*, upload: ImportFile, plan: Plan, actor: Actor, now: datetime) -> ImportFile:
    """Read the file as ``plan`` says and keep what is seen now; what was checked before counts no more."""
    _may(upload.kind, actor)
    _waits(upload)
    seen = _look(upload, plan)
    upload.seen, upload.plan, upload.counts, upload.errors = (
        seen,
        _with_seen(plan, seen, upload.store).as_json(),
        {},
        [],
    )
    upload.save(update_fields=["seen", "plan", "counts", "errors"])
    return upload


def start(*, upload: ImportFile, actor: Actor, now: datetime, dry_run: bool = False) -> Job:
    """Bring the file in as a job (``dry_run``: only say what would come in). Pressing twice starts one job."""
    _may(upload.kind, actor)
    with transaction.atomic():
        held = ImportFile.objects.select_for_update().get(pk=upload.pk)
        if held.job_id is not None:
            job = Job.objects.get(pk=held.job_id)
            if job.state in (Job.State.QUEUED, Job.State.RUNNING):
                return job
            if not job.payload.get("dry_run") and job.state == Job.State.DONE:
                return job
        if not held.stored:
            raise Conflict("file_gone", _("The file has been deleted. Hand it in again."))
        job = longwork.start(
            RUNNER, actor=actor, now=now, total=int(held.seen.get("rows", 0)), title=f"{held.get_kind_display()}: {held.name}",
            payload={"import_id": held.pk, "dry_run": dry_run, "now": now.isoformat()},
        )  # fmt: skip
        held.job = job
        held.save(update_fields=["job"])
    upload.job = job
    return job


def plan_of_upload(upload: ImportFile) -> Plan:
    """How the file is read."""
    return Plan.from_json(upload.plan)


@contextmanager
def local_copy(upload: ImportFile) -> Iterator[Path]:
    """The kept file as a file of this machine, wherever the storage is. Refuses one that was deleted."""
    storage = longwork.private_storage()
    if not upload.stored or not storage.exists(upload.stored):
        raise Missing("file_gone", _("The file has been deleted. Hand it in again."))
    try:
        path = Path(storage.path(upload.stored))
    except NotImplementedError:
        path = None
    if path is not None:
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="sampan-import-") as copy, storage.open(upload.stored) as source:
        for block in source.chunks():
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def prune(*, now: datetime) -> int:
    """Delete files and rejected rows that are older than the policy says; the figures of the import stay."""
    before = now - timedelta(days=int(policies.value(IMPORT_DAYS, now)))
    gone = 0
    for upload in ImportFile.objects.filter(created_at__lt=before).exclude(stored="", rejected_file=""):
        forget_files(upload)
        upload.errors, upload.seen = [], {}
        upload.save(update_fields=["stored", "rejected_file", "errors", "seen"])
        gone += 1
    return gone


def forget_files(upload: ImportFile, *, rejected: bool = True) -> None:
    """Delete the kept file (and the rejected rows); the caller saves the row."""
    storage = longwork.private_storage()
    if upload.stored:
        storage.delete(upload.stored)
        upload.stored = ""
    if rejected and upload.rejected_file:
        storage.delete(upload.rejected_file)
        upload.rejected_file = ""


def look_at_sample(*, source: Any, size: int, profile: ImportProfile) -> dict[str, Any]:
    """What a file holds, read as a saved profile reads files: headings and first values. Nothing is kept. Refuses a file that is
    too large or cannot be read."""
    most = Limits().file_bytes
    if size > most:
        raise file_refusal(Refused("too_large", most=most // 1024 // 1024))
    read = {name: profile.options[name] for name in ("encoding", "separator", "sheet") if profile.options.get(name)}
    plan = Plan(str(profile.options.get("kind") or "orders"), "generic", {}, read)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        with path.open("wb") as held:
            for chunk in source.chunks():
                held.write(chunk)
        try:
            return inspected(path, plan, zone=profile.store.time_zone if profile.store else "UTC")
        except Refused as refused:
            raise file_refusal(refused) from None


def _look(upload: ImportFile, plan: Plan) -> dict[str, Any]:
    zone = upload.store.time_zone if upload.store else "UTC"
    try:
        with local_copy(upload) as path:
            return inspected(path, plan, zone=zone)
    except Refused as refused:
        raise file_refusal(refused) from None


def _with_seen(plan: Plan, seen: dict[str, Any], store: Store | None) -> Plan:
    """The plan with everything that is clear: the base, recognised columns, the one possible shape of dates and amounts."""
    base = str(seen["base"])
    asked, options = seen["questions"], dict(plan.options)
    for name, fitting in (("date_format", asked["date_shapes"]), ("decimal", asked["decimal_marks"])):
        if not options.get(name) and len(fitting) == 1:
            options[name] = fitting[0]
    mapping = plan.mapping or (seen["mapping"] if base == "generic" else {})
    return Plan(plan.kind, base, mapping, options)


def _waits(upload: ImportFile) -> None:
    job = upload.job
    if job is not None and not job.payload.get("dry_run") and job.state != Job.State.FAILED:
        raise Conflict("already_started", _("This file is being brought in already."))


def _may(kind: str, actor: Actor) -> None:
    if not actor.has_perm(PERMISSIONS[ImportKind(kind)]):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
