"""The order export of the AliExpress seller centre (Chinese workbook): one row is one order, its products stand in one cell.

The sheet has no price per product: it stays unknown, the totals of the sheet count. Times are Pacific unless told. Headings
are matched by their beginning after blanks, line feeds and punctuation are taken off; position does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core import countries
from orders.reading import values
from orders.reading.errors import Refused, RowFault
from orders.reading.fields import plain
from orders.reading.plan import Plan
from orders.reading.values import Cell

ZONE = "America/Los_Angeles"
HEADINGS = {
    "order_no": "订单号", "status": "订单状态", "handler": "负责人", "buyer_name": "买家名称", "buyer_email": "买家邮箱",
    "placed_at": "下单时间", "paid_at": "付款时间", "goods_total": "产品总金额", "shipping_fee": "物流费用", "total": "订单金额",
    "discount": "满立减", "products": "产品信息", "note": "订单备注", "address": "收货地址", "recipient": "收货人名称",
    "country": "收货国家", "state": "州省", "city": "城市", "street": "地址", "postcode": "邮编", "phone": "联系电话",
    "mobile": "手机", "shipping_method": "买家选择物流", "ship_by": "发货期限", "shipments": "实际发货物流",
    "shipped_at": "发货时间", "completed_at": "确认收货时间",
}  # fmt: skip
REQUIRED = ("order_no", "products", "total", "country")
#: Status texts of the seller centre -> (status, risk, wish to cancel, dispute). None: the known times decide.
STATUSES: dict[str, tuple[str | None, bool, bool, bool]] = {
    "等待买家付款": ("unpaid", False, False, False), "等待确认金额": ("unpaid", False, False, False),
    "等待您发货": ("paid", False, False, False), "部分发货": ("paid", False, False, False),
    "等待买家收货": ("shipped", False, False, False), "订单结束": (None, False, False, False), "已结束": (None, False, False, False),
    "已完成": ("completed", False, False, False), "买家申请取消": ("paid", False, True, False), "申请取消": ("paid", False, True, False),
    "含纠纷的订单": (None, False, False, True), "冻结中": (None, True, False, False), "等待放款": (None, False, False, False),
    "资金处理中": (None, False, False, False), "资金未到账": ("paid", True, False, False),
}  # fmt: skip
_FORMATS = (
    re.compile(
        r"^(?P<y>\d{4})[.\-/](?P<m>\d{1,2})[.\-/](?P<d>\d{1,2})(?:[ T](?P<h>\d{1,2}):(?P<i>\d{2})(?::(?P<s>\d{2}))?)?$"
    ),
    re.compile(r"^(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{2})(?:[ T](?P<h>\d{1,2}):(?P<i>\d{2})(?::(?P<s>\d{2}))?)?$"),
)
_PRODUCT = re.compile(r"^\s*【\s*(\d+)\s*】", re.MULTILINE)
_PART = re.compile(r"[（(]\s*(产品属性|商家编码|产品数量|物流等级(?:&买家选择物流)?)\s*[:：]")
_COUNT = re.compile(r"^\s*(\d+)\s*(.*)$")


def fits(headings: Sequence[str]) -> bool:
    """Whether the headings are those of the seller centre."""
    found = places(headings)
    return all(name in found for name in ("order_no", "products", "status"))


def places(headings: Sequence[str]) -> dict[str, int]:
    """Our name -> column. The longest heading that a cell begins with decides (收货地址 is not 地址)."""
    found: dict[str, int] = {}
    words = sorted(((plain(word), name) for name, word in HEADINGS.items()), key=lambda pair: -len(pair[0]))
    for index, heading in enumerate(headings):
        bare = plain(heading)
        hit = next((name for word, name in words if bare.startswith(word)), None)
        if hit is not None:
            found.setdefault(hit, index)
    return found


class Reader:
    """Reads rows of one file."""

    def __init__(self, plan: Plan, headings: Sequence[str]):
        self.at = places(headings)
        lacking = [HEADINGS[name] for name in REQUIRED if name not in self.at]
        if lacking:
            raise Refused("columns_missing", value=", ".join(lacking))
        self.zone = str(plan.options.get("zone") or ZONE)
        self.currency = str(plan.options.get("currency") or "USD").upper()
        self.mark = str(plan.options.get("decimal") or ".")
        known = plan.options.get("values") or {}
        self.country_map = {str(k).strip().casefold(): str(v) for k, v in (known.get("country") or {}).items()}
        ZoneInfo(self.zone)

    def cell(self, name: str, cells: Sequence[Cell]) -> Cell:
        """The cell under a heading; "" when there is none."""
        index = self.at.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    def text(self, name: str, cells: Sequence[Cell], most: int) -> str:
        """A text of at most ``most`` characters."""
        text = values.text_of(self.cell(name, cells))
        if len(text) > most:
            raise RowFault(name, "too_long", most=most, length=len(text))
        if "\x00" in text:
            raise RowFault(name, "bad_character")
        return text

    def key(self, cells: Sequence[Cell]) -> str:
        """The order number."""
        return values.id_of(self.cell("order_no", cells), "order_no")

    def order(self, key: str, row: int, cells: Sequence[Cell]) -> dict[str, Any]:
        """The order of a row as plain values; raises ``RowFault``."""
        status_text = self.text("status", cells, 60)
        stamps = {
            name: self.time(name, cells) for name in ("placed_at", "paid_at", "shipped_at", "completed_at", "ship_by")
        }
        if stamps["placed_at"] is None:
            raise RowFault("placed_at", "missing")
        status, risk, cancel, dispute = _status(status_text, stamps)
        order: dict[str, Any] = {
            "order_no": key, "row": row, "status": status, "channel_status": status_text, "currency": self.currency,
            "country": self.country(cells), "buyer_name": self.text("buyer_name", cells, 200),
            "buyer_email": self.text("buyer_email", cells, 254), "recipient_name": self.text("recipient", cells, 200),
            "phone": self.phone(cells), "address1": self.text("street", cells, 300) or self.text("address", cells, 300),
            "city": self.text("city", cells, 120), "state": self.text("state", cells, 120),
            "postcode": values.id_of(self.cell("postcode", cells), "postcode"), "buyer_note": self.text("note", cells, 10_000),
            "shipping_method": self.text("shipping_method", cells, 120),
            "shipping_fee": str(self.money("shipping_fee", cells) or Decimal(0)),
            "order_discount": str(abs(self.money("discount", cells) or Decimal(0))),
            "lines": [[row, p["sku"], p["quantity"], None, p["title"], p["attributes"], "0", "", ""]
                      for p in products(self.text("products", cells, 60_000))],
            "shipments": self.shipments(cells, stamps["shipped_at"]),
            "risk": risk, "cancel_requested": cancel, "facts": {"dispute": True} if dispute else {},
            **{name: moment.isoformat() for name, moment in stamps.items() if moment is not None},
        }  # fmt: skip
        for name in ("goods_total", "total"):
            amount = self.money(name, cells)
            if amount is not None:
                order[name] = str(amount)
        return order

    def time(self, name: str, cells: Sequence[Cell]) -> datetime | None:
        """A time in any of the seen forms, in the zone of the sheet."""
        cell = self.cell(name, cells)
        if isinstance(cell, list):
            return values.moment(str(cell[0]).replace("T", " "), "ymd", self.zone)
        text = values.text_of(cell)
        if not text or text in ("-", "--"):
            return None
        for shape in _FORMATS:
            hit = shape.match(text)
            if hit:
                year = int(hit["y"]) + (2000 if len(hit["y"]) == 2 else 0)
                try:
                    parts = (
                        year,
                        int(hit["m"]),
                        int(hit["d"]),
                        int(hit["h"] or 0),
                        int(hit["i"] or 0),
                        int(hit["s"] or 0),
                    )
                    return datetime(*parts, tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo("UTC"))
                except ValueError:
                    break
        raise RowFault(name, "bad_time", value=text[:40], format="yyyy.MM.dd HH:mm")

    def money(self, name: str, cells: Sequence[Cell]) -> Decimal | None:
        """An amount; signs and letters are taken off."""
        return values.money_of(self.cell(name, cells), name, self.mark)

    def country(self, cells: Sequence[Cell]) -> str:
        """The country, by a Chinese or English name."""
        text = values.text_of(self.cell("country", cells))
        text = self.country_map.get(text.casefold(), text)
        found = countries.find(text) if text else None
        if found is None:
            raise RowFault(
                "country", "unknown_country" if text else "missing", **({"value": text[:60]} if text else {})
            )
        return found

    def phone(self, cells: Sequence[Cell]) -> str:
        """The mobile number, else the other one."""
        for name in ("mobile", "phone"):
            found = values.id_of(self.cell(name, cells), "phone")
            if found:
                return found[:60]
        return ""

    def shipments(self, cells: Sequence[Cell], shipped_at: datetime | None) -> list[list[Any]]:
        """[number, service, time] of each ``SERVICE:NUMBER``; there may be several."""
        text = self.text("shipments", cells, 2000)
        found: dict[str, str] = {}
        for part in re.split(r"[\n,，;；]+", text):
            service, colon, number = part.strip().partition(":") if ":" in part else part.strip().partition("：")
            bare = number.strip() if colon else ""
            if bare:
                found.setdefault(values.id_of(bare, "shipments")[:60], service.strip()[:60])
        return [[number, service, shipped_at.isoformat() if shipped_at else None] for number, service in found.items()]


def _status(text: str, stamps: dict[str, datetime | None]) -> tuple[str, bool, bool, bool]:
    """Status, risk, wish to cancel, dispute. A text nobody knows is kept and read from the times."""
    hit = next((found for word, found in STATUSES.items() if text.startswith(word)), (None, False, False, False))
    status, risk, cancel, dispute = hit
    if status is None:
        if stamps["completed_at"]:
            status = "completed"
        elif stamps["shipped_at"]:
            status = "completed" if text in ("订单结束", "已结束") else "shipped"
        elif stamps["paid_at"]:
            status = "cancelled" if text in ("订单结束", "已结束") else "paid"
        else:
            status = "cancelled" if text in ("订单结束", "已结束") else "unpaid"
    return status, risk, cancel, dispute


def products(cell: str) -> list[dict[str, Any]]:
    """The products of a cell: per product ``【n】title``, then one line each for attributes, code, count and service.

    A title may hold 【】 and values may hold brackets: only a line that begins with ``【digits】`` starts a product.
    """
    starts = list(_PRODUCT.finditer(cell))
    if not starts or cell[: starts[0].start()].strip():
        raise RowFault("products", "bad_product_cell", value=cell[:60])
    ends = [*(hit.start() for hit in starts[1:]), len(cell)]
    return [_product(cell[hit.end() : end]) for hit, end in zip(starts, ends, strict=True)]


def _product(text: str) -> dict[str, Any]:
    """Title, code, count and attributes of one product. Each part runs to the next one or to the end, less its last bracket."""
    hits = list(_PART.finditer(text))
    title = text[: hits[0].start()] if hits else text
    ends = [*(hit.start() for hit in hits[1:]), len(text)] if hits else []
    found: dict[str, str] = {}
    for hit, end in zip(hits, ends, strict=True):
        value = text[hit.end() : end].strip()
        if not value.endswith((")", "）")):
            raise RowFault("products", "bad_product_cell", value=value[:60])
        found.setdefault(hit[1], value[:-1].strip())
    count = _COUNT.match(found.get("产品数量", ""))
    if count is None or int(count[1]) < 1:
        raise RowFault("products", "bad_product_cell", value=text.strip()[:60])
    return {
        "title": " ".join(title.split())[:300], "sku": values.id_of(found.get("商家编码", ""), "products")[:100],
        "quantity": int(count[1]), "attributes": _attributes(found.get("产品属性", "")),
    }  # fmt: skip


def _attributes(text: str) -> str:
    pairs = [part.partition(":") if ":" in part else part.partition("：") for part in text.split("、") if part.strip()]
    return "; ".join(f"{key.strip()}: {value.strip()}" if value else key.strip() for key, _colon, value in pairs)[:300]
