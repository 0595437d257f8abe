"""What the services would cost for some parcels: the tables of the house read once, then decided row by row.

The number of queries does not grow with the number of parcels or services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from core import policies
from core.clock import utcnow
from core.format import in_own_language
from logistics.choices import IncidentKind
from logistics.models import (
    ChoiceRule,
    DispatchNote,
    NoteLine,
    RateRow,
    RateTable,
    Service,
    ServiceDestination,
    ServiceTerms,
    Surcharge,
)
from logistics.policies import customs as customs_house
from logistics.policies.dispatch import PACKAGING_G
from logistics.rules import customs, incidents
from logistics.rules.choosing import Candidate, Choosing, Picked, Wanted, pick
from logistics.rules.customs import avoid
from logistics.rules.quotes import Quote, quote
from logistics.rules.routing import match_method
from logistics.rules.tracking import Promise, promise_for
from logistics.rules.weighing import Extra, Offer, Place, Rate, Shipment, Table, Terms
from logistics.selectors import dispatch, estimates, lanes
from logistics.selectors.customs import book as books
from logistics.selectors.customs.parcels import words
from logistics.selectors.drafting import Source, converter, sources
from logistics.selectors.incidents import open_ones as open_incidents
from logistics.selectors.tracking import tables as tracking_tables
from orders.models import Order

#: The house's own currency, in which prices are compared (declared by the worklist).
HOUSE_CURRENCY = "worklist.house_currency"
_UNTRACKED = frozenset({"none", "to_departure"})


def goods_actions(day: date | None = None) -> Mapping[str, str]:
    """What the house does about each class of goods: block, block_postal, carrier_check, country_check."""
    return {row.code: row.action for row in books.book(day or utcnow().date()).classes.values()}


def classes_of(text: str) -> frozenset[str]:
    """The goods classes of an article."""
    return frozenset(part.strip() for part in text.replace(",", ";").split(";") if part.strip())


@dataclass
class Case:
    """One parcel to be priced: what it is, and what was wished for it."""

    ship: Shipment
    wanted: Wanted
    note: DispatchNote | None = None
    order: Order | None = None
    current: str = ""
    urgent: bool = False


@dataclass
class Priced:
    """A parcel with the price or refusal of every service, cheapest first, and the service a rule would take."""

    case: Case
    candidates: list[Candidate]
    picked: Picked

    def of(self, code: str) -> Candidate | None:
        """The candidate of one service."""
        return next((c for c in self.candidates if c.quote.service == code), None)


@dataclass
class Book:
    """Everything that decides prices on a day, for some destinations."""

    day: date
    currency: str
    services: dict[str, Service]
    terms: dict[int, Terms]
    places: dict[tuple[int, str], Place]
    tables: dict[int, tuple[Table, ...]]
    extras: dict[int, tuple[Extra, ...]]
    promises: list[Promise]
    rules: list[Choosing]
    convert: Any
    customs: customs.Book
    actions: Mapping[str, str]
    lane_book: lanes.Book
    disturbed: list[incidents.Disturbance] = field(default_factory=list)
    _facts: list[Any] = field(default_factory=list)

    def offer(self, service: Service, country: str) -> Offer:
        """One service towards one country."""
        return Offer(
            dispatch.facts_of_service(service), service.kind, self.terms.get(service.pk, Terms()),
            self.places.get((service.pk, country), Place()), self.tables.get(service.pk, ()), self.extras.get(service.pk, ()),
            service.days_min, service.days_max,
        )  # fmt: skip

    def promise_days(self, service: Service, country: str) -> int | None:
        """Days that are promised with a service to a country."""
        found = promise_for(self.promises, service=service.code, kind=service.kind, country=country)
        return found.promise_days if found else None

    def paid(self, method: str) -> str:
        """The service that the buyer's words mean."""
        self._facts = self._facts or [dispatch.facts_of_service(s) for s in self.services.values()]
        return match_method(method, self._facts)

    def candidate(self, service: Service, ship: Shipment) -> Candidate:
        """One service for one parcel."""
        found = quote(self.offer(service, ship.country), ship, actions=self.actions, convert=self.convert)
        cost = self.convert(found.total, found.currency, self.currency) if found.total is not None else None
        return Candidate(
            found,
            service.kind,
            service.tracking_level not in _UNTRACKED,
            cost,
            self.promise_days(service, ship.country),
            lane_days=self.lane_days(service, ship.country),
        )

    def lane(self, service: Service, country: str) -> lanes.Answer | None:
        """The curve that answers for a parcel handed over on the day."""
        return self.lane_book.answer(service, country, self.lane_book.figures.season(self.day))

    def lane_days(self, service: Service, country: str) -> int | None:
        """Days by which the lane delivers all but the house's risk; None where it has too few parcels or does not reach it."""
        found = self.lane(service, country)
        return found.advised() if found is not None and found.enough else None

    def against(self, service: Service, case: Case) -> str:
        """Why the rule of the country advises against a service for these goods; "" when it does not."""
        advice = avoid.read(self.customs.country(case.ship.country).carrier_avoid)
        told = [
            in_own_language(row.reason_zh, row.reason) for row in advice
            if row.holds(service=service.code, carrier=service.carrier, classes=case.ship.classes, urgent=case.urgent)
        ]  # fmt: skip
        return "; ".join(told)

    def stopped(self, service: Service, country: str, store_id: int | None) -> incidents.Disturbance | None:
        """The incident that stops a service for new parcels there."""
        return incidents.stopping(self.disturbed, service_id=service.pk, country=country, store_id=store_id)

    def _new(self, service: Service, case: Case) -> Candidate:
        """One service for a parcel that is still to be sent: an incident refuses it, whatever it would cost."""
        found = replace(self.candidate(service, case.ship), against=self.against(service, case))
        stop = self.stopped(service, case.ship.country, case.wanted.store_id)
        if stop is None:
            return found
        told = {"incident": stop.number, "kind": str(IncidentKind(stop.kind).label)}
        return replace(found, quote=Quote(service.code, "incident", told), cost=None)

    def price(self, case: Case) -> Priced:
        """All services for one parcel, those that are switched on."""
        made = [self._new(service, case) for service in self.services.values() if service.active]
        made.sort(key=lambda c: (c.quote.total is None, c.cost is None, c.cost or 0, c.quote.service))
        return Priced(case, made, pick(made, self.rules, case.wanted))


