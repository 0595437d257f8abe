"""The tables of customs that staff edit. A change of a rule is a new version from a day on; the past keeps its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from logistics.choices import ContentKind, GoodsAction
from logistics.models import (
    Brand,
    CountryRule,
    GoodsClassRule,
    NationalCode,
    NatureCode,
    RecipientId,
    StopWordRule,
    TaxNumber,
)
from logistics.rules.customs import avoid, files
from orders.models import Order

Row = TypeVar("Row", CountryRule, GoodsClassRule, StopWordRule, NationalCode, NatureCode)
#: What may be in a parcel, as declarations say it.
CONTENT_TYPES = tuple(ContentKind.values)
#: What names a row through all its versions.
NAMED_BY: dict[type, tuple[str, ...]] = {
    CountryRule: ("country",), GoodsClassRule: ("code",), StopWordRule: ("term", "whole"), NationalCode: ("country", "hs6"),
    NatureCode: ("content_type",),
}  # fmt: skip


def _need(actor: Actor, permission: str = "logistics.change_service") -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def _wrong(field: str, text: Any) -> Invalid:
    return Invalid(f"bad_{field}", text, errors={field: [str(text)]})


def check(row: Any) -> None:
    """Refuse what no check could read."""
    if isinstance(row, CountryRule):
        if not re.fullmatch(r"[A-Z]{2}", row.country):
            raise _wrong("country", _("Two capital letters."))
        if row.value_basis not in files.BASES:
            raise _wrong("value_basis", _("Unknown basis of value."))
        if not 4 <= row.hs_digits <= 12:
            raise _wrong("hs_digits", _("Between 4 and 12 digits."))
        if row.review_above is not None and not row.review_currency:
            raise _wrong("review_currency", _("An amount needs its currency."))
        try:
            avoid.read(row.carrier_avoid)
        except ValueError as error:
            raise _wrong("carrier_avoid", _("Write SERVICE@class#urgent:reason, several separated by ;")) from error
    elif isinstance(row, GoodsClassRule):
        if row.action not in GoodsAction.values:
            raise _wrong("action", _("Unknown action."))
        if not row.code or any(not str(prefix).isdigit() for prefix in row.prefixes):
            raise _wrong("prefixes", _("Tariff headings are digits."))
    elif isinstance(row, StopWordRule):
        if not row.term.strip() or row.level not in ("block", "review"):
            raise _wrong("term", _("A word, and block or review."))
    elif isinstance(row, NatureCode):
        if row.content_type not in CONTENT_TYPES or not re.fullmatch(r"[0-9A-Z]{1,8}", row.code):
            raise _wrong("code", _("A known content and a code of digits or capitals."))
    elif isinstance(row, NationalCode) and not (
        re.fullmatch(r"[A-Z]{2}", row.country)
        and re.fullmatch(r"\d{6}", row.hs6)
        and re.fullmatch(r"\d{7,12}", row.code)
        and row.code.startswith(row.hs6)
    ):
        raise _wrong("code", _("The national code begins with the six digits it belongs to."))


@transaction.atomic
def set_rule(*, row: Row, valid_from: date, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Row:
    """Give a row other figures from a day on, or make a row that does not exist. Refuses what cannot be read, and people
    without the right or who do not work in all stores: these rules are everybody's."""
    _need(actor)
    need_reach(actor, [None], now)
    model = type(row)
    new = row.pk is None
    given = dict(changes)
    changed = sorted(given) if new else sorted(name for name, value in given.items() if getattr(row, name) != value)
    if not changed:
        return row
    names = NAMED_BY[model]
    key = {name: given.get(name, getattr(row, name)) for name in names}
    if isinstance(row, StopWordRule):
        key["term"] = str(key["term"]).casefold().strip()
    held: Row | None = model.objects.select_for_update().filter(**key, valid_from=valid_from).first()
    if held is None:
        held = row if new else model.objects.get(pk=row.pk)
        held.pk, held.valid_from = None, valid_from
        held._state.adding = True
        if isinstance(held, CountryRule):
            held.pack = None
    for name in changed:
        setattr(held, name, given[name])
    for name, value in key.items():
        setattr(held, name, value)
    check(held)
    held.save()
    audit.record(
        held, f"{model._meta.model_name}.set", actor=actor, now=now, text=gettext_noop("%(rule)s from %(day)s: %(fields)s"),
        rule=str(held), day=f"{valid_from:%Y-%m-%d}", fields=", ".join(changed),
    )  # fmt: skip
    return held


@transaction.atomic
def save_number(*, row: TaxNumber, changes: Mapping[str, Any], actor: Actor, now: datetime) -> TaxNumber:
    """Make or change a number we trade under. Refuses an end before its beginning, a number that is there already."""
    _need(actor)
    held = row if row.pk is None else TaxNumber.objects.select_for_update(of=("self",)).get(pk=row.pk)
    was = [] if row.pk is None else [held.store_id]
    for name, value in changes.items():
        setattr(held, name, value)
    need_reach(actor, [*was, held.store_id], now)
    held.scheme, held.number = held.scheme.strip().upper(), re.sub(r"\s+", "", held.number).upper()
    if not held.scheme or not held.number:
        raise _wrong("number", _("Scheme and number."))
    if held.valid_to is not None and held.valid_to < held.valid_from:
        raise _wrong("valid_to", _("It ends before it begins."))
    same = TaxNumber.objects.filter(store=held.store, scheme=held.scheme, valid_from=held.valid_from).exclude(
        pk=held.pk
    )
    if same.exists():
        raise Conflict("number_there", _("There is a number of this scheme from that day already."), field="number")
    held.save()
    audit.record(
        held, "taxnumber.set", actor=actor, now=now, text=gettext_noop("Tax number %(scheme)s"), scheme=held.scheme
    )
    return held


@transaction.atomic
def save_brand(*, row: Brand, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Brand:
    """Make or change a brand and the paper that allows us to sell it. Refuses a brand without words."""
    _need(actor)
    need_reach(actor, [None], now)
    held = row if row.pk is None else Brand.objects.select_for_update().get(pk=row.pk)
    for name, value in changes.items():
        setattr(held, name, value)
    held.words = [str(word).casefold().strip() for word in held.words if str(word).strip()] or [held.name.casefold()]
    if not held.name.strip():
        raise _wrong("name", _("A name."))
    if Brand.objects.filter(name=held.name).exclude(pk=held.pk).exists():
        raise Conflict("brand_there", _("This brand is in the table already."), field="name")
    if held.allowed_from and not held.document.strip():
        raise _wrong("document", _("Name the paper that allows it."))
    held.save()
    audit.record(held, "brand.set", actor=actor, now=now, text=gettext_noop("Brand %(name)s"), name=held.name)
    return held


@transaction.atomic
def keep_recipient_id(*, order: Order, number: str, source: str, actor: Actor, now: datetime) -> RecipientId:
    """Keep the identity number of a recipient, as the platform or the carrier's page told it. It is never asked for in a
    message. Refuses an empty number and another source."""
    _need(actor, "logistics.change_note")
    if source not in ("platform", "carrier_page"):
        raise _wrong("source", _("From the platform or the carrier's page only."))
    text = re.sub(r"\s+", " ", number).strip()[:60]
    if not text:
        raise _wrong("number", _("Enter the number."))
    row, _made = RecipientId.objects.update_or_create(
        buyer_id=order.buyer_id, country=order.country, defaults={"number": text, "source": source, "told_at": now}
    )
    audit.record(order, "order.recipient_id", actor=actor, now=now, text=gettext_noop("Recipient's ID kept"))
    return row
