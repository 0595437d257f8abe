"""An import as a job: progress, a place to go on from, rejected rows as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.longwork import Work, private_storage
from orders.choices import ImportKind
from orders.models import ImportFile
from orders.reading.errors import Refused
from orders.services.importing import files, tables, uploads
from orders.services.importing.files import REASON_COLUMNS, FileResult, Keeper
from orders.services.importing.keeping import fitted
from orders.services.importing.results import file_refusal


class JobKeeper(Keeper):
    """Keeps the place of the job with each piece, in the transaction of the piece."""

    def __init__(self, work: Work, *, whole: bool):
        self.work = work
        self.whole = whole
        place: dict[str, Any] = work.place or {}
        self.parts: list[str] = list(place.get("parts", ()))
        self.columns: list[str] = list(place.get("columns", ()))
        if not whole:  # a run that stopped is done again from the beginning
            work.done = work.failed = 0

    def headings(self, headings: list[str]) -> None:
        """Remember the columns of the file."""
        self.columns = headings

    def counted(self, rows: int) -> None:
        """Renew the lease while the file is put in order."""
        self.work.step(0)

    def rejected(self, rows: list[list[str]]) -> None:
        """Keep rejected rows as a part of the result."""
        self.parts.append(self.work.keep_part(fitted(rows, len(self.columns))))

    def piece(self, place: str, result: FileResult, rows: int) -> None:
        """Keep how far one is."""
        self.work.step(rows, failed=max(result.rejected - self.work.failed, 0))
        if self.whole:
            self.work.save_place(
                {"after": place, "so_far": result.as_json(), "parts": self.parts, "columns": self.columns}
            )


def run(work: Work) -> None:
    """Bring in (or only check) the file that the job names, with the rights of the person who asked."""
    upload = ImportFile.objects.select_related("store").get(pk=work.payload["import_id"])
    dry_run, now = bool(work.payload.get("dry_run")), datetime.fromisoformat(work.payload["now"])
    plan = uploads.plan_of_upload(upload)
    keeper = JobKeeper(work, whole=not dry_run and upload.kind == ImportKind.ORDERS)
    place: dict[str, Any] = work.place or {}
    with uploads.local_copy(upload) as path:
        if upload.kind == ImportKind.ORDERS:
            if upload.store is None:
                raise Invalid("store_needed", _("Say which store the file belongs to."))
            _decided(plan.options)
            result = files.import_file(
                store=upload.store, path=path, plan=plan, actor=work.actor, now=now, dry_run=dry_run, keeper=keeper,
                after=str(place.get("after", "")), so_far=FileResult.from_json(place["so_far"]) if place else None,
            )  # fmt: skip
        else:
            result = tables.import_table(
                store=upload.store, path=path, plan=plan, actor=work.actor, now=now, dry_run=dry_run, keeper=keeper
            )
    _finish(work, upload, result, keeper, dry_run)


def _decided(options: dict[str, Any]) -> None:
    """What is ambiguous must have been answered."""
    if not options.get("date_format"):
        raise file_refusal(Refused("date_ambiguous", value=""))


def _finish(work: Work, upload: ImportFile, result: FileResult, keeper: JobKeeper, dry_run: bool) -> None:
    work.expect(work.done)
    work.result(**result.counts(), dry_run=dry_run)
    upload.counts = {**result.counts(), "reasons": dict(result.reasons.most_common(20)), "dry_run": dry_run}
    upload.errors = result.errors
    if keeper.parts:
        name = f"{upload.name.rsplit('.', 1)[0][:80]}-rejected.csv"
        with work.joined_parts([[*keeper.columns, *REASON_COLUMNS]], keeper.parts) as joined:
            if upload.rejected_file:
                private_storage().delete(upload.rejected_file)
            upload.rejected_file = private_storage().save(f"imports/{work.job.pk}-rejected.csv", joined)
            joined.seek(0)
            work.file(joined, name)
    if not dry_run:
        uploads.forget_files(upload, rejected=False)
    upload.save(update_fields=["counts", "errors", "rejected_file", "stored"])
