"""Which signs the printing fonts can draw. The typesetter drops a sign without a glyph silently, so it is asked before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from logistics.documents.fontmap import CODE_POINTS, code_points

#: Written instead of a sign that no font can print (only on our own sheets; a label is left out instead).
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
#: Signs that need no glyph of their own.
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
#: A longer run without a place to break gets some, so that it stays in its column.
LONGEST_RUN = 14
_BREAK = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class Lost:
    """A sign that no font can print, and where it stands."""

    sign: str
    field: str

    @property
    def code_point(self) -> str:
        """Its number, as people look it up."""
        return f"U+{ord(self.sign):04X}"


@lru_cache(maxsize=1)
def printable() -> bytearray:
    """For every code point, whether at least one of the printing fonts can draw it."""
    known = bytearray(CODE_POINTS)
    for path in sorted(settings.PRINT_FONTS.glob("*400Regular.ttf")):
        for first, end in code_points(path):
            known[first:end] = b"\x01" * (end - first)
    return known


def missing_glyphs(texts: Iterable[str]) -> str:
    """The signs of ``texts`` that no font can print, each once, in order; "" when all can be printed."""
    known = printable()
    lost = [c for c in "".join(texts) if not known[ord(c)] and unicodedata.category(c) not in _INVISIBLE]
    return "".join(dict.fromkeys(lost))


def lost_in(fields: Mapping[str, str]) -> list[Lost]:
    """The signs that no font can print, by the field they stand in."""
    return [Lost(sign, name) for name, text in fields.items() for sign in missing_glyphs([text])]


def shown(text: str) -> str:
    """``text`` for our own sheets: control signs gone, unprintable ones replaced."""
    if text.isascii() and text.isprintable():
        return text  # every font of text draws these
    known = printable()
    kept = (c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(c if known[ord(c)] or unicodedata.category(c) in _INVISIBLE else UNKNOWN for c in kept)


def breakable(text: str, run: int = LONGEST_RUN) -> str:
    """``text`` as shown, with invisible places to break inside words that are longer than a column."""
    return " ".join(
        word if len(word) <= run else _BREAK.join(word[i : i + run] for i in range(0, len(word), run))
        for word in shown(text).split(" ")
    )
