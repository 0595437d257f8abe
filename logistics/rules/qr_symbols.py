"""QR symbols drawn many at a time. Which of the eight masks a symbol gets is the costly part of drawing one: here a symbol is one
number, a mask is one more that is laid over it, and the four penalties of ISO/IEC 18004 (7.8.3) are a handful of operations on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

MASKS = range(8)
#: Dark, light, three dark, light, dark with four light modules before or behind: what a reader may take for a corner.
_CORNER = ("10111010000", "00001011101")
_DIGITS = bytes.maketrans(b"\0\1", b"01")
#: (version, error level) -> what each mask changes against the first one, in both directions.
_over: dict[tuple[object, object], list[tuple[int, int]]] = {}


def rows_of(text: str) -> list[str]:
    """The rows of the QR symbol of ``text`` (error level M or better where it fits), a module a letter: 1 is dark."""
    import segno  # brings a drawing library along: only who typesets loads it

    first = segno.make(text, error="m", micro=False, mask=0)
    side, across, down = len(first.matrix), *_numbers(first.matrix)
    key = (first.version, first.error)
    if key not in _over:
        others = [_numbers(segno.make(text, error="m", micro=False, mask=mask).matrix) for mask in MASKS]
        _over[key] = [(across ^ one, down ^ other) for one, other in others]
    chosen = min(((across ^ one, down ^ other) for one, other in _over[key]), key=lambda both: penalty(both[0], both[1], side))
    told = f"{chosen[0]:0{side * side}b}"
    return [told[at : at + side] for at in range(0, side * side, side)]


def penalty(across: int, down: int, side: int) -> int:
    """How badly a symbol reads: ``across`` are its modules row by row, ``down`` column by column."""
    inner, fits, _full = _frame(side)
    equal = ~(across ^ (across >> 1)) & inner
    blocks = equal & (equal >> side) & ~(across ^ (across >> side))
    dark = across.bit_count()
    uneven = abs(20 * dark - 10 * side * side) // (side * side)
    lines = sum(_runs(one, inner) + 40 * _corners(one, fits, side) for one in (across, down))
    return lines + 3 * blocks.bit_count() + 10 * uneven


def _runs(modules: int, inner: int) -> int:
    """Five equal modules in a line cost 3, each further one 1."""
    equal = ~(modules ^ (modules >> 1)) & inner
    five = equal & (equal >> 1) & (equal >> 2) & (equal >> 3)
    return five.bit_count() + 2 * (five & ~(five >> 1)).bit_count()


def _corners(modules: int, fits: int, side: int) -> int:
    light = _frame(side)[2] ^ modules
    found = 0
    for pattern in _CORNER:
        here = fits
        for shift, module in enumerate(reversed(pattern)):
            here &= (modules if module == "1" else light) >> shift
        found += here.bit_count()
    return found


@lru_cache(maxsize=40)
def _frame(side: int) -> tuple[int, int, int]:
    """Modules with a next one in their line; modules with ten more behind them; all."""
    inner = sum(1 << at for at in range(side * side) if at % side != side - 1)
    fits = sum(1 << at for at in range(side * side) if at % side <= side - 11)
    return inner, fits, (1 << side * side) - 1


def _numbers(matrix: Sequence[bytearray]) -> tuple[int, int]:
    across = b"".join(bytes(row) for row in matrix).translate(_DIGITS)
    down = b"".join(bytes(column) for column in zip(*matrix, strict=True)).translate(_DIGITS)
    return int(across, 2), int(down, 2)
