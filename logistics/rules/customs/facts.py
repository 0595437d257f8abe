"""What the check reads: the parcel and its lines as plain values, and the house's own limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from logistics.rules.customs.findings import SALE_OF_GOODS

ZERO = Decimal(0)
#: Reasons for which a line may be declared at another value than what was paid.
REASONS = ("free_replacement", "part_shipment", "price_correction", "real_value")
#: Of these, the ones that may lower it: money really went back, or the price was wrong in the papers.
LOWERING = frozenset({"price_correction", "part_shipment"})


@dataclass(frozen=True)
class DeclaredLine:
    """One article of a declaration; ``paid`` is what was really paid for the line, ``accepted`` the reason of a difference."""

    position: int
    code: str
    description: str
    hs_code: str
    origin: str
    quantity: int
    value: Decimal
    paid: Decimal
    weight_g: Decimal | None = None
    name: str = ""
    material: str = ""
    goods_class: str = ""
    accepted: str = ""

    @property
    def net_g(self) -> Decimal | None:
        """Net weight of the line."""
        return None if self.weight_g is None else self.weight_g * self.quantity


@dataclass(frozen=True)
class ServiceGoods:
    """The service as customs see it."""

    code: str = ""
    kind: str = ""
    carrier: str = ""
    value_max: Decimal | None = None
    value_max_currency: str = ""
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """One parcel to be declared."""

    country: str
    currency: str
    lines: Sequence[DeclaredLine]
    content_type: str = SALE_OF_GOODS
    freight: Decimal = ZERO
    service: ServiceGoods = field(default_factory=ServiceGoods)
    urgent: bool = False
    schemes: frozenset[str] = frozenset()
    has_recipient_id: bool = False
    gross_g: Decimal | None = None
    #: Value and number of the other parcels of the same person and address on this day.
    others: Decimal = ZERO
    other_parcels: int = 0
    #: The shop's own median value of a kilogram (in US dollars) by six-digit heading.
    medians: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def value(self) -> Decimal:
        """What is declared."""
        return sum((line.value for line in self.lines), ZERO)

    @property
    def net_g(self) -> Decimal | None:
        """Net weight, or None when that of an article is not known."""
        weights = [line.net_g for line in self.lines]
        return None if any(w is None for w in weights) else sum((w for w in weights if w is not None), ZERO)


@dataclass(frozen=True)
class Limits:
    """The house's own figures; each a dated rule that staff change."""

    words: int = 3
    per_kg_low: Decimal = Decimal(8)
    per_kg_high: Decimal = Decimal(2000)
    median_low: Decimal = Decimal(30)
    median_high: Decimal = Decimal(300)
