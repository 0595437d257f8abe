"""Rows: from a queryset to plain dictionaries, and from those to REST values.

The row of a list is declared as a serializer (names, types, labels: the API schema and the column headings come from it),
but a page of rows is read with one ``values()`` query, never by serializing model instances: that is what keeps a list
near the cost of its SQL. Nested and computed fields are filled set-wise by row parts and by ``Listing.finish``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import orjson
from django.db.models import QuerySet
from rest_framework import serializers

from core.errors import DomainError

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class RowPart:
    """What an upper app (or the list's own app, for one-to-many data) adds to the rows of a list.

    ``fields``   row fields it adds: name -> serializer field (type and label for schema and heading)
    ``part``     ``part(ids, actor) -> {id: {field: value}}``: one query for all rows of the page; a row that is
                 missing in the answer gets ``empty``
    ``inline``   instead of ``part``: field -> SQL expression that is read with the row itself (a JSON list, for instance)
    ``whole``    the same for a part of several fields: an expression that gives them as one JSON object
    ``later``    a row that was just made has none of this yet: it is not asked for
    ``permission``  what the reader needs; for others the fields stay empty
    ``columns``  columns over these fields; ``filters`` extra filters (name -> django-filter Filter);
    ``actions``  extra actions; ``search`` extra search sources (see ``core.listing.searching``)
    ``scan_ok``  filters of this part that may do without an index, with the reason
    """

    name: str
    fields: Mapping[str, serializers.Field] = field(default_factory=dict)
    part: Callable[..., Mapping[int, Mapping[str, Any]]] | None = None
    empty: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[Any] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[Any] = ()
    search: Sequence[Any] = ()
    scan_ok: Mapping[str, str] = field(default_factory=dict)
    inline: Mapping[str, Any] = field(default_factory=dict)
    whole: Any = None
    later: bool = False
    permission: str = ""

    def fill(self, rows: Sequence[dict[str, Any]], actor: Any, *, fresh: bool = False) -> None:
        """Add this part's fields to ``rows`` with one call. ``fresh``: the rows were made a moment ago."""
        if not self.fields:
            return
        blank: dict[str, Any] = {name: ([] if isinstance(f, serializers.ListSerializer | serializers.ListField) else None)
                 for name, f in self.fields.items()}  # fmt: skip
        blank.update(self.empty)
        found: Mapping[int, Mapping[str, Any]] = {}
        hidden = bool(self.permission) and not actor.has_perm(self.permission)
        if rows and self.part and not hidden and not (fresh and self.later):
            found = self.part([row["id"] for row in rows], actor)
        for row in rows:
            read = {name: row[name] for name in self.inline if row.get(name) is not None}
            read |= row.pop(f"whole_{self.name}", None) or {}
            row.update(blank)
            if hidden:
                continue
            row.update(read)
            row.update(found.get(row["id"], ()))


@dataclass(frozen=True)
class RowShape:
    """The compiled row of a list: which ORM lookups to read and how each value leaves by REST."""

    fields: Mapping[str, serializers.Field]
    lookups: Mapping[str, str]
    extra: tuple[str, ...]
    #: One row as REST answers it: only declared fields, ids as text, decimals as text, times in UTC.
    to_rest: Convert

    @classmethod
    def of(cls, row: type[serializers.Serializer], computed: Iterable[str], needs: Iterable[str],
           parts: Iterable[RowPart]) -> RowShape:  # fmt: skip
        """Compile ``row`` with its parts. Nested fields and ``computed`` ones are not read from the query."""
        parts = list(parts)
        own = dict(row().fields)
        made = {**own, **{name: f for part in parts for name, f in part.fields.items()}}
        skip = {*computed, *(name for part in parts for name in part.fields)}
        lookups = {
            name: (f.source or name).replace(".", "__")
            for name, f in own.items()
            if name not in skip and not isinstance(f, serializers.BaseSerializer | serializers.SerializerMethodField)
        }
        return cls(made, lookups, tuple(needs), nested(made))

    def with_lookups(self, *names: str) -> RowShape:
        """The same row with further ORM lookups."""
        return replace(self, extra=(*self.extra, *names))

    def read(self, queryset: QuerySet, inline: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of ``queryset`` as dictionaries: row fields plus the extra lookups under their own names, and what
        row parts read ``inline``."""
        direct = [name for name, lookup in self.lookups.items() if name == lookup]
        renamed = [(name, lookup) for name, lookup in self.lookups.items() if name != lookup]
        wanted = dict.fromkeys([*direct, *(lookup for _name, lookup in renamed), *self.extra, "pk"])
        asked = queryset.select_related(None).prefetch_related(None)
        if inline:
            asked = asked.annotate(**{f"part_{name}": expression for name, expression in inline.items()})
            renamed += [(name, f"part_{name}") for name in inline]
            wanted |= dict.fromkeys(f"part_{name}" for name in inline)
        rows = list(asked.values(*wanted))
        for row in rows:
            for name, lookup in renamed:
                row[name] = row[lookup]
            row["id"] = row.pop("pk")
        return rows


def converter(name: str, source: serializers.Field) -> Convert:
    """How a value of a row field leaves by REST."""
    if name == "id" or name.endswith("_id"):
        return lambda value: None if value is None else str(value)
    if isinstance(source, serializers.ListSerializer):
        inner = converter("", cast(serializers.BaseSerializer, source.child))
        return lambda value: [inner(item) for item in value] if value else []
    if isinstance(source, serializers.Serializer):
        one = nested(source.fields)
        return lambda value: None if value is None else one(value)
    if isinstance(source, serializers.DecimalField):
        return lambda value: None if value is None else decimal_text(value)
    if isinstance(source, serializers.DateTimeField):
        return _moment
    if isinstance(source, serializers.CharField):
        return _text
    if isinstance(source, serializers.IntegerField | serializers.BooleanField):
        return _as_it_is
    return plain_json


def _moment(value: Any) -> Any:
    if isinstance(value, str) and value:  # came as JSON
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo not in (UTC, None) else value


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)


def _as_it_is(value: Any) -> Any:
    return value


def nested(fields: Mapping[str, serializers.Field]) -> Convert:
    """The converter of a row of these fields. A list converts thousands of values, most of which are text or numbers and leave
    as they are: so all are taken over, and only the others are looked at."""
    names = list(fields)
    found = [(name, converter(name, source)) for name, source in fields.items()]
    texts = [name for name, convert in found if convert is _text]
    others = [(name, convert) for name, convert in found if convert not in (_text, _as_it_is)]

    def convert_row(row: Mapping[str, Any]) -> dict[str, Any]:
        read = row.get
        made = {name: read(name) for name in names}
        for name in texts:
            if not isinstance(made[name], str):
                made[name] = _text(made[name])
        for name, convert in others:
            made[name] = convert(made[name])
        return made

    return convert_row


_SCALARS = frozenset({str, int, float, bool, datetime, date})


def plain_json(value: Any) -> Any:
    """Any value as JSON holds it (ids inside free structures are left as they are)."""
    if value is None or type(value) in _SCALARS:
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(item) for item in value]
    return value if isinstance(value, str | int | float | datetime | date) else str(value)


def decimal_text(value: Decimal | int | float) -> str:
    """A decimal as REST writes it: never an exponent, at least two places unless it is whole by type, no false zeros."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{number:f}"
    if "." not in text:
        return text
    head, _dot, tail = text.partition(".")
    return f"{head}.{tail.rstrip('0').ljust(2, '0')}"


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, DomainError):
        return value.message
    return str(value)


def dumps(value: Any) -> bytes:
    """JSON bytes: UTC times with "Z", decimals as text, lazy texts in the active language."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
