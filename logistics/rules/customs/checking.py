"""All findings about one parcel. The rule warns and stops; it never changes a figure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from logistics.rules.customs import avoid, lines
from logistics.rules.customs.book import Book, Convert, Country
from logistics.rules.customs.facts import Limits, Parcel
from logistics.rules.customs.findings import BLOCK, INFO, REVIEW, SALE_OF_GOODS, Finding, ordered

#: Content types that are false for goods that were bought.
FALSE_FOR_SALE = frozenset({"gift", "personal_effects", "sample", "commercial_sample", "documents"})


def check(parcel: Parcel, book: Book, *, convert: Convert, limits: Limits | None = None) -> list[Finding]:
    """Every finding about ``parcel`` by the rules of ``book``: blocks first, then reviews, then what is only told."""
    limits = limits or Limits()
    rule = book.country(parcel.country)
    found = [*_content(parcel), *lines.same_texts(parcel.lines)]
    for line in parcel.lines:
        found += lines.values(line)
        found += lines.descriptions(line, book.stopwords, limits)
        found += lines.papers(line, rule, book, parcel.country)
        found += lines.brands(line, book)
        found += lines.classes(line, rule, book, parcel)
    found += _weights(parcel)
    if parcel.lines:
        found += _money(parcel, rule, convert)
        found += _service_limit(parcel, convert)
        found += _per_kilo(parcel, convert, limits)
        found += _split(parcel, rule, convert)
        found += _manual(parcel, rule, convert)
    found += _advice(parcel, rule, book)
    if rule.recipient_id and not parcel.has_recipient_id:
        found.append(Finding("RECIPIENT_ID", REVIEW, fields=_asks(rule, parcel)))
    return ordered(found)


def _asks(rule: Country, parcel: Parcel) -> dict[str, str]:
    return {"asks": rule.recipient_id, "asks_zh": rule.recipient_id_zh, "country": parcel.country}


def _content(parcel: Parcel) -> Iterator[Finding]:
    if parcel.content_type != SALE_OF_GOODS:
        level = BLOCK if parcel.content_type in FALSE_FOR_SALE else REVIEW
        yield Finding("GIFT_FOR_SALE", level, fields={"content": parcel.content_type})


def _weights(parcel: Parcel) -> Iterator[Finding]:
    net = parcel.net_g
    if net is not None and parcel.gross_g is not None and net > parcel.gross_g:
        yield Finding("NO_WEIGHT", REVIEW, fields={"net": f"{net:f}", "gross": f"{parcel.gross_g:f}"})


def basis_value(parcel: Parcel, rule: Country) -> Decimal:
    """The value the country's limits are read with: goods, with freight, or the dearest single article."""
    if rule.value_basis == "item":
        return max((line.value / line.quantity for line in parcel.lines), default=Decimal(0))
    return parcel.value + (parcel.freight if rule.value_basis in ("cif", "goods_freight") else Decimal(0))


def taxed_at_sale(parcel: Parcel, rule: Country, convert: Convert) -> bool | None:
    """Whether the value of a parcel is one whose tax is collected at the sale under the country's scheme; None when no rate
    of the day tells. Above it the number of the scheme must not be used."""
    if not rule.pos_tax_scheme or rule.pos_tax_max is None:
        return False
    value = convert(basis_value(parcel, rule), parcel.currency, rule.currency)
    return None if value is None else value <= rule.pos_tax_max


def _shown(amount: Decimal, currency: str) -> str:
    return f"{amount.quantize(Decimal('0.01')):f} {currency}"


def _money(parcel: Parcel, rule: Country, convert: Convert) -> Iterator[Finding]:
    limit = rule.review_above
    if limit is not None and rule.review_currency:
        value = convert(basis_value(parcel, rule), parcel.currency, rule.review_currency)
        fields = {"limit": _shown(limit, rule.review_currency), "rule": rule.duty_rule, "rule_zh": rule.duty_rule_zh}
        if value is None:
            yield Finding("RATE_MISSING", INFO, fields={**fields, "currency": rule.review_currency})
        elif value > limit:
            yield Finding("LEGAL_THRESHOLD", REVIEW, fields={**fields, "value": _shown(value, rule.review_currency)})
    if rule.pos_tax_scheme not in parcel.schemes and taxed_at_sale(parcel, rule, convert):
        fields = {"scheme": rule.pos_tax_scheme, "limit": _shown(rule.pos_tax_max or Decimal(0), rule.currency)}
        yield Finding("TAX_NUMBER", REVIEW, fields=fields)


