"""What a stranger with the link may read of a parcel: stages, places, days. Pure; nothing personal passes."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "link_words.csv"
#: Languages written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})
#: Longer places are sentences, not places.
LONGEST_PLACE = 60


@dataclass(frozen=True)
class Shown:
    """One event as strangers see it."""

    at: datetime
    stage: str
    place: str = ""


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as lines:
        return {row.pop("key"): row for row in csv.DictReader(lines)}


def language_of(wanted: str) -> str:
    """The language of the page: the wanted one, its parent, or English."""
    known = next(iter(_table().values()))
    return next((name for name in (wanted, wanted.split("-")[0]) if name in known), "en")


def words_in(language: str) -> dict[str, str]:
    """Every word of the page in a language :func:`language_of` answered."""
    return {key: row[language] or row["en"] for key, row in _table().items()}


def direction(language: str) -> str:
    """How a language is written."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def hidden_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of names, streets and mail addresses that must not stand on the page. Names of two signs are words where words
    are written without blanks."""
    words = (word for text in texts for word in re.split(r"[\W_]+", _folded(text)))
    return frozenset(word for word in words if len(word) > 2 or (len(word) == 2 and _unspaced(word)))


def _unspaced(word: str) -> bool:
    """Chinese, Japanese, Korean, Thai: a name stands in the middle of other signs."""
    return any("\u0e00" <= sign <= "\u0eff" or sign >= "\u1100" for sign in word)


def public_place(place: str, hidden: frozenset[str]) -> str:
    """A place fit for strangers, or "": no digits (house numbers, telephones), no sentence, no word of the buyer's name or
    street, no mail address."""
    text = " ".join(place.split())
    if not text or len(text) > LONGEST_PLACE or "@" in text or any(sign.isdigit() for sign in text):
        return ""
    folded = _folded(text)
    inside = any(word in folded for word in hidden if _unspaced(word))
    return "" if inside or hidden.intersection(re.split(r"[\W_]+", folded)) else text


def seen_until(shipped: datetime, settled: datetime | None, *, days: int, after: int) -> datetime:
    """Until when the page can be seen: so many days after the hand-over, and not longer than some days after the end."""
    latest = shipped + timedelta(days=days)
    return latest if settled is None else min(latest, settled + timedelta(days=after))


def expected(shipped: date, first: float | None, most: float | None, today: date) -> tuple[date, date] | None:
    """Between which days the parcel is expected; None when the lane does not know, or the last of them has passed."""
    if first is None or most is None:
        return None
    begin, end = shipped + timedelta(days=max(1, round(first))), shipped + timedelta(days=round(most))
    return None if end < today else (max(begin, today), end)


def newest_first(events: Sequence[Shown], limit: int) -> list[Shown]:
    """Events for the page: the newest first, the same stage at the same moment and place once."""
    return sorted(dict.fromkeys(events), key=lambda one: one.at, reverse=True)[:limit]
