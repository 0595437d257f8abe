"""Which signs the printing fonts can draw. The typesetter drops a sign without a glyph silently, so it is asked before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

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
def printable() -> frozenset[int]:
    """Every code point that at least one of the printing fonts can draw."""
    from fontTools.ttLib import TTFont  # only who typesets loads it

    found: set[int] = set()
    for path in sorted(settings.PRINT_FONTS.glob("*400Regular.ttf")):
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


def missing_glyphs(texts: Iterable[str]) -> str:
    """The signs of ``texts`` that no font can print, each once, in order; "" when all can be printed."""
    known = printable()
    lost = [c for c in "".join(texts) if ord(c) not in known and unicodedata.category(c) not in _INVISIBLE]
    return "".join(dict.fromkeys(lost))


def lost_in(fields: Mapping[str, str]) -> list[Lost]:
    """The signs that no font can print, by the field they stand in."""
    return [Lost(sign, name) for name, text in fields.items() for sign in missing_glyphs([text])]


def shown(text: str) -> str:
    """``text`` for our own sheets: control signs gone, unprintable ones replaced."""
    known = printable()
    kept = (c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(c if ord(c) in known or unicodedata.category(c) in _INVISIBLE else UNKNOWN for c in kept)


def breakable(text: str, run: int = LONGEST_RUN) -> str:
    """``text`` as shown, with invisible places to break inside words that are longer than a column."""
    return " ".join(
        word if len(word) <= run else _BREAK.join(word[i : i + run] for i in range(0, len(word), run))
        for word in shown(text).split(" ")
    )
