"""Names of choice sets in the schema: each of our ``Choices`` classes is one component, known by the name of its class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Choices


def name_enums(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Let every field that offers exactly the values of one of our ``Choices`` classes point at that class's component.

    A field that offers something else (a part of a class, values of a form) lists its values in place: no invented names.
    """
    schemas = result.get("components", {}).get("schemas", {})
    names = {values: name for name, values in _named() if name not in schemas}
    used: dict[str, tuple[Any, ...]] = {}
    for node in [*_nested(schemas), *_nested(result.get("paths", {}))]:
        node.pop("x-spec-enum-id", None)
        values = tuple(node["enum"]) if isinstance(node.get("enum"), list) else ()
        if values in names:
            used[names[values]] = values
            node.pop("enum")
            node.pop("type", None)
            node["allOf"] = [{"$ref": f"#/components/schemas/{names[values]}"}]
    schemas.update({name: {"type": "string", "enum": list(values)} for name, values in sorted(used.items())})
    return result


def _named() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Component name and values of each of our classes; the app stands in front where two classes share a name."""
    found: dict[str, dict[tuple[Any, ...], type[Choices]]] = defaultdict(dict)
    for kind in sorted(_subclasses(Choices), key=lambda kind: (kind.__module__, kind.__qualname__)):
        if kind.__module__.endswith(".choices") and kind.values:
            found[kind.__name__].setdefault(tuple(kind.values), kind)
    for name, sets in sorted(found.items()):
        for values, kind in sets.items():
            yield (name if len(sets) == 1 else f"{kind.__module__.split('.')[0].title()}{name}"), values


def _subclasses(kind: type[Choices]) -> Iterator[type[Choices]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def _nested(node: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a piece of the schema, itself included."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nested(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nested(value)
