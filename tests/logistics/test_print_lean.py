"""A batch of a thousand papers must not be held in memory twice: its record is spelled row by row, its parts pass one by one, and
what the fonts draw is known without loading fonts."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from django.conf import settings

from logistics import documents
from logistics.documents import fontmap, typeset
from logistics.documents.spelling import spelled

ROWS = [{"n": i, "to": ["Ünal", "王小明", "a" * 200], "papers": [{"form": "CN22", "code": None}]} for i in range(9)]


@pytest.mark.parametrize(
    "value",
    [
        {"number": "B1", "labels": ROWS, "notes": [], "pick": None, "words": {"b": "Ж", "a": 1.5, "inner": {"z": [], "y": ROWS}}},
        {"do": "set", "after": 0, "record": {"labels": ROWS, "words": {}, "x": True}},
        {}, {"record": {}}, [], "text", {"quote": 'a"\\\n\u2028', "lone": "\ud83d"},
    ],
)  # fmt: skip
def test_a_record_spelled_row_by_row_is_the_text_of_one_piece(value: object) -> None:
    for ascii, sort in ((True, False), (False, False), (False, True)):
        made = "".join(spelled(value, ensure_ascii=ascii, sort_keys=sort))
        assert made == json.dumps(value, ensure_ascii=ascii, sort_keys=sort)


def test_the_digest_of_a_large_record_takes_no_second_copy_of_it() -> None:
    record = {"labels": ROWS * 1000, "lang": "en"}
    whole = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    tracemalloc.start()
    try:
        made = documents.digest(record)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert made == hashlib.sha256(whole).hexdigest()
    assert peak < len(whole) / 10, f"{peak:,} of {len(whole):,} bytes"


def test_parts_are_taken_one_after_the_other() -> None:
    pdf, held = documents.render_parcel(documents.empty_parcel("one")), []

    def parts() -> Iterator[bytes]:
        for index in range(3):
            held.append(index)
            yield pdf

    with typeset.joined(parts()) as whole:
        assert held == [0, 1, 2] and whole.read(5) == b"%PDF-"
    with typeset.joined([pdf]) as alone:
        assert io.BytesIO(pdf).read() == alone.read()


def test_what_a_font_draws_is_what_a_library_for_fonts_says() -> None:
    from fontTools.ttLib import TTFont

    fonts = sorted(settings.PRINT_FONTS.glob("*400Regular.ttf"))
    everything: set[int] = set()
    for path in fonts:
        mine = {code for first, end in fontmap.code_points(path) for code in range(first, end)}
        with TTFont(path, lazy=True) as font:
            assert mine == set(font.getBestCmap()), path.name
        everything |= mine
    assert len(fonts) > 5
    assert {code for code, known in enumerate(documents.printable()) if known} == everything
    plain = "".join(map(chr, range(0x20, 0x7F)))
    assert not documents.missing_glyphs([plain]) and documents.shown(plain) == plain
