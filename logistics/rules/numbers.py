"""Whose number is it? Candidates for a number by its form and its check digit. Pure; the patterns come as data.

A number rarely names its carrier beyond doubt: twelve digits may be an air waybill or an identity code of a post. So the
answer is a list of candidates, the likeliest first, each with why. A check digit that fits is strong evidence, one that
does not is a likely typing error, and some lines have none at all: then only the form speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from logistics.rules.waybill import check_digit, normalise

_S10 = re.compile(r"([A-Z])([A-Z])(\d{8})(\d)([A-Z]{2})")
_FEDEX = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
#: What the first letter of an S10 number says of the service.
S10_SERVICES = {
    "E": "ems", "L": "letter_tracked", "R": "registered", "V": "insured", "C": "parcel", "H": "ecommerce", "U": "untracked",
    "M": "mbag", "Q": "reply",
}  # fmt: skip
#: Everybody reads a paste of this many numbers at most.
MOST_PASTED = 5000
SHORTEST, LONGEST = 5, 50


@dataclass(frozen=True)
class Pattern:
    """A form numbers of a carrier have. ``check`` names how the digit ``check`` follows from ``serial`` ("" = there is
    none); ``rank`` says how telling the form is by itself (3 = nobody else's, 1 = a guess)."""

    code: str
    carrier: str
    key: int | None
    pattern: str
    check: str = ""
    rank: int = 1


@dataclass(frozen=True)
class Post:
    """The post of a country, and its express service where that is a carrier of its own."""

    country: str
    key: int | None
    name: str
    ems_key: int | None = None
    ems_name: str = ""


@dataclass(frozen=True)
class Candidate:
    """Whose the number may be. ``why``: check_fits, form (no check digit), check_wrong (``expected`` would be right)."""

    code: str
    carrier: str
    key: int | None
    why: str
    rank: int
    expected: str = ""
    country: str = ""
    service: str = ""


def candidates(
    text: str, patterns: Sequence[Pattern], posts: Mapping[str, Post], countries: Iterable[str] = ()
) -> list[Candidate]:
    """Who may have given the number ``text``, the likeliest first; empty when no known form fits.

    ``countries``: all ISO codes a post may have, for posts that are not in ``posts``. A failed check digit counts only
    where no other candidate's digit fits, or where the form is nobody else's.
    """
    number = normalise(text)
    if not SHORTEST <= len(number) <= LONGEST:
        return []
    found = _post(number, posts, frozenset(countries) | posts.keys())
    for pattern in patterns:
        seen = _compiled(pattern.pattern).fullmatch(number)
        if seen:
            found.append(_judge(pattern, seen))
    fits = any(one.why == "check_fits" for one in found)
    kept = [one for one in found if one.why != "check_wrong" or not fits]
    return sorted(kept, key=lambda one: (-_weight(one), one.carrier, one.code))


def _weight(one: Candidate) -> int:
    return one.rank + {"check_fits": 10, "form": 5, "check_wrong": 0}[one.why]


def _judge(pattern: Pattern, seen: re.Match[str]) -> Candidate:
    if not pattern.check:
        return Candidate(pattern.code, pattern.carrier, pattern.key, "form", pattern.rank)
    right = CHECKS[pattern.check](seen["serial"])
    why, expected = ("check_fits", "") if right == seen["check"] else ("check_wrong", right)
    return Candidate(pattern.code, pattern.carrier, pattern.key, why, pattern.rank, expected)


def _post(number: str, posts: Mapping[str, Post], countries: frozenset[str]) -> list[Candidate]:
    seen = _S10.fullmatch(number)
    if not seen or seen[5] not in countries:
        return []
    letter, country = seen[1], seen[5]
    right = str(check_digit(seen[3]))
    why, expected = ("check_fits", "") if right == seen[4] else ("check_wrong", right)
    post = posts.get(country) or Post(country, None, "")
    express = letter == "E" and post.ems_key is not None
    name, key = (post.ems_name, post.ems_key) if express else (post.name, post.key)
    return [Candidate("s10", name, key, why, 3, expected, country, S10_SERVICES.get(letter, ""))]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


# --- check digits ------------------------------------------------------------------------------------------------------


def mod10(serial: str) -> str:
    """The digit that brings the sum to a full ten; from the right every other digit counts three times, the last one too."""
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(serial)))
    return str(-total % 10)


def mod7(serial: str) -> str:
    """The remainder of the serial number by seven."""
    return str(int(serial) % 7)


def fedex(serial: str) -> str:
    """Weights 3, 1, 7 over eleven digits; the remainder by eleven, of which ten counts as nought."""
    return str(sum(int(d) * w for d, w in zip(serial, _FEDEX, strict=True)) % 11 % 10)


def ident(serial: str) -> str:
    """Weights 4 and 9 in turns; what is missing to a full ten."""
    total = sum(int(d) * (4 if place % 2 == 0 else 9) for place, d in enumerate(serial))
    return str(-total % 10)


def ups(serial: str) -> str:
    """Letters count as digits (A is 2); every second sign counts twice; what is missing to a full ten."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in serial]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values))
    return str(-total % 10)


CHECKS: Mapping[str, Callable[[str], str]] = {"mod10": mod10, "mod7": mod7, "fedex": fedex, "ident": ident, "ups": ups}


# --- pasted text -------------------------------------------------------------------------------------------------------


def pasted(text: str) -> tuple[list[str], list[str]]:
    """Numbers in a pasted text, in order and once each, and the lines that hold none.

    Lines, commas, semicolons and tabs part numbers. Blanks within a line belong to a number that is written in groups
    ("RB 1234 5678 5 CN"), unless each part could be a number by itself.
    """
    numbers: dict[str, None] = {}
    bad: list[str] = []
    for raw in re.split(r"[\n\r,;，；、\t|]+", text):
        line = raw.strip()
        if not line:
            continue
        parts = line.split()
        many = len(parts) > 1 and all(len(normalise(part)) >= 8 for part in parts)
        for piece in parts if many else [line]:
            number = normalise(piece)
            if SHORTEST <= len(number) <= LONGEST and re.fullmatch(r"[0-9A-Z]*\d[0-9A-Z]*", number):
                numbers[number] = None
            else:
                bad.append(piece[:100])
    return list(numbers)[:MOST_PASTED], bad
