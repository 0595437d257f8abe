"""Reading JSON without surprises: exact decimals, limited depth, no characters that the database refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
MAX_ITEMS = 200_000


class StrictJSONParser(BaseParser):
    """``application/json`` as an object or list: numbers with a point become Decimal, text must be storable text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The parsed body; ``ParseError`` (400) says what is wrong with it."""
        raw = stream.read()
        if not raw.strip():
            return {}
        return loads(raw)


def loads(raw: bytes) -> Any:
    """Parse ``raw`` strictly."""
    try:
        text = raw.decode("utf-8")
        found = json.loads(text, parse_float=_decimal, parse_int=_integer, parse_constant=_constant)
    except RecursionError:
        raise ParseError(_("The JSON is nested too deeply.")) from None
    except (ValueError, UnicodeDecodeError):
        raise ParseError(_("The body is not valid JSON in UTF-8.")) from None
    _inspect(found)
    return found


def _constant(name: str) -> Any:
    raise ValueError(name)


def _integer(text: str) -> int:
    if len(text) > 40:
        raise ValueError("integer too long")
    return int(text)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > 60 or not -30 < number.adjusted() < 30:
        raise ValueError("number out of range")
    return number


def _inspect(found: Any) -> None:
    """Walk the whole value without recursion: depth, size, and text with NUL or half a surrogate pair."""
    todo, seen = [(found, 1)], 0
    while todo:
        value, depth = todo.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise ParseError(_("The JSON is nested too deeply."))
        if seen > MAX_ITEMS:
            raise ParseError(_("The JSON has too many values."))
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                check_text(key)
                todo.append((inner, depth + 1))
        elif isinstance(value, list):
            todo.extend((inner, depth + 1) for inner in value)


def check_text(text: str) -> None:
    """Refuse what PostgreSQL cannot keep."""
    if "\x00" in text or not _storable(text):
        raise ParseError(_("The text has a character that cannot be stored."))


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
