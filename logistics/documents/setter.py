"""The typesetting process: one request as JSON on standard input, each piece a PDF in the folder it names, one line on standard
output for each piece set. It knows no Django, gives its memory back when it ends, and may die at any moment without harm.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Sheets set at once. The typesetter remembers what it set; small pieces keep its memory flat.
PIECE = 34
#: So many empty runs make it forget.
FORGET_RUNS = 11
#: A page that stands for a label of the carrier's own.
_OWN = re.compile(r"^\s*own-label-(\d+)\s*$")


class Setter:
    """The typesetter with its templates and fonts."""

    def __init__(self, templates: str, fonts: str) -> None:
        import typst

        self._templates = Path(templates)
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[fonts])
        self._compilers: dict[str, Any] = {}
        self._typst = typst

    def compile(self, name: str, record: dict[str, Any]) -> bytes:
        """The PDF of a template with its record as data."""
        made: bytes = self._compiler(name).compile(
            format="pdf", sys_inputs={"data": json.dumps(record, ensure_ascii=False)}, timestamp=0, pdf_tags=False
        )
        for _run in range(FORGET_RUNS):
            self._compiler("empty.typ").compile(format="pdf")
        return made

    def _compiler(self, name: str) -> Any:
        if name not in self._compilers:
            self._compilers[name] = self._typst.Compiler(
                str(self._templates / name), root=str(self._templates), font_paths=self._fonts
            )
        return self._compilers[name]


def pieces(record: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """A print batch in pieces of bounded size, each with the number of notes it counts for: the first kind of paper that
    every note has counts."""
    kinds = {"notes": PIECE, "labels": PIECE if any(label["papers"] for label in record["labels"]) else 2 * PIECE,
             "slips": PIECE, "cards": 2 * PIECE}  # fmt: skip
    counting = next((kind for kind in kinds if record[kind]), "")
    if sum(len(record[kind]) for kind in kinds) <= PIECE:
        yield record, len(record[counting]) if counting else 0
        return
    bare = {**record, "pick": None, **{kind: [] for kind in kinds}}
    if record["pick"]:
        yield {**bare, "pick": record["pick"]}, 0
    for kind, size in kinds.items():
        for start in range(0, len(record[kind]), size):
            piece = record[kind][start : start + size]
            yield {**bare, kind: piece}, len(piece) if kind == counting else 0


def insert_labels(made: bytes, piece: dict[str, Any], folder: Path) -> bytes:
    """The carriers' own labels at their places: the page that stands for one gives way to the pages of its file."""
    if not any(label["own"] for label in piece["labels"]):
        return made
    import pypdfium2

    held, whole = pypdfium2.PdfDocument(made), pypdfium2.PdfDocument.new()
    for index in range(len(held)):
        found = _OWN.match(held[index].get_textpage().get_text_bounded())
        file = folder / f"{found.group(1)}.pdf" if found else None
        if file is not None and file.exists():
            with pypdfium2.PdfDocument(file) as own:
                whole.import_pages(own)
        else:
            whole.import_pages(held, pages=[index])
    return _saved(whole)


def join(parts: list[bytes]) -> bytes:
    """Several PDFs as one."""
    if len(parts) == 1:
        return parts[0]
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for part in parts:
        piece = pypdfium2.PdfDocument(part)
        whole.import_pages(piece)
        piece.close()
    return _saved(whole)


def _saved(whole: Any) -> bytes:
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()


def main() -> int:
    """Serve one request: set a template, the pieces of a batch from ``after`` on, or join the files of a folder."""
    request = json.loads(sys.stdin.buffer.read())
    folder = Path(request["folder"])
    if request["do"] == "join":
        _keep(folder, "whole", join([(folder / f"{index:05}.pdf").read_bytes() for index in range(request["count"])]))
        return 0
    parent = os.getppid()
    setter, record = Setter(request["templates"], request["fonts"]), request["record"]
    todo = pieces(record) if request["template"] == "batch.typ" else iter([(record, 0)])
    for index, (piece, count) in enumerate(todo):
        if index < request["after"]:
            continue
        made = setter.compile(request["template"], piece)
        if request["template"] == "batch.typ":
            made = insert_labels(made, piece, folder)
        try:
            if os.getppid() != parent:
                raise BrokenPipeError
            _keep(folder, f"{index:05}", made)
            print(index, count, flush=True)
        except BrokenPipeError:  # nobody waits for it any more: leave nothing behind
            shutil.rmtree(folder, ignore_errors=True)
            return 1
    return 0


def _keep(folder: Path, name: str, made: bytes) -> None:
    """A file is whole or not there."""
    held = folder / f"{name}.tmp"
    held.write_bytes(made)
    os.replace(held, folder / f"{name}.pdf")


if __name__ == "__main__":
    sys.exit(main())
