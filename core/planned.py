"""Statements that PostgreSQL plans once for a connection instead of each time.

A row of a list is read with everything upper apps say of it: planning that costs more than reading some of them. Two kinds of
statements are prepared when they come again: a page of a list asked with the very same values (a view, a tab, what a program
asks all day), which keep the plan that is best for these values, and one row by its id, which has but one good plan. Behind a
pooler that shares connections between transactions (``DISABLE_SERVER_SIDE_CURSORS`` says so) nothing is prepared.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection

#: Prepared statements of a connection: each keeps its plan in the server.
MOST = 20
#: Statements looked out for; then looking begins anew.
WATCHED = 200


class _Known:
    """What one connection has seen: statements that came once, and names of the prepared ones."""

    def __init__(self) -> None:
        self.made = 0
        self.seen: set[int] = set()
        self.names: dict[str, str] = {}


_of: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def page() -> AbstractContextManager[None]:
    """Inside, a statement that comes again with the same values is planned once."""
    return connection.execute_wrapper(partial(_planned, False))


def row() -> AbstractContextManager[None]:
    """Inside, a statement with one value, an id, is planned once for all values."""
    return connection.execute_wrapper(partial(_planned, True))


def _planned(by_id: bool, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    used = context["connection"]
    fits = not many and params is not None and sql.startswith("SELECT") and (len(params) == 1 or not by_id)
    if not fits or used.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return execute(sql, params, many, context)
    known = _of.setdefault(used.connection, _Known())
    text = sql % "$1" if by_id else context["cursor"].mogrify(sql, params).decode()
    name = known.names.get(text) or _prepared(known, text, execute, context)
    if not name:
        return execute(sql, params, many, context)
    try:
        return execute(f"EXECUTE {name} (%s)" if by_id else f"EXECUTE {name}", params if by_id else None, many, context)
    except NotSupportedError:  # a column changed its type under a running process
        known.names.pop(text, None)
        if used.in_atomic_block:
            raise
        return execute(sql, params, many, context)


def _prepared(known: _Known, text: str, execute: Any, context: Any) -> str:
    """The name of a statement that came before; "" for others."""
    mark = hash(text)
    if mark not in known.seen or known.made >= MOST:
        if len(known.seen) >= WATCHED:
            known.seen.clear()
        known.seen.add(mark)
        return ""
    known.made += 1
    name = f"planned_{known.made}"
    execute(f"PREPARE {name} AS {text}", None, False, context)
    known.names[text] = name
    return name
