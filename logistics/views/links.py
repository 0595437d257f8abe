"""The public page of a parcel: no sign-in, no cookies, no scripts, nothing personal; unknown and ended links are not found."""

from __future__ import annotations

import logging
import time
from datetime import date, datetime

from babel.core import Locale
from babel.dates import format_date, format_time
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from core import policies
from core.clock import utcnow, zone
from core.reading import caller_address
from core.sentences import filled
from logistics.policies.links import LINK_PER_MINUTE
from logistics.rules import public_link as rules
from logistics.selectors import links as selectors

logger = logging.getLogger(__name__)
WINDOW = 60
CONTENT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@require_safe
def parcel_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page in the buyer's language; 404 for anything that is no living link, 429 for an address that asks too often."""
    now = utcnow()
    if too_often(request, now):
        return closed(HttpResponse("429", status=429, content_type="text/plain", headers={"Retry-After": str(WINDOW)}))
    parcel = selectors.parcel_of(token)
    page = selectors.page_of(parcel, now) if parcel is not None else None
    if page is None:
        return closed(HttpResponse("404", status=404, content_type="text/plain"))
    with translation.override("en"):
        return closed(render(request, "logistics/parcel_link.html", context(page)))


def too_often(request: HttpRequest, now: datetime) -> bool:
    """Whether an address opened too many of these pages within the minute. Without the counter nobody is held back."""
    limit = int(policies.value(LINK_PER_MINUTE, now))
    key = f"link:{caller_address(request)}:{int(time.time()) // WINDOW}"
    try:
        return int(cache.bump(key, WINDOW * 2)) > limit  # type: ignore[attr-defined]  # core.valkey
    except Exception as error:
        logger.warning("links cannot be counted", extra={"reason": type(error).__name__})
        return False


def closed(response: HttpResponse) -> HttpResponse:
    """Nobody keeps it, finds it, frames it, or learns where one came from; no cookie goes out (core.middleware)."""
    for name, value in (
        ("Content-Security-Policy", CONTENT),
        ("X-Robots-Tag", "noindex, nofollow, noarchive"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store, private"),
    ):
        response.headers[name] = value
    response.without_cookies = True  # type: ignore[attr-defined]
    return response


def context(page: selectors.PublicPage) -> dict[str, object]:
    """The page in words of the buyer's language."""
    words, locale = rules.words_in(page.language), Locale.parse(page.language)

    def day(moment: date | datetime) -> str:
        return format_date(moment, format="long", locale=locale)

    def when(moment: datetime) -> str:
        return f"{format_date(moment, format='medium', locale=locale)}, {format_time(moment, format='short', locale=locale)}"

    there = zone(page.zone)
    events = [
        {"at": one.at, "when": when(one.at.astimezone(there)),
         "words": words.get(one.stage, words["in_transit"]), "place": locale.territories.get(one.place, one.place)}
        for one in page.events
    ]  # fmt: skip
    span = page.expected
    return {
        "language": page.language, "direction": rules.direction(page.language), "words": words, "events": events,
        "state": words.get(page.stage, words["in_transit"]), "done": page.stage == "delivered", "number": page.number,
        "country": locale.territories.get(page.country, page.country), "carrier_url": page.carrier_url,
        "expected": " – ".join(dict.fromkeys(day(each) for each in span)) if span else "", "overdue": page.overdue,
        "delayed": filled(words["delayed"], reason=page.reason) if page.reason else "",
        "until": filled(words["until"], day=day(page.until.astimezone(there))),
    }  # fmt: skip
