"""What is printed, as one data record."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import format as f
from logistics.choices import SignatureKind, SupplyRoute
from logistics.documents.glyphs import UNKNOWN, missing_glyphs, shown
from logistics.models import Manifest, Parcel, PrintBatch
from logistics.rules import packing
from logistics.rules.barcodes import Drawing, code128, qr
from logistics.selectors import printing as reads
from logistics.selectors.printing import Sheet
from logistics.services.printing import LABELS, NOTES, PICK_LIST


def batch_record(batch: PrintBatch, now: datetime) -> tuple[dict[str, Any], dict[int, str]]:
    """The data of a batch and the labels that must be left out (log id -> reason). ``now`` is the time printed on it: the
    time the batch was made, so that a second run gives the same bytes."""
    sheets = reads.sheets(batch)
    with translation.override(batch.language):
        problems = {
            sheet.log.pk: reason for sheet in sheets if LABELS in batch.documents and (reason := label_problem(sheet))
        }
        record: dict[str, Any] = {
            "number": batch.number,
            "lang": "zh" if batch.language.startswith("zh") else "en",
            "words": _words(),
            "printed": _stamp(now, sheets),
            "owner": batch.owner.label if batch.owner else "",
            "ok": _drawing(code128("OK", width_mm=30, height_mm=7)),
        }
        record["pick"] = None
        if PICK_LIST in batch.documents:
            record["pick"] = _pick_list(sheets) | {"number": batch.number}
        record["notes"] = [_note(sheet) for sheet in sheets] if NOTES in batch.documents else []
        labels = [s for s in sheets if s.number and s.log.pk not in problems] if LABELS in batch.documents else []
        record["labels"] = [_label(sheet) for sheet in labels]
    return record, problems


def _stamp(now: datetime, sheets: Sequence[Sheet]) -> str:
    zone = sheets[0].note.warehouse.time_zone if sheets else "UTC"
    return now.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def label_problem(sheet: Sheet) -> str:
    """Why the label of a note cannot be printed, in words, or ""."""
    if not sheet.number:
        return _("no waybill number")
    lost = missing_glyphs(sheet.address.values())
    if lost:
        return _("no font can print: %(signs)s") % {"signs": " ".join(lost[:10])}
    if not sheet.number.isascii():
        return _("the waybill number cannot be written as a bar code")
    if not any(sheet.address[name].strip() for name in ("line1", "city")):
        return _("the address is missing")
    return ""


def digest(record: dict[str, Any]) -> str:
    """What a batch says, as a digest."""
    return hashlib.sha256(json.dumps(record, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _drawing(made: Drawing) -> dict[str, Any]:
    return {"svg": made.svg, "width": made.width, "height": made.height}


def _words() -> dict[str, str]:
    return {
        "page": pgettext("print", "Page"),
        "reprint": pgettext("print", "REPRINT"),
        "pick_list": pgettext("print", "Pick list"),
        "bin": pgettext("print", "Bin"),
        "article": pgettext("print", "Article"),
        "name": pgettext("print", "Name"),
        "pieces": pgettext("print", "Pieces"),
        "notes": pgettext("print", "Notes"),
        "fragile": pgettext("print", "FRAGILE"),
        "pieces_total": pgettext("print", "Pieces"),
        "note": pgettext("print", "Dispatch note"),
        "order": pgettext("print", "Order"),
        "ship_to": pgettext("print", "Ship to"),
        "service": pgettext("print", "Service"),
        "waybill": pgettext("print", "Waybill number"),
        "no_number": pgettext("print", "none yet"),
        "clocks": pgettext("print", "Times"),
        "supply": pgettext("print", "Supply"),
        "done": pgettext("print", "Done"),
        "assort": _("Mix colours and styles evenly"),
        "wish": _("Buyer's wish"),
        "checks": _("Before sealing"),
        "ok_hint": _("Scan to confirm the next check"),
        "declared": _("Declared value"),
        "sale_of_goods": _("Sale of goods"),
        "from": pgettext("print", "From"),
        "to": pgettext("print", "To"),
        "revision": pgettext("print", "Rev."),
    }


def check_words() -> dict[str, str]:
    """The check list in words."""
    return {
        packing.QUALITY: _("Quality is good"),
        packing.COLOUR: _("Colour and style are right"),
        packing.ARTICLE: _("All articles are the right ones"),
        packing.FRAGILE: _("Fragile goods are wrapped"),
        packing.ADDRESS: _("Address is that of the order"),
        packing.WEIGHT: _("Weight is right: opened and counted"),
    }


def _name(line: Any) -> str:
    chinese = (translation.get_language() or "").startswith("zh")
    names = (line.sku.name_zh, line.sku.name_en) if chinese else (line.sku.name_en, line.sku.name_zh)
    return shown(next((name for name in names if name), line.sku.code))


def _pick_list(sheets: Sequence[Sheet]) -> dict[str, Any]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sheet in sheets:
        for line in sheet.lines:
            sort, code = sheet.bins.get(line.sku_id, ("~", "—"))
            key = (sort, line.sku.code)
            row = rows.setdefault(
                key,
                {
                    "bin": code,
        packing.WISH: _("Buyer's wish is met"),
                    "code": shown(line.sku.code),
                    "name": _name(line),
                    "variant": shown(line.sku.variant),
                    "quantity": 0,
                    "fragile": line.fragile,
                },
            )
            row["quantity"] += line.quantity
            where[key].append(f"{sheet.note.number.removeprefix('DN-')}×{line.quantity}")
    for key, row in rows.items():
        row["notes"] = "  ".join(where[key])
    return {
        "rows": [rows[key] for key in sorted(rows)],
        "pieces": str(sum(row["quantity"] for row in rows.values())),
        "notes": str(len(sheets)),
    }


def _address(sheet: Sheet) -> dict[str, Any]:
    a = sheet.address
    town = " ".join(part for part in (a["city"], a["state"], a["postcode"]) if part.strip())
    lines = [
        shown(text) for text in (a["line1"], a["line2"], town, f"☎ {a['phone']}" if a["phone"] else "") if text.strip()
    ]
    return {"recipient": shown(a["recipient"]) or "—", "lines": [line.replace(f"{UNKNOWN} ", "Tel ") for line in lines]}


def _note(sheet: Sheet) -> dict[str, Any]:
    note, zone = sheet.note, ZoneInfo(sheet.note.warehouse.time_zone)
    times = (
        (_("To the warehouse by"), note.due_at),
        (_("Pick-up"), note.pickup_at),
        (_("Shop's latest dispatch"), note.order.ship_by),
    )
    wanted = [
        packing.WantedLine(line.pk, line.sku.code, frozenset(), line.quantity, line.fragile) for line in sheet.lines
    ]
    words = check_words()
    return {
        "number": note.number,
        "position": sheet.log.position,
        "revision": note.revision,
        "reprint": sheet.log.reprint,
        "single": _surely_one_page(sheet),
        "code": _drawing(code128(note.number, width_mm=56, height_mm=13)),
        "store": shown(note.store.name),
        "order": shown(note.order.number),
        "address": _address(sheet),
        "country": note.country,
        "country_name": f.country_name(note.country),
        "service": note.service.code if note.service else "—",
        "service_name": shown(_service_name(note.service)),
        "waybill": sheet.number,
        "clocks": [[label, at.astimezone(zone).strftime("%m-%d %H:%M")] for label, at in times if at],
        "supply": str(SupplyRoute(note.supply).label),
        "remark": shown(note.order.note[:400]),
        "lines": [_line(sheet, line) for line in _by_shelf(sheet)],
        "pieces": str(sum(line.quantity for line in sheet.lines)),
        "checks": [words[name] for name in packing.required_checks(wanted) if name != packing.ARTICLE],
        "declared": f.money(note.declared_value, note.declared_currency),
        "declarations": [_declaration(line, note.declared_currency) for line in sheet.lines],
        "signatures": [_signature(s, zone) for s in sheet.signatures],
    }


def _signature(signature: Any, zone: ZoneInfo) -> list[str]:
    return [
        str(SignatureKind(signature.kind).label),
        f"{shown(signature.label)} · {signature.at.astimezone(zone):%m-%d %H:%M}",
    ]


def _surely_one_page(sheet: Sheet) -> bool:
    """Whether a note certainly fits one page (counting pages costs the typesetter a second pass): few lines, short texts."""
    rows = sum(
        2 + len(line.wish) // 40 + line.assort + len(_name(line) + line.sku.variant) // 45 for line in sheet.lines
    )
    return rows + len(sheet.lines) * 1.2 + len(sheet.note.order.note) / 60 <= 26


def _by_shelf(sheet: Sheet) -> list[Any]:
    """The lines in the walk along the shelves."""
    return sorted(sheet.lines, key=lambda line: (sheet.bins.get(line.sku_id, ("~", ""))[0], line.position))


def _line(sheet: Sheet, line: Any) -> dict[str, Any]:
    return {
        "bin": sheet.bins.get(line.sku_id, ("", "—"))[1],
        "code": shown(line.sku.code),
        "name": _name(line),
        "variant": shown(line.sku.variant),
        "quantity": line.quantity,
        "wish": shown(" · ".join(filter(None, [line.wish, _("spare piece, free") if line.spare else ""]))),
        "assort": line.assort,
        "fragile": line.fragile,
    }


def _declaration(line: Any, currency: str) -> str:
    text = line.sku.customs_text or _("(no customs text)")
    code = f" · HS {line.sku.hs_code}" if line.sku.hs_code else ""
    return shown(f"{line.quantity} × {text}{code} · {f.money(line.value, currency)}")


def _service_name(service: Any) -> str:
    if service is None:
        return ""
    chinese = (translation.get_language() or "").startswith("zh")
    return (service.name_zh or service.name_en) if chinese else service.name_en


def _label(sheet: Sheet) -> dict[str, Any]:
    note, house = sheet.note, sheet.note.warehouse
    address = _address(sheet)
    longest = max([len(address["recipient"]), *(len(line) for line in address["lines"])])
    contents = ", ".join(f"{line.sku.code}×{line.quantity}" for line in sheet.lines[:4])
    with translation.override("en"):
        name = f.country_name(note.country)
    return {
        "number": sheet.number,
        "note": note.number,
        "position": sheet.log.position,
        "reprint": sheet.log.reprint,
        "service": note.service.code if note.service else "",
        "service_name": shown(note.service.name_en if note.service else ""),
        "country": note.country,
        "country_name": name.upper(),
        "address": address,
        "size": 11 if longest <= 34 and len(address["lines"]) <= 3 else 9.5 if longest <= 60 else 8,
        "sender": shown(
            ", ".join(part for part in (house.sender_name or house.name, house.address, house.country) if part)
        ),
        "code": _drawing(code128(sheet.number, width_mm=88, height_mm=18)),
        "qr": _drawing(qr(sheet.number, side_mm=22)),
        "contents": shown(contents + (" …" if len(sheet.lines) > 4 else "")),
    }


def hand_over_record(
    parcels: Sequence[Parcel], *, actor_label: str, now: datetime, manifest: Manifest | None = None
) -> dict[str, Any]:
    """The list that goes with parcels handed to a carrier, in groups by service, with a line to sign on; that of a
    ``manifest`` names its number, and who signed when it is signed."""
    groups: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        groups[parcel.service.code if parcel.service else "—"].append(parcel)
    house = next((p.warehouse for p in parcels if p.warehouse), None)
    zone = ZoneInfo(house.time_zone if house else "UTC")
    moment = now.astimezone(zone)
    taken = ""
    if manifest is not None and manifest.signed_at is not None:
        taken = f"{manifest.taken_by} · {manifest.counted} · {manifest.signed_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return {
        "number": manifest.number if manifest else "",
        "code": _drawing(code128(manifest.number, width_mm=44, height_mm=9)) if manifest else None,
        "taken": shown(taken),
        "lang": "zh" if (translation.get_language() or "").startswith("zh") else "en",
        "printed": f"{moment:%Y-%m-%d %H:%M}",
        "house": shown(", ".join(p for p in (house.name, house.address) if p)) if house else "",
        "by": shown(actor_label),
        "count": str(len(parcels)),
        "words": {
            "title": _("Hand-over list"),
            "from": pgettext("print", "From"),
            "service": pgettext("print", "Service"),
            "parcels": pgettext("print", "Parcels"),
            "number": pgettext("print", "Waybill number"),
            "parcel": pgettext("print", "Parcel"),
            "country": pgettext("print", "Country"),
            "weight": pgettext("print", "Weight"),
            "handed": _("Handed over by"),
            "taken": _("Taken over by (carrier)"),
            "signature": _("Name, signature, time"),
            "total": pgettext("print", "Total"),
            "page": pgettext("print", "Page"),
        },
        "groups": [
            {
                "service": code,
                "carrier": shown(rows[0].service.carrier if rows[0].service else ""),
                "count": str(len(rows)),
                "weight": f.weight(sum(p.weight_g or 0 for p in rows)) or "",
                "rows": [
                    [p.tracking_number, p.number, p.country, f.weight(p.weight_g) if p.weight_g else ""] for p in rows
                ],
            }
            for code, rows in sorted(groups.items())
        ],
    }
