"""Pieces of pages that are the same for many requests: drawn once for what they depend on, kept in the process.

A piece may hold blanks, which are filled in for each request: the CSRF token, the address of the page, what was searched
for, and the key of a form that is sent once (each place gets its own). Everything else a piece shows must stand in its key;
the active language always does.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.template import Context, Template, engines
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: So many pieces are kept; then the process starts anew (a piece takes some kilobytes).
MOST = 600

_TAIL = secrets.token_hex(8)  # nobody outside can write a mark
_CSRF, _PATH, _SEARCH, _ONCE = (f"kept-{name}-{_TAIL}" for name in ("csrf", "path", "search", "once"))
_FIELD = re.compile(rf"kept-field-{_TAIL}-(\w+)-")
_held: dict[Hashable, str] = {}
_drawing: ContextVar[bool] = ContextVar("drawing", default=False)


class _Page:
    """Stands in for the request while a piece is drawn."""

    @staticmethod
    def get_full_path() -> str:
        return _PATH


def template_of(name: str) -> Template:
    """The compiled template."""
    found: Template = engines["django"].engine.get_template(name)  # type: ignore[attr-defined]
    return found


def value(key: Hashable, make: Callable[[], str]) -> SafeString:
    """The markup under ``key`` in the active language; ``make`` draws it the first time."""
    name = (get_language(), key)
    found = _held.get(name)
    if found is None:
        if len(_held) >= MOST:
            _held.clear()
        found = _held[name] = make()
    return SafeString(found)


def piece(template: str, key: Hashable, given: Mapping[str, Any], context: Mapping[str, Any]) -> SafeString:
    """``template`` drawn with ``given``, its blanks filled in from the page's ``context``."""

    def draw() -> str:
        blank = {"csrf_token": _CSRF, "request": _Page, "search_text": _SEARCH}
        mark = _drawing.set(True)
        try:
            return str(template_of(template).render(Context({**given, **blank})))
        finally:
            _drawing.reset(mark)

    text = str(value((template, key), draw)).replace(_CSRF, str(context.get("csrf_token", "")))
    if _PATH in text:
        request = context.get("request")
        text = text.replace(_PATH, escape(request.get_full_path()) if request is not None else "")
    if _SEARCH in text:
        text = text.replace(_SEARCH, escape(context.get("search_text") or ""))
    if _ONCE in text:
        head, *rest = text.split(_ONCE)
        text = head + "".join(f"{once_key()}{part}" for part in rest)
    return SafeString(text)


def lines(template: str, rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Each of ``rows`` drawn by ``template``, which may print fields of ``row`` and ask whether they are filled, nothing else:
    it runs once for each set of filled fields, then the values are put into its text."""
    shapes: dict[tuple[bool, ...], list[str]] = {}
    made: list[str] = []
    for row in rows:
        filled = tuple(map(bool, row.values()))
        if filled not in shapes:
            shapes[filled] = _FIELD.split(_shape(template, tuple(row), filled))
        for place, text in enumerate(shapes[filled]):
            made.append(conditional_escape(row[text]) if place % 2 else text)
    return SafeString("".join(made))


def _shape(template: str, names: tuple[str, ...], filled: tuple[bool, ...]) -> str:
    def draw() -> str:
        marks = {name: f"kept-field-{_TAIL}-{name}-" if has else "" for name, has in zip(names, filled, strict=True)}
        return str(template_of(template).render(Context({"row": marks})))

    return str(value((template, names, filled), draw))


def once_key() -> str:
    """A fresh key for a form, or its mark while a piece is drawn that will be kept."""
    return _ONCE if _drawing.get() else uuid4().hex
