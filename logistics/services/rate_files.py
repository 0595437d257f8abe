"""Carriers' price lists from files: rows become versions of rate tables; a bad row answers for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, countries
from core.audit import Actor
from core.errors import NotAllowed
from core.reach import need_reach
from logistics.models import FreightEstimate, RateRow, RateTable, Service
from logistics.rules.rate_files import BadRow, overlapping, row_of

#: What makes two rows the same price in two versions.
KEY = ("destination", "variant", "cargo", "from_g", "min_value")
FIGURES = (
    "to_g", "item_fee", "per_kg", "first_weight_g", "first_fee", "step_g", "step_fee", "min_charge_g", "max_value", "value_currency",
    "days_min", "days_max", "note",
)  # fmt: skip
SENTENCES: dict[str, Any] = {
    "unknown_service": _("There is no carrier service “%(value)s”."),
    "service_missing": _("Say which service the prices belong to."),
    "name_missing": _("Give the list a name."),
    "bad_day": _("“%(value)s” is not a day like 2026-12-31."),
    "day_missing": _("Say from which day the list is valid."),
    "days_backwards": _("The list ends before it begins."),
    "mixed_currency": _("A list has one currency; the rows before are in %(value)s."),
    "mixed_end": _("A list has one last day; the rows before have %(value)s."),
    "currency_missing": _("Say in which currency the prices are."),
    "unknown_cargo": _("Goods are general, special or battery_ok, not “%(value)s”."),
    "unknown_country": _("“%(value)s” is not the name or code of one country."),
    "bad_band": _("“%(value)s” is not a weight band like 101-200 g."),
    "band_unit": _("“%(value)s”: say whether the band is in grams or in kilograms."),
    "band_backwards": _("The end lies before the beginning: %(value)s."),
    "bad_number": _("“%(value)s” is not a number that fits here."),
    "negative": _("%(value)s is below zero."),
    "too_large": _("%(value)s is too large."),
    "missing": _("There is no value, but one is needed."),
    "no_price": _("The row has no price."),
    "twice": _("The same price stands in row %(value)s already."),
    "overlap": _("Its weights overlap with another row: from %(value)s g."),
    "in_use": _("The prices of this day are used already; give the list a new first day."),
}  # fmt: skip
Fault = Callable[[Any, str, str, Any, str], None]


@dataclass
class _Version:
    """One version of a list as the file says it."""

    service: Service
    name: str
    currency: str
    valid_from: date
    valid_to: date | None
    level: str
    source: str
    rows: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    lines: dict[tuple[Any, ...], Any] = field(default_factory=dict)


def sentence(code: str, value: Any) -> str:
    """Why a row is no price."""
    return str(SENTENCES.get(code, code)) % {"value": value}


def import_rates(
    *, rows: Sequence[Any], headings: Sequence[str], plan: Any, result: Any, refuse: Fault, actor: Actor, now: datetime
) -> None:
    """Write the rows of a price list: a version for each service, name and first day. The same file again changes nothing.

    A version that exists is corrected row by row; rows that are gone go, unless an expected freight rests on them: then every
    row of that version is refused, a new first day is needed. Refuses people without the right.
    """
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)
    services = _by_word()
    versions: dict[tuple[Any, ...], _Version] = {}
    for row in rows:
        for cells in _spread(row, headings, plan):
            try:
                version = _version(cells, services, versions)
                made = row_of({**cells, "destination": cells.get("country") or "", "valid_from": ""})
            except BadRow as bad:
                refuse(row, bad.field, bad.code, bad.value, sentence(bad.code, bad.value))
                break
            key = tuple(made.get(name, _EMPTY.get(name)) for name in KEY)
            if key in version.rows:
                refuse(row, "", "twice", version.lines[key][0], sentence("twice", version.lines[key][0]))
                break
            version.rows[key], version.lines[key] = made, row
    for version in versions.values():
        for wrong in overlapping(list(version.rows.values())):
            made = dict(wrong)
            key = tuple(made.get(name, _EMPTY.get(name)) for name in KEY)
            refuse(version.lines.pop(key), "from_g", "overlap", made["from_g"], sentence("overlap", made["from_g"]))
            del version.rows[key]
        if version.rows:
            _write(version, result, refuse, actor, now)


def _by_word() -> dict[str, Service]:
    """Services by code and by name in either language, without case: a column of a carrier's list names them in words. A name
    that two services share names none."""
    rows = list(Service.objects.all())
    names = [name.strip().casefold() for row in rows for name in {row.name_en, row.name_zh} if name.strip()]
    once = {name for name in names if names.count(name) == 1}
    found = {
        name: row
        for row in rows
        for name in (row.name_en.strip().casefold(), row.name_zh.strip().casefold())
        if name in once
    }
    return found | {row.code.casefold(): row for row in rows}


#: What a row has that does not say it.
_DEFAULTS = {"item_fee": 0, "per_kg": 0, "min_charge_g": 0, "value_currency": "", "note": ""}
_EMPTY = {"destination": "*", "variant": "", "cargo": "general", "from_g": 0}


def _spread(row: Any, headings: Sequence[str], plan: Any) -> Iterator[dict[str, Any]]:
    """The row itself; or, of a list with one column for each country or zone, one row for each of these columns."""
    values: dict[str, Any] = {name: value for name, value in row[1].items() if value not in (None, "")}
    held = values.pop("columns", "")
    if not held:
        yield values
        return
    mark = str(plan.options.get("decimal") or ".")
    taken = {target for target in plan.mapping.values() if isinstance(target, str)}
    for heading, cell in zip(headings, row[2], strict=False):
        place = place_of(heading) if heading not in taken else {}
        if place and str(cell).strip() not in ("", "-", "/"):
            yield {**values, **place, held: _plain_amount(str(cell), mark)}


def place_of(heading: str) -> dict[str, str]:
    """The country or zone that a heading names; nothing when it names none."""
    if code := countries.find(heading):
        return {"country": code}
    found = re.search(
        r"(?:zone|area|分区|第)\s*([0-9A-Za-z一二三四五六七八九十]+)|^([0-9A-Z]{1,3})\s*区",
        heading.strip(),
        re.IGNORECASE,
    )
    return {"zone": (found[1] or found[2])} if found else {}


def _plain_amount(text: str, mark: str) -> str:
    kept = re.sub(r"[^\d.,\-]", "", text)
    other = "." if mark == "," else ","
    return kept.replace(other, "").replace(mark, ".")


def _version(
    cells: Mapping[str, Any], services: Mapping[str, Service], versions: dict[tuple[Any, ...], _Version]
) -> _Version:
    word, name = str(cells.get("service_code", "")).strip(), str(cells.get("list_name", ""))
    if not word:
        raise BadRow("service_code", "service_missing")
    service = services.get(word.casefold())
    if service is None:
        raise BadRow("service_code", "unknown_service", word)
    if not name:
        raise BadRow("list_name", "name_missing")
    if not cells.get("currency"):
        raise BadRow("currency", "currency_missing")
    start, end = _day(cells, "valid_from"), _day(cells, "valid_to")
    if start is None:
        raise BadRow("valid_from", "day_missing")
    if end and end < start:
        raise BadRow("valid_to", "days_backwards", str(end))
    key = (service.code, name, start)
    if key not in versions:
        versions[key] = _Version(
            service, name[:60], str(cells["currency"]), start, end, str(cells.get("level", ""))[:40],
            str(cells.get("source", ""))[:200],
        )  # fmt: skip
    held = versions[key]
    if held.currency != str(cells["currency"]):
        raise BadRow("currency", "mixed_currency", held.currency)
    if held.valid_to != end:
        raise BadRow("valid_to", "mixed_end", str(held.valid_to or "—"))
    return held


def _day(cells: Mapping[str, Any], name: str) -> date | None:
    text = str(cells.get(name, "")).strip()[:10].replace("/", "-").replace(".", "-")
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise BadRow(name, "bad_day", str(cells[name]))
    return found


def _write(version: _Version, result: Any, refuse: Fault, actor: Actor, now: datetime) -> None:
    table = (
        RateTable.objects.select_for_update(of=("self",))
        .filter(service=version.service, name=version.name, valid_from=version.valid_from)
        .first()
    )
    new = table is None
    if table is None:
        table = RateTable(service=version.service, name=version.name, valid_from=version.valid_from, created_at=now)
    held = {} if new else {tuple(getattr(row, name) for name in KEY): row for row in table.rows.all()}
    gone = [row.pk for key, row in held.items() if key not in version.rows]
    if gone and FreightEstimate._base_manager.filter(rate_id__in=gone).exists():
        for line in version.lines.values():
            refuse(line, "valid_from", "in_use", version.valid_from, sentence("in_use", version.valid_from))
        return
    facts = {
        "currency": version.currency,
        "valid_to": version.valid_to,
        "level": version.level,
        "source": version.source,
        "active": True,
    }
    dirty = new or any(getattr(table, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(table, name, value)
    if dirty:
        table.save()
    if gone:
        RateRow.objects.filter(pk__in=gone).delete()
    changed = _rows(table, held, version, result)
    if dirty or gone or changed:
        audit.record(
            table,
            "rates.import",
            actor=actor,
            now=now,
            text=gettext_noop("Price list: %(n)s prices from a file"),
            n=len(version.rows),
        )


def _rows(table: RateTable, held: dict[tuple[Any, ...], RateRow], version: _Version, result: Any) -> int:
    fresh, changed = [], []
    for key, made in version.rows.items():
        row = held.get(key)
        if row is None:
            fresh.append(RateRow(table=table, **made))
            continue
        wanted = {name: made.get(name, _DEFAULTS.get(name)) for name in FIGURES}
        if any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            changed.append(row)
    RateRow.objects.bulk_create(fresh, batch_size=2000)
    RateRow.objects.bulk_update(changed, FIGURES, batch_size=1000)
    result.created += len(fresh)
    result.updated += len(changed)
    result.unchanged += len(version.rows) - len(fresh) - len(changed)
    return len(fresh) + len(changed)
