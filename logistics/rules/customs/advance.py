"""Electronic advance data: what a carrier must know of a parcel before it takes it (ITMATT, ICS2, US mail), as flat rows.

One row for each article; what is wrong is named by parcel, line and column. A parcel with a fault is left out of the file, a
warning only tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from logistics.rules.customs.lines import folded
from logistics.rules.waybill import looks_s10, normalise, s10_valid

#: Columns of a parcel, then of an article, as they stand in the file.
PARCEL = (
    "item_number", "reference", "service", "carrier", "transaction", "content_type", "sender_name", "sender_address", "sender_country",
    "sender_phone", "sender_eori", "recipient_name", "recipient_line1", "recipient_line2", "recipient_city", "recipient_state",
    "recipient_postcode", "recipient_country", "recipient_phone", "recipient_email", "recipient_reference", "gross_weight_g",
    "currency", "goods_total", "postage", "insurance", "incoterm", "tax_scheme", "tax_number", "non_delivery", "licence", "certificate",
    "invoice",
)  # fmt: skip
ARTICLE = (
    "line",
    "description",
    "material",
    "quantity",
    "unit",
    "net_weight_g",
    "unit_value",
    "value",
    "hs_code",
    "origin",
)
COLUMNS = (*PARCEL, *ARTICLE)
#: What no parcel can be without.
NEEDED = (
    "transaction", "sender_name", "sender_address", "sender_country", "recipient_name", "recipient_line1", "recipient_city",
    "recipient_country", "currency",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One parcel: its columns, and those of each article (numbers as numbers)."""

    columns: Mapping[str, object]
    articles: Sequence[Mapping[str, object]]
    postal: bool = False
    hs_digits: int = 6

    @property
    def reference(self) -> str:
        """The number of its note."""
        return str(self.columns["reference"])


@dataclass(frozen=True)
class Fault:
    """What is wrong with a parcel: line (0 = the parcel), column, stable reason. ``warns``: it travels all the same."""

    reference: str
    line: int
    column: str
    reason: str
    fields: Mapping[str, str] = field(default_factory=dict)
    warns: bool = False


def faults(item: Item, *, vague: Collection[str], persons: Collection[str], asks_contact: bool = False) -> list[Fault]:
    """Everything wrong with one parcel. ``vague``: whole descriptions that are refused; ``persons``: words that name nobody;
    ``asks_contact``: phone or e-mail of the recipient is wanted."""
    return [*_of_parcel(item, persons, asks_contact), *_of_articles(item, vague), *_of_sums(item)]


def _of_parcel(item: Item, persons: Collection[str], asks_contact: bool) -> Iterator[Fault]:
    given, ref = item.columns, item.reference
    for column in NEEDED:
        if not str(given.get(column) or "").strip():
            yield Fault(ref, 0, column, "missing")
    number = normalise(str(given.get("item_number") or ""))
    if not number:
        yield Fault(ref, 0, "item_number", "missing")
    elif looks_s10(number) and not s10_valid(number, [number[-2:]]):
        yield Fault(ref, 0, "item_number", "check_digit", {"value": number}, warns=True)
    elif item.postal and not looks_s10(number):
        yield Fault(ref, 0, "item_number", "not_s10", {"value": number}, warns=True)
    name = folded(str(given.get("recipient_name") or ""))
    if name and name in persons:
        yield Fault(ref, 0, "recipient_name", "nobody", {"value": str(given["recipient_name"])})
    if asks_contact and not (given.get("recipient_phone") or given.get("recipient_email")):
        yield Fault(ref, 0, "recipient_phone", "missing")
    if not given.get("gross_weight_g"):
        yield Fault(ref, 0, "gross_weight_g", "not_weighed")
    if not item.articles:
        yield Fault(ref, 0, "line", "no_articles")


def _of_articles(item: Item, vague: Collection[str]) -> Iterator[Fault]:
    for row in item.articles:
        line = int(str(row["line"]))

        def wrong(column: str, reason: str, at: int = line, **fields: str) -> Fault:
            return Fault(item.reference, at, column, reason, fields)

        text = folded(str(row.get("description") or ""))
        if not text:
            yield wrong("description", "missing")
        elif text in vague:
            yield wrong("description", "vague", value=str(row["description"]))
        elif not text.isascii():
            yield wrong("description", "not_latin", value=str(row["description"]))
        if Decimal(str(row.get("quantity") or 0)) <= 0:
            yield wrong("quantity", "missing")
        if Decimal(str(row.get("net_weight_g") or 0)) <= 0:
            yield wrong("net_weight_g", "missing")
        if Decimal(str(row.get("value") or 0)) <= 0:
            yield wrong("value", "missing")
        code = str(row.get("hs_code") or "")
        if len(code) < item.hs_digits:
            yield wrong("hs_code", "short" if code else "missing", have=str(len(code)), need=str(item.hs_digits))
        if len(str(row.get("origin") or "")) != 2:
            yield wrong("origin", "missing")


def _of_sums(item: Item) -> Iterator[Fault]:
    net = sum((Decimal(str(row.get("net_weight_g") or 0)) for row in item.articles), Decimal(0))
    gross = Decimal(str(item.columns.get("gross_weight_g") or 0))
    if gross and net > gross:
        yield Fault(item.reference, 0, "gross_weight_g", "below_net", {"gross": f"{gross:f}", "net": f"{net:f}"}, True)
    total = sum((Decimal(str(row.get("value") or 0)) for row in item.articles), Decimal(0))
    told = Decimal(str(item.columns.get("goods_total") or 0))
    if item.articles and total != told:
        yield Fault(item.reference, 0, "goods_total", "not_the_sum", {"total": f"{told:f}", "sum": f"{total:f}"})


def rows(items: Sequence[Item]) -> Iterator[list[str]]:
    """One row for each article, under :data:`COLUMNS`."""
    for item in items:
        for article in item.articles:
            yield [_text({**item.columns, **article}.get(name)) for name in COLUMNS]


def nested(items: Sequence[Item]) -> list[dict[str, object]]:
    """The same for programs: a parcel with its articles."""
    return [
        {
            **{name: _text(item.columns.get(name)) for name in PARCEL},
            "articles": [{name: _text(row.get(name)) for name in ARTICLE} for row in item.articles],
        }
        for item in items
    ]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
