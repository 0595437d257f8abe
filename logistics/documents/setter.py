"""The typesetting process: one request as JSON on standard input, the PDF in the file it names, one line on standard output
for each piece set (how many notes or labels it held). It knows no Django, gives its memory back when it ends, and may die at
any moment without harm.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Sheets set at once. The typesetter remembers what it set; small pieces keep its memory flat.
PIECE = 34
#: So many empty runs make it forget.
FORGET_RUNS = 11


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
    """A print batch in pieces of bounded size, each with the number of notes (or labels) it counts for."""
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
    out = io.BytesIO()
    whole.save(out)
    whole.close()
    return out.getvalue()


def main() -> int:
    """Serve one request."""
    request = json.loads(sys.stdin.buffer.read())
    setter, record, parts = Setter(request["templates"], request["fonts"]), request["record"], []
    for piece, count in pieces(record) if request["template"] == "batch.typ" else [(record, 0)]:
        parts.append(setter.compile(request["template"], piece))
        print(count, flush=True)
    Path(request["out"]).write_bytes(join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
