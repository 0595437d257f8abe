"""What a signature rests on: everything that stands in its way, and every input of an approval rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from core.audit import subject_type
from core.models import ActivityEntry
from inventory import selectors as stock_selectors
from logistics.models import DispatchNote, NoteLine
from logistics.rules import customs
from logistics.rules.approval import SignFacts, margin_percent
from logistics.rules.customs import BLOCK, REVIEW, Finding
from logistics.rules.packing import address_digest
from logistics.rules.routing import match_method
from logistics.selectors import dispatch, incidents
from logistics.selectors.customs import parcels as declared
from logistics.selectors.dispatch import OPEN_NOTES
from logistics.selectors.drafting import converter
from logistics.selectors.instead import services_instead
from orders.choices import OrderState
from orders.models import OrderLine


def changed_since(note_ids: Sequence[int], moment: datetime) -> set[int]:
    """Which of the notes got another revision after ``moment``."""
    lines = ActivityEntry.objects.filter(subject_type=subject_type(DispatchNote), subject_id__in=note_ids)
    return set(lines.filter(verb="note.edit", at__gt=moment).values_list("subject_id", flat=True))


@dataclass
class Case:
    """One note as its signers and the approval rules see it."""

    note: DispatchNote
    lines: list[NoteLine] = field(default_factory=list)
    sign: SignFacts = field(default_factory=lambda: SignFacts("", ""))
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    approved: frozenset[str] = frozenset()
    parcel: customs.Parcel | None = None
    book: customs.Book | None = None
    landed: customs.Landed | None = None
    short: dict[int, int] = field(default_factory=dict)

    @property
    def open_reviews(self) -> list[Finding]:
        """What the customs rules ask a person to look at, and nobody has approved on this revision."""
        return [f for f in self.findings if f.level == REVIEW and f.key not in self.approved]


def lines_of(note_ids: Sequence[int]) -> dict[int, list[NoteLine]]:
    """The lines of notes in their order, with their SKU. One query."""
    found: dict[int, list[NoteLine]] = defaultdict(list)
    rows = NoteLine.objects.filter(note_id__in=note_ids).select_related("sku").order_by("note_id", "position")
    for line in rows:
        found[line.note_id].append(line)
    return found


def unwritten_lines(order_ids: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """Open lines of each order that its open note cannot have: those whose channel SKU nobody has matched yet, and those
    that are matched but not on the note, because the note has not followed. One query."""
    written = NoteLine.objects.filter(order_line_id=OuterRef("pk"), note__state__in=OPEN_NOTES)
    rows = OrderLine.objects.filter(
        Q(item__matched=False) | ~Exists(written), order_id__in=order_ids, item__not_goods=False,
        shipped_quantity__lt=F("quantity"),
    ).values_list("order_id", "item__matched")  # fmt: skip
    found = list(rows)
    return (
        Counter(order for order, matched in found if not matched),
        Counter(order for order, matched in found if matched),
    )


def cases(notes: Sequence[DispatchNote], now: datetime) -> dict[int, Case]:
    """The case of each note (with ``order``, ``store``, ``service`` loaded). The queries do not grow with the notes."""
    order_ids = [note.order_id for note in notes]
    lines = lines_of([note.pk for note in notes])
    unmatched, not_followed = unwritten_lines(order_ids)
    short = stock_selectors.shortfall(order_ids)
    places = dispatch.addresses(order_ids)
    services = dispatch.service_facts()
    first = first_orders(order_ids)
    convert = converter(now.date())
    known = declared.around(
        notes, lines, convert, day=now.date(), with_address=frozenset(places),
        instead=services_instead(notes, convert, now.date()),
    )  # fmt: skip
    made = {}
    for note in notes:
        mine = lines[note.pk]
        case = Case(note, mine, short=short.get(note.order_id, {}))
        parcel = declared.parcel_of(note, mine, known, convert)
        case.parcel, case.book = parcel, known.book
        case.findings = customs.check(parcel, known.book, convert=convert, limits=known.limits)
        case.landed = customs.estimate(parcel, known.book, convert=convert) if mine else None
        case.approved = declared.approved_keys(note, known.reviews.get(note.pk, ()))
        digest = address_digest(dispatch.address_parts(places.get(note.order_id), note.order.country))
        case.sign = SignFacts(
            state=note.state, order_state=note.order.state, intercept=note.order.intercept, unmatched=unmatched[note.order_id],
            not_followed=not_followed[note.order_id],
            lines=len(mine), service=note.service.code if note.service else "", stopped_by=_stopped_by(note, now),
            customs_blocks=sum(f.level == BLOCK for f in case.findings), address_changed=digest != note.address_digest,
        )  # fmt: skip
        paid = match_method(note.order.shipping_method, services)
        case.facts = _facts(case, convert, paid, first)
        made[note.pk] = case
    return made


def _stopped_by(note: DispatchNote, now: datetime) -> str:
    """The number of the incident that stops the note's service, or ""."""
    found = incidents.of_note(note, now)
    return found.number if found else ""


def first_orders(order_ids: Sequence[int]) -> set[int]:
    """Those of the orders that are the first of their buyer. One query."""
    rows = OrderLine.objects.filter(order_id__in=order_ids).values_list(
        "order_id", "order__placed_at", "order__buyer__first_order_at"
    )
    return {order for order, placed, first in rows.distinct() if first is None or placed <= first}


def _facts(case: Case, convert: Any, paid_service: str, first: set[int]) -> dict[str, Any]:
    note, order = case.note, case.note.order
    cost = _cost(case.lines, note.declared_currency, convert)
    return {
        "in_stock": not case.short,
        "margin_percent": margin_percent(note.declared_value, cost),
        "has_wish": any(line.wish or line.assort for line in case.lines),
        "held": order.state == OrderState.HELD or bool(order.intercept),
        "customs_review": bool(case.open_reviews) or any(f.level == BLOCK for f in case.findings),
        "service_needs_look": not note.service or bool(paid_service and note.service.code != paid_service),
        "cost_known": cost is not None,
        "new_buyer": order.pk in first,
        "country": note.country,
        "value": note.declared_value,
        "currency": note.declared_currency,
        "service": note.service.code if note.service else "",
        "store": note.store.code,
        "order_type": order.type,
        "pieces": sum(line.quantity for line in case.lines),
        "supply": note.supply,
    }


def _cost(lines: Sequence[NoteLine], currency: str, convert: Any) -> Decimal | None:
    total = Decimal(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        each = convert(line.unit_cost, line.sku.cost_currency, currency)
        if each is None:
            return None
        total += each * line.quantity
    return total if lines else None
