"""Searching a list: each source asks one column in a way its index serves; the answers are united by id.

An OR over several columns falls to a scan; a UNION of one-column queries does not. Each source is capped, so that a word
that fits a million rows costs no more than one that fits a thousand.

    search_by = [Prefix("number", upper=True), LastDigits("number_tail"), Words("search")]      # on a Listing

Several words must all fit (each may fit another source); several pasted numbers (lines, commas, or blanks between things
that look like numbers) are asked as "any of these".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, F, Func, Q, QuerySet

#: No source answers more rows than this for one word.
SEARCH_CAP = 1000
MAX_WORDS = 6
MAX_NUMBERS = 200

_SEPARATORS = re.compile(r"[\s,;，；、]+")
_NUMBERISH = re.compile(r"^(?=.*\d)[#A-Za-z0-9._/-]{3,}$")


@dataclass(frozen=True)
class Terms:
    """What was typed: ``words`` that must all fit, or ``numbers`` of which any may fit exactly."""

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    raw: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers)


def fold(text: str) -> str:
    """Upper case without accents: "Müller" and "muller" are the same word."""
    if text.isascii():
        return text.upper()
    marked = unicodedata.normalize("NFKD", text)
    return "".join(c for c in marked if not unicodedata.combining(c)).upper()


def clean(text: str) -> str:
    """Text without the characters the database refuses."""
    return "".join(c for c in text if (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF) or c in "\n\t\r").strip()


def parse(text: str) -> Terms:
    """Split what was typed or pasted."""
    raw = clean(text)[:8000]
    by_line = [part.strip() for part in re.split(r"[\n,;，；、]+", raw) if part.strip()]
    pieces = [part for part in _SEPARATORS.split(raw) if part]
    if len(pieces) > 1 and all(_NUMBERISH.match(piece) for piece in pieces):
        return Terms(numbers=tuple(dict.fromkeys(pieces))[:MAX_NUMBERS], raw=raw)
    if len(by_line) > 1 and all(_NUMBERISH.match(line.replace(" ", "")) for line in by_line):
        packed = tuple(dict.fromkeys(line.replace(" ", "") for line in by_line))
        return Terms(numbers=packed[:MAX_NUMBERS], raw=raw)
    return Terms(words=tuple(pieces[:MAX_WORDS]), raw=raw)


@dataclass(frozen=True)
class Source:
    """One way to find rows by a word. ``to`` is the lookup that leads from the asked table to the row's id.

    ``queryset`` (called with the actor) asks another table, e.g. parcels by tracking number with ``to="order_id"``;
    it must be limited to what the actor may see. Without it the list's own queryset is asked.
    """

    lookup: str
    to: str = "pk"
    queryset: Callable[[Any], QuerySet] | None = None
    upper: bool = True
    shown: Any = field(default="", compare=False)

    def condition(self, word: str) -> Q | None:
        """The filter for one word, or None when this source cannot hold such a word."""
        raise NotImplementedError

    def exact(self, words: Sequence[str]) -> Q | None:
        """The filter for "any of these numbers", or None when this source holds no numbers."""
        return None

    def together(self, words: Sequence[str]) -> Q | None:
        """The filter for rows that hold all of ``words`` in this one column, or None when its index cannot tell."""
        return None

    def ids(self, base: QuerySet, actor: Any, condition: Q) -> QuerySet:
        """The ids of at most ``SEARCH_CAP`` rows that fit ``condition``."""
        asked = self.queryset(actor) if self.queryset else base
        return asked.order_by().filter(condition).values_list(self.to, flat=True)[:SEARCH_CAP]

    def shape(self, word: str) -> str:
        """The word as this source stores it."""
        return fold(word) if self.upper else word


@dataclass(frozen=True)
class Prefix(Source):
    """A text column with a ``text_pattern_ops`` index, stored folded (``upper=True``) or as it is."""

    def condition(self, word: str) -> Q | None:
        return Q(**{f"{self.lookup}__startswith": self.shape(word).lstrip("#")})

    def exact(self, words: Sequence[str]) -> Q | None:
        return Q(**{f"{self.lookup}__in": [self.shape(word) for word in words]})


@dataclass(frozen=True)
class Exact(Source):
    """A column that is only ever asked for the whole value."""

    def condition(self, word: str) -> Q | None:
        return Q(**{self.lookup: self.shape(word)})

    def exact(self, words: Sequence[str]) -> Q | None:
        return Q(**{f"{self.lookup}__in": [self.shape(word) for word in words]})


@dataclass(frozen=True)
class Contains(Source):
    """A word anywhere in the column, whatever its case. For small tables only: no index serves it."""

    def condition(self, word: str) -> Q | None:
        """Any row that has the word in it."""
        return Q(**{f"{self.lookup}__icontains": word})

    def exact(self, words: Sequence[str]) -> Q | None:
        """Any row that is one of the words."""
        return Q(**{f"{self.lookup}__in": list(words)})


@dataclass(frozen=True)
class LastDigits(Source):
    """A column that holds the last six characters of a number, for what people remember of it."""

    size: int = 6

    def condition(self, word: str) -> Q | None:
        tail = self.shape(word)
        return Q(**{self.lookup: tail}) if len(tail) == self.size and any(c.isdigit() for c in tail) else None


@dataclass(frozen=True)
class Words(Source):
    """A ``SearchVectorField`` built with the "simple" configuration over folded text: prefix of each word."""

    def condition(self, word: str) -> Q | None:
        return self.together([word])

    def together(self, words: Sequence[str]) -> Q | None:
        """All of them by their beginnings, one question to the index."""
        kept = ["".join(c for c in fold(word) if c.isalnum()).lower() for word in words]
        if not all(kept):
            return None
        asked = " & ".join(f"{word}:*" for word in kept)
        return Q(**{self.lookup: SearchQuery(asked, config="simple", search_type="raw")})


def matching(base: QuerySet, sources: Sequence[Source], terms: Terms, actor: Any) -> QuerySet:
    """``base`` limited to the rows that fit ``terms`` by any of ``sources``."""
    if terms.numbers:
        asked = [source.ids(base, actor, condition) for source in sources
                 if (condition := source.exact(terms.numbers)) is not None]  # fmt: skip
        return base.filter(_among(asked)) if asked else base.none()
    each = Q()
    for word in terms.words:
        asked = [source.ids(base, actor, condition) for source in sources
                 if (condition := source.condition(word)) is not None]  # fmt: skip
        if not asked:
            return base.none()
        each &= Q(_among(asked))
    # words that stand in one column are asked for together as well: each alone may fit more rows than its cap
    together = [source.ids(base, actor, condition) for source in sources
                if len(terms.words) > 1 and (condition := source.together(terms.words)) is not None]  # fmt: skip
    return base.filter(each | Q(_among(together)) if together else each)


def _among(asked: list[QuerySet]) -> Func:
    """The id is one of those of ``asked``. As an array, which the database finishes first: it then fetches these few rows by
    their id. Of a subquery it guesses the size, and may walk the whole table instead."""
    united = asked[0].union(*asked[1:]) if len(asked) > 1 else asked[0]
    return Func(
        F("pk"), ArraySubquery(united), template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )
