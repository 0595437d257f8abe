"""Quotes in words: the sum line by line, why a service refuses, what is not certain, why a service was picked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import policies
from logistics.choices import SurchargeKind
from logistics.listings import lane_words
from logistics.listings.naming import service_name
from logistics.models import FreightEstimate, Service
from logistics.policies.quotes import PAYOUT_DAYS
from logistics.rules.choosing import Candidate, Picked
from logistics.rules.lanes import kept_share
from logistics.rules.quotes import Line, Quote
from logistics.selectors.quotes import Book, Priced

REFUSALS: dict[str, Any] = {
    "incident": _("Stopped there by %(incident)s (%(kind)s)."),
    "inactive": _("This service is switched off."),
    "country": _("It does not go to that country."),
    "value": _("The goods are worth more than it may carry (%(limit)s)."),
    "weight_unknown": _("The weight of an article is not known."),
    "weight": _("The parcel weighs %(is)s; it takes %(limit)s."),
    "side": _("The longest side is %(is)s; it takes %(limit)s."),
    "sum": _("Length, width and height are %(is)s; it takes %(limit)s."),
    "girth": _("Length and girth are %(is)s; it takes %(limit)s."),
    "too_small": _("The parcel is smaller than %(limit)s."),
    "goods_blocked": _("Goods of this class are not sent: %(goods)s."),
    "goods_refused": _("It does not take such goods: %(goods)s."),
    "no_rates": _("No price list for this destination."),
    "table_expired": _("Its price list ended on %(day)s."),
    "table_future": _("Its price list begins on %(day)s."),
    "cargo": _("Its price list has no prices for such goods."),
    "price_group": _("Its price list has no group for goods of this value."),
    "value_unknown": _("No exchange rate for the currency in which its groups are given."),
    "band": _("The parcel weighs %(is)s; its price list ends at %(limit)s."),
    "rate_missing": _("No exchange rate for one of its surcharges."),
}  # fmt: skip
PASSED: dict[str, Any] = {
    "not_in_rule": _("Not among the services of the rule."), "advice": _("The house advises against it there."),
    "ask_carrier": _("The carrier must be asked about these goods first."), "untracked": _("It is not tracked."),
    "too_slow": _("It would not keep the days promised."), "no_rate_of_exchange": _("No exchange rate to compare its price."),
}  # fmt: skip
WHY: dict[str, Any] = {
    "paid": _("the buyer paid for it"), "cheapest": _("the cheapest that fits"), "first": _("the first that takes it"),
    "none": _("no service fits"), "no_rule": _("no choosing rule fits"),
}  # fmt: skip


def refusal_text(quote: Quote) -> str:
    """Why a service refuses, in a sentence."""
    return str(REFUSALS.get(quote.refusal, quote.refusal)) % quote.fields


def passed_text(code: str) -> str:
    """Why the choice passed a priced service over."""
    return str(PASSED.get(code, ""))


def line_text(line: Line) -> str:
    """What a line of the sum is."""
    told = dict(line.fields)
    if line.kind == "freight":
        if "first" in told:
            return gettext("Freight: %(weight)s, first %(first)s, %(steps)s steps of %(step)s") % told
        if "per_kg" in told and told["per_kg"] != "0":
            return gettext("Freight: %(weight)s at %(per_kg)s a kilogram") % told
        return gettext("Freight: %(weight)s") % {"weight": told.get("weight", "")}
    if line.kind == "item":
        return gettext("Item fee")
    label = str(dict(SurchargeKind.choices).get(line.kind, line.kind))
    return f"{label} {told['percent']} %" if "percent" in told else label


def warning_text(code: str) -> str:
    """What is not certain about a price."""
    if code.startswith("ask:"):
        return gettext("Ask the carrier about %(goods)s first.") % {"goods": code.removeprefix("ask:")}
    texts = {
        "size_unknown": gettext("Without a size: a large parcel costs more."),
        "near_cliff": gettext("A little larger, and its size is paid for instead of its weight."),
        "fuel_missing": gettext("Without fuel: no percentage is known for today."),
    }
    return texts.get(code, code)


def days_text(quote: Quote) -> str:
    """Usual days."""
    if quote.days_max is None:
        return f.DASH
    return f"{quote.days_min or quote.days_max}–{quote.days_max}"


def shown(priced: Priced, held: Book, now: datetime, *, choose: str = "") -> dict[str, Any]:
    """The context of ``logistics/_quotes.html``. ``choose``: the address that takes a service, "" without buttons."""
    store = priced.case.wanted.store_id
    unsized = len(priced.case.ship.sides) != 3
    rows = [_row(c, priced, held, now, store) for c in priced.candidates if not c.quote.refusal]
    refused: dict[str, list[str]] = {}
    for candidate in priced.candidates:
        if candidate.quote.refusal:
            name = service_name(held.services[candidate.quote.service])
            refused.setdefault(refusal_text(candidate.quote), []).append(name)
    return {
        "rows": rows, "refused": [{"why": why, "names": names} for why, names in refused.items()], "choose_url": choose,
        "unsized": warning_text("size_unknown") if unsized and rows else "",
        "picked": picked_text(priced.picked, held), "weight": f.weight(priced.case.ship.weight_g) if priced.case.ship.weight_g else "",
    }  # fmt: skip


def picked_text(picked: Picked, held: Book) -> str:
    """What the rules would take, and why."""
    why = str(WHY[picked.why])
    if not picked.code:
        return why
    text = f"{service_name(held.services[picked.code])}: {why}"
    return f"{text} ({picked.rule})" if picked.rule else text


def _row(candidate: Candidate, priced: Priced, held: Book, now: datetime, store: int | None) -> dict[str, Any]:
    quote = candidate.quote
    service = held.services[quote.service]
    promised = now + timedelta(days=candidate.promise_days) if candidate.promise_days else None
    payout = promised + timedelta(days=int(policies.value(PAYOUT_DAYS, now, store))) if promised else None
    passed = passed_text(priced.picked.passed.get(quote.service, ""))
    if candidate.against:
        passed = candidate.against
    same = quote.currency == held.currency or candidate.cost is None
    return {
        "code": quote.service, "name": service_name(service), "variant": quote.variant, "table": quote.table,
        "price": f.money(quote.total, quote.currency), "house": "" if same else f.money(candidate.cost, held.currency),
        "charge": f.weight(quote.charge_g), "lines": [(line_text(line), f.money(line.amount, quote.currency)) for line in quote.lines],
        "lane": lane_lines(held, service, priced.case.ship.country, candidate.promise_days),
        "days": days_text(quote), "promise": candidate.promise_days, "payout": f.day(payout) if payout else f.DASH,
        "warnings": [warning_text(code) for code in quote.warnings if code != "size_unknown"], "passed": passed,
        "current": priced.case.current == quote.service, "picked": priced.picked.code == quote.service,
    }  # fmt: skip


def lane_lines(held: Book, service: Service, country: str, promise: int | None) -> list[str]:
    """What the house's own parcels say of a service there: most have arrived by a day, what the promise is worth, which
    promise would be kept, whose parcels these are; nothing where none of the family ever arrived."""
    answer = held.lane(service, country)
    if answer is None:
        return []
    figures, curve = answer.figures, answer.curve
    share, day = f.percent(figures.most), curve.day_of(figures.most)
    lines = [
        gettext("%(share)s have not arrived on any day seen yet") % {"share": share}
        if day is None
        else gettext("%(share)s by day %(day)s") % {"share": share, "day": lane_words.days_text(day)}
    ]
    if promise:
        lines.append(lane_words.kept_text(promise, kept_share(curve, promise)))
    lines.append(gettext("to promise: %(advice)s") % {"advice": lane_words.advice_text(answer.advised(), figures.risk)})
    return [*lines, lane_words.basis_text(answer, service, country), *lane_words.doubts(answer)]


def sides_fields(sides: Sequence[Decimal]) -> list[tuple[str, str]]:
    """The packed size as fields of a form."""
    return [(name, f"{side.normalize():f}") for name, side in zip(("length", "width", "height"), sides, strict=False)]


def expected(rows: Sequence[FreightEstimate], now: datetime) -> list[dict[str, Any]]:
    """What was expected when the service was chosen and when the parcel left; what has no price is left out."""
    return [
        {
            "basis": row.get_basis_display(), "service": service_name(row.service), "amount": f.money(row.amount, row.currency),
            "at": f.moment(row.made_at, now),
        }
        for row in rows if row.amount is not None
    ]  # fmt: skip
