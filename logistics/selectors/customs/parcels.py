"""Notes as the customs check reads them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core import policies
from logistics.choices import DifferenceState, NoteState
from logistics.models import (
    CustomsReview,
    DispatchNote,
    NoteLine,
    Parcel,
    RecipientId,
    ValueDifference,
    ValueMedian,
)
from logistics.policies import customs as house
from logistics.rules import customs
from logistics.selectors.customs import book as books

#: Every scheme there is: a platform that collects tax does so wherever one is asked.
ALL_SCHEMES = frozenset(
    ("IOSS", "UK_VAT", "VOEC", "AU_GST", "NZ_GST", "SG_OVR", "MY_LVG", "CL_SIMPLIFIED_VAT", "REMESSA_CONFORME", "CH_MAIL_ORDER")
)  # fmt: skip


@dataclass
class Around:
    """What is known around a set of notes, each asked with one query."""

    book: customs.Book
    limits: customs.Limits
    instead: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    ids: Mapping[tuple[int, str], str] = field(default_factory=dict)
    differences: Mapping[int, list[ValueDifference]] = field(default_factory=dict)
    reviews: Mapping[int, list[CustomsReview]] = field(default_factory=dict)
    others: Mapping[int, tuple[Decimal, int]] = field(default_factory=dict)
    medians: Mapping[tuple[int, str], Decimal] = field(default_factory=dict)
    gross: Mapping[int, int] = field(default_factory=dict)
    numbers: Mapping[int, frozenset[str]] = field(default_factory=dict)
    taxed_by_platform: frozenset[str] = frozenset()
    asked_by_platform: frozenset[str] = frozenset()
    urgent: Sequence[str] = ()


def words(text: Any) -> list[str]:
    """The words of a house rule that lists some."""
    return [word.strip().casefold() for word in re.split(r"[,;，；]", str(text)) if word.strip()]


def around(
    notes: Sequence[DispatchNote], lines: Mapping[int, Sequence[NoteLine]], convert: customs.book.Convert, *,
    day: date, with_address: frozenset[int], instead: Mapping[int, tuple[str, ...]],
) -> Around:  # fmt: skip
    """Everything the check asks about ``notes``; ``instead``: services for those whose own may not carry the value. The
    queries do not grow with them."""
    ids = [note.pk for note in notes]
    differences: dict[int, list[ValueDifference]] = defaultdict(list)
    for row in ValueDifference.objects.filter(note_id__in=ids).order_by("pk"):
        differences[row.note_id].append(row)
    reviews: dict[int, list[CustomsReview]] = defaultdict(list)
    for seen in CustomsReview.objects.filter(note_id__in=ids).order_by("pk"):
        reviews[seen.note_id].append(seen)
    packed = [note.pk for note in notes if note.state == NoteState.PACKED]
    scale = Parcel.objects.filter(note_id__in=packed).values_list("note_id", "weight_g") if packed else ()
    return Around(
        book=books.book(day), limits=books.limits(day), instead=instead, ids=_recipient_ids(notes), differences=differences,
        reviews=reviews, others=_others(notes, convert, with_address), medians=_medians(notes, lines, day),
        gross={pk: weight for pk, weight in scale if weight},
        numbers={
            store: frozenset(found)
            for store, found in books.numbers_of_stores((note.store_id for note in notes), day).items()
        },
        taxed_by_platform=frozenset(words(policies.value(house.PLATFORM_TAXES, day))),
        asked_by_platform=frozenset(words(policies.value(house.PLATFORM_IDS, day))),
        urgent=words(policies.value(house.URGENT_WORDS, day)),
    )  # fmt: skip


def _recipient_ids(notes: Sequence[DispatchNote]) -> dict[tuple[int, str], str]:
    rows = RecipientId.objects.filter(buyer_id__in={note.order.buyer_id for note in notes})
    return {(buyer, country): number for buyer, country, number in rows.values_list("buyer_id", "country", "number")}


def _others(
    notes: Sequence[DispatchNote], convert: customs.book.Convert, with_address: frozenset[int]
) -> dict[int, tuple[Decimal, int]]:
    """Value and number of the other notes of the same buyer and address that were drafted on the same day."""
    asked = [note for note in notes if note.order_id in with_address and note.address_digest]
    if not asked:
        return {}
    rows = DispatchNote.objects.filter(
        order__buyer_id__in={note.order.buyer_id for note in asked},
        address_digest__in={note.address_digest for note in asked},
    ).exclude(state=NoteState.WITHDRAWN)
    by_place: dict[tuple[int, str], list[tuple[int, datetime, Decimal, str]]] = defaultdict(list)
    for pk, buyer, digest, at, value, currency in rows.values_list(
        "pk", "order__buyer_id", "address_digest", "drafted_at", "declared_value", "declared_currency"
    ):
        by_place[buyer, digest].append((pk, at, value, currency))
    found = {}
    for note in asked:
        zone = ZoneInfo(note.warehouse.time_zone)
        day = note.drafted_at.astimezone(zone).date()
        amounts = [
            convert(value, currency, note.declared_currency) or Decimal(0)
            for pk, at, value, currency in by_place[note.order.buyer_id, note.address_digest]
            if pk != note.pk and at.astimezone(zone).date() == day
        ]
        if amounts:
            found[note.pk] = (sum(amounts, Decimal(0)), len(amounts))
    return found


def _medians(
    notes: Sequence[DispatchNote], lines: Mapping[int, Sequence[NoteLine]], day: date
) -> dict[tuple[int, str], Decimal]:
    headings = {line.sku.hs_code[:6] for note in notes for line in lines.get(note.pk, ()) if line.sku.hs_code}
    least = int(policies.value(house.MEDIAN_LINES, day))
    rows = ValueMedian.objects.filter(
        store_id__in={note.store_id for note in notes}, hs6__in=headings, lines__gte=least
    )
    return {(store, hs6): value for store, hs6, value in rows.values_list("store_id", "hs6", "per_kg_usd")}


def accepted_value(differences: Sequence[ValueDifference], line: NoteLine) -> ValueDifference | None:
    """The difference that was accepted for a line as it stands now, if there is one."""
    for row in reversed(differences):
        same = (row.order_line_id, row.sku_id, row.value, row.paid) == (
            line.order_line_id, line.sku_id, line.value, line.paid,
        )  # fmt: skip
        if same and row.state == DifferenceState.APPLIED:
            return row
    return None


def declared_lines(
    lines: Sequence[NoteLine], differences: Sequence[ValueDifference] = ()
) -> list[customs.DeclaredLine]:
    """Note lines as the customs rule reads them."""
    made = []
    for line in lines:
        difference = accepted_value(differences, line) if line.value != line.paid else None
        sku = line.sku
        made.append(
            customs.DeclaredLine(
                position=line.position, code=sku.code, description=sku.customs_text, hs_code=sku.hs_code, origin=sku.origin,
                quantity=line.quantity, value=line.value, paid=line.paid, weight_g=sku.weight_g,
                name=f"{sku.name_en} {sku.name_zh} {sku.variant}", material=sku.material, goods_class=sku.goods_class,
                accepted=difference.reason if difference else "",
            )
        )  # fmt: skip
    return made


def parcel_of(
    note: DispatchNote, lines: Sequence[NoteLine], known: Around, convert: customs.book.Convert
) -> customs.Parcel:
    """One note as the check reads it."""
    order = note.order
    platform = note.store.kind in known.taxed_by_platform
    own = known.numbers[note.store_id]
    has_id = (
        (order.buyer_id, note.country) in known.ids
        or note.store.kind in known.asked_by_platform
        or bool(note.service and note.service.customs_form == "platform")
    )
    others, count = known.others.get(note.pk, (Decimal(0), 0))
    text = order.note.casefold()
    return customs.Parcel(
        country=note.country, currency=note.declared_currency, content_type=note.content_type, freight=order.shipping_fee,
        lines=declared_lines(lines, known.differences.get(note.pk, ())), service=_service(note, known),
        urgent=any(word in text for word in known.urgent), schemes=own | (ALL_SCHEMES if platform else frozenset()),
        has_recipient_id=has_id, gross_g=Decimal(known.gross[note.pk]) if note.pk in known.gross else None,
        others=others, other_parcels=count,
        medians={hs6: value for (store, hs6), value in known.medians.items() if store == note.store_id},
    )  # fmt: skip


def _service(note: DispatchNote, known: Around) -> customs.ServiceGoods:
    service = note.service
    if service is None:
        return customs.ServiceGoods()
    return customs.ServiceGoods(
        service.code, service.kind, service.carrier, service.value_max, service.value_max_currency,
        known.instead.get(note.pk, ()),
    )  # fmt: skip


def approved_keys(note: DispatchNote, reviews: Sequence[CustomsReview]) -> frozenset[str]:
    """The findings that somebody approved on the present revision of a note."""
    return frozenset(key for row in reviews if row.revision == note.revision for key in row.keys)
