"""The record of a payment: what a parcel that customs hold was really sold for, beside its commercial invoice (CUS-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from core import format as f
from logistics.documents.glyphs import breakable, shown
from logistics.selectors import printing as reads
from logistics.selectors.printing import Sheet


def payment_record(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """The payment of the orders of these parcels, in English, from the order as the channel told it."""
    with translation.override("en"):
        return {"payments": [_payment(sheet) for sheet in sheets]}


def _payment(sheet: Sheet) -> dict[str, Any]:
    note, order = sheet.note, sheet.note.order
    zone = ZoneInfo(note.store.time_zone)
    declared = sheet.declaration
    return {
        "order": shown(order.number), "channel": str(note.store.get_kind_display()), "store": shown(note.store.name),
        "placed": _moment(order.placed_at, zone), "paid": _moment(order.paid_at, zone) if order.paid_at else "not paid yet",
        "state": str(order.get_state_display()), "buyer": breakable(order.buyer.name or order.buyer_name or "—", 24),
        "recipient": breakable(sheet.address["recipient"] or "—", 24), "item": sheet.number or "—", "bound": note.number,
        "lines": [_line(line, order.currency) for line in reads.sold_lines(order)],
        "goods": f.money(order.goods_total, order.currency), "shipping": f.money(order.shipping_fee, order.currency),
        "discount": f.money(-order.discount if order.discount else Decimal(0), order.currency),
        "total": f.money(order.total, order.currency),
        "declared": f.money(declared.goods_total, declared.currency) if declared else "",
        "seller": shown(note.warehouse.sender_name or note.store.name),
    }  # fmt: skip


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _line(line: Any, currency: str) -> dict[str, str]:
    text = " · ".join(part for part in (line.title or line.item.channel_sku, line.attributes) if part)
    return {
        "text": breakable(text, 30) or "—", "quantity": str(line.quantity),
        "price": "—" if line.unit_price is None else f.money(line.unit_price, currency),
        "discount": f.money(line.discount, currency), "paid": "—" if line.total is None else f.money(line.total, currency),
    }  # fmt: skip
