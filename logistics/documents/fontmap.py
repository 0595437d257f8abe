"""Which code points a font draws, read from the one small table that says so. A library for fonts would bring the whole font, and
some twenty MiB that a worker never gives back."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

#: One past the last code point there is.
CODE_POINTS = 0x110000
#: Character maps in the order in which typesetters take them (platform, encoding): the whole of Unicode before its first plane.
_LIKED = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


def code_points(font: Path) -> Iterator[tuple[int, int]]:
    """The code points ``font`` has a glyph for, as ranges (first, one past the last)."""
    table = _table(font)
    maps = {}
    for index in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * index)
        maps[platform, encoding] = offset
    offset = next(maps[kind] for kind in _LIKED if kind in maps)
    form = struct.unpack_from(">H", table, offset)[0]
    if form not in (4, 12):
        raise ValueError(f"{font.name}: character map of form {form}")
    yield from (_segments if form == 4 else _groups)(table, offset)


def _table(font: Path) -> bytes:
    """The table of the character maps, without reading the rest."""
    with font.open("rb") as source:
        count = struct.unpack(">4xH6x", source.read(12))[0]
        for tag, _sum, offset, length in struct.iter_unpack(">4sLLL", source.read(16 * count)):
            if tag == b"cmap":
                source.seek(offset)
                return source.read(length)
    raise ValueError(f"{font.name}: no character map")


def _groups(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Form 12: groups of code points with the glyph of the first; glyph 0 is the sign for a missing one."""
    count = struct.unpack_from(">L", table, offset + 12)[0]
    for first, last, glyph in struct.iter_unpack(">LLL", table[offset + 16 : offset + 16 + 12 * count]):
        if first + (glyph == 0) <= last:
            yield first + (glyph == 0), last + 1


def _segments(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Form 4: segments of the first plane, whose glyphs are counted on from a number or looked up one by one."""
    double = struct.unpack_from(">H", table, offset + 6)[0]
    count, at = double // 2, offset + 14
    lasts = struct.unpack_from(f">{count}H", table, at)
    firsts = struct.unpack_from(f">{count}H", table, at + double + 2)
    deltas = struct.unpack_from(f">{count}H", table, at + 2 * double + 2)
    places = at + 3 * double + 2
    for index, (first, last, delta) in enumerate(zip(firsts, lasts, deltas, strict=True)):
        place = places + 2 * index
        jump = struct.unpack_from(">H", table, place)[0]
        for code in range(first, last + 1):
            glyph = code + delta
            if jump:
                held = struct.unpack_from(">H", table, place + jump + 2 * (code - first))[0]
                glyph = held + delta if held else 0
            if glyph & 0xFFFF and code != 0xFFFF:
                yield code, code + 1
