"""Typesetting: a record becomes a PDF. Text in a record is data: nothing in it is executed, fetched or expanded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pypdfium2
import typst
from django.conf import settings

#: Sheets set at once. The typesetter remembers what it set; small pieces keep its memory flat.
PIECE = 16
#: So many empty runs make it forget.
FORGET_RUNS = 11


def render_batch(record: dict[str, Any], step: Callable[[int], None] = lambda done: None) -> bytes:
    """The PDF of a print batch: pick list, notes, labels. ``step`` hears how many notes or labels were set."""
    parts: list[bytes] = []
    for piece, count in _pieces(record):
        parts.append(_compile("batch.typ", piece))
        step(count)
    return join(parts)


def _pieces(record: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    notes, labels = record["notes"], record["labels"]
    if len(notes) + len(labels) <= PIECE:
        yield record, len(notes) or len(labels)
        return
    if record["pick"]:
        yield {**record, "notes": [], "labels": []}, 0
    for start in range(0, len(notes), PIECE):
        piece = notes[start : start + PIECE]
        yield {**record, "pick": None, "notes": piece, "labels": []}, len(piece)
    for start in range(0, len(labels), 2 * PIECE):
        piece = labels[start : start + 2 * PIECE]
        yield {**record, "pick": None, "notes": [], "labels": piece}, 0 if notes else len(piece)


def render_hand_over(record: dict[str, Any]) -> bytes:
    """The PDF of a hand-over list with its signature line."""
    return _compile("hand_over.typ", record)


def join(parts: list[bytes]) -> bytes:
    """Several PDFs as one."""
    if len(parts) == 1:
        return parts[0]
    whole = pypdfium2.PdfDocument.new()
    for part in parts:
        piece = pypdfium2.PdfDocument(part)
        whole.import_pages(piece)
        piece.close()
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()


def _compile(name: str, record: dict[str, Any]) -> bytes:
    made: bytes = _compiler(name).compile(
        format="pdf", sys_inputs={"data": json.dumps(record, ensure_ascii=False)}, timestamp=0, pdf_tags=False
    )
    for _run in range(FORGET_RUNS):
        _compiler("empty.typ").compile(format="pdf")
    return made


@lru_cache(maxsize=1)
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(settings.PRINT_FONTS)])


@lru_cache(maxsize=8)
def _compiler(name: str) -> Any:
    folder = settings.BASE_DIR / "templates" / "print"
    return typst.Compiler(str(folder / name), root=str(folder), font_paths=_fonts())