def _service_limit(parcel: Parcel, convert: Convert) -> Iterator[Finding]:
    service = parcel.service
    if service.value_max is None or not service.value_max_currency:
        return
    value = convert(parcel.value, parcel.currency, service.value_max_currency)
    if value is not None and value > service.value_max:
        limit = _shown(service.value_max, service.value_max_currency)
        yield Finding(
            "VALUE_LIMIT_SERVICE", BLOCK,
            fields={"service": service.code, "limit": limit, "instead": ", ".join(service.instead)},
        )  # fmt: skip


def _per_kilo(parcel: Parcel, convert: Convert, limits: Limits) -> Iterator[Finding]:
    net = parcel.net_g
    value = convert(parcel.value, parcel.currency, "USD")
    if not net or value is None or value <= 0:
        return
    kilo = value / net * 1000
    if not limits.per_kg_low <= kilo <= limits.per_kg_high:
        yield Finding("VALUE_PER_KG", REVIEW, fields={"kilo": _shown(kilo, "USD")})
        return
    for line in parcel.lines:
        median, weight = parcel.medians.get(line.hs_code[:6]), line.net_g
        worth = convert(line.value, parcel.currency, "USD")
        if not median or not weight or worth is None:
            continue
        share = worth / weight * 1000 / median * 100
        if not limits.median_low <= share <= limits.median_high:
            fields = {
                "article": line.code,
                "kilo": _shown(worth / weight * 1000, "USD"),
                "median": _shown(median, "USD"),
            }
            yield Finding("VALUE_PER_KG", REVIEW, line.position, fields)


def _split(parcel: Parcel, rule: Country, convert: Convert) -> Iterator[Finding]:
    if not parcel.other_parcels or rule.review_above is None:
        return
    one = convert(parcel.value, parcel.currency, rule.review_currency)
    together = convert(parcel.value + parcel.others, parcel.currency, rule.review_currency)
    if together is not None and one is not None and together > rule.review_above:
        fields = {"parcels": str(parcel.other_parcels + 1), "value": _shown(together, rule.review_currency)}
        yield Finding(
            "SPLIT_SUSPECT", REVIEW, fields={**fields, "limit": _shown(rule.review_above, rule.review_currency)}
        )


def _manual(parcel: Parcel, rule: Country, convert: Convert) -> Iterator[Finding]:
    band = rule.band(parcel.net_g)
    if band is None or not rule.band_currency:
        return
    value = convert(parcel.value, parcel.currency, rule.band_currency)
    if value is None:
        return
    fields = {
        "low": f"{band.low:f}" if band.low is not None else "", "high": f"{band.high:f}" if band.high is not None else "",
        "currency": rule.band_currency, "since": f"{rule.valid_from:%Y-%m-%d}",
    }  # fmt: skip
    if band.high is not None and value > band.high:
        yield Finding("MANUAL_HIGH", INFO, fields=fields)
    elif band.low is not None and value < band.low:
        yield Finding("MANUAL_LOW", INFO, fields=fields)


def _advice(parcel: Parcel, rule: Country, book: Book) -> Iterator[Finding]:
    goods = {row.code for line in parcel.lines for row in book.classes_of(line.hs_code, line.goods_class)}
    service = parcel.service
    for advice in avoid.read(rule.carrier_avoid):
        if advice.holds(service=service.code, carrier=service.carrier, classes=goods, urgent=parcel.urgent):
            said = {"service": service.code, "reason": advice.reason, "reason_zh": advice.reason_zh}
            yield Finding("CARRIER_ADVICE", REVIEW, fields=said)
