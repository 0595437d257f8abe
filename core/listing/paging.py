"""Keyset pagination in both directions on (order column, id).

A page costs the same at any depth: the database starts reading at the cursor by a row comparison that an index on the
order column serves. Columns that may be null are read in two pieces (the null rows stand last ascending and first
descending, as PostgreSQL's own index order has them), so no OR spoils the index.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

CAP = 10_000


@dataclass(frozen=True)
class Order:
    """One sort: its public ``name``, the ORM ``lookup`` and the direction. The id always breaks ties."""

    name: str
    lookup: str
    descending: bool

    @property
    def text(self) -> str:
        """As it stands in the URL."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the order it belongs to, the value and id of the row it stands at, the direction."""

    order: str
    value: Any
    pk: int
    backward: bool = False

    def encode(self) -> str:
        """The opaque text of the cursor."""
        value = self.value
        if isinstance(value, datetime | date):
            value = value.isoformat()
        elif isinstance(value, Decimal):
            value = str(value)
        raw = json.dumps([self.order, value, self.pk, int(self.backward)], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read a cursor; refuses anything that this list did not hand out."""
        try:
            raw = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
            order, value, pk, backward = raw
            if not isinstance(order, str) or not isinstance(pk, int) or isinstance(pk, bool) or backward not in (0, 1):
                raise ValueError
            if not isinstance(value, str | int | float | bool | None) or abs(pk) >= 2**63:
                raise ValueError
            if isinstance(value, str):
                value.encode()  # a lone surrogate cannot reach the database
        except (ValueError, TypeError, binascii.Error, RecursionError, UnicodeError):
            raise bad_cursor() from None
        return cls(order, value, pk, bool(backward))


def bad_cursor() -> Invalid:
    """The refusal of a cursor that does not fit."""
    return Invalid(
        "bad_cursor", _("This page address is no longer valid. Start again from the first page."), status=400
    )


class _RowCompare(Func):
    """``(a, id) > (value, id)``: compared as one, so one index range serves it."""

    output_field = BooleanField()

    def __init__(self, lookup: str, sign: str, value: Value, pk: int, **extra: Any):
        super().__init__(F(lookup), F("pk"), value, Value(pk), sign=sign, **extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        parts, params = [], []
        for expression in self.source_expressions:
            sql, found = compiler.compile(expression)
            parts.append(sql)
            params.extend(found)
        return f"({parts[0]}, {parts[1]}) {self.extra['sign']} ({parts[2]}, {parts[3]})", tuple(params)


@dataclass
class Page:
    """One page of rows with the cursors before and after it (None at an end)."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None

    def finished(self, complete: Callable[[list[dict[str, Any]]], None]) -> Page:
        """The page after ``complete`` filled its rows."""
        complete(self.rows)
        return self


def read_page(queryset: QuerySet, order: Order, cursor: Cursor | None, size: int,
              read: Callable[[QuerySet], list[dict[str, Any]]]) -> Page:  # fmt: skip
    """The page of ``size`` rows at ``cursor``.

    ``read`` turns a sliced queryset into dictionaries that hold ``id`` and, when it is not the id itself, the order value
    under the key ``_order``.
    """
    backward = bool(cursor and cursor.backward)
    rows: list[dict[str, Any]] = []
    for piece in pieces(queryset, order, cursor):
        rows += read(piece[: size + 1 - len(rows)])
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    has_next, has_previous = (True, more) if backward else (more, cursor is not None)
    if not rows:
        return Page([], None, None)
    return Page(
        rows,
        _at(order, rows[-1], backward=False) if has_next else None,
        _at(order, rows[0], backward=True) if has_previous else None,
    )


def _at(order: Order, row: dict[str, Any], *, backward: bool) -> str:
    return Cursor(order.text, row["_order"], row["id"], backward).encode()


def pieces(queryset: QuerySet, order: Order, cursor: Cursor | None) -> list[QuerySet]:
    """The querysets that, read one after the other, give the rows from ``cursor`` on."""
    down = order.descending != bool(cursor and cursor.backward)
    way = (f"-{order.lookup}", "-pk") if down else (order.lookup, "pk")
    ordered = (
        queryset.order_by(*way) if order.lookup not in ("pk", "id") else queryset.order_by("-pk" if down else "pk")
    )
    if cursor is None:
        return [ordered]
    sign = "<" if down else ">"
    if order.lookup in ("pk", "id"):
        return [ordered.filter(**{f"pk__{'lt' if down else 'gt'}": cursor.pk})]
    made = queryset.query.annotations.get(order.lookup)
    column = made.output_field if made is not None else model_field(queryset.model, order.lookup)
    nullable = made is not None or column is None or column.null or "__" in order.lookup
    nulls = ordered.filter(**{f"{order.lookup}__isnull": True})
    if cursor.value is None:
        after = nulls.filter(**{f"pk__{'lt' if down else 'gt'}": cursor.pk})
        return [after, ordered.filter(**{f"{order.lookup}__isnull": False})] if down else [after]
    try:
        value = column.to_python(cursor.value) if column is not None else cursor.value
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        raise bad_cursor() from None
    bound = Value(value, output_field=column) if column is not None else Value(value)
    after = ordered.filter(_RowCompare(order.lookup, sign, bound, cursor.pk))
    return [after, nulls] if nullable and not down else [after]


def model_field(model: type[Model], lookup: str) -> Any:
    """The model field behind an ORM lookup, or None for an annotation or an unknown name."""
    found: Any = None
    here: Any = model
    for name in lookup.split("__"):
        if here is None:
            return None
        try:
            found = here._meta.pk if name == "pk" else here._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        here = getattr(found, "related_model", None)
    return found


def capped_count(queryset: QuerySet, cap: int = CAP) -> int:
    """How many rows, but never reading more than ``cap`` + 1 of them."""
    return int(queryset.order_by()[: cap + 1].count())
