"""How long parcels usually take, by country and service: what a listing tells its buyers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_timezone_location

from accounts.models import Store
from core import format as f
from core import policies
from logistics.models import Service
from logistics.policies.parcels import SERVICE_HOURS
from logistics.rules.detail_words import spans, words_in
from logistics.rules.routing import why_not
from logistics.selectors import lanes, quotes

#: Working days until the hand-over that buyers are told (declared by the orders).
TARGET_DAYS = "orders.ship_target_days"


@dataclass(frozen=True)
class Arrival:
    """One service to one country: usual days (of its lane where enough parcels say it, else of the price list, else of the
    service), days promised."""

    country: str
    service: Service
    days_min: int | None
    days_max: int | None
    promise_days: int | None


def arrivals(day: date, countries: Sequence[str], codes: Sequence[str] = ()) -> list[Arrival]:
    """The services that go to each country (only those of ``codes`` when given), quickest first."""
    held = quotes.book(day, countries)
    made = []
    for country in countries:
        rows = []
        for service in held.services.values():
            offer = held.offer(service, country)
            goes = service.active and (service.code in codes if codes else True)
            if not goes or why_not(offer.facts, country=country, value_in=lambda currency: None, weight_g=None):
                continue
            told = [
                rate for table in offer.tables for rate in table.rates
                if rate.days_max and rate.destination in (country, "*", f"zone:{offer.place.zone}")
            ]  # fmt: skip
            low = min((rate.days_min or rate.days_max or 0 for rate in told), default=service.days_min)
            high = max((rate.days_max or 0 for rate in told), default=service.days_max)
            low, high = _seen(held.lane(service, country)) or (low, high)
            rows.append(Arrival(country, service, low, high, held.promise_days(service, country)))
        made += sorted(rows, key=lambda a: (a.days_max or 999, a.service.code))
    return made


@dataclass(frozen=True)
class Detail:
    """What a detail page tells its buyers (PRM-07), as facts and as a text block in one language."""

    language: str
    handling_days: int
    hours: str
    time_zone: str
    arrivals: list[Arrival]
    text: str


def detail_of(store: Store, language: str, countries: Sequence[str], codes: Sequence[str], now: datetime) -> Detail:
    """Handling time, usual transit for each country and service hours with their zone, from the rules and promises of today."""
    words = words_in(language)
    handling = int(policies.value(policies.POLICIES[TARGET_DAYS], now, store.pk))
    hours = policies.value(SERVICE_HOURS, now, store.pk)
    locale = f.babel_locale(language)
    zone = ZoneInfo(store.time_zone)
    offset = now.astimezone(zone).strftime("%z")
    shown_zone = f"{get_timezone_location(zone, locale=locale, return_city=True)}, UTC{offset[:3]}:{offset[3:]}"
    names = get_day_names("abbreviated", locale=locale)
    days = ", ".join(
        names[low] if low == high else f"{names[low]}–{names[high]}" for low, high in spans(list(policies.value(policies.WORKDAYS, now)))
    )  # fmt: skip
    told = words["hours"].format(days=days, zone=shown_zone, **{"from": hours["from"], "to": hours["to"]})
    rows = arrivals(now.date(), countries, codes)
    lines = [words["handling"].format(days=handling), f"{words['transit']}:"]
    for row in rows:
        name = row.service.name_zh if language.startswith("zh") and row.service.name_zh else row.service.name_en
        usual = words["days"].format(low=row.days_min, high=row.days_max) if row.days_max else ""
        latest = words["latest"].format(days=row.promise_days) if row.promise_days else ""
        spans_text = ", ".join(filter(None, (usual, latest)))
        lines.append(f"- {f.country_name(row.country, language)} · {name}: {spans_text or f.DASH}")
    return Detail(language, handling, told, store.time_zone, rows, "\n".join([*lines, told]))


def _seen(found: lanes.Answer | None) -> tuple[int, int] | None:
    """The days between which most of the lane's parcels arrived; None where too few say it."""
    if found is None or not found.enough or found.picked.basis.blind:
        return None
    first, last = found.curve.day_of(1 - found.figures.most), found.curve.day_of(found.figures.most)
    return None if first is None or last is None else (max(1, ceil(first)), ceil(last))
