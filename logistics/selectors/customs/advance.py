"""Parcels whose electronic customs data the carrier still has to get, and what that data says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from core import policies
from core.audit import Actor
from logistics.choices import NoteState
from logistics.models import Declaration, DispatchNote, NatureCode
from logistics.policies import customs as house
from logistics.rules.customs import valid
from logistics.rules.customs.advance import Fault, Item, faults
from logistics.rules.customs.lines import folded
from logistics.selectors import dispatch
from logistics.selectors.customs import book as books
from logistics.selectors.customs.parcels import words
from logistics.selectors.customs.shipped import natures

#: Notes whose parcel is under way to the carrier.
WITH_DATA = (NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED)
_POSTAL = ("postal_", "ems")


def nature_codes_for(actor: Actor) -> QuerySet[NatureCode]:
    """All versions."""
    return NatureCode.objects.all()


def nature_of(day: date) -> dict[str, str]:
    """Content type -> nature of transaction on ``day``; the shipped code while the table has none."""
    found = valid(NatureCode.objects.all(), day, lambda row: row.content_type, lambda row: row.valid_from)
    return {**{row["content_type"]: row["code"] for row in natures()}, **{row.content_type: row.code for row in found}}


def waiting() -> QuerySet[Declaration]:
    """Declarations of signed parcels in the house whose carrier has not got their data."""
    return Declaration.objects.filter(
        note__state__in=WITH_DATA, revision=F("note__revision"), data_sent_at__isnull=True, note__service__isnull=False
    )


def by_carrier(now: datetime) -> list[dict[str, Any]]:
    """How many parcels wait, by carrier: all, sealed ones, and whether any of its services wants the data first."""
    rows = waiting().order_by().values(carrier=F("note__service__carrier"))
    counted = rows.annotate(n=Count("pk"), sealed=Count("pk", filter=Q(note__state=NoteState.PACKED)))
    asked = set(words(policies.value(house.ADVANCE_DATA, now)))
    kinds = (
        waiting()
        .order_by()
        .values_list("note__service__carrier", "note__service__code", "note__service__kind")
        .distinct()
    )
    first = {carrier for carrier, code, kind in kinds if {code.casefold(), kind.casefold()} & asked}
    return [{**row, "first": row["carrier"] in first} for row in counted.order_by("carrier")]


def notes_waiting(carrier: str) -> list[int]:
    """The notes of a carrier whose data has not been given."""
    return list(waiting().filter(note__service__carrier=carrier).order_by("note_id").values_list("note_id", flat=True))


def notes_of_batch(batch_id: int) -> list[int]:
    """The notes of a print batch, in its order."""
    rows = DispatchNote.objects.filter(prints__batch_id=batch_id).order_by("prints__position")
    return list(rows.values_list("pk", flat=True))


@dataclass
class Told:
    """What the data of some parcels says: those that may go into a file, and everything wrong."""

    good: list[Item]
    faults: list[Fault]
    note_ids: list[int]


def told(note_ids: Sequence[int], now: datetime) -> Told:
    """The data of these notes, checked. Notes without a declaration of their present revision are named. The queries do not
    grow with the notes."""
    day = now.date()
    held = list(
        Declaration.objects.filter(note_id__in=note_ids, revision=F("note__revision"), revision__gt=0)
        .select_related("note", "note__order", "note__order__buyer", "note__warehouse", "note__service")
        .prefetch_related("lines")
    )
    places = dispatch.addresses(row.note.order_id for row in held)
    book, nature = books.book(day), nature_of(day)
    vague = {folded(word.term) for word in book.stopwords if word.whole}
    persons = {folded(word) for word in words(policies.value(house.PERSON_WORDS, day))}
    contact = bool(policies.value(house.ASK_CONTACT, day))
    made = Told([], [], [])
    by_note = {row.note_id: row for row in held}
    for note_id in note_ids:
        row = by_note.get(note_id)
        if row is None:
            continue
        item = _item(row, dispatch.address_parts(places.get(row.note.order_id), row.note.order.country), nature, book)
        found = faults(item, vague=vague, persons=persons, asks_contact=contact)
        made.faults += found
        if not any(not fault.warns for fault in found):
            made.good.append(item)
            made.note_ids.append(note_id)
    missing = DispatchNote.objects.filter(pk__in=set(note_ids) - set(by_note)).order_by("pk")
    made.faults += [
        Fault(number, 0, "reference", "no_declaration") for number in missing.values_list("number", flat=True)
    ]
    return made


def _item(row: Declaration, to: dict[str, str], nature: dict[str, str], book: Any) -> Item:
    note, house_, service = row.note, row.note.warehouse, row.note.service
    columns = {
        "item_number": row.item_number, "reference": note.number, "service": service.code if service else "",
        "carrier": service.carrier if service else "", "transaction": nature.get(note.content_type, ""), "content_type": note.content_type,
        "sender_name": house_.sender_name or house_.name, "sender_address": house_.address, "sender_country": house_.country,
        "sender_phone": house_.phone, "sender_eori": row.sender_eori, "recipient_name": to["recipient"],
        **{f"recipient_{name}": to[name] for name in ("line1", "line2", "city", "state", "postcode", "phone")},
        "recipient_country": note.country, "recipient_email": note.order.buyer.email if note.order.buyer else "",
        "recipient_reference": row.recipient_id, "gross_weight_g": row.gross_weight_g, "currency": row.currency,
        "goods_total": row.goods_total, "postage": row.freight, "insurance": row.insurance, "incoterm": row.incoterm,
        "tax_scheme": row.tax_scheme, "tax_number": row.tax_number, "non_delivery": row.non_delivery, "licence": row.licence,
        "certificate": row.certificate, "invoice": row.invoice or note.number,
    }  # fmt: skip
    articles = [
        {
            "line": line.position, "description": line.description, "material": line.material, "quantity": line.quantity,
            "unit": line.unit, "net_weight_g": line.net_weight_g, "unit_value": line.unit_value, "value": line.value,
            "hs_code": line.hs_code, "origin": line.origin,
        }
        for line in sorted(row.lines.all(), key=lambda line: line.position)
    ]  # fmt: skip
    postal = bool(service and service.kind.startswith(_POSTAL))
    return Item(columns, articles, postal, book.country(note.country).hs_digits)
