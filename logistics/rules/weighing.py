"""What a carrier weighs, measures and takes: the first half of a quote.

Actual weight, volumetric weight, the rule of the service, its minimum, its step; then the limits, the first broken one named.
Nothing is lowered to fit: neither a weight nor a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from logistics.rules.routing import ServiceFacts, why_not

ZERO = Decimal(0)
KILO = Decimal(1000)
#: From this share of the bound of a ratio rule on, the packer is warned of the jump.
NEAR = Decimal("0.9")
#: Goods that only services which say so take; everything else travels as general goods.
BATTERIES = frozenset({"battery_in_equipment", "battery_loose"})
POSTAL = frozenset({"postal_untracked", "postal_registered", "postal_tracked", "ems"})


def _no_value(currency: str) -> Decimal | None:
    return None


@dataclass(frozen=True)
class Shipment:
    """What is to be sent. ``weight_g``: goods and packing, or the scale; ``sides``: packed size in cm, () = not known."""

    country: str
    weight_g: int | None
    day: date
    sides: tuple[Decimal, ...] = ()
    classes: frozenset[str] = frozenset()
    postcode: str = ""
    duties_paid: bool = False
    value_in: Callable[[str], Decimal | None] = field(default=_no_value, compare=False)


@dataclass(frozen=True)
class Terms:
    """How a service weighs, steps and limits on a day. ``accepts``: goods class -> yes, no or check."""

    volumetric: str = "none"
    divisor: int | None = None
    side_cm: Decimal | None = None
    ratio: Decimal | None = None
    groups: tuple[str, ...] = ()
    rounding_g: int = 1
    min_charge_g: int = 0
    bulk_from_g: int | None = None
    max_side_cm: Decimal | None = None
    max_sum_cm: Decimal | None = None
    max_girth_cm: Decimal | None = None
    min_sides: tuple[Decimal, ...] = ()
    fuel: bool = False
    accepts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """What a service knows of one destination: its zone and limits of its own."""

    zone: str = ""
    max_weight_g: int | None = None
    max_side_cm: Decimal | None = None
    max_sum_cm: Decimal | None = None
    max_girth_cm: Decimal | None = None


@dataclass(frozen=True)
class Rate:
    """One row of a rate table. It holds above ``from_g`` up to ``to_g``. ``destination``: ISO code, ``zone:NAME`` or ``*``."""

    id: int
    destination: str
    from_g: int
    to_g: int
    item_fee: Decimal = ZERO
    per_kg: Decimal = ZERO
    variant: str = ""
    cargo: str = "general"
    first_weight_g: int | None = None
    first_fee: Decimal | None = None
    step_g: int | None = None
    step_fee: Decimal | None = None
    min_charge_g: int = 0
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    value_currency: str = ""
    days_min: int | None = None
    days_max: int | None = None


@dataclass(frozen=True)
class Table:
    """A dated rate table of a service. ``level``: the price level the house has by contract ("" = any that fits)."""

    id: int
    name: str
    currency: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Extra:
    """A discount, fuel or a surcharge, as valid on the day. ``countries`` and ``postcodes`` () = everywhere."""

    kind: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    per_kg: Decimal | None = None
    minimum: Decimal | None = None
    currency: str = ""
    countries: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    over_side_cm: Decimal | None = None
    over_weight_g: int | None = None
    with_fuel: bool = False


@dataclass(frozen=True)
class Offer:
    """A service with everything that decides its price."""

    facts: ServiceFacts
    kind: str = ""
    terms: Terms = Terms()
    place: Place = Place()
    tables: tuple[Table, ...] = ()
    extras: tuple[Extra, ...] = ()
    days_min: int | None = None
    days_max: int | None = None


# --- weight --------------------------------------------------------------------------------------------------------------


def up_to(grams: Decimal | int, step: int) -> int:
    """``grams`` raised to the next full ``step``."""
    return int((Decimal(grams) / step).to_integral_value(rounding=ROUND_CEILING)) * step


def volumetric_g(sides: Sequence[Decimal], divisor: int | None) -> int | None:
    """The weight that the size stands for; None when size or divisor is not known."""
    if len(sides) != 3 or not divisor:
        return None
    return up_to(sides[0] * sides[1] * sides[2] * KILO / divisor, 1)


def counts(terms: Terms, *, actual: int, volume: int, sides: Sequence[Decimal], variant: str = "") -> bool:
    """Whether the rule of the service lets the volumetric weight count."""
    longest = max(sides, default=ZERO)
    if terms.volumetric == "max":
        return True
    if terms.volumetric == "max_if_side_ge":
        return terms.side_cm is not None and longest >= terms.side_cm
    if terms.volumetric == "max_if_side_gt":
        return terms.side_cm is not None and longest > terms.side_cm
    if terms.volumetric == "max_if_ratio_ge":
        return terms.ratio is not None and volume >= terms.ratio * actual
    return terms.volumetric == "max_for_big_groups" and variant in terms.groups


def charged_g(terms: Terms, *, actual: int, sides: Sequence[Decimal] = (), variant: str = "", least: int = 0) -> int:
    """The weight that is paid for; never below the actual one."""
    volume = volumetric_g(sides, terms.divisor)
    grams = actual
    if volume is not None and counts(terms, actual=actual, volume=volume, sides=sides, variant=variant):
        grams = max(actual, volume)
    grams = up_to(max(grams, terms.min_charge_g, least), max(terms.rounding_g, 1))
    if terms.bulk_from_g and grams >= terms.bulk_from_g:
        grams = up_to(grams, 1000)
    return grams


def near_cliff(terms: Terms, actual: int, volume: int | None) -> bool:
    """Whether a little more volume (or less weight) would make the parcel pay for its size."""
    if terms.volumetric != "max_if_ratio_ge" or not terms.ratio or volume is None:
        return False
    return terms.ratio * actual * NEAR <= volume < terms.ratio * actual


# --- limits --------------------------------------------------------------------------------------------------------------


def limit_broken(offer: Offer, ship: Shipment) -> tuple[str, dict[str, str]]:
    """The first limit of the service that the parcel breaks, with its figures; ("", {}) when none."""
    reason = why_not(offer.facts, country=ship.country, value_in=ship.value_in, weight_g=None)
    if reason:
        most = f"{offer.facts.value_max:f} {offer.facts.value_max_currency}" if reason == "value" else ""
        return reason, {"limit": most} if most else {}
    heaviest = _least(offer.facts.max_weight_g, offer.place.max_weight_g)
    if ship.weight_g is None:
        return "weight_unknown", {}
    if heaviest and ship.weight_g > heaviest:
        return "weight", {"limit": kilos(int(heaviest)), "is": kilos(ship.weight_g)}
    return _size_broken(offer, ship.sides)


def _size_broken(offer: Offer, sides: Sequence[Decimal]) -> tuple[str, dict[str, str]]:
    if len(sides) != 3:
        return "", {}
    long, middle, short = sorted(sides, reverse=True)
    terms, place = offer.terms, offer.place
    measured = (
        ("side", long, _least(terms.max_side_cm, place.max_side_cm)),
        ("sum", long + middle + short, _least(terms.max_sum_cm, place.max_sum_cm)),
        ("girth", long + 2 * (middle + short), _least(terms.max_girth_cm, place.max_girth_cm)),
    )
    for name, size, most in measured:
        if most and size > most:
            return name, {"limit": f"{most.normalize():f} cm", "is": f"{size.normalize():f} cm"}
    least = sorted(terms.min_sides, reverse=True)
    if any(side < wanted for side, wanted in zip((long, middle), least, strict=False)):
        return "too_small", {"limit": " x ".join(f"{side.normalize():f}" for side in least) + " cm"}
    return "", {}


def _least(*limits: Any) -> Any:
    known = [limit for limit in limits if limit]
    return min(known) if known else None


def kilos(grams: int) -> str:
    """Grams as kilograms, as people read them."""
    return f"{(Decimal(grams) / KILO).normalize():f} kg"


def acceptance(offer: Offer, classes: frozenset[str], actions: Mapping[str, str]) -> tuple[str, str]:
    """("", "") when the goods may go, (refusal, class), or ("check", class): ask the carrier first. ``actions``: what the
    house knows of a class: block, block_postal, carrier_check, country_check."""
    doubt = ""
    for name in sorted(classes):
        said, action = offer.terms.accepts.get(name, ""), actions.get(name, "")
        if action == "block":
            return "goods_blocked", name
        if said == "no" or (said != "yes" and action == "block_postal" and offer.kind in POSTAL):
            return "goods_refused", name
        if said != "yes" and (said == "check" or action in ("block_postal", "carrier_check")):
            doubt = doubt or name
    return ("check", doubt) if doubt else ("", "")