def book(day: date, countries: Iterable[str]) -> Book:
    """The tables of the house as valid on ``day`` for these destinations, in a fixed number of queries."""
    wanted = set(countries)
    services = {service.code: service for service in Service.objects.all()}
    places = ServiceDestination.objects.filter(country__in=wanted, valid_from__lte=day).order_by("valid_from")
    return Book(
        day=day, currency=str(policies.value(policies.POLICIES[HOUSE_CURRENCY], day)), services=services,
        terms=_terms(day), places={(row.service_id, row.country): place_of(row) for row in places},
        tables=_tables(wanted), extras=_extras(day), promises=tracking_tables(day).promises,
        rules=[rule_of(row) for row in ChoiceRule.objects.filter(active=True)], convert=converter(day),
        customs=books.book(day), actions=goods_actions(day), lane_book=lanes.book(day, services.values(), wanted),
        disturbed=open_incidents(utcnow()),
    )  # fmt: skip


def _terms(day: date) -> dict[int, Terms]:
    found: dict[int, Terms] = {}
    for row in ServiceTerms.objects.order_by("valid_from"):
        if row.valid_from <= day or row.service_id not in found:
            found[row.service_id] = terms_of(row)
    return found


def terms_of(row: ServiceTerms) -> Terms:
    """Terms as the rules read them."""
    return Terms(
        volumetric=row.volumetric, divisor=row.divisor, side_cm=row.volumetric_side_cm, ratio=row.volumetric_ratio,
        groups=tuple(part.strip() for part in row.volumetric_groups.split(";") if part.strip()), rounding_g=row.rounding_g,
        min_charge_g=row.min_charge_g, bulk_from_g=row.bulk_from_g, max_side_cm=row.max_side_cm, max_sum_cm=row.max_sum_cm,
        max_girth_cm=row.max_girth_cm, min_sides=sides_of(row.min_size_cm), fuel=row.fuel, accepts=row.accepts or {},
    )  # fmt: skip


