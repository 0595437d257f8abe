"""A plan tied to the headings of a file: which cell gives which field, value maps, filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core import countries
from orders.reading import values
from orders.reading.errors import Refused, RowFault
from orders.reading.fields import Field, fields_of, mapping_of, plain
from orders.reading.plan import Plan
from orders.reading.values import Cell

STATUSES = frozenset({"unpaid", "paid", "shipped", "delivered", "completed", "cancelled"})
STATUS_WORDS = {
    "pending": "unpaid", "awaiting payment": "unpaid", "pending payment": "unpaid", "not paid": "unpaid", "未付款": "unpaid",
    "等待买家付款": "unpaid", "待付款": "unpaid", "processing": "paid", "awaiting shipment": "paid",
    "awaiting fulfillment": "paid", "unshipped": "paid", "已付款": "paid", "待发货": "paid", "等待您发货": "paid",
    "fulfilled": "shipped", "dispatched": "shipped", "in transit": "shipped", "已发货": "shipped", "等待买家收货": "shipped",
    "已签收": "delivered", "已妥投": "delivered", "complete": "completed", "closed": "completed", "已完成": "completed",
    "交易成功": "completed", "canceled": "cancelled", "refunded": "cancelled", "已取消": "cancelled", "交易关闭": "cancelled",
}  # fmt: skip
OPERATORS = (
    "equals",
    "not_equals",
    "starts_with",
    "not_starts_with",
    "contains",
    "in",
    "empty",
    "not_empty",
    "lt",
    "lte",
    "gt",
    "gte",
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that fit are rejected with ``reason``; with ``row_only`` the rest of their order may still come in."""

    index: int
    op: str
    value: str
    reason: str
    row_only: bool

    def fits(self, cells: Sequence[Cell], mark: str) -> bool:
        """Whether the row is one of those."""
        text = values.text_of(cells[self.index]) if self.index < len(cells) else ""
        folded, value = text.casefold(), self.value.casefold()
        match self.op:
            case "equals":
                return folded == value
            case "not_equals":
                return folded != value
            case "starts_with":
                return folded.startswith(value)
            case "not_starts_with":
                return not folded.startswith(value)
            case "contains":
                return value in folded
            case "in":
                return folded in {part.strip() for part in value.split(";")}
            case "empty":
                return not text
            case "not_empty":
                return bool(text)
        return self._compares(text, mark)

    def _compares(self, text: str, mark: str) -> bool:
        try:
            number = values.money_of(text, "", mark)
            limit = Decimal(self.value)
        except (RowFault, InvalidOperation):
            return False
        if number is None:
            return False
        return {"lt": number < limit, "lte": number <= limit, "gt": number > limit, "gte": number >= limit}[self.op]


