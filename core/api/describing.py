"""The OpenAPI document as people read it: groups of operations with their parameters, fields and answers in plain values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

#: So deep are fields inside fields listed.
DEPTH = 2
_METHODS = ("get", "post", "put", "patch", "delete")


def groups(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by their first tag, in the order of their addresses."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in sorted(document.get("paths", {}).items()):
        for method in _METHODS:
            if method in item:
                operation = item[method]
                name = (operation.get("tags") or ["api"])[0]
                found.setdefault(name, []).append(_operation(document, method, path, operation))
    return dict(sorted(found.items()))


def _operation(document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
    body = _content(told.get("requestBody", {}))
    return {
        "id": told.get("operationId", ""), "method": method.upper(), "path": path, "text": plain(told.get("description", "")),
        "parameters": [_parameter(p) for p in told.get("parameters", ())],
        "body": list(_fields(document, body)) if body else [],
        "answers": [_answer(document, code, answer) for code, answer in sorted(told.get("responses", {}).items())],
    }  # fmt: skip


def plain(text: str) -> str:
    """A description without the marks of its source."""
    return re.sub(r"`+", "", html.unescape(text)).strip()


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": told["name"], "place": told["in"], "type": kind(told.get("schema", {})), "needed": bool(told.get("required")),
            "text": plain(told.get("description", ""))}  # fmt: skip


def _content(told: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in told.get("content", {}).values():
        schema: Mapping[str, Any] = content.get("schema", {})
        return schema
    return {}


def _answer(document: Mapping[str, Any], code: str, told: Mapping[str, Any]) -> dict[str, Any]:
    good = code.startswith("2")
    schema = _content(told)
    return {"code": code, "text": plain(told.get("description", "")) or ("done" if good else ""), "good": good,
            "fields": [{**f, "needed": False} for f in _fields(document, schema)] if good and schema else []}  # fmt: skip


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind a reference, a list or a choice with nothing."""
    for _step in range(6):
        if "$ref" in schema:
            schema = document["components"]["schemas"].get(schema["$ref"].rsplit("/", 1)[-1], {})
        elif schema.get("type") == "array":
            schema = schema.get("items", {})
        elif options := [o for o in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ()))
                         if o.get("type") != "null"]:  # fmt: skip
            schema = options[0]
        else:
            break
    return schema


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], before: str = "", depth: int = 0
) -> Iterator[dict[str, Any]]:
    held = _resolved(document, schema)
    needed = set(held.get("required", ()))
    for name, one in held.get("properties", {}).items():
        inner = _resolved(document, one)
        yield {"name": f"{before}{name}", "type": kind(one, inner), "needed": name in needed and not before,
               "text": plain(one.get("description") or one.get("title") or inner.get("description") or "")}  # fmt: skip
        if inner.get("properties") and depth + 1 < DEPTH:
            yield from _fields(
                document, inner, f"{before}{name}{'[]' if one.get('type') == 'array' else ''}.", depth + 1
            )


def kind(schema: Mapping[str, Any], inner: Mapping[str, Any] | None = None) -> str:
    """The type of a value in a few words."""
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), inner)}"
    seen = inner if inner else schema
    if values := seen.get("enum"):
        return " | ".join(str(value) for value in values if value not in (None, ""))
    named = seen.get("type", "object" if seen.get("properties") else "any")
    word = " or ".join(n for n in named if n != "null") if isinstance(named, list) else str(named)
    return f"{word} ({seen['format']})" if seen.get("format") else word
