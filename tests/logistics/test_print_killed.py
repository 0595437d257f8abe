"""A print batch whose worker is killed again and again: it goes on where it was, and no page comes twice (P9 at full size)."""

from __future__ import annotations

import io
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.db import connection
from django_scopes import scopes_disabled

from core import longwork
from core.models import Job
from logistics import documents
from logistics.models import DispatchNote, PrintBatch, PrintLog
from logistics.services import numbers, printing
from logistics.services.dispatch import draft_notes, sign_notes
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.logistics.test_printing import DPI, SCRIPTS

NOW = make.NOW
FULL = os.environ.get("SAMPAN_SCALE") == "full"
SIZE = 1000 if FULL else 72
KILLS = 6 if FULL else 2


def released(count: int) -> list[DispatchNote]:
    """``count`` numbered notes at the warehouse; their buyers write in every script whose font ships."""
    store, skus = make_store(), [make.article(f"KILL-{i}", bin=f"B-{i:02}", on_hand=count) for i in range(12)]
    names = itertools.cycle(SCRIPTS.values())
    ids = [
        make.ready_order(store, lines=[(skus[i % 12], 1)], address={"recipient": name, "city": name}).pk
        for i, name in zip(range(count), names, strict=False)
    ]
    draft_notes(order_ids=ids, actor=make.person("manager"), now=NOW)
    notes = list(DispatchNote.objects.filter(order__in=ids))
    make.fill_pool(make.make_service(), count)
    for kind, role in (("price", "purchaser"), ("note", "supervisor")):
        sign_notes(notes=notes, kind=kind, actor=make.person(role), now=NOW)
    waiting = list(DispatchNote.objects.filter(order__in=ids).exclude(numbers__state="reserved"))
    numbers.reserve_for(notes=waiting, actor=make.person("warehouse"), now=NOW)
    assert DispatchNote.objects.filter(order__in=ids, state="released", numbers__state="reserved").count() == count
    return list(DispatchNote.objects.filter(order__in=ids))


def unhurried(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """A worker that rests whenever it has noted its place: who wants to kill it there is in time on any machine."""
    done = execute(sql, params, many, context)
    if sql.startswith('UPDATE "core_job"'):
        time.sleep(0.4)
    return done


@contextmanager
def worker(job_id: int) -> Iterator[int]:
    """A worker in a process of its own."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            connection.execute_wrappers.append(unhurried)
            with scopes_disabled():
                longwork.run(job_id)
        finally:
            os._exit(0)
    try:
        yield child
    finally:
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def parts_of(job_id: int) -> int:
    """The pieces a job has kept."""
    return len((Job.objects.get(pk=job_id).payload.get("_place") or {}).get("parts", ()))


def killed_after(job_id: int, parts: int) -> int:
    """Kill a worker as soon as it has kept so many pieces; answers how many it had."""
    with worker(job_id):
        end = time.monotonic() + 120
        while time.monotonic() < end and parts_of(job_id) < parts:
            time.sleep(0.005)
    Job.objects.filter(pk=job_id).update(lease_until=None)  # the lease runs out
    return parts_of(job_id)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("DSP-14")
def test_a_killed_worker_is_followed_and_no_page_comes_twice() -> None:
    with scopes_disabled():
        make.no_rule_signs()
        notes = released(SIZE)
        chosen = ["pick_list", "notes", "labels"]
        batch, _refused = printing.print_notes(notes=notes, actor=make.person("warehouse"), now=NOW, documents=chosen)
        assert batch is not None and batch.job_id is not None
        record, problems = documents.batch_record(batch, batch.created_at)
        whole = documents.pieces_of(record)
        assert not problems and whole > KILLS + 1
        kept = [killed_after(batch.job_id, 1 + turn * (whole - 2) // KILLS) for turn in range(KILLS)]
        assert kept[0] > 0 and kept == sorted(kept) and kept[-1] < whole, f"no kill hit the work: {kept} of {whole}"
        job = Job.objects.get(pk=batch.job_id)
        assert job.state == "running" and job.attempts == KILLS and PrintBatch.objects.get().printed_at is None
        begun = time.monotonic()
        assert longwork.run(batch.job_id) == "done"
        print(
            f"\n{SIZE} notes and labels, {whole} pieces, killed after {kept}; the last worker: {time.monotonic() - begun:.1f} s"
        )
        job.refresh_from_db()
        assert job.done == SIZE and job.result["labels"] == SIZE
        with longwork.private_storage().open(job.result_file) as source:
            pdf = source.read()
        batch.refresh_from_db()
        assert batch.content_hash == documents.digest(record)
        assert PrintLog.objects.filter(batch=batch).count() == SIZE
        check_pages(pdf, batch)
        assert not left_behind(job.pk), "the pieces are gone when they are in the file"


def check_pages(pdf: bytes, batch: PrintBatch) -> None:
    """One sheet and one label for each note, in shelf order, every code readable at the resolution of a label printer."""
    found = pypdfium2.PdfDocument(io.BytesIO(pdf))
    logs = list(PrintLog.objects.filter(batch=batch).select_related("note").order_by("position"))
    sheets, labels = [], []
    for page in found:
        text = page.get_textpage().get_text_bounded()
        if abs(page.get_width() - page.get_height()) < 1:
            labels.append((page, text))
        else:
            sheets.append(text)
    assert len(labels) == SIZE
    spoken = Counter(number for text in sheets for number in {log.note.number for log in logs} & set(text.split()))
    assert [spoken[log.note.number] for log in logs] == [1] * SIZE, "each note has one sheet"
    picked = labels if FULL else labels[:: SIZE // 12]
    wanted = [log.label_number for log in logs] if FULL else [log.label_number for log in logs][:: SIZE // 12]
    for (page, _text), number in zip(picked, wanted, strict=True):
        codes = {
            (c.format.name, c.text)
            for c in zxingcpp.read_barcodes(page.render(scale=DPI / 72, grayscale=True).to_pil())
        }
        assert codes == {("Code128", number), ("QRCode", number)}
    numbers_in_order = (
        [next(log.label_number for log in logs if log.label_number in text) for _page, text in labels]
        if not FULL
        else wanted
    )
    assert numbers_in_order == [log.label_number for log in logs], "in shelf order, none twice"


def left_behind(job_id: int) -> list[Any]:
    """Files of pieces that are still in the store."""
    box = longwork.private_storage()
    folder = Path(box.path(f"jobs/{job_id}/parts"))  # the tests keep their files on the disk
    return sorted(folder.glob("*")) if folder.exists() else []
