"""What a column may mean, and the headings people write above it (English and Chinese, loosely matched)."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).resolve().parent.parent / "data" / "import_fields.csv"


@dataclass(frozen=True, slots=True)
class Field:
    """One meaning of a column. ``kind``: id, text, money, whole, time, country, currency, status, yes."""

    name: str
    kind: str
    most: int = 0
    required: bool = False
    line: bool = False
    words: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def kinds() -> dict[str, tuple[Field, ...]]:
    """The fields of every kind of file, in the order in which they are offered."""
    found: dict[str, list[Field]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            words = tuple(word.strip() for word in row["headings"].split(";"))
            found.setdefault(row["file"], []).append(
                Field(
                    row["field"], row["kind"], int(row["most"] or 0), row["required"] == "1", row["line"] == "1", words
                )
            )
    return {kind: tuple(fields) for kind, fields in found.items()}


def fields_of(kind: str) -> dict[str, Field]:
    """The fields of a kind of file by name."""
    return {field.name: field for field in kinds()[kind]}


def plain(heading: str) -> str:
    """A heading without case, width, accents, byte order mark, punctuation and blanks: "Order-No." and "order no" are one."""
    text = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").lower()
    return "".join(c for c in text if c.isalnum())


def match_headings(kind: str, headings: Sequence[str]) -> dict[str, str]:
    """Field -> heading for every heading that names a field; the more exact word wins, and each heading means one thing."""
    by_plain: dict[str, str] = {}
    for heading in headings:
        by_plain.setdefault(plain(heading), heading)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for depth in range(max(len(field.words) for field in kinds()[kind]) + 1):
        for field in kinds()[kind]:
            words = (field.name, *field.words)
            if field.name in found or depth >= len(words):
                continue
            named = by_plain.get(plain(words[depth]))
            if named is not None and named not in taken:
                found[field.name] = named
                taken.add(named)
    return found
