"""QR symbols: one of the eight that the standard allows, the one with the least penalty, and readable."""

from __future__ import annotations

import re

import pytest
import segno
import zxingcpp
from PIL import Image

from logistics.rules import qr_symbols

TEXTS = ["RB100000017CN", "LP00123456789012", "https://shop.example.com/thanks", "1" * 40, "Ünïcode 包裹", "A"]


def plain_penalty(rows: list[str]) -> int:
    """The four rules as the standard writes them, module by module."""
    side, columns = len(rows), ["".join(column) for column in zip(*rows, strict=True)]
    score = 0
    for line in (*rows, *columns):
        score += sum(len(run) - 2 for run in re.findall("1+|0+", line) if len(run) >= 5)
        score += 40 * sum(line[at : at + 11] in ("10111010000", "00001011101") for at in range(side - 10))
    for y in range(side - 1):
        score += 3 * sum(
            len({rows[y][x], rows[y][x + 1], rows[y + 1][x], rows[y + 1][x + 1]}) == 1 for x in range(side - 1)
        )
    share = 100 * sum(row.count("1") for row in rows) / side**2
    return score + 10 * int(abs(share - 50) / 5)


@pytest.mark.parametrize("text", TEXTS)
def test_the_best_of_the_eight_symbols_is_drawn_and_read(text: str) -> None:
    rows = qr_symbols.rows_of(text)
    made = [segno.make(text, error="m", micro=False, mask=mask).matrix for mask in qr_symbols.MASKS]
    eight = [["".join(map(str, row)) for row in matrix] for matrix in made]
    assert rows in eight
    assert plain_penalty(rows) == min(plain_penalty(other) for other in eight)
    for symbol in eight:
        down = "".join("".join(column) for column in zip(*symbol, strict=True))
        assert qr_symbols.penalty(int("".join(symbol), 2), int(down, 2), len(symbol)) == plain_penalty(symbol)
    wide = [[1] * 4 + [1 - int(cell) for cell in row] + [1] * 4 for row in rows]
    light = [[1] * len(wide[0])] * 4
    picture = Image.new("L", (len(wide[0]), len(wide[0])))
    picture.putdata([255 * cell for row in (*light, *wide, *light) for cell in row])
    read = zxingcpp.read_barcodes(picture.resize((len(wide[0]) * 6,) * 2, Image.Resampling.NEAREST))
    assert [found.text for found in read] == [text]