def sides_of(text: str) -> tuple[Decimal, ...]:
    """The sides of "14x11"."""
    return tuple(Decimal(part) for part in text.lower().split("x") if part.strip())


def place_of(row: ServiceDestination) -> Place:
    """A destination as the rules read it."""
    return Place(row.zone, row.max_weight_g, row.max_side_cm, row.max_sum_cm, row.max_girth_cm)


def _tables(countries: set[str]) -> dict[int, tuple[Table, ...]]:
    rates: dict[int, list[Rate]] = defaultdict(list)
    rows = RateRow.objects.filter(
        Q(destination__in=countries) | Q(destination="*") | Q(destination__startswith="zone:"), table__active=True
    )
    for row in rows:
        rates[row.table_id].append(rate_of(row))
    found: dict[int, list[Table]] = defaultdict(list)
    for table in RateTable.objects.filter(active=True):
        found[table.service_id].append(table_of(table, rates[table.pk]))
    return {service: tuple(tables) for service, tables in found.items()}


def table_of(row: RateTable, rates: Sequence[Rate]) -> Table:
    """A rate table as the rules read it."""
    return Table(row.pk, row.name, row.currency, row.valid_from, row.valid_to, row.level, tuple(rates))


def rate_of(row: RateRow) -> Rate:
    """A row of a rate table as the rules read it."""
    return Rate(
        row.pk, row.destination, row.from_g, row.to_g, row.item_fee, row.per_kg, row.variant, row.cargo, row.first_weight_g,
        row.first_fee, row.step_g, row.step_fee, row.min_charge_g, row.min_value, row.max_value, row.value_currency,
        row.days_min, row.days_max,
    )  # fmt: skip


def _extras(day: date) -> dict[int, tuple[Extra, ...]]:
    """Surcharges of the day; of fuel and discounts for the same countries the newest counts."""
    found: dict[int, dict[Any, Extra]] = defaultdict(dict)
    rows = Surcharge.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    for row in rows.order_by("valid_from", "pk"):
        single = row.kind in ("fuel", "discount")
        found[row.service_id][(row.kind, row.countries) if single else row.pk] = extra_of(row)
    return {service: tuple(extras.values()) for service, extras in found.items()}


def extra_of(row: Surcharge) -> Extra:
    """A surcharge as the rules read it."""
    return Extra(
        row.kind, row.percent, row.amount, row.per_kg, row.minimum, row.currency, _list(row.countries),
        tuple(code.replace(" ", "").upper() for code in _list(row.postcodes)), row.over_side_cm, row.over_weight_g, row.with_fuel,
    )  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", ";").split(";") if part.strip())


def rule_of(row: ChoiceRule) -> Choosing:
    """A choosing rule as the rules read it."""
    return Choosing(
        in_own_language(row.name_zh, row.name), _list(row.services) or ("*",), row.strategy, row.store_id, _list(row.countries),
        frozenset(_list(row.goods_classes)), row.keep_promise, row.tracked_only,
    )  # fmt: skip


# --- what is to be sent ----------------------------------------------------------------------------------------------------


def cases_of_notes(notes: Sequence[DispatchNote], held: Book, weights: Mapping[int, int] | None = None) -> list[Case]:
    """Notes as parcels to be priced; ``weights``: what the scale said, by note id."""
    ids = [note.pk for note in notes]
    goods = NoteLine.objects.filter(note_id__in=ids).values_list(
        "note_id", "quantity", "sku__weight_g", "sku__goods_class"
    )
    known: dict[int, list[tuple[int, Decimal | None, str]]] = defaultdict(list)
    for note_id, quantity, weight, name in goods:
        known[note_id].append((quantity, weight, name))
    sides = estimates.sizes_of(ids)
    places = dispatch.addresses(note.order_id for note in notes)
    packing = int(policies.value(PACKAGING_G, held.day))
    made = []
    for note in notes:
        place = places.get(note.order_id)
        ship = Shipment(
            note.country, (weights or {}).get(note.pk) or packed_weight(known[note.pk], packing), held.day,
            sides=sides.get(note.pk, ()), classes=frozenset().union(*(classes_of(row[2]) for row in known[note.pk])),
            postcode=place.postcode if place else "", value_in=_value_in(held, note.declared_value, note.declared_currency),
        )  # fmt: skip
        made.append(_case(held, ship, note.order, note))
    return made


