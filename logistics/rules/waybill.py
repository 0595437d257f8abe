"""Waybill numbers: the S10 check digit, cleaning, ranges of a pool.

S10 is the postal norm: two letters, eight digits, a check digit and the ISO code of the post's country. The check digit
catches typing errors, but many carriers use other numbers and some posts break their own norm: it warns, it never refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_S10 = re.compile(r"^([A-Z]{2})(\d{8})(\d)([A-Z]{2})$")
_RANGE = re.compile(r"^(\S+?)\s*(?:\.\.+|…|~|至|\s-\s)\s*(\S+)$")
_SERIAL = re.compile(r"^([A-Z]*)(\d+)([A-Z]*)$")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

#: More numbers than this in one range are a typing error.
MOST_IN_RANGE = 100_000
#: More numbers than this at once are no pool any more.
MOST_AT_ONCE = 200_000
#: A number of a carrier has at least and at most this many signs; a line with one or two of them is never longer than this.
SHORTEST = 5
LONGEST = 60
LONGEST_LINE = 160


def normalise(text: str) -> str:
    """The number as it is stored and compared: capitals, no blanks, no hyphens inside."""
    return re.sub(r"[\s\u3000-]+", "", text).upper()


def check_digit(serial: str) -> int:
    """The S10 check digit of an eight-digit serial: 11 minus the weighted sum modulo 11; 10 becomes 0, 11 becomes 5."""
    rest = 11 - sum(int(d) * w for d, w in zip(serial, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def looks_s10(number: str) -> bool:
    """Whether a (normalised) number has the form of S10, whatever its check digit."""
    return bool(_S10.match(number))


def s10_valid(text: str, countries: Iterable[str]) -> bool:
    """Whether ``text`` is a valid S10 number of one of the postal ``countries`` (ISO codes). Blanks and case do not count."""
    found = _S10.match(normalise(text))
    if not found:
        return False
    _service, serial, digit, country = found.groups()
    return country in set(countries) and check_digit(serial) == int(digit)


def check_ok(number: str, pattern: str, countries: Iterable[str]) -> bool:
    """Whether a normalised number looks right: its own service's pattern, and the check digit where it has the form of S10."""
    if pattern and not re.fullmatch(pattern, number):
        return False
    return s10_valid(number, countries) if looks_s10(number) else True


class Fault(NamedTuple):
    """What could not be read: the line of the text, what stands there, and why (short, long, signs, digits, range)."""

    line: int
    text: str
    why: str


def expand(text: str) -> tuple[list[str], list[Fault]]:
    """Numbers from pasted text: one a line (commas and semicolons too), or ranges "RB12345678 5CN .. RB12345688 5CN".

    Answers (numbers in order without repeats, what cannot be read). In a range of S10 numbers the eight digits
    count and every check digit is computed; in any other the digits before the end count. Raises ``ValueError`` for more
    numbers than :data:`MOST_AT_ONCE`.
    """
    numbers: dict[str, None] = {}
    bad: list[Fault] = []
    for at, raw in enumerate(re.split(r"\r\n|[\n\r]", text), start=1):
        for part in filter(None, map(str.strip, re.split(r"[,;，；、\t]+", raw))):
            spread = _RANGE.match(part) if len(part) <= LONGEST_LINE else None
            made = _range(normalise(spread[1]), normalise(spread[2])) if spread else _one(part)
            if made is None:
                bad.append(Fault(at, part[:100], "range" if spread else why_not(normalise(part))))
                continue
            numbers.update(dict.fromkeys(made))
            if len(numbers) > MOST_AT_ONCE:
                raise ValueError("too many numbers")
    return list(numbers), bad


def why_not(number: str) -> str:
    """Why a normalised text is no number: "short", "long", "signs" it cannot have, no "digits"; "" when it may be one."""
    if not SHORTEST <= len(number) <= LONGEST:
        return "short" if len(number) < SHORTEST else "long"
    if not re.fullmatch(r"[0-9A-Z/._]+", number):
        return "signs"
    return "" if re.search(r"[0-9]", number) else "digits"


def is_number(number: str) -> bool:
    """Whether a normalised text can be a carrier's number at all: its length, its signs, at least one digit."""
    return not why_not(number)


def _one(line: str) -> list[str] | None:
    number = normalise(line)
    return [number] if is_number(number) else None


def _range(first: str, last: str) -> list[str] | None:
    if not is_number(first) or not is_number(last):
        return None
    a, b = _S10.match(first), _S10.match(last)
    if a and b and (a[1], a[4]) == (b[1], b[4]):
        low, high = int(a[2]), int(b[2])
        if not 0 <= high - low < MOST_IN_RANGE:
            return None
        return [f"{a[1]}{serial:08d}{check_digit(f'{serial:08d}')}{a[4]}" for serial in range(low, high + 1)]
    c, d = _SERIAL.match(first), _SERIAL.match(last)
    if not c or not d or (c[1], c[3], len(c[2])) != (d[1], d[3], len(d[2])):
        return None
    low, high = int(c[2]), int(d[2])
    if not 0 <= high - low < MOST_IN_RANGE:
        return None
    return [f"{c[1]}{serial:0{len(c[2])}d}{c[3]}" for serial in range(low, high + 1)]
