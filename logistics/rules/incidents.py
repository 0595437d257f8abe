"""What an incident on lanes touches, and how long its parcels are waited for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from logistics.rules.tracking import Step

#: Advice that the delay alone leads to; while an incident explains the delay, the parcel is waited for instead.
OF_DELAY = frozenset({"refund_full", "refund_partial", "resend_full", "carrier_inquiry", "ask_post_office"})


@dataclass(frozen=True)
class Disturbance:
    """An incident as the rules read it. No service, no countries, no store: every one; ``first`` and ``last``: days of the
    hand-over, both included."""

    pk: int
    number: str
    kind: str
    service_id: int | None
    countries: frozenset[str]
    store_id: int | None
    first: date | None
    last: date | None
    starts_at: datetime
    ends_at: datetime
    stops_new: bool = True


def touches(one: Disturbance, *, service_id: int | None, country: str, store_id: int | None) -> bool:
    """Whether an incident is about parcels of this service to this country. A store that is not said is touched only by what
    holds in every store."""
    return (
        (one.service_id is None or one.service_id == service_id)
        and (not one.countries or country.upper() in one.countries)
        and one.store_id in (None, store_id)
    )


def concerns(one: Disturbance, *, service_id: int | None, country: str, store_id: int, handed: date | None) -> bool:
    """Whether an incident is about a parcel handed over on that day of its store."""
    if handed is None or not touches(one, service_id=service_id, country=country, store_id=store_id):
        return False
    return (one.first is None or handed >= one.first) and (one.last is None or handed <= one.last)


def stopping(held: Iterable[Disturbance], *, service_id: int, country: str, store_id: int | None) -> Disturbance | None:
    """The incident that stops a service for new parcels there; None when none does."""
    return next(
        (o for o in held if o.stops_new and touches(o, service_id=service_id, country=country, store_id=store_id)), None
    )


def awaited(step: Step) -> Step:
    """The step of a parcel that an incident delays: what only the delay asks for waits; a longer receiving time and the text
    about the delay stay."""
    if step.advice not in OF_DELAY:
        return step
    kept = step.text if step.alone else ""
    return replace(step, advice="wait", role="", text=kept)


def review_at(expected_end: datetime, starts_at: datetime, days: int) -> datetime:
    """When an incident is looked at: some days before its expected end, never before it began."""
    return max(starts_at, expected_end - timedelta(days=days))


def countries_of(text: str) -> tuple[str, ...]:
    """Country codes of "ES; pt": upper case, each once, in order. Raises ``ValueError`` for what is none."""
    found = [part.strip().upper() for part in text.replace(",", ";").replace(" ", ";").split(";") if part.strip()]
    for code in found:
        if len(code) != 2 or not code.isascii() or not code.isalpha():
            raise ValueError(code)
    return tuple(dict.fromkeys(found))
