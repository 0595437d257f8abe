"""Customs papers as a data record: CN22, CN23 or commercial invoice, drawn from the declaration and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation

from core import format as f
from core import policies
from core.clock import local_day, utcnow
from logistics.choices import CustomsForm, NonDelivery
from logistics.documents.glyphs import breakable, shown
from logistics.documents.labels import CONTENT, drawing
from logistics.models import Declaration, DeclarationLine
from logistics.policies.dispatch import PACKAGING_G
from logistics.rules.barcodes import code128
from logistics.selectors import dispatch

#: The categories of the forms in their order.
ORDER = ("gift", "commercial_sample", "documents", "sale_of_goods", "returned_goods", "other")
NON_DELIVERY = {NonDelivery.RETURN: "Return to sender", NonDelivery.ABANDON: "Treat as abandoned"}
#: Papers that go with a parcel; what is sent electronically has none.
WITH_PARCEL = (CustomsForm.CN22, CustomsForm.CN23, CustomsForm.INVOICE)
#: The small form lies on its own sheet: A6. In a print batch it comes out of the label printer.
SHEET = (105, 148)


def customs_record(rows: Sequence[Declaration], *, form: str = "") -> dict[str, Any]:
    """The papers of these declarations (with note, its order, warehouse; lines). ``form`` asks for another paper of the same
    figures, such as the invoice for a parcel that customs hold."""
    places = dispatch.addresses(row.note.order_id for row in rows)
    live = dispatch.live_numbers(row.note_id for row in rows)
    made = []
    for index, row in enumerate(rows):
        address = dispatch.address_parts(places.get(row.note.order_id), row.note.order.country)
        wanted = form or (row.form if row.form in WITH_PARCEL else CustomsForm.INVOICE)
        held = live.get(row.note_id)
        number = held.number if held else ""
        made.append(paper_record(row, address, form=wanted, key=str(index), bound=row.note.number, number=number))
    return {"parcels": made}


def paper_record(
    row: Declaration,
    to: dict[str, str],
    *,
    form: str,
    key: str,
    bound: str,
    number: str = "",
    sheet: tuple[int, int] = SHEET,
) -> dict[str, Any]:
    """One paper. ``number``: the item number of the label it goes with; ``bound``: what its foot says of note and batch;
    ``sheet``: paper of the small form."""
    with translation.override("en"):
        return _paper(row, to, form, key, bound, number or row.item_number, sheet)


def _paper(
    row: Declaration, to: dict[str, str], form: str, key: str, bound: str, number: str, sheet: tuple[int, int]
) -> dict[str, Any]:
    note = row.note
    house = note.warehouse
    town = " ".join(part for part in (to["postcode"], to["city"], to["state"]) if part.strip())
    lines = sorted(row.lines.all(), key=lambda line: line.position)
    gross = row.gross_weight_g or _expected(row, lines)
    run = 22 if form == CustomsForm.CN22 else 40
    other = note.content_type == "other"
    return {
        "form": form, "key": key, "note": note.number, "bound": bound, "item": number or "—", "width": sheet[0], "height": sheet[1],
        "date": _day(row), "code": _code(number, 36 if form == CustomsForm.CN22 else 60),
        "single": _surely_one_page(lines, form, sheet[1]),
        "kinds": [[CONTENT[kind], kind == note.content_type] for kind in ORDER],
        "explanation": shown(row.content_text) if other or row.content_text else "",
        "sender": _texts(house.sender_name or house.name, house.address, f.country_name(house.country).upper(), house.phone,
                         note.store.reply_email),
        "to": _texts(to["recipient"], to["line1"], to["line2"], town, f.country_name(note.country).upper()),
        "contact": shown(to["phone"]) or "—", "eori": row.sender_eori or "—", "importer": shown(row.recipient_id) or "—",
        "tax": " ".join(filter(None, [row.tax_scheme, row.tax_number])) or "—", "office": shown(house.name),
        "lines": [_line(line, row.currency, run) for line in lines], "gross": _grams(gross),
        "total": f.money(row.goods_total, row.currency),
        "freight": f.money(row.freight, row.currency), "insurance": f.money(row.insurance, row.currency), "incoterm": row.incoterm,
        "licence": shown(row.licence) or "—", "certificate": shown(row.certificate) or "—", "invoice": shown(row.invoice) or note.number,
        "battery": shown(row.battery) or "—", "comments": shown(row.comments) or "—",
        "non_delivery": NON_DELIVERY[NonDelivery(row.non_delivery)], "nothing_paid": note.order.total == 0,
    }  # fmt: skip


def _expected(row: Declaration, lines: Sequence[DeclarationLine]) -> Decimal:
    """The gross weight of a paper that is printed before the scale spoke: the articles and the usual bag."""
    usual = Decimal(str(policies.value(PACKAGING_G, row.filled_at or utcnow())))
    return sum((line.net_weight_g or Decimal(0) for line in lines), usual)


def _day(row: Declaration) -> str:
    """The day of posting where the parcel is sent from: that of the release."""
    at = row.note.released_at or row.filled_at
    return f"{local_day(at, row.note.warehouse.time_zone):%Y-%m-%d}" if at else "—"


def _surely_one_page(lines: Sequence[DeclarationLine], form: str, height: int) -> bool:
    """Whether a paper certainly fits one page (counting pages costs the typesetter a second pass)."""
    room = 14 if form != CustomsForm.CN22 else 5 if height <= 100 else 14
    wide = 20 if form == CustomsForm.CN22 else 40
    return sum(1 + len(f"{line.description}, {line.material}") // wide for line in lines) <= room


def _texts(*parts: str) -> list[str]:
    return [breakable(part, 40) for part in parts if part and part.strip()] or ["—"]


def _code(number: str, width: int) -> dict[str, Any] | None:
    if not number or not number.isascii():
        return None
    return drawing(code128(number, width_mm=width, height_mm=9))


def _line(line: DeclarationLine, currency: str, run: int) -> dict[str, str]:
    about = ", ".join(filter(None, [line.description, line.material if line.material not in line.description else ""]))
    unit = line.unit if line.quantity == 1 else f"{line.unit}s" if line.unit == "piece" else line.unit
    return {
        "text": breakable(about, run) or "—", "quantity": f"{line.quantity} {unit}", "hs": line.hs_code or "—",
        "origin": line.origin or "—",
        "weight": _grams(line.net_weight_g) if line.net_weight_g is not None else "—", "value": f.money(line.value, currency),
    }  # fmt: skip


def _grams(weight: Decimal | int) -> str:
    """A weight without idle zeros: 30 g, 12.5 g."""
    return f"{Decimal(weight).normalize():f} g"
