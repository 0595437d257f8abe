"""Which two notes may travel in one parcel."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from inventory import selectors as stock_selectors
from logistics.choices import NoteState
from logistics.models import DispatchNote, ScanEvent, WaveNote
from logistics.rules.packing import why_stopped
from logistics.rules.routing import why_not
from logistics.selectors import carriers, dispatch, station
from logistics.selectors.customs import book as books
from logistics.selectors.drafting import converter
from logistics.selectors.signing import lines_of
from orders.choices import OrderState

#: So many notes of one buyer are looked at.
MOST = 5


def mate_of(note: DispatchNote, now: datetime) -> DispatchNote | None:
    """The oldest printed note that may go into the parcel of this one: same store, buyer, address, warehouse, service and
    currency, not stopped, in nobody's hands, not declined, and together not beyond a limit that each alone keeps."""
    if note.together_id or note.state != NoteState.RELEASED or note.service_id is None:
        return None
    if carriers.account_of(note.service):
        return None  # the carrier was told of one order, and says so on its label
    sorted_now = WaveNote.objects.filter(note=OuterRef("pk"), left_at__isnull=True)
    rows = DispatchNote.objects.filter(
        ~Exists(sorted_now), store=note.store_id, order__buyer=note.order.buyer_id, address_digest=note.address_digest,
        warehouse=note.warehouse_id, service=note.service_id, declared_currency=note.declared_currency,
        state=NoteState.RELEASED, printed_at__isnull=False, together__isnull=True, riders__isnull=True,
        order__intercept="", order__state__in=[OrderState.READY, OrderState.PART_SHIPPED],
    )  # fmt: skip
    declined = declined_with(note)
    for mate in rows.exclude(pk=note.pk).select_related("order", "store", "service", "warehouse").order_by("pk")[:MOST]:
        if mate.number in declined or station.holder_of(mate, now) or _stopped(mate):
            continue
        if not beyond(note, mate, now):
            return mate
    return None


def _stopped(note: DispatchNote) -> bool:
    place = dispatch.addresses([note.order_id]).get(note.order_id)
    short = stock_selectors.shortfall([note.order_id]).get(note.order_id, {})
    parts = dispatch.address_parts(place, note.order.country)
    return bool(why_stopped(station.stop_facts(note, parts, short)))


def declined_with(note: DispatchNote) -> set[str]:
    """Numbers of the notes somebody decided to keep apart from this one, asked from either side."""
    rows = ScanEvent.objects.filter(answer="kept_apart", undone=False)
    mine = rows.filter(note=note).values_list("detail__other", flat=True)
    theirs = rows.filter(detail__other=note.number, note__order__buyer=note.order.buyer_id)
    return {str(number) for number in mine} | set(theirs.values_list("note__number", flat=True))


def beyond(note: DispatchNote, mate: DispatchNote, now: datetime) -> bool:
    """Whether both in one parcel pass a limit of the service or of the destination that each keeps alone."""
    together = [note, *station.riders_of(note)]
    one, both = _sum(together), _sum([*together, mate])
    convert, currency = converter(now.date()), note.declared_currency
    assert note.service is not None
    refused = why_not(
        dispatch.facts_of_service(note.service), country=note.country, weight_g=_weight([*together, mate]),
        value_in=lambda target: convert(both, currency, target),
    )  # fmt: skip
    if refused:
        return True
    rule = books.book(now.date()).country(note.country)
    for limit, unit in (
        (rule.duty_free_max, rule.currency), (rule.tax_free_max, rule.currency), (rule.pos_tax_max, rule.currency),
        (rule.formal_above, rule.formal_currency or rule.currency), (rule.review_above, rule.review_currency or rule.currency),
    ):  # fmt: skip
        if not limit or not unit:
            continue
        alone = max(
            convert(one, currency, unit) or Decimal(0), convert(mate.declared_value, currency, unit) or Decimal(0)
        )
        if alone <= limit < (convert(both, currency, unit) or Decimal(0)):
            return True
    return False


def _sum(notes: list[DispatchNote]) -> Decimal:
    return sum((note.declared_value for note in notes), Decimal(0))


def _weight(notes: list[DispatchNote]) -> int | None:
    rows = [row for lines in lines_of([note.pk for note in notes]).values() for row in lines]
    if any(row.sku.weight_g is None for row in rows):
        return None
    return int(sum((row.sku.weight_g or Decimal(0)) * row.quantity for row in rows))
