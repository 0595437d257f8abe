"""A record as JSON row by row: the same text as in one piece, without holding it all in memory once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

#: So many mappings lie around the lists of rows: the request, its record.
OUTER = 2


def spelled(value: Any, *, ensure_ascii: bool = True, sort_keys: bool = False, outer: int = OUTER) -> Iterator[str]:
    """The text of ``json.dumps`` with these wishes, in pieces no longer than one row of one list. Keys are texts."""
    encode = json.JSONEncoder(ensure_ascii=ensure_ascii, sort_keys=sort_keys).encode
    if isinstance(value, dict) and outer:
        between = "{"
        for key, held in sorted(value.items()) if sort_keys else value.items():
            yield f"{between}{encode(key)}: "
            yield from spelled(held, ensure_ascii=ensure_ascii, sort_keys=sort_keys, outer=outer - 1)
            between = ", "
        yield "}" if value else "{}"
    elif isinstance(value, list) and value:
        between = "["
        for row in value:
            yield between + encode(row)
            between = ", "
        yield "]"
    else:
        yield encode(value)
