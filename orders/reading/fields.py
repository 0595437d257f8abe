"""What a column may mean, and the headings people write above it (English and Chinese, loosely matched)."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

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


_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]?")
_UNIT = re.compile(r"kgs?|公斤|千克|(?<![a-z])g(?![a-z])|克", re.IGNORECASE)
_PER_KG = re.compile(r"/\s*(?:1\s*)?(?:kgs?|公斤|千克)", re.IGNORECASE)


def mapping_of(kind: str, headings: Sequence[str]) -> dict[str, Any]:
    """What the headings of a file say by themselves, as a plan says it. Carriers write units into theirs: a price for a kilogram is
    known by it, the unit of a weight band is kept, and what stands before other brackets is read alone."""
    found: dict[str, Any] = dict(match_headings(kind, headings))
    if kind != "rates":
        return found
    free = [heading for heading in headings if heading not in found.values()]
    if "per_kg" not in found and (one := next((h for h in free if _PER_KG.search(h)), "")):
        found["per_kg"] = one
    bare = {_BRACKETS.sub("", h).strip(): h for h in reversed(free) if h != found.get("per_kg")}
    for name, short in match_headings(kind, [short for short in bare if short]).items():
        if name == "band" or not _UNIT.search(bare[short]):  # another unit may make it another field
            found.setdefault(name, bare[short])
    if "band" in found and "band_unit" not in found and (unit := _UNIT.search(found["band"])):
        found["band_unit"] = {"fixed": "g" if unit[0].lower() in ("g", "克") else "kg"}
    return found


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
