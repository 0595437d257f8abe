"""Typesetting: a record becomes a PDF. Text in a record is data: nothing in it is executed, fetched or expanded.

The typesetter works in a process of its own (``setter``): what it remembers of fonts and pages goes with it, so a worker that
printed a thousand notes is as small as before.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from logistics.documents import setter
from logistics.documents.spelling import spelled

join = setter.join
#: fn(number of the piece, notes it counts for, its PDF)
Took = Callable[[int, int, bytes], None]
#: Labels of carriers by key, one after the other: a thousand of them need not fit in memory.
Own = Iterable[tuple[str, bytes]]


#: Where the templates lie.
TEMPLATES = settings.BASE_DIR / "templates" / "print"


class NotSet(Exception):
    """The typesetting process ended without a PDF; its last words are the message."""


class Changed(Exception):
    """The templates are not those the work began with."""


def form() -> str:
    """What the papers are set with, as a digest: the templates, and the way a batch is cut into pieces."""
    return _digest(TEMPLATES)


def _digest(templates: Path) -> str:
    made = hashlib.sha256(Path(str(setter.__file__)).read_bytes())
    for file in sorted(templates.iterdir()):
        made.update(file.name.encode() + b"\0" + file.read_bytes())
    return made.hexdigest()


def render_batch(record: dict[str, Any], step: Callable[[int], None] = lambda done: None, own: Own = ()) -> bytes:
    """The PDF of a print batch in one go. ``step`` hears how many notes were set."""
    parts: list[bytes] = []

    def took(_index: int, count: int, pdf: bytes) -> None:
        parts.append(pdf)
        step(count)

    set_pieces(record, took, own=own)
    return join_apart(parts)


def pieces_of(record: dict[str, Any]) -> int:
    """In how many pieces a batch is set."""
    return sum(1 for _piece in setter.pieces(record))


def set_pieces(record: dict[str, Any], took: Took, *, own: Own, after: int = 0, begun_with: str = "") -> None:
    """Set the pieces of a batch from number ``after`` on, handing each over as soon as it is whole. All are set with one copy
    of the templates; raises :class:`Changed` before the first when it is not the form the work was ``begun_with``."""
    with tempfile.TemporaryDirectory(prefix="sampan-print-") as name:
        folder = Path(name)
        templates = shutil.copytree(TEMPLATES, folder / "templates")
        if begun_with and _digest(templates) != begun_with:
            raise Changed
        for key, label in own:
            (folder / f"{int(key)}.pdf").write_bytes(label)

        def line(text: str) -> None:
            index, count = (int(part) for part in text.split())
            file = folder / f"{index:05}.pdf"
            made = file.read_bytes()
            file.unlink()
            took(index, count, made)

        _run({**_set("batch.typ", record), "templates": str(templates), "after": after}, folder, line)


def join_apart(parts: Iterable[bytes]) -> bytes:
    """Several PDFs as one, in a process of its own."""
    with joined(parts) as whole:
        return whole.read()


@contextmanager
def joined(parts: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Several PDFs as one open file, which goes with the block; no more than one of them is in memory."""
    with tempfile.TemporaryDirectory(prefix="sampan-print-") as name:
        folder, count = Path(name), 0
        for count, part in enumerate(parts, start=1):
            (folder / f"{count - 1:05}.pdf").write_bytes(part)
        if count > 1:
            _run({"do": "join", "count": count}, folder)
        with (folder / ("whole.pdf" if count > 1 else "00000.pdf")).open("rb") as whole:
            yield whole


def render_hand_over(record: dict[str, Any]) -> bytes:
    """The PDF of a hand-over list with its signature line."""
    return _one("hand_over.typ", record)


def render_customs(record: dict[str, Any]) -> bytes:
    """The PDF of customs papers: CN22, CN23, commercial invoice."""
    return _one("customs.typ", record)


def render_payment(record: dict[str, Any]) -> bytes:
    """The PDF of payment records."""
    return _one("payment.typ", record)


def render_parcel(record: dict[str, Any]) -> bytes:
    """The PDF of single papers of a parcel: packing slip, insert card, return label."""
    return _one("parcel.typ", record)


def _one(template: str, record: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sampan-print-") as name:
        _run(_set(template, record), Path(name))
        return (Path(name) / "00000.pdf").read_bytes()


def _set(template: str, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "do": "set", "templates": str(TEMPLATES), "fonts": str(settings.PRINT_FONTS),
        "template": template, "record": record, "after": 0,
    }  # fmt: skip


def _run(request: dict[str, Any], folder: Path, line: Callable[[str], None] = lambda text: None) -> None:
    """One request in a process of its own, which ends with this call also when somebody cancels between two pieces."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-I", str(setter.__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        try:
            _hand_over(process, {**request, "folder": str(folder)})
            for text in process.stdout:
                line(text.decode())
            if process.wait():
                said.seek(0)
                words = said.read().decode(errors="replace")[-2000:].strip()
                raise NotSet(words or f"ended with {process.returncode}")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _hand_over(process: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            for text in spelled(request, ensure_ascii=False):
                pipe.write(text.encode("utf-8", "surrogatepass"))
    except BrokenPipeError:
        pass  # it ended before it had read everything: what it said tells why
