"""How long parcels usually take, by country and service: what a listing tells its buyers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from logistics.models import Service
from logistics.rules.routing import why_not
from logistics.selectors import quotes


@dataclass(frozen=True)
class Arrival:
    """One service to one country: usual days (of the price list where it says some, else of the service), days promised."""

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
            rows.append(Arrival(country, service, low, high, held.promise_days(service, country)))
        made += sorted(rows, key=lambda a: (a.days_max or 999, a.service.code))
    return made
