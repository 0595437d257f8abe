"""What is printed, as one data record."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conversations.services.cards import Wanted, insert_cards
from core import format as f
from logistics.choices import LabelState, SignatureKind, SupplyRoute
from logistics.documents.customs import WITH_PARCEL, paper_record
from logistics.documents.glyphs import breakable, shown
from logistics.documents.labels import HEIGHTS, address_record, drawing, label_problem, label_record
from logistics.documents.slips import card_facts, card_record, slip_record
from logistics.documents.spelling import spelled
from logistics.models import Manifest, Parcel, PrintBatch
from logistics.rules import packing
from logistics.rules.barcodes import code128
from logistics.selectors import dispatch
from logistics.selectors import printing as reads
from logistics.selectors.naming import service_name, signer_name
from logistics.selectors.printing import Sheet, card_allowed
from logistics.services.printing import CARDS, CUSTOMS, LABELS, NOTES, PICK_LIST, SLIPS


def batch_record(batch: PrintBatch, now: datetime) -> tuple[dict[str, Any], dict[int, str]]:
    """The data of a batch and the labels that must be left out (log id -> problem). ``now`` is the time printed on it: the
    time the batch was made, so that a second run gives the same bytes."""
    sheets = reads.sheets(batch)
    with translation.override(batch.language):
        problems = _problems(batch, sheets)
        record: dict[str, Any] = {
            "number": batch.number,
            "lang": "zh" if batch.language.startswith("zh") else "en",
            "words": _words(),
            "printed": _stamp(now, sheets),
            "owner": batch.owner.label if batch.owner else "",
            "ok": drawing(code128("OK", width_mm=30, height_mm=7)),
        }
        record["pick"] = None
        if PICK_LIST in batch.documents:
            record["pick"] = _pick_list(sheets) | {"number": batch.number}
        record["notes"] = [_note(sheet) for sheet in sheets] if NOTES in batch.documents else []
        good = [sheet for sheet in sheets if sheet.log.pk not in problems]
        record["labels"] = [_bound(sheet, batch) for sheet in good] if {LABELS, CUSTOMS} & set(batch.documents) else []
        record["slips"] = [slip_record(s, batch=batch.number) for s in sheets] if SLIPS in batch.documents else []
        record["cards"] = _cards(batch, sheets, now) if CARDS in batch.documents else []
    return record, problems


def _problems(batch: PrintBatch, sheets: Sequence[Sheet]) -> dict[int, str]:
    """Labels that cannot be printed, or whose number was torn up since the batch was begun: found before anything is set;
    their customs papers stay away with them."""
    if not {LABELS, CUSTOMS} & set(batch.documents):
        return {}
    live = dispatch.live_numbers(sheet.note.pk for sheet in sheets)
    found = {
        sheet.log.pk: "changed"
        if sheet.number and (sheet.note.pk not in live or live[sheet.note.pk].number != sheet.number)
        else label_problem(sheet, batch.label_size, sheet.declaration, sheet.own)
        for sheet in sheets
    }
    return {pk: problem for pk, problem in found.items() if problem}


def _bound(sheet: Sheet, batch: PrintBatch) -> dict[str, Any]:
    """A label and the customs papers that are bound to it by number, note and place in the batch."""
    own = sheet.own if sheet.own is not None and sheet.own.state == LabelState.READY else None
    made = label_record(sheet, size=batch.label_size, declaration=sheet.declaration, own=own)
    made |= {"log": sheet.log.pk, "shown": LABELS in batch.documents}
    row = sheet.declaration
    if row is not None and row.form in WITH_PARCEL and CUSTOMS in batch.documents:
        made["papers"] = [
            paper_record(
                row, sheet.address, form=row.form, key=str(sheet.log.pk), number=sheet.number,
                bound=f"{sheet.note.number} · {batch.number} / {sheet.log.position}", sheet=(100, HEIGHTS[batch.label_size]),
            )
        ]  # fmt: skip
    return made


def _cards(batch: PrintBatch, sheets: Sequence[Sheet], now: datetime) -> list[dict[str, Any]]:
    """The cards of the stores and channels that allow them."""
    wanted = [
        Wanted(sheet.note.pk, sheet.note.store, sheet.language, card_facts(sheet, now))
        for sheet in sheets
        if card_allowed(sheet.note.store, now)
    ]
    cards = insert_cards(wanted=wanted, now=now)
    return [card_record(s, cards[s.note.pk], batch=batch.number) for s in sheets if s.note.pk in cards]


def _stamp(now: datetime, sheets: Sequence[Sheet]) -> str:
    zone = sheets[0].note.warehouse.time_zone if sheets else "UTC"
    return now.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def digest(record: dict[str, Any]) -> str:
    """What a batch says, as a digest."""
    made = hashlib.sha256()
    for text in spelled(record, ensure_ascii=False, sort_keys=True):
        made.update(text.encode())
    return made.hexdigest()


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
        "wave": pgettext("print", "Wave"),
    }


def check_words() -> dict[str, str]:
    """The check list in words."""
    return {
        packing.QUALITY: _("Quality is good"),
        packing.COLOUR: _("Colour and style are right"),
        packing.ARTICLE: _("All articles are the right ones"),
        packing.FRAGILE: _("Fragile goods are wrapped"),
        packing.WISH: _("Buyer's wish is met"),
        packing.ADDRESS: _("Address is that of the order"),
        packing.WEIGHT: _("Weight is right: opened and counted"),
    }


def _name(line: Any) -> str:
    chinese = (translation.get_language() or "").startswith("zh")
    names = (line.sku.name_zh, line.sku.name_en) if chinese else (line.sku.name_en, line.sku.name_zh)
    return breakable(next((name for name in names if name), line.sku.code), 30)


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
                    "bin": breakable(code, 10),
                    "code": breakable(line.sku.code),
                    "name": _name(line),
                    "variant": breakable(line.sku.variant, 24),
                    "quantity": 0,
                    "fragile": line.fragile,
                },
            )
            row["quantity"] += line.quantity
            place = f"[{sheet.slot}]" if sheet.slot is not None else ""
            where[key].append(f"{sheet.note.number.removeprefix('DN-')}{place}×{line.quantity}")
    for key, row in rows.items():
        row["notes"] = "  ".join(where[key])
    return {
        "rows": [rows[key] for key in sorted(rows)],
        "pieces": str(sum(row["quantity"] for row in rows.values())),
        "notes": str(len(sheets)),
        "wave": ", ".join(sorted({sheet.wave for sheet in sheets if sheet.wave})),
    }


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
        "code": drawing(code128(note.number, width_mm=56, height_mm=13)),
        "store": shown(note.store.name),
        "order": shown(note.order.number),
        "address": address_record(sheet.address),
        "country": note.country,
        "country_name": f.country_name(note.country),
        "service": note.service.code if note.service else "—",
        "service_name": shown(service_name(note.service)),
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
        f"{shown(signer_name(signature))} · {signature.at.astimezone(zone):%m-%d %H:%M}",
    ]


def _surely_one_page(sheet: Sheet) -> bool:
    """Whether a note certainly fits one page (counting pages costs the typesetter a second pass): few lines, short texts."""
    rows = sum(
        2
        + len(" · ".join([line.wish, *_spare_words(sheet, line)])) // 40
        + line.assort
        + len(_name(line) + line.sku.variant) // 45
        for line in sheet.lines
    )
    return rows + len(sheet.lines) * 1.2 + len(sheet.note.order.note) / 60 <= 26


def _by_shelf(sheet: Sheet) -> list[Any]:
    """The lines in the walk along the shelves."""
    return sorted(sheet.lines, key=lambda line: (sheet.bins.get(line.sku_id, ("~", ""))[0], line.position))


def _line(sheet: Sheet, line: Any) -> dict[str, Any]:
    return {
        "bin": breakable(sheet.bins.get(line.sku_id, ("", "—"))[1], 10),
        "code": breakable(line.sku.code),
        "name": _name(line),
        "variant": breakable(line.sku.variant, 24),
        "quantity": line.quantity,
        "wish": shown(" · ".join(filter(None, [line.wish, *_spare_words(sheet, line)]))),
        "assort": line.assort,
        "fragile": line.fragile,
    }


def _spare_words(sheet: Sheet, line: Any) -> list[str]:
    """That a piece is a spare one, and who chose another number of them than the rule gives."""
    words = [_("spare piece, free")] if line.spare else []
    choice = sheet.spares.get((line.order_line_id, line.sku_id))
    if choice is not None and (line.spare or not choice.pieces):
        text = _("spare pieces: %(n)s, %(who)s: %(why)s")
        words.append(text % {"n": choice.pieces, "who": choice.label, "why": choice.reason})
    return words


def _declaration(line: Any, currency: str) -> str:
    text = line.sku.customs_text or _("(no customs text)")
    code = f" · HS {line.sku.hs_code}" if line.sku.hs_code else ""
    return shown(f"{line.quantity} × {text}{code} · {f.money(line.value, currency)}")


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
        "code": drawing(code128(manifest.number, width_mm=44, height_mm=9)) if manifest else None,
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
                "service": shown(service_name(rows[0].service)) or code,
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
