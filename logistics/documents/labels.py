"""Labels as data: what stands on one, and why one cannot be printed."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import format as f
from core.said import Said
from logistics.choices import LabelSize, LabelState
from logistics.documents.glyphs import UNKNOWN, breakable, lost_in, shown
from logistics.models import CarrierLabel, Declaration
from logistics.rules.barcodes import Drawing, code128, qr
from logistics.selectors.printing import Sheet

#: Height of the label and room of the address on it (millimetres).
HEIGHTS: Mapping[str, int] = {LabelSize.SQUARE: 100, LabelSize.TALL: 150}
_ROOM: Mapping[int, int] = {100: 25, 150: 52}
#: The smallest letters in which an address is still set: width of a wide letter, height of a line (millimetres), column.
_EM, _LINE, _COLUMN = 1.48, 2.25, 66
#: The content of a parcel as customs read it.
CONTENT: Mapping[str, str] = {
    "sale_of_goods": "Sale of goods", "gift": "Gift", "commercial_sample": "Commercial sample", "documents": "Documents",
    "returned_goods": "Returned goods", "other": "Other",
}  # fmt: skip
LONGEST_CUSTOMS = 300
#: A number keeps its order inside a text that runs from right to left.
_LTR, _END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def field_words() -> dict[str, str]:
    """The fields of a label and its papers in words."""
    return {
        "recipient": _("recipient"), "line1": _("street"), "line2": _("second address line"), "city": _("city"), "state": _("state"),
        "postcode": _("postcode"), "phone": _("phone"), "country": _("country"), "sender": _("our own address"),
        "customs": _("customs text"), "importer": _("recipient's ID"), "number": _("waybill number"),
    }  # fmt: skip


def label_problem(
    sheet: Sheet, size: str = LabelSize.SQUARE, declaration: Declaration | None = None, own: CarrierLabel | None = None
) -> str:
    """Why the label of a note (and the customs papers with it) cannot be printed, or "": a code that :func:`problem_words`
    says in the reader's language. A label of the carrier's own (``own``) needs no letters of ours."""
    if not sheet.number:
        return "no_number"
    if own is not None and own.state == LabelState.WAITING:
        return "label_waits"
    lost = lost_in(_fields(sheet, declaration))
    if lost:
        return "glyph:" + ";".join(f"{one.sign} {one.code_point} {one.field}" for one in lost[:6])
    if own is not None:
        return ""
    if not sheet.number.isascii():
        return "not_ascii"
    if not any(sheet.address[name].strip() for name in ("line1", "city")):
        return "no_address"
    if _lines_needed(sheet) * _LINE > _ROOM[HEIGHTS[size]]:
        return "too_long"
    return ""


def problem_words(problem: str) -> str:
    """A problem of :func:`label_problem` in words; a sentence of earlier times as it was written."""
    code, _colon, rest = problem.partition(":")
    if code == "glyph" and rest:
        words = field_words()
        parts = [part.split(" ") for part in rest.split(";")]
        named = [
            f"{sign} ({point}, {words.get(field, field)})" for sign, point, field in (p for p in parts if len(p) == 3)
        ]
        return _("no font can print: %(signs)s") % {"signs": ", ".join(named)}
    return {
        "no_number": _("no waybill number"), "label_waits": _("the carrier's label has not come yet"),
        "not_ascii": _("the waybill number cannot be written as a bar code"), "no_address": _("the address is missing"),
        "too_long": _("the address is too long for the label"), "changed": _("its waybill number was torn up meanwhile"),
    }.get(problem, problem)  # fmt: skip


def problem_said(problem: str) -> Said:
    """A problem as it is kept in the log of a job: said in each reader's language."""
    code, _colon, rest = problem.partition(":")
    if code == "glyph" and rest:
        named = [f"{part[0]} ({part[1]})" for part in (text.split(" ") for text in rest.split(";")) if len(part) == 3]
        return Said(gettext_noop("no font can print: %(signs)s"), {"signs": ", ".join(named)})
    return Said({
        "no_number": gettext_noop("no waybill number"), "label_waits": gettext_noop("the carrier's label has not come yet"),
        "not_ascii": gettext_noop("the waybill number cannot be written as a bar code"),
        "no_address": gettext_noop("the address is missing"),
        "too_long": gettext_noop("the address is too long for the label"),
        "changed": gettext_noop("its waybill number was torn up meanwhile"),
    }.get(problem, problem.replace("%", "%%")))  # fmt: skip