@dataclass
class Columns:
    """Where each field of a row comes from. ``get(name, cells)`` answers its value or None."""

    kind: str
    fields: dict[str, Field]
    places: dict[str, int]
    fixed: dict[str, str]
    maps: dict[str, dict[str, str]]
    filters: list[Filter]
    mark: str
    shape: str
    zone: str
    currency: str
    width: int
    readers: dict[str, Callable[[Cell], Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, headings: Sequence[str], *, zone: str, strict: bool = True) -> Columns:
        """Tie ``plan`` to ``headings``. With ``strict`` a heading that is not there, a required field without a column and a
        filter that says nothing are refused.
        """
        fields = fields_of(plan.kind)
        by_plain: dict[str, int] = {}
        for index, heading in enumerate(headings):
            by_plain.setdefault(plain(heading) or heading, index)
        given = plan.mapping or mapping_of(plan.kind, headings)
        places: dict[str, int] = {}
        fixed: dict[str, str] = {}
        for name, target in given.items():
            if name not in fields:
                raise Refused("unknown_field", value=name[:60])
            if isinstance(target, Mapping):
                fixed[name] = str(target.get("fixed", "")).strip()
                continue
            place = by_plain.get(plain(str(target)) or str(target))
            if place is not None:
                places[name] = place
            elif strict:
                raise Refused("heading_gone", value=str(target)[:60])
        options = plan.options
        made = cls(
            kind=plan.kind, fields=fields, places=places, fixed=fixed, maps=_maps(options.get("values")),
            filters=_filters(options.get("filters"), by_plain, strict=strict), mark=str(options.get("decimal") or "."),
            shape=str(options.get("date_format") or "ymd"), zone=_zone(str(options.get("zone") or "") or zone),
            currency=str(options.get("currency") or "").upper(), width=len(headings),
        )  # fmt: skip
        if made.currency and "currency" not in places:
            made.fixed.setdefault("currency", made.currency)
        if strict:
            lacking = made.lacking()
            if lacking:
                raise Refused("columns_missing", value=", ".join(lacking))
        made.readers = {name: made.reader(name) for name in fields}
        return made

    def lacking(self) -> list[str]:
        """Required fields that no column and no fixed value gives."""
        return [
            name
            for name, f in self.fields.items()
            if f.required and name not in self.places and not self.fixed.get(name)
        ]

    def has(self, name: str) -> bool:
        """Whether the field comes from somewhere."""
        return name in self.places or bool(self.fixed.get(name))

    def cell(self, name: str, cells: Sequence[Cell]) -> Cell:
        """The raw cell of a field ("" when there is none)."""
        index = self.places.get(name)
        if index is None:
            return self.fixed.get(name, "")
        return cells[index] if index < len(cells) else ""

    def get(self, name: str, cells: Sequence[Cell]) -> Any:
        """The value of a field; None when the cell is empty. Raises ``RowFault``."""
        return self.readers[name](self.cell(name, cells))

    def reader(self, name: str) -> Callable[[Cell], Any]:
        """The function that reads a cell of the field."""
        field_, mark = self.fields[name], self.mark
        known = self.maps.get(name)

        def mapped(cell: Cell) -> Cell:
            return known.get(values.text_of(cell).casefold(), cell) if known else cell

        match field_.kind:
            case "id":
                return lambda cell: _limited(values.id_of(mapped(cell), name), field_)
            case "text":
                return lambda cell: _limited(values.text_of(mapped(cell)), field_)
            case "money":
                return lambda cell: values.money_of(mapped(cell), name, mark)
            case "whole":
                return lambda cell: values.whole_of(mapped(cell), name, mark)
            case "time":
                return lambda cell: values.time_of(cell, name, self.shape, self.zone)
            case "country":
                return lambda cell: country_of(values.text_of(cell), known, name)
            case "currency":
                return lambda cell: values.text_of(mapped(cell)).upper() or None
            case "status":
                return lambda cell: status_of(values.text_of(cell), known)
        return lambda cell: values.yes_of(mapped(cell), name)

    def rejecting(self, cells: Sequence[Cell]) -> Filter | None:
        """The first filter that rejects the row."""
        return next((f for f in self.filters if f.fits(cells, self.mark)), None)


def _limited(text: str, field_: Field) -> str | None:
    if len(text) > field_.most:
        raise RowFault(field_.name, "too_long", most=field_.most, length=len(text))
    if "\x00" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise RowFault(field_.name, "bad_character")
    return text or None


def country_of(text: str, known: Mapping[str, str] | None, name: str) -> str | None:
    """The ISO-2 code of a country; a value map decides first, and may say "" (reject)."""
    if known and text.casefold() in known:
        text = known[text.casefold()]
    elif not text:
        return None
    found = countries.find(text) if text else None
    if found is None:
        raise RowFault(name, "unknown_country", value=text[:60])
    return found


def status_of(text: str, known: Mapping[str, str] | None) -> str | None:
    """The status in the words of the contract."""
    if not text:
        return None
    word = (known or {}).get(text.casefold()) or text
    folded = word.strip().casefold().replace("_", " ")
    if folded in STATUSES:
        return folded
    if folded in STATUS_WORDS:
        return STATUS_WORDS[folded]
    raise RowFault("status", "unknown_status", value=text[:40])


def _maps(raw: Any) -> dict[str, dict[str, str]]:
    if not isinstance(raw, Mapping):
        return {}
    return {
        str(name): {str(k).strip().casefold(): str(v) for k, v in pairs.items()}
        for name, pairs in raw.items() if isinstance(pairs, Mapping)
    }  # fmt: skip


def _filters(raw: Any, by_plain: Mapping[str, int], *, strict: bool) -> list[Filter]:
    made = []
    for one in raw if isinstance(raw, list) else ():
        column, op = str(one.get("column", "")), str(one.get("op", ""))
        index = by_plain.get(plain(column) or column)
        if index is None or op not in OPERATORS:
            if strict:
                raise Refused("bad_filter", value=column[:60])
            continue
        made.append(
            Filter(index, op, str(one.get("value", "")), str(one.get("reason", ""))[:200], bool(one.get("row_only")))
        )
    return made


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("unknown_zone", value=name[:60]) from None
    return name
