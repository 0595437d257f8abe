"""Customs papers as a data record: CN22, CN23 or commercial invoice, drawn from the declaration and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation

from core import format as f
from logistics.choices import CustomsForm, NonDelivery
from logistics.documents.glyphs import shown
from logistics.models import Declaration, DeclarationLine
from logistics.rules.barcodes import code128
from logistics.selectors import dispatch

#: The categories of the forms, as customs read them, with our content types.
KINDS = (
    ("Gift", "gift"), ("Commercial sample", "commercial_sample"), ("Documents", "documents"), ("Sale of goods", "sale_of_goods"),
    ("Returned goods", "returned_goods"), ("Other", "other"),
)  # fmt: skip
NON_DELIVERY = {NonDelivery.RETURN: "Return to sender", NonDelivery.ABANDON: "Treat as abandoned"}
#: Forms that a person prints; what is sent electronically is printed as an invoice when customs ask for one.
PAPER = (CustomsForm.CN22, CustomsForm.CN23)


def customs_record(rows: Sequence[Declaration], *, form: str = "") -> dict[str, Any]:
    """The papers of these declarations (with note, its order, warehouse; lines). ``form`` asks for another paper of the same
    figures, such as the invoice for a parcel that customs hold."""
    places = dispatch.addresses(row.note.order_id for row in rows)
    with translation.override("en"):
        return {"parcels": [_parcel(row, places.get(row.note.order_id), form) for row in rows]}


def _parcel(row: Declaration, address: Any, form: str) -> dict[str, Any]:
    note = row.note
    house = note.warehouse
    to = dispatch.address_parts(address, note.order.country)
    town = " ".join(part for part in (to["postcode"], to["city"], to["state"]) if part.strip())
    lines = list(row.lines.order_by("position"))
    gross = row.gross_weight_g or sum((line.net_weight_g or Decimal(0) for line in lines), Decimal(0))
    chosen = form or (row.form if row.form in PAPER else CustomsForm.INVOICE)
    return {
        "form": chosen, "note": note.number, "item": row.item_number or "—", "date": f"{note.released_at or row.filled_at:%Y-%m-%d}",
        "code": _code(row.item_number), "kinds": [[label, kind == note.content_type] for label, kind in KINDS],
        "sender": _texts(house.sender_name or house.name, house.address, house.country, house.phone),
        "to": _texts(to["recipient"], to["line1"], to["line2"], town, f.country_name(note.country).upper(), to["phone"]),
        "eori": row.sender_eori or "—", "importer": shown(row.recipient_id) or "—",
        "lines": [_line(line, row.currency) for line in lines], "gross": f"{gross:g} g", "total": f.money(row.goods_total, row.currency),
        "freight": f.money(row.freight, row.currency), "insurance": f.money(row.insurance, row.currency), "incoterm": row.incoterm,
        "licence": shown(row.licence) or "—", "certificate": shown(row.certificate) or "—", "invoice": shown(row.invoice) or note.number,
        "battery": shown(row.battery) or "—", "non_delivery": NON_DELIVERY[NonDelivery(row.non_delivery)],
        "nothing_paid": note.order.total == 0,
    }  # fmt: skip


def _texts(*parts: str) -> list[str]:
    return [shown(part) for part in parts if part and part.strip()] or ["—"]


def _code(number: str) -> dict[str, Any] | None:
    if not number or not number.isascii():
        return None
    made = code128(number, width_mm=60, height_mm=10)
    return {"svg": made.svg, "width": made.width, "height": made.height}


def _line(line: DeclarationLine, currency: str) -> dict[str, str]:
    about = ", ".join(filter(None, [line.description, line.material if line.material not in line.description else ""]))
    return {
        "text": shown(about) or "—", "quantity": str(line.quantity), "hs": line.hs_code or "—", "origin": line.origin or "—",
        "weight": f"{line.net_weight_g:g} g" if line.net_weight_g is not None else "—", "value": f.money(line.value, currency),
    }  # fmt: skip
