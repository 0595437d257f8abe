"""What a parcel costs with a service, line by line, or why the service does not take it.

The order of the steps: actual weight, volumetric weight, the rule of the service, its minimum, its step, the weight band,
item fee, discount on the freight only, fuel on the freight, surcharges. A limit that is broken refuses the parcel and is
named; a refused parcel has no price. Nothing is lowered to fit: neither a weight nor a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from logistics.rules.weighing import (
    BATTERIES,
    KILO,
    ZERO,
    Extra,
    Offer,
    Rate,
    Shipment,
    Table,
    acceptance,
    charged_g,
    kilos,
    limit_broken,
    near_cliff,
    up_to,
    volumetric_g,
)

Convert = Callable[[Decimal, str, str], Decimal | None]


def _no_rate(amount: Decimal, source: str, target: str) -> Decimal | None:
    return amount if source == target else None


@dataclass(frozen=True)
class Line:
    """One line of the sum; the lines add up to the total to the cent. ``fields`` fill its sentence."""

    kind: str
    amount: Decimal
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """A price with its sum, or a refusal: a stable code and the fields of its sentence. ``warnings``: what is not certain."""

    service: str
    refusal: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    total: Decimal | None = None
    lines: tuple[Line, ...] = ()
    charge_g: int | None = None
    volumetric_g: int | None = None
    table_id: int | None = None
    rate_id: int | None = None
    table: str = ""
    variant: str = ""
    days_min: int | None = None
    days_max: int | None = None
    warnings: tuple[str, ...] = ()


# --- the row of the table ------------------------------------------------------------------------------------------------


def tables_on(tables: Sequence[Table], day: date) -> tuple[list[Table], str]:
    """The newest version of each table valid on ``day``; else nothing and why: no_rates, table_expired, table_future."""
    newest: dict[str, Table] = {}
    for table in sorted(tables, key=lambda t: t.valid_from):
        if table.valid_from <= day:
            newest[table.name] = table
    valid = [table for table in newest.values() if table.valid_to is None or table.valid_to >= day]
    if valid:
        return valid, ""
    if newest:
        return [], "table_expired"
    return [], "table_future" if tables else "no_rates"


def fitting(rates: Sequence[Rate], offer: Offer, ship: Shipment, special: frozenset[str]) -> tuple[list[Rate], str]:
    """The rows for this destination, cargo, value and weight, or at which of these the search ended."""
    names = (ship.country, f"zone:{offer.place.zone}" if offer.place.zone else "", "*")
    found = next((rows for name in names if name and (rows := [r for r in rates if r.destination == name])), [])
    if not found:
        return [], "no_rates"
    found = _for_cargo(found, special)
    if not found:
        return [], "cargo"
    valued = [rate for rate in found if _value_fits(rate, ship)]
    if not valued:
        bounded = [rate for rate in found if rate.value_currency]
        unknown = any(ship.value_in(rate.value_currency) is None for rate in bounded)
        return [], "value_unknown" if unknown else "price_group"
    heavy = [rate for rate in valued if rate.from_g < _charge(offer, ship, rate) <= rate.to_g]
    return heavy, "" if heavy else "band"


def _for_cargo(rates: Sequence[Rate], special: frozenset[str]) -> list[Rate]:
    order = ("general", "battery_ok")
    if special:
        order = ("special", "battery_ok", "general") if special <= BATTERIES else ("special", "general")  # type: ignore[assignment]
    return next((rows for name in order if (rows := [rate for rate in rates if rate.cargo == name])), [])


def _value_fits(rate: Rate, ship: Shipment) -> bool:
    if rate.min_value is None and rate.max_value is None:
        return True
    value = ship.value_in(rate.value_currency)
    if value is None:
        return False
    # A list names whole units (1-1500, 1501-7000): what lies between two groups belongs to the upper one.
    low = rate.min_value is None or value >= rate.min_value or (_whole(rate.min_value) and value > rate.min_value - 1)
    return low and (rate.max_value is None or value <= rate.max_value)


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _charge(offer: Offer, ship: Shipment, rate: Rate) -> int:
    return charged_g(
        offer.terms, actual=ship.weight_g or 0, sides=ship.sides, variant=rate.variant, least=rate.min_charge_g
    )


def freight(rate: Rate, grams: int) -> Decimal:
    """The freight of one row for a chargeable weight, without its item fee; exact."""
    if rate.first_fee is None:
        return rate.per_kg * grams / KILO
    over = max(grams - (rate.first_weight_g or 0), 0)
    steps = up_to(over, rate.step_g) // rate.step_g if rate.step_g else 0
    return rate.first_fee + steps * (rate.step_fee or ZERO)


# --- the sum -------------------------------------------------------------------------------------------------------------


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def summed(parts: Sequence[tuple[str, Decimal, dict[str, str]]]) -> tuple[Decimal, tuple[Line, ...]]:
    """The total, rounded once, and its lines to the cent so that they add up to it."""
    exact, shown, lines = ZERO, ZERO, []
    for kind, amount, fields in parts:
        exact += amount
        lines.append(Line(kind, _cents(exact) - shown, fields))
        shown = _cents(exact)
    return shown, tuple(lines)


def parts_of(
    offer: Offer, ship: Shipment, rate: Rate, grams: int, currency: str, convert: Convert
) -> list[tuple[str, Decimal, dict[str, str]]] | None:
    """What makes up the price, unrounded; None when an amount in another currency has no exchange rate."""
    carried = freight(rate, grams)
    made = [("freight", carried, _how(rate, grams))]
    if rate.item_fee:
        made.append(("item", rate.item_fee, {}))
    off = sum((e.percent or ZERO for e in offer.extras if e.kind == "discount" and _hits(e, ship)), ZERO)
    if off:
        made.append(("discount", -carried * off / 100, {"percent": f"{off.normalize():f}"}))
        carried -= carried * off / 100
    fuel = sum((e.percent or ZERO for e in offer.extras if e.kind == "fuel" and _hits(e, ship)), ZERO)
    further: list[tuple[str, Decimal, dict[str, str]]] = []
    fuelled = carried
    for extra in offer.extras:
        if extra.kind in ("discount", "fuel") or not _hits(extra, ship):
            continue
        amount = _surcharge(extra, carried, grams, currency, convert)
        if amount is None:
            return None
        further.append((extra.kind, amount, {}))
        fuelled += amount if extra.with_fuel else ZERO
    if fuel:
        made.append(("fuel", fuelled * fuel / 100, {"percent": f"{fuel.normalize():f}"}))
    return [*made, *further]


def _how(rate: Rate, grams: int) -> dict[str, str]:
    if rate.first_fee is None:
        return {"weight": kilos(grams), "per_kg": f"{rate.per_kg.normalize():f}"}
    over = max(grams - (rate.first_weight_g or 0), 0)
    steps = up_to(over, rate.step_g) // rate.step_g if rate.step_g else 0
    return {
        "weight": kilos(grams), "first": f"{rate.first_fee.normalize():f}", "steps": str(steps),
        "step": f"{(rate.step_fee or ZERO).normalize():f}",
    }  # fmt: skip


def _hits(extra: Extra, ship: Shipment) -> bool:
    if extra.countries and ship.country not in extra.countries:
        return False
    if extra.kind == "remote":
        code = ship.postcode.replace(" ", "").upper()
        return bool(code) and any(code.startswith(prefix) for prefix in extra.postcodes)
    if extra.kind == "oversize":
        long = extra.over_side_cm is not None and max(ship.sides, default=ZERO) > extra.over_side_cm
        return long or (extra.over_weight_g is not None and (ship.weight_g or 0) > extra.over_weight_g)
    if extra.kind == "battery":
        return bool(ship.classes & BATTERIES)
    return extra.kind != "duties_paid" or ship.duties_paid


def _surcharge(extra: Extra, carried: Decimal, grams: int, currency: str, convert: Convert) -> Decimal | None:
    amount = carried * (extra.percent or ZERO) / 100
    own = (extra.amount or ZERO) + (extra.per_kg or ZERO) * grams / KILO
    own = max(own, extra.minimum or ZERO)
    if own:
        converted = convert(own, extra.currency, currency)
        if converted is None:
            return None
        amount += converted
    return amount


def quote(
    offer: Offer, ship: Shipment, *, actions: Mapping[str, str] | None = None, convert: Convert = _no_rate
) -> Quote:
    """The price of ``ship`` with one service, or its refusal. Of several rows that fit, the contract's level counts, else
    the cheapest."""
    code = offer.facts.code
    reason, fields = limit_broken(offer, ship)
    if reason:
        return Quote(code, reason, fields)
    stopped, name = acceptance(offer, ship.classes, actions or {})
    if stopped and stopped != "check":
        return Quote(code, stopped, {"goods": name})
    special = frozenset(c for c in ship.classes if c in offer.terms.accepts or (actions or {}).get(c) in _CARRIED)
    tables, why = tables_on(offer.tables, ship.day)
    priced: list[Quote] = []
    for table in tables:
        rates, ended = fitting(table.rates, offer, ship, special)
        why = why or ended
        level = [rate for rate in rates if rate.variant == table.level] if table.level else []
        priced += filter(None, (_priced(offer, ship, table, rate, convert) for rate in level or rates))
        why = "rate_missing" if rates and not priced else why
    if not priced:
        return Quote(code, why or "no_rates", _why_fields(offer, ship, tables, why))
    best = min(priced, key=lambda q: (q.total or ZERO, q.rate_id or 0))
    return replace(best, warnings=_warnings(offer, ship, name if stopped else ""))


#: What the house does about a class that makes it special cargo for a carrier.
_CARRIED = frozenset({"block_postal", "carrier_check"})


def _priced(offer: Offer, ship: Shipment, table: Table, rate: Rate, convert: Convert) -> Quote | None:
    grams = _charge(offer, ship, rate)
    parts = parts_of(offer, ship, rate, grams, table.currency, convert)
    if parts is None:
        return None
    total, lines = summed(parts)
    own = (rate.days_min, rate.days_max) if rate.days_max else (offer.days_min, offer.days_max)
    return Quote(
        offer.facts.code, currency=table.currency, total=total, lines=lines, charge_g=grams,
        volumetric_g=volumetric_g(ship.sides, offer.terms.divisor), table_id=table.id, rate_id=rate.id, table=table.name,
        variant=rate.variant, days_min=own[0], days_max=own[1],
    )  # fmt: skip


def _why_fields(offer: Offer, ship: Shipment, tables: Sequence[Table], why: str) -> dict[str, str]:
    if why == "band":
        most = max((rate.to_g for table in tables for rate in table.rates), default=0)
        return {"is": kilos(ship.weight_g or 0), "limit": kilos(most)}
    if why == "table_expired":
        ends = [table.valid_to for table in offer.tables if table.valid_to]
        return {"day": f"{max(ends):%Y-%m-%d}"} if ends else {}
    if why == "table_future":
        return {"day": f"{min(table.valid_from for table in offer.tables):%Y-%m-%d}"}
    return {}


def _warnings(offer: Offer, ship: Shipment, doubt: str) -> tuple[str, ...]:
    terms, place, made = offer.terms, offer.place, []
    sized = terms.volumetric != "none" or any(
        (terms.max_side_cm, terms.max_sum_cm, terms.max_girth_cm, place.max_side_cm, place.max_girth_cm)
    )
    if len(ship.sides) != 3 and sized:
        made.append("size_unknown")
    if near_cliff(terms, ship.weight_g or 0, volumetric_g(ship.sides, terms.divisor)):
        made.append("near_cliff")
    if doubt:
        made.append(f"ask:{doubt}")
    if terms.fuel and not any(extra.kind == "fuel" for extra in offer.extras):
        made.append("fuel_missing")
    return tuple(made)
