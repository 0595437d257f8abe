"""The generic order file: one row per line, columns of the contract under any headings. Rows become orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from orders.reading import values
from orders.reading.columns import Columns
from orders.reading.errors import RowFault
from orders.reading.values import Cell

Group = Sequence[tuple[int, list[Cell]]]

#: Fields of the order that must be the same in all its rows; others are taken from the first row that has them.
SAME = ("currency", "country", "status", "shipping_fee", "order_discount")
#: Of times that differ between the rows of an order the first counts (an order may carry two minutes).
FIRST = ("placed_at", "paid_at", "ship_by")
LAST = ("shipped_at", "delivered_at", "completed_at", "cancelled_at", "updated_at")
TEXTS = ("buyer_name", "buyer_email", "buyer_id", "recipient_name", "phone", "address1", "address2", "city", "state", "postcode",
         "buyer_note", "shipping_method")  # fmt: skip


class Fault(Exception):
    """Why an order is rejected: the row, the field, a code and values for the sentence."""

    def __init__(self, row: int, fault: RowFault):
        super().__init__(fault.code)
        self.row = row
        self.field, self.code, self.params = fault.field, fault.code, fault.params


def read_order(columns: Columns, key: str, rows: Group) -> dict[str, Any]:
    """The order that ``rows`` make, as plain values; raises :class:`Fault` naming the bad row."""
    order: dict[str, Any] = {"order_no": key, "row": rows[0][0], "lines": []}
    plain_rows = [cells for _number, cells in rows]
    for number, cells in rows:
        if len(cells) > columns.width and any(values.text_of(c) for c in cells[columns.width :]):
            raise Fault(number, RowFault("", "too_many_cells"))
        try:
            order["lines"].append(_line(columns, number, cells))
        except RowFault as fault:
            raise Fault(number, fault) from None
    _head(columns, order, rows, plain_rows)
    return order


def _line(columns: Columns, number: int, cells: list[Cell]) -> list[Any]:
    """[row, sku, quantity, unit price, title, attributes, discount, note, image]."""
    get = columns.get
    sku = get("sku", cells)
    quantity = get("quantity", cells)
    price = get("unit_price", cells)
    discount = get("line_discount", cells) or Decimal(0)
    for name, value in (("sku", sku), ("quantity", quantity), ("unit_price", price)):
        if value is None:
            raise RowFault(name, "missing")
    if quantity <= 0:
        raise RowFault("quantity", "bad_quantity", value=str(quantity))
    if price < 0 or discount < 0:
        raise RowFault("unit_price" if price < 0 else "line_discount", "negative", value=str(min(price, discount)))
    return [number, sku, quantity, str(price), get("title", cells) or "", get("attributes", cells) or "", str(discount),
            get("line_note", cells) or "", get("image_url", cells) or ""]  # fmt: skip


def _head(columns: Columns, order: dict[str, Any], rows: Group, plain_rows: Sequence[list[Cell]]) -> None:
    for name in (*SAME, *FIRST, *LAST, *TEXTS):
        if not columns.has(name):
            continue
        found = _distinct(columns, name, rows)
        if not found:
            continue
        if name in SAME and len(found) > 1:
            told = ", ".join(f"{name} {value}" for _row, value in found[:3])
            raise Fault(found[1][0], RowFault(name, "disagree", value=told))
        moments = [value for _row, value in found]
        chosen = min(moments) if name in FIRST else max(moments) if name in LAST else moments[0]
        order[name] = (
            chosen.isoformat()
            if isinstance(chosen, datetime)
            else str(chosen)
            if isinstance(chosen, Decimal)
            else chosen
        )
    for name in ("placed_at", "currency", "country"):
        if name not in order:
            raise Fault(rows[0][0], RowFault(name, "missing"))
    order["status"] = order.get("status") or _status(columns, order)
    _shipments(columns, order, rows)


def _distinct(columns: Columns, name: str, rows: Group) -> list[tuple[int, Any]]:
    """The values of an order's field that differ, each with the first row that has it. Equal cells are read once."""
    found: list[tuple[int, Any]] = []
    seen: list[Cell] = []
    for number, cells in rows:
        cell = columns.cell(name, cells)
        if cell == "" or cell is None or cell in seen:
            continue
        seen.append(cell)
        try:
            value = columns.get(name, cells)
        except RowFault as fault:
            raise Fault(number, fault) from None
        if value is not None and all(value != held for _row, held in found):
            found.append((number, value))
    return found


def _status(columns: Columns, order: dict[str, Any]) -> str:
    """The status where the file says none: from the times it knows; a file that knows neither lists orders to be sent."""
    for word in ("cancelled", "completed", "delivered", "shipped"):
        if order.get(f"{word}_at"):
            return word
    return "paid" if order.get("paid_at") or not columns.has("paid_at") else "unpaid"


def _shipments(columns: Columns, order: dict[str, Any], rows: Group) -> None:
    if not columns.has("tracking_no"):
        return
    found: dict[str, str] = {}
    for number, cells in rows:
        try:
            tracking = columns.get("tracking_no", cells)
            if tracking:
                found.setdefault(tracking, columns.get("carrier_service", cells) or "")
        except RowFault as fault:
            raise Fault(number, fault) from None
    order["shipments"] = [[tracking, service, order.get("shipped_at")] for tracking, service in found.items()]
