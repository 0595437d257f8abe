"""Whose a number may be, and which of our parcels travel under it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from core.audit import Actor
from logistics.models import Parcel
from logistics.rules import numbers as rules
from logistics.rules.numbers import Candidate, Pattern, Post
from logistics.selectors import parcels
from logistics.selectors.dispatch import postal_countries
from orders.models import Order
from orders.selectors import orders_for

DATA = Path(__file__).resolve().parent.parent / "data"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(maxsize=1)
def patterns() -> tuple[Pattern, ...]:
    """The forms of numbers we know."""
    return tuple(
        Pattern(r["code"], r["carrier"], int(r["key"]) if r["key"] else None, r["pattern"], r["check"], int(r["rank"]))
        for r in _rows("number_patterns.csv")
    )


@lru_cache(maxsize=1)
def posts() -> dict[str, Post]:
    """The posts of the world by country."""
    return {
        r["country"]: Post(
            r["country"], int(r["key"]), r["name"], int(r["ems_key"]) if r["ems_key"] else None, r["ems_name"]
        )
        for r in _rows("number_posts.csv")
    }


@lru_cache(maxsize=1)
def carriers() -> dict[int, str]:
    """The carriers that a person may pick for a number: the source's key -> name, by name."""
    found = {p.key: p.carrier for p in patterns() if p.key}
    for post in posts().values():
        found |= {post.key: post.name} if post.key else {}
        found |= {post.ems_key: post.ems_name} if post.ems_key else {}
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))


def candidates(number: str) -> list[Candidate]:
    """Whose ``number`` may be, the likeliest first."""
    return rules.candidates(number, patterns(), posts(), postal_countries())


def orders_by_number(actor: Actor, numbers: Iterable[str]) -> dict[str, list[Order]]:
    """The orders of the actor's stores that bear one of the numbers: people paste both."""
    found: dict[str, list[Order]] = {}
    for row in orders_for(actor).filter(number__in=list(numbers)).order_by("-pk"):
        found.setdefault(row.number, []).append(row)
    return found


def parcels_by_number(actor: Actor, numbers: Iterable[str]) -> dict[str, list[Parcel]]:
    """The parcels of the actor's stores under each number, the newest first: a number may have been used again."""
    rows = parcels.parcels_for(actor).filter(tracking_key__in=parcels.number_keys(numbers)).order_by("-pk")
    found: dict[str, list[Parcel]] = {}
    for row in rows:
        found.setdefault(parcels.clean_number(row.tracking_number), []).append(row)
    return found