def packed_weight(rows: Sequence[tuple[int, Decimal | None, str]], packing: int) -> int | None:
    """Goods and packing in grams; None when an article's weight is not known, or there is nothing."""
    if not rows or any(weight is None for _quantity, weight, _name in rows):
        return None
    return (
        int(
            sum((quantity * (weight or Decimal(0)) for quantity, weight, _name in rows), Decimal(0)).to_integral_value()
        )
        + packing
    )


def _value_in(held: Book, value: Decimal, currency: str) -> Any:
    return lambda wanted: held.convert(value, currency, wanted)


def _case(held: Book, ship: Shipment, order: Order, note: DispatchNote | None) -> Case:
    paid = held.paid(order.shipping_method)
    days = held.promise_days(held.services[paid], ship.country) if paid else None
    wanted = Wanted(order.store_id, ship.country, ship.classes, paid, days)
    text = order.note.casefold()
    urgent = any(word in text for word in words(policies.value(customs_house.URGENT_WORDS, held.day)))
    return Case(ship, wanted, note, order, note.service.code if note and note.service else "", urgent)


def price_note(note: DispatchNote, now: datetime) -> tuple[Book, Priced]:
    """The prices of one note, with the tables they rest on."""
    held = book(now.date(), [note.country])
    return held, held.price(cases_of_notes([note], held)[0])


def open_note(order: Order) -> DispatchNote | None:
    """The open note of an order with what pricing reads."""
    rows = DispatchNote.objects.filter(order=order, state__in=dispatch.OPEN_NOTES)
    return rows.select_related("order", "service").first()


def price_order(order: Order, now: datetime) -> tuple[Book, Priced]:
    """The prices of what is still to be sent of an order, with the tables they rest on."""
    held = book(now.date(), [order.country])
    return held, held.price(_case_of_source(held, sources([order])[order.pk]))


def _case_of_source(held: Book, source: Source) -> Case:
    order = source.order
    rows = [(piece.quantity, piece.sku.weight_g, piece.sku.goods_class) for piece in source.pieces]
    ship = Shipment(
        order.country, packed_weight(rows, int(policies.value(PACKAGING_G, held.day))), held.day,
        classes=frozenset().union(*(classes_of(row[2]) for row in rows)),
        postcode=source.address.postcode if source.address else "",
        value_in=_value_in(held, source.value, order.currency),
    )  # fmt: skip
    return _case(held, ship, order, None)


@dataclass(frozen=True)
class Asked:
    """A parcel described by hand: for a program or the page of prices."""

    country: str
    weight_g: int
    sides: tuple[Decimal, ...] = ()
    classes: frozenset[str] = frozenset()
    value: Decimal | None = None
    currency: str = ""
    postcode: str = ""
    duties_paid: bool = False
    method: str = ""
    store_id: int | None = None


def price_asked(asked: Asked, day: date) -> tuple[Book, Priced]:
    """The prices of a parcel described by hand, with the tables they rest on."""
    held = book(day, [asked.country])
    value = asked.value
    ship = Shipment(
        asked.country, asked.weight_g, day, asked.sides, asked.classes, asked.postcode, asked.duties_paid,
        value_in=_value_in(held, value, asked.currency) if value is not None else lambda currency: None,
    )  # fmt: skip
    paid = held.paid(asked.method)
    days = held.promise_days(held.services[paid], ship.country) if paid else None
    return held, held.price(Case(ship, Wanted(asked.store_id, ship.country, ship.classes, paid, days)))


def sized(ship: Shipment, sides: tuple[Decimal, ...]) -> Shipment:
    """The same parcel with a packed size that somebody said."""
    return replace(ship, sides=sides)
