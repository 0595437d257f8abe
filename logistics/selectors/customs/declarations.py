"""Declarations: how one is drawn from a note, and how it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from core import policies
from logistics.models import Declaration, DispatchNote, Parcel, RecipientId
from logistics.policies import customs as house
from logistics.rules import customs
from logistics.selectors import dispatch
from logistics.selectors.customs import book as books
from logistics.selectors.customs.parcels import ALL_SCHEMES, declared_lines, words
from logistics.selectors.drafting import converter
from logistics.selectors.signing import lines_of


@dataclass
class Drawn:
    """What the record of one note says: columns, and columns of its lines."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)


def drawn(notes: Sequence[DispatchNote], now: datetime) -> dict[int, Drawn]:
    """The record of each note (with ``order``, ``store``, ``service`` loaded). The queries do not grow with the notes."""
    day = now.date()
    book, convert = books.book(day), converter(day)
    along: dict[int, list[DispatchNote]] = defaultdict(list)
    for rider in DispatchNote.objects.filter(together__in=notes).select_related("order").order_by("pk"):
        along[rider.together_id or 0].append(rider)
    lines = lines_of([note.pk for note in (*notes, *(one for riders in along.values() for one in riders))])
    numbers = dispatch.live_numbers(note.pk for note in notes)
    ids = {
        (buyer, country): number
        for buyer, country, number in RecipientId.objects.filter(
            buyer_id__in={note.order.buyer_id for note in notes}
        ).values_list("buyer_id", "country", "number")
    }
    limit = Decimal(str(policies.value(house.CN22_LIMIT, day)))
    platforms = words(policies.value(house.PLATFORM_TAXES, day))
    ours = books.numbers_of_stores((note.store_id for note in notes), day)
    made = {}
    for note in notes:
        rule, own = book.country(note.country), ours[note.store_id]
        box = [note, *along[note.pk]]
        mine = [] if note.together_id else [line for one in box for line in lines.get(one.pk, [])]
        total = sum((one.declared_value for one in box), Decimal(0))
        scheme = rule.pos_tax_scheme
        number = own[scheme].number if scheme in own else ""
        freight = sum((one.order.shipping_fee for one in box), Decimal(0))
        parcel = customs.Parcel(note.country, note.declared_currency, declared_lines(mine), freight=freight)
        collected = number or (note.store.kind in platforms and scheme in ALL_SCHEMES)
        if not collected or customs.taxed_at_sale(parcel, rule, convert) is False:
            scheme, number = "", ""
        live = numbers.get(note.pk)
        one = Drawn(
            facts={
                "revision": 0 if note.together_id else note.revision, "currency": note.declared_currency, "goods_total": total,
                "freight": freight,
                "sender_eori": own["EORI"].number if "EORI" in own else "",
                "recipient_id": ids.get((note.order.buyer_id, note.country), ""), "tax_scheme": scheme, "tax_number": number,
                "form": _form(note, total, mine, limit, convert), "item_number": live.number[:60] if live else "", "rules_of": day,
            }
        )  # fmt: skip
        for position, line in enumerate(mine, start=1):
            weight = None if line.sku.weight_g is None else line.sku.weight_g * line.quantity
            classes = book.classes_of(line.sku.hs_code, line.sku.goods_class)
            one.lines.append({
                "position": position, "sku_id": line.sku_id, "description": line.sku.customs_text, "quantity": line.quantity,
                "net_weight_g": weight, "unit_value": line.unit_value, "value": line.value,
                "hs_code": book.tariff_code(line.sku.hs_code, note.country)[:12], "origin": line.sku.origin,
                "material": line.sku.material, "goods_class": ";".join(row.code for row in classes)[:200],
            })  # fmt: skip
        made[note.pk] = one
    return made


def _form(note: DispatchNote, total: Decimal, lines: Sequence[Any], limit: Decimal, convert: Any) -> str:
    weights = [None if line.sku.weight_g is None else line.sku.weight_g * line.quantity for line in lines]
    known = None if any(w is None for w in weights) else sum((w for w in weights if w is not None), Decimal(0))
    return customs.choose_form(
        kind=note.service.kind if note.service else "", service_form=note.service.customs_form if note.service else "",
        value=convert(total, note.declared_currency, "EUR"), limit=limit, weight_g=known,
    )  # fmt: skip


def declaration_of(note: DispatchNote) -> Declaration | None:
    """The record of a note, or None before its release."""
    return Declaration.objects.filter(note=note).prefetch_related("lines__sku").first()


def for_print(note_id: int) -> Declaration | None:
    """The record of a note with what its papers name, or None before its release."""
    rows = Declaration.objects.select_related("note", "note__order", "note__warehouse", "note__store")
    return rows.filter(note_id=note_id, revision__gt=0).first()


def unsent_parcels(parcels: Sequence[Parcel], now: datetime) -> set[int]:
    """Those of the parcels (with ``service``) whose service wants electronic data first, and did not get it for the present
    revision of the note. Asks nothing while no service wants it."""
    asked = set(words(policies.value(house.ADVANCE_DATA, now)))
    wanted = {
        p.note_id: p.pk
        for p in parcels
        if asked
        and p.note_id
        and p.together_id is None
        and p.service
        and {p.service.code.casefold(), p.service.kind.casefold()} & asked
    }
    if not wanted:
        return set()
    sent = Declaration.objects.filter(
        note_id__in=wanted, data_sent_at__isnull=False, revision=F("note__revision")
    ).values_list("note_id", flat=True)  # fmt: skip
    return {parcel for note, parcel in wanted.items() if note not in set(sent)}


def public(row: Declaration, *, personal: bool) -> dict[str, Any]:
    """A declaration as programs read it; the recipient's number only for those who may see it."""
    plain = (
        "revision", "currency", "incoterm", "sender_eori", "tax_scheme", "tax_number", "form", "item_number", "gross_weight_g",
        "battery", "licence", "certificate", "invoice", "non_delivery",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "goods_total": f"{row.goods_total:.4f}", "freight": f"{row.freight:.4f}", "insurance": f"{row.insurance:.4f}",
        "recipient_id": row.recipient_id if personal else "",
        "rules_of": f"{row.rules_of:%Y-%m-%d}" if row.rules_of else None,
        "data_sent_at": row.data_sent_at.isoformat() if row.data_sent_at else None,
        "lines": [
            {
                "position": line.position, "sku": line.sku.code, "description": line.description, "quantity": line.quantity,
                "unit": line.unit, "net_weight_g": None if line.net_weight_g is None else f"{line.net_weight_g:.2f}",
                "unit_value": f"{line.unit_value:.4f}", "value": f"{line.value:.4f}", "hs_code": line.hs_code,
                "origin": line.origin, "material": line.material, "goods_class": line.goods_class,
            }
            for line in row.lines.all()
        ],
    }  # fmt: skip
