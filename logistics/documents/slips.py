"""What lies in the parcel or goes back with it, in the buyer's language: packing slip, insert card, return label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from conversations.services.cards import Card
from core import format as f
from logistics.documents.glyphs import breakable, shown
from logistics.documents.labels import HEIGHTS, address_record, drawing
from logistics.documents.slip_words import language_here, slip_words
from logistics.rules.barcodes import code128, qr
from logistics.selectors.printing import Sheet


def slip_record(sheet: Sheet, *, batch: str = "") -> dict[str, Any]:
    """The packing slip of a note: what is in the parcel, no prices (it may be a present)."""
    note, language = sheet.note, language_here(sheet.language)
    day = note.released_at or note.drafted_at
    return {
        "key": f"{note.pk}", "lang": language, "words": dict(slip_words(sheet.language)), "bound": _bound(sheet, batch),
        "store": shown(note.store.name), "order": shown(note.order.number),
        "date": f"{day.astimezone(ZoneInfo(note.store.time_zone)):%Y-%m-%d}",
        "address": address_record(sheet.address), "country": shown(country(note.country, sheet.language)),
        "service": shown(note.service.name_en if note.service else "—"), "number": sheet.number or "—",
        "lines": [_line(line, language) for line in sheet.lines],
        "pieces": str(sum(line.quantity for line in sheet.lines)),
    }  # fmt: skip


def card_record(sheet: Sheet, card: Card, *, batch: str = "") -> dict[str, Any]:
    """The insert card of a note: its text as the house or the store wrote it, the shop's address as text and QR code."""
    return {
        "lang": language_here(card.language), "bound": _bound(sheet, batch), "store": shown(sheet.note.store.name),
        "heading": shown(card.heading), "paragraphs": [shown(part) for part in card.body.split("\n") if part.strip()],
        "link": breakable(card.link, 20), "qr": drawing(qr(card.link, side_mm=26)) if card.link else None,
    }  # fmt: skip


def return_record(sheet: Sheet, *, to: str, size: str, reference: str) -> dict[str, Any]:
    """The label for goods that come back: to us, from the buyer, with a code our receiving desk reads."""
    address = address_record(sheet.address)
    house = sheet.note.warehouse
    own = [house.sender_name or house.name, house.address, house.country, house.phone]
    ours = [line for line in to.splitlines() if line.strip()] or own
    return {
        "lang": language_here(sheet.language), "words": dict(slip_words(sheet.language)), "height": HEIGHTS[size],
        "dir": address["dir"],
        "from": [address["recipient"], *address["lines"], shown(country(sheet.note.country, sheet.language))],
        "to": [shown(line) for line in ours if line and line.strip()], "country": house.country, "reference": reference,
        "code": drawing(code128(reference, width_mm=84, height_mm=16)),
    }  # fmt: skip


def empty_parcel(title: str) -> dict[str, Any]:
    """The record of ``parcel.typ`` with nothing in it yet."""
    return {"title": title, "returns": [], "slips": [], "cards": []}


def country(code: str, language: str) -> str:
    """A country in a buyer's language; by its English name where that language has none."""
    try:
        names: Mapping[str, str] = Locale.parse(language.replace("-", "_"), sep="_").territories
    except (UnknownLocaleError, ValueError):
        names = {}
    return names.get(code) or f.country_name(code)


def card_facts(sheet: Sheet, now: datetime) -> dict[str, Any]:
    """What the text of a card may name of a parcel."""
    return {
        "order_no": sheet.note.order.number,
        "buyer_name": sheet.address["recipient"],
        "tracking_no": sheet.number or None,
    }


def _bound(sheet: Sheet, batch: str) -> str:
    return f"{sheet.note.number} · {batch} / {sheet.log.position}" if batch else sheet.note.number


def _line(line: Any, language: str) -> dict[str, str]:
    return {"code": breakable(line.sku.code), "name": _name(line, language), "variant": breakable(line.sku.variant, 24),
            "quantity": str(line.quantity)}  # fmt: skip


def _name(line: Any, language: str) -> str:
    names = (line.sku.name_zh, line.sku.name_en) if language == "zh" else (line.sku.name_en, line.sku.name_zh)
    return breakable(next((name for name in names if name), line.sku.code), 30)
