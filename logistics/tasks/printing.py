"""Print batches, set by a worker in pieces. Each piece is kept as soon as it is whole; a worker that dies is followed by one that
goes on after the last kept piece, from the same record, so that no page comes twice and none is another one. When the templates
changed meanwhile, what was kept is thrown away and the batch is set anew: one file never holds two forms."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core.clock import utcnow
from core.longwork import Work, pieces_folder, private_storage, runner
from core.said import Said
from logistics import documents
from logistics.documents import typeset
from logistics.documents.single import PERSONAL
from logistics.documents.spelling import spelled
from logistics.selectors import carriers
from logistics.selectors import dispatch as selectors
from logistics.selectors import printing as reads
from logistics.services import printing

#: Reads the record of a batch with what must be left out of it.
Made = Callable[[], tuple[dict[str, Any], dict[int, str]]]


@runner(printing.JOB, _("Print dispatch notes"), permission="logistics.print_note", reads=PERSONAL)
def print_batch(work: Work) -> None:
    """Set one batch, keep its file and write down what was printed."""
    batch = selectors.batch(work.payload["batch"])
    desk = _Desk(work)
    record, problems, parts = desk.whole(lambda: documents.batch_record(batch, batch.created_at))
    with typeset.joined(parts) as pdf:
        work.file(pdf, f"{batch.created_at:%Y-%m-%d}-{batch.number}.pdf")
    notes = reads.notes_of_logs(problems)
    text = gettext_noop("%(note)s: no label printed, %(reason)s")
    work.log_many([
        ("error", Said(text, {"note": notes[pk], "reason": documents.problem_said(problem)})) for pk, problem in problems.items()
    ])  # fmt: skip
    printed = {
        row["log"]: (row["papers"][0]["form"] if row["papers"] else "", row["own"] is not None and row["shown"])
        for row in record["labels"]
    }
    printing.finish(
        batch=batch,
        content_hash=documents.digest(record),
        problems=problems,
        printed=printed,
        actor=work.actor,
        now=utcnow(),
    )
    labels = [row for row in record["labels"] if row["shown"]]
    work.result(
        notes=len(record["notes"]), labels=len(labels), papers=sum(len(row["papers"]) for row in record["labels"]),
        slips=len(record["slips"]), cards=len(record["cards"]), left_out=len(problems), batch=batch.number,
    )  # fmt: skip


class _Desk:
    """What a batch in work keeps between two workers: its record and the pieces that are set, in the private storage."""

    def __init__(self, work: Work) -> None:
        self.work, self.box = work, private_storage()
        self.place: dict[str, Any] = dict(work.place or self._bare())

    def _bare(self) -> dict[str, Any]:
        return {"record": "", "parts": [], "form": typeset.form()}

    def whole(self, made: Made) -> tuple[dict[str, Any], dict[int, str], Iterable[bytes]]:
        """Record, problems and the pieces of the file of a batch, all of it with one form of the papers."""
        while True:
            if self.place.get("form") != typeset.form():
                self._anew()
            record, problems = self.record(made)
            try:
                return record, problems, self.set(record)
            except typeset.Changed:
                continue

    def _anew(self) -> None:
        """The templates changed since the batch was begun: nothing of it has left the house, so nothing of it is kept."""
        gone, self.place, self.work.done = self.place, self._bare(), 0
        self.work.save_place(self.place)
        for name in filter(None, [gone["record"], *gone["parts"]]):
            self.box.delete(name)
        self.work.log(Said(gettext_noop("The forms of the papers changed: the batch is set anew.")))

    def record(self, made: Made) -> tuple[dict[str, Any], dict[int, str]]:
        """The record as the first worker read it; read now when there is none."""
        if self.place["record"]:
            with self.box.open(self.place["record"]) as source:
                kept = json.load(source)
            return kept["record"], {int(pk): problem for pk, problem in kept["problems"].items()}
        record, problems = made()
        if documents.pieces_of(record) > 1:
            told = {"record": record, "problems": {str(pk): problem for pk, problem in problems.items()}}
            with tempfile.TemporaryFile() as text:
                text.writelines(piece.encode() for piece in spelled(told))
                text.seek(0)
                self.place["record"] = self._keep("record.json", File(text))
            self.work.save_place(self.place)
        return record, problems

    def set(self, record: dict[str, Any]) -> Iterable[bytes]:
        """Every piece that is not kept yet; answers all of them, each read when it is its turn."""
        if not self.place["record"]:
            return [documents.render_batch(record, self.work.step, own=_own_labels(record))]
        if len(self.place["parts"]) < documents.pieces_of(record):
            documents.set_pieces(
                record,
                self._took,
                own=_own_labels(record),
                after=len(self.place["parts"]),
                begun_with=self.place["form"],
            )
        return map(self._read, self.place["parts"])

    def _took(self, index: int, count: int, pdf: bytes) -> None:
        self.place["parts"] = [*self.place["parts"], self._keep(f"part-{index:05}.pdf", ContentFile(pdf))]
        self.work.done += count
        self.work.save_place(self.place)  # also asks whether somebody wants it stopped

    def _keep(self, name: str, content: File[bytes]) -> str:
        """One file of its own name: what a dead worker left behind under it goes."""
        path = f"{pieces_folder(self.work.job.pk)}/{name}"
        self.box.delete(path)
        return self.box.save(path, content)

    def _read(self, name: str) -> bytes:
        with self.box.open(name) as source:
            return bytes(source.read())


def _own_labels(record: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The files of the carriers' own labels in a batch, one after the other."""
    wanted = {row["own"]["key"]: row["own"]["digest"] for row in record["labels"] if row["own"] and row["shown"]}
    for key, name in carriers.label_files(wanted).items():
        with private_storage().open(name) as source:
            yield key, bytes(source.read())
