"""Filling a text with facts: Liquid with limits, one pass, and no fact left out unnoticed.

Staff write the texts, buyers fill some of the facts; neither may run anything. Data are plain dictionaries of text, a
value is never looked at a second time (a buyer called ``{{order_no}}`` stays that), and only conditions are offered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from liquid import Environment
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.undefined import Undefined

from core.sentences import one_stop

#: How a fact that is not there is shown in a draft; a text that still holds such a mark is never sent.
MARK = "⟦{}⟧"
_MARKS = re.compile("⟦([^⟧]{1,80})⟧")
TAGS = ("if", "unless", "case", "assign", "comment", "#")
FILTERS = ("default", "upcase", "downcase", "capitalize", "strip", "append", "prepend", "truncate", "size")
LONGEST = 20_000

_missing: ContextVar[list[str] | None] = ContextVar("missing_facts", default=None)


class _Missing(Undefined):
    """A fact that is not there: false in a condition, noted as soon as a text wants to show it."""

    __slots__ = ()

    def _note(self) -> None:
        found = _missing.get()
        if found is not None and self.name not in found:
            found.append(self.name)

    def __str__(self) -> str:
        self._note()
        return MARK.format(self.name)

    def __iter__(self) -> Any:
        self._note()
        return iter(())

    def __int__(self) -> int:
        self._note()
        return 0

    def __liquid__(self) -> object:
        return None


class _House(Environment):
    """Liquid as the house allows it: conditions, few filters, all limits set."""

    loop_iteration_limit: ClassVar[int] = 1000
    output_stream_limit: ClassVar[int] = LONGEST * 4
    local_namespace_limit: ClassVar[int] = LONGEST * 4
    context_depth_limit: ClassVar[int] = 10
    block_nesting_limit: ClassVar[int] = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep only what texts need; the output statement stays."""
        super().setup_tags_and_filters(extra=extra)
        kept = {*TAGS, "content", "output", "illegal"}
        self.tags = {name: tag for name, tag in self.tags.items() if name in kept}
        self.filters = {name: function for name, function in self.filters.items() if name in FILTERS}


_HOUSE = _House(undefined=_Missing, autoescape=False)


@dataclass(frozen=True)
class Filled:
    """A filled text and the names of facts it wanted and did not get; ``error`` when it cannot be read at all."""

    text: str
    missing: tuple[str, ...] = ()
    error: str = ""


#: More marks than any letter needs; a text with more of them is not even parsed (parsing is what would take long).
MOST_MARKS = 400


@lru_cache(maxsize=1000)
def _parsed(source: str) -> Any:
    opened = source.count("{{") + source.count("{%")
    if len(source) > LONGEST or opened > MOST_MARKS or opened > source.count("}}") + source.count("%}"):
        raise LiquidSyntaxError("a mark is not closed, or there are too many", token=None)
    return _HOUSE.from_string(source)


def fill(source: str, facts: Mapping[str, str | None]) -> Filled:
    """``source`` with its placeholders replaced in a single pass. Empty facts count as missing."""
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    missing: list[str] = []
    token = _missing.set(missing)
    try:
        text = str(_parsed(source).render(known))
    except (LiquidError, RecursionError) as error:
        return Filled("", (), _sentence(error))
    finally:
        _missing.reset(token)
    return Filled(one_stop(text, list(known.values())), tuple(missing))


def check(source: str, known: frozenset[str]) -> list[str]:
    """What is wrong with a text somebody writes: it cannot be read, or names placeholders that do not exist."""
    if len(source) > LONGEST:
        return [f"longer than {LONGEST} characters"]
    try:
        parsed = _parsed(source)
    except (LiquidError, RecursionError) as error:
        return [_sentence(error)]
    unknown = [f"{{{{{name}}}}}" for name in sorted(set(parsed.global_variables()) - known)]
    return unknown + [f"| {name}" for name in sorted(set(parsed.analyze().filters) - set(FILTERS))]


@lru_cache(maxsize=256)
def names(source: str) -> tuple[str, ...]:
    """The placeholders a text uses, in alphabetical order; none when it cannot be read."""
    try:
        return tuple(sorted(set(_parsed(source).global_variables())))
    except (LiquidError, RecursionError):
        return ()


def marks(text: str) -> list[str]:
    """The facts still missing in a half-filled text."""
    return sorted(set(_MARKS.findall(text)))


#: Facts that name a day to come: a text that says one which has passed by the time it leaves is not true any more.
TO_COME = frozenset({
    "hold_until", "new_deadline", "new_ship_date", "next_check_date", "payment_deadline", "protected_until", "resume_date",
})  # fmt: skip


def passed(facts: Mapping[str, Any], text: str, today: date) -> list[str]:
    """Of the days that ``text`` says are to come those that have passed, in its words. ``facts``: those it was filled with."""
    days = facts.get("dates") or {}
    over = [name for name in sorted(TO_COME & days.keys()) if date.fromisoformat(days[name]) < today]
    return [said for name in over if (said := str(facts.get(name) or "")) and said in text]


def _sentence(error: Exception) -> str:
    return str(error).split("\n")[0][:200] or type(error).__name__


# --- values as words -------------------------------------------------------------------------------------------------


def as_text(value: Any, language: str) -> str | None:
    """A fact as words in ``language``: dates written out, numbers by its habits, None for nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else None
    locale = _locale(language)
    if isinstance(value, datetime | date):
        return format_date(value, format="long", locale=locale)
    if isinstance(value, Decimal):
        return format_decimal(value, format="#,##0.00", locale=locale)
    return plain_text(str(value))


@lru_cache(maxsize=100)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def country_name(code: str, language: str) -> str | None:
    """The name of a country in ``language``, or its code when nobody knows it; None for none."""
    return _locale(language).territories.get(code.upper(), code) if code else None


def plain_text(text: str) -> str:
    """Text without control characters and lone surrogates; line ends and tabs stay."""
    if text.isprintable():
        return text.strip()
    kept = "".join(
        ch for ch in text if ch in "\n\t" or (ord(ch) >= 32 and ord(ch) != 127 and not 0xD800 <= ord(ch) <= 0xDFFF)
    )
    return kept.strip()


def clean_header(text: str, limit: int = 200) -> str:
    """Text fit for a mail header: one line, nothing that could start another one, at most ``limit`` characters."""
    kept = "".join(ch if ch.isprintable() else " " for ch in text if not 0xD800 <= ord(ch) <= 0xDFFF)
    return " ".join(kept.split())[:limit]