def _fields(sheet: Sheet, declaration: Declaration | None) -> dict[str, str]:
    """Every text of a label and its papers by field."""
    fields = {**sheet.address, "sender": sender_of(sheet)}
    if declaration is not None:
        texts = [f"{line.description} {line.material}" for line in declaration.lines.all()]
        fields |= {
            "customs": " ".join([*texts, declaration.content_text, declaration.comments]),
            "importer": declaration.recipient_id,
        }
    return fields


def _lines_needed(sheet: Sheet) -> int:
    """How many lines the address takes in the smallest letters."""
    found = address_record(sheet.address)
    return sum(max(1, math.ceil(_width(text) / _COLUMN)) for text in (found["recipient"], *found["lines"]))


def _width(text: str) -> float:
    return sum(_EM if unicodedata.east_asian_width(c) in "WF" else _EM * 0.62 for c in text)


def drawing(made: Drawing) -> dict[str, Any]:
    """A bar code as the templates take it."""
    return {"svg": made.svg, "width": made.width, "height": made.height}


def address_record(a: Mapping[str, str]) -> dict[str, Any]:
    """An address as it is written on a parcel."""
    town = " ".join(part for part in (a["city"], a["state"], a["postcode"]) if part.strip())
    lines = [
        breakable(text, 24)
        for text in (a["line1"], a["line2"], town, f"☎ {_LTR}{a['phone']}{_END}" if a["phone"] else "")
        if text.strip()
    ]
    lines = [line.replace(f"{UNKNOWN} ", "Tel ") for line in lines]
    return {
        "recipient": breakable(a["recipient"], 24) or "—",
        "lines": lines,
        "dir": direction("".join([a["recipient"], *lines])),
    }


def direction(text: str) -> str:
    """The way a text runs: "rtl" when most of its letters do."""
    kinds = [unicodedata.bidirectional(c) for c in text]
    return "rtl" if sum(k in ("R", "AL") for k in kinds) > sum(k == "L" for k in kinds) else "ltr"


def sender_of(sheet: Sheet) -> str:
    """Our own address on one line."""
    house = sheet.note.warehouse
    return ", ".join(part for part in (house.sender_name or house.name, house.address, house.country) if part)


def customs_text(sheet: Sheet, declaration: Declaration | None) -> str:
    """Content type and description as customs read them (DSP-12), from the declaration; from the note before its release."""
    kind = CONTENT.get(sheet.note.content_type, sheet.note.content_type)
    if declaration is not None and declaration.content_text:
        kind = f"{kind} ({declaration.content_text})" if sheet.note.content_type == "other" else kind
    if declaration is not None:
        texts = [f"{line.quantity} {line.description}" for line in declaration.lines.all()]
    else:
        texts = [f"{line.quantity} {line.sku.customs_text}" for line in sheet.lines if line.sku.customs_text]
    text = "; ".join(dict.fromkeys(texts))
    return shown(f"{kind}: {text[:LONGEST_CUSTOMS]}{'…' if len(text) > LONGEST_CUSTOMS else ''}" if text else kind)


def label_record(
    sheet: Sheet, *, size: str, declaration: Declaration | None = None, own: CarrierLabel | None = None
) -> dict[str, Any]:
    """One label; ``own``: the carrier's label that is printed at its place."""
    note = sheet.note
    inside = list(sheet.declaration.lines.all()) if sheet.declaration else sheet.lines  # of every order in the parcel
    contents = ", ".join(f"{line.sku.code}×{line.quantity}" for line in inside[:4])
    with translation.override("en"):
        name = f.country_name(note.country)
    return {
        "number": sheet.number,
        "note": note.number,
        "position": sheet.log.position,
        "reprint": sheet.log.reprint,
        "height": HEIGHTS[size],
        "service": note.service.code if note.service else "",
        "service_name": shown(note.service.name_en if note.service else ""),
        "country": note.country,
        "country_name": name.upper(),
        "address": address_record(sheet.address),
        "sender": shown(sender_of(sheet)),
        "code": drawing(code128(sheet.number, width_mm=88, height_mm=18)),
        "qr": drawing(qr(sheet.number, side_mm=22)),
        "contents": shown(contents + (" …" if len(inside) > 4 else "")),
        "customs": customs_text(sheet, declaration),
        "own": None
        if own is None
        else {"mark": f"own-label-{own.number_id}", "key": str(own.number_id), "digest": own.digest},
        "papers": [],
    }
