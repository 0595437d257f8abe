"""What staff set about prices: terms, destinations, surcharges, choosing rules, rate tables and their rows. The past keeps its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from logistics.models import (
    ChoiceRule,
    FreightEstimate,
    RateRow,
    RateTable,
    ServiceDestination,
    ServiceTerms,
    Surcharge,
)
from logistics.rules.rate_files import overlapping

Setting = TypeVar("Setting", ServiceTerms, ServiceDestination, Surcharge, ChoiceRule)
#: Amounts of a row that a percentage raises.
PRICES = ("item_fee", "per_kg", "first_fee", "step_fee")


def _need(actor: Actor, now: datetime, stores: Sequence[int | None] = (None,)) -> None:
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, stores, now)


@transaction.atomic
def save_setting(*, row: Setting, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Setting:
    """Make or change a row of terms, destinations, surcharges or choosing rules. Terms and destinations with another first day
    become a new version; the past keeps its own. Refuses what cannot be and people without the right."""
    model = type(row)
    held = row if row.pk is None else model.objects.select_for_update(of=("self",)).get(pk=row.pk)
    stores: list[int | None] = [held.store_id] if isinstance(held, ChoiceRule) and row.pk else []
    dated = isinstance(held, ServiceTerms | ServiceDestination) and held.pk
    if dated and changes.get("valid_from", getattr(held, "valid_from", None)) != getattr(held, "valid_from", None):
        held = model.objects.get(pk=held.pk)
        held.pk = None
        held._state.adding = True
    changed = sorted(name for name, value in changes.items() if getattr(held, name, None) != value)
    if not changed and held.pk:
        return held
    for name in changed:
        setattr(held, name, changes[name])
    _need(actor, now, [*stores, held.store_id] if isinstance(held, ChoiceRule) else [None])
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:
        raise Conflict("exists_already", _("There already is such a row, or its figures cannot be.")) from None
    audit.record(
        held,
        f"{model._meta.model_name}.set",
        actor=actor,
        now=now,
        text=gettext_noop("Changed: %(fields)s"),
        fields=", ".join(changed),
    )
    return held


@transaction.atomic
def save_table(*, table: RateTable, changes: Mapping[str, Any], actor: Actor, now: datetime) -> RateTable:
    """Change the head of a rate table (last day, level, source, in use) or make an empty one. Refuses an end before the beginning
    and people without the right."""
    _need(actor, now)
    held = table if table.pk is None else RateTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
    new = held.pk is None
    changed = sorted(name for name, value in changes.items() if getattr(held, name, None) != value)
    for name in changed:
        setattr(held, name, changes[name])
    if held.valid_to and held.valid_to < held.valid_from:
        raise Invalid(
            "days_backwards",
            _("The list ends before it begins."),
            errors={"valid_to": [str(_("Before the first day."))]},
        )
    if not new and not changed:
        return held
    if new:
        held.created_at = now
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:
        raise Conflict("exists_already", _("There already is a version of this list from that day.")) from None
    audit.record(
        held, "rates.set", actor=actor, now=now, text=gettext_noop("Changed: %(fields)s"), fields=", ".join(changed)
    )
    return held


@transaction.atomic
def new_version(*, table: RateTable, valid_from: date, percent: Decimal, actor: Actor, now: datetime) -> RateTable:
    """The same list from another day on, its prices raised (or lowered) by ``percent``. Refuses a day that has a version and
    people without the right."""
    _need(actor, now)
    if not -90 <= percent <= 900:
        raise Invalid(
            "bad_percent", _("Between -90 and 900 per cent."), errors={"percent": [str(_("Between -90 and 900."))]}
        )
    rows = list(RateRow.objects.filter(table=table))
    made = RateTable(
        service=table.service, name=table.name, currency=table.currency, valid_from=valid_from, level=table.level,
        source=table.source, created_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            "exists_already", _("There already is a version of this list from that day."), field="valid_from"
        ) from None
    for row in rows:
        row.pk, row.table = None, made
        for name in PRICES:
            value = getattr(row, name)
            if value is not None and percent:
                setattr(row, name, (value * (100 + percent) / 100).quantize(Decimal("0.0001")))
    RateRow.objects.bulk_create(rows, batch_size=2000)
    audit.record(
        made, "rates.version", actor=actor, now=now, text=gettext_noop("New version of %(day)s, prices %(percent)s %%"),
        day=f"{table.valid_from:%Y-%m-%d}", percent=str(percent),
    )  # fmt: skip
    return made


@transaction.atomic
def save_rates(
    *, table: RateTable, changed: Mapping[int, Mapping[str, Any]], added: Sequence[Mapping[str, Any]], removed: Sequence[int],
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Write rows of a table as staff edited them in the grid; answers how many differ. Refuses to remove a row on which an
    expected freight rests, two rows for the same weight, and people without the right."""
    _need(actor, now)
    held = {row.pk: row for row in RateRow.objects.select_for_update(of=("self",)).filter(table=table)}
    gone = [pk for pk in removed if pk in held]
    if FreightEstimate._base_manager.filter(rate_id__in=gone).exists():
        raise Conflict("rate_in_use", _("An expected freight rests on this price: make a new version instead."))
    RateRow.objects.filter(pk__in=gone).delete()
    count = len(gone)
    try:
        with transaction.atomic():
            for pk, values in changed.items():
                row = held.get(pk)
                if row is None or pk in gone or all(getattr(row, name) == value for name, value in values.items()):
                    continue
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
                count += 1
            RateRow.objects.bulk_create([RateRow(table=table, **values) for values in added])
    except IntegrityError:
        raise Conflict(
            "rates_overlap", _("Two prices for the same destination, goods and weight, or a figure that cannot be.")
        ) from None
    count += len(added)
    names = ("destination", "variant", "cargo", "value_currency", "min_value", "from_g", "to_g")
    for wrong in overlapping(RateRow.objects.filter(table=table).values(*names)):
        raise Conflict(
            "rates_overlap",
            _("Two prices for %(place)s overlap from %(grams)s g."),
            place=wrong["destination"],
            grams=wrong["from_g"],
        )
    if count:
        audit.record(
            table, "rates.edit", actor=actor, now=now, text=gettext_noop("%(n)s prices changed by hand"), n=count
        )
    return count
