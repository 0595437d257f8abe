"""What the recipient or we will pay on top: hints for people, never part of the declaration."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from logistics.rules.customs.book import Book, Convert, Country
from logistics.rules.customs.checking import basis_value, taxed_at_sale
from logistics.rules.customs.facts import Parcel

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Landed:
    """Duty, tax and the sum, in the country's currency. None = not known; ``headings`` counted for a flat charge.

    ``tax_at_sale``: the tax is collected with the price, so nothing is asked at the door for it."""

    currency: str
    value: Decimal
    duty: Decimal | None
    tax: Decimal | None
    headings: int = 0
    tax_at_sale: bool = False

    @property
    def total(self) -> Decimal | None:
        """Goods, freight, duty and tax together."""
        return None if self.duty is None or self.tax is None else self.value + self.duty + self.tax


def cent(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def estimate(parcel: Parcel, book: Book, *, convert: Convert) -> Landed | None:
    """What a parcel costs at the border, as far as the country's row says; None without a currency or a rate of the day."""
    rule = book.country(parcel.country)
    goods = convert(parcel.value, parcel.currency, rule.currency) if rule.currency else None
    freight = convert(parcel.freight, parcel.currency, rule.currency) if rule.currency else None
    basis = convert(basis_value(parcel, rule), parcel.currency, rule.currency) if rule.currency else None
    if goods is None or freight is None or basis is None:
        return None
    headings = len({line.hs_code[:6] for line in parcel.lines if line.hs_code})
    duty = _duty(rule, basis, headings, convert)
    at_sale = rule.pos_tax_scheme in parcel.schemes and bool(taxed_at_sale(parcel, rule, convert))
    tax = None if duty is None else _tax(rule, goods + freight, basis, duty, at_sale)
    flat = rule.flat_unit == "hs6_line"
    return Landed(
        rule.currency, cent(goods + freight), None if duty is None else cent(duty), None if tax is None else cent(tax),
        headings if flat else 0, at_sale,
    )  # fmt: skip


def _duty(rule: Country, basis: Decimal, headings: int, convert: Convert) -> Decimal | None:
    if rule.flat_amount is not None and (rule.formal_above is None or basis <= rule.formal_above):
        each = convert(rule.flat_amount, rule.flat_currency, rule.currency)
        return None if each is None else each * (headings if rule.flat_unit == "hs6_line" else 1)
    for step in rule.duty_steps:
        if step.to is None or basis <= step.to:
            return max(basis * step.percent / HUNDRED - step.less, Decimal(0))
    if rule.duty_free_max is not None and rule.duty_free_max > 0 and basis <= rule.duty_free_max:
        return Decimal(0)
    return None


def _tax(rule: Country, price: Decimal, basis: Decimal, duty: Decimal, at_sale: bool) -> Decimal | None:
    """The tax of the country. Where it is collected at the sale under a flat charge, the charge is not in its base."""
    if rule.tax_percent is None:
        return None
    if rule.tax_free_max is not None and rule.tax_free_max > 0 and basis <= rule.tax_free_max and not at_sale:
        return Decimal(0)
    share = rule.tax_percent / HUNDRED
    base = price + duty
    return base / (1 - share) * share if rule.tax_inside else base * share
