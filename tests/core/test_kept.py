"""Pieces of pages that are drawn once: nothing of one request may reach the next."""

from __future__ import annotations

import re

import pytest
from django.template import Context
from django.utils import translation
from django.utils.safestring import SafeString

from core import kept

GIVEN = {"views": [], "view_save": {"url": "/v/", "name": "", "can_share": True}, "query": "", "tabs_url": ""}


def _drawn(token: str, key: object = ("k",)) -> str:
    return str(kept.piece("core/_views.html", key, GIVEN, {"csrf_token": token}))


def test_each_request_gets_its_own_token_and_form_key() -> None:
    first, second = _drawn("a" * 64), _drawn("b" * 64)
    assert "a" * 64 in first and "a" * 64 not in second and "b" * 64 in second
    keys = [re.findall(r'name="_once" value="([0-9a-f]{32})"', text) for text in (first, second)]
    assert len(keys[0]) == len(keys[1]) == 1 and keys[0] != keys[1]
    assert "kept-" not in first + second


def test_languages_do_not_mix() -> None:
    with translation.override("en"):
        english = _drawn("a")
    with translation.override("zh-hans"):
        chinese = _drawn("a")
    assert "Save view" in english and "Save view" not in chinese


def test_what_was_searched_for_is_escaped_and_not_kept() -> None:
    class Page:
        def get_full_path(self) -> str:
            return "/search/?q=<b>"

    shell = {
        "urls": {"search": "/search/", "preferences": "/p/", "sign_out": "/o/"},
        "user": {},
        "language": "en",
        "languages": [],
    }
    found = [
        str(
            kept.piece(
                "ui/topbar.html", ("t",), {"shell": shell}, {"csrf_token": "c", "search_text": text, "request": Page()}
            )
        )
        for text in ('"><script>', "")
    ]
    assert "&quot;&gt;&lt;script&gt;" in found[0] and "<script>" not in found[0] and "script" not in found[1]
    assert "q=&lt;b&gt;" in found[0]


def test_the_store_of_pieces_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_held", {})
    monkeypatch.setattr(kept, "MOST", 10)
    for number in range(35):
        kept.value(("n", number), lambda: "x")
    assert len(kept._held) <= 10


def test_lines_are_the_template_row_by_row_and_escaped() -> None:
    rows = [
        {"id": 7, "css": "", "url": "/a/?b=1&c", "due": SafeString("<time>1</time>"), "title": "<b>", "subject": "", "number": "N",
         "sub": SafeString("<i>s</i>"), "stake": "", "stake_note": "kept-field"},
        {"id": 8, "css": "unread", "url": "/", "due": "", "title": "T", "subject": "S & S", "number": "", "sub": "", "stake": "€1",
         "stake_note": ""},
    ]  # fmt: skip
    slow = "".join(kept.template_of("core/_work_row.html").render(Context({"row": row})) for row in rows)
    assert kept.lines("core/_work_row.html", rows) == slow == kept.lines("core/_work_row.html", rows)
    assert "&lt;b&gt;" in slow and "<i>s</i>" in slow and "S &amp; S" in slow
