"""Addresses of the rows behind a figure."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from core.audit import Actor
from core.listing import LISTINGS
from core.listing.rest import RESOURCES
from reports.choices import FIGURES
from reports.selectors.figures import figures


def query_of(
    name: str, first: date | None, last: date | None, *, store: str = "", country: str = "", **more: Any
) -> dict[str, str]:
    """What the list behind a figure is asked; one that is counted whatever the day is asked without days."""
    asked = {"figure": name, "store": store, "country": country, **{key: str(value) for key, value in more.items()}}
    counted = figures().get(name)
    if first is not None and last is not None and not (counted and counted.any_day):
        asked |= {"day_after": first.isoformat(), "day_before": last.isoformat()}
    return {key: value for key, value in asked.items() if value}


def may_open(actor: Actor, name: str) -> bool:
    """Whether the actor may see the list behind a figure."""
    return actor.has_perm(LISTINGS[FIGURES[name].listing].permission)


@lru_cache(maxsize=32)
def _address(listing: str) -> str:
    return LISTINGS[listing].address()


def page_of(name: str, first: date | None, last: date | None, **more: Any) -> str:
    """The page with exactly the rows a figure counts."""
    asked = urlencode({"edited": "1", **query_of(name, first, last, **more)})
    return f"{_address(FIGURES[name].listing)}?{asked}"


def rest_of(name: str, first: date | None, last: date | None, **more: Any) -> str:
    """The same rows for a program."""
    listing = FIGURES[name].listing
    at = next((resource.at for resource in RESOURCES.values() if resource.listing == listing), listing)
    return f"/api/v1/{at}/?{urlencode(query_of(name, first, last, **more))}"
