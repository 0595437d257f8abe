"""One box over all lists that can be searched; each list's own queryset is asked, so rights hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from core.audit import Actor
from core.listing import searching
from core.listing.base import LISTINGS, Listing
from core.listing.paging import capped_count

PER_LIST = 8


@dataclass
class Found:
    """What one list answered: its first rows (label, url, facts) and whether there are more."""

    listing: Listing
    rows: list[dict[str, Any]] = field(default_factory=list)
    more_url: str = ""
    total: int = 0


def searchable(actor: Actor) -> list[Listing]:
    """The lists the box asks for this actor."""
    return [
        listing
        for listing in LISTINGS.values()
        if listing.sources and listing.url and actor.has_perm(listing.permission)
    ]


def exact(text: str, actor: Actor) -> str:
    """The address of the one object whose number was typed in full; "" when there is none or more than one."""
    word = searching.clean(text)
    if not word or len(word) > 100 or "\n" in word:
        return ""
    found: list[str] = []
    for listing in searchable(actor):
        if not listing.exact_by or not listing.detail_url:
            continue
        asked = listing.queryset(actor)
        for lookup in listing.exact_by:
            for shape in dict.fromkeys((word, searching.fold(word))):
                ids = list(asked.filter(Q(**{lookup: shape})).order_by().values_list("pk", flat=True)[:2])
                found += [listing.detail_address(pk) for pk in ids]
    unique = list(dict.fromkeys(found))
    return unique[0] if len(unique) == 1 else ""


def everywhere(text: str, actor: Actor, limit: int = PER_LIST) -> list[Found]:
    """What each list finds for ``text``, lists without a hit left out."""
    terms = searching.parse(text)
    if not terms:
        return []
    answers = []
    for listing in searchable(actor):
        matching = listing.search(listing.queryset(actor), terms, actor)
        order = listing.order(listing.default_order)
        assert order is not None
        way = f"-{order.lookup}" if order.descending else order.lookup
        wanted = max(limit, len(terms.numbers))
        ids = list(matching.order_by(way, "-pk").values_list("pk", flat=True)[: wanted + 1])
        if not ids:
            continue
        params = QueryDict(mutable=True)
        params["q"], params["edited"] = terms.raw, "1"
        total = len(ids) if len(ids) <= wanted else capped_count(matching)
        answers.append(
            Found(listing, _rows(listing, ids[:wanted], actor), f"{listing.address()}?{params.urlencode()}", total)
        )
    return answers


def _rows(listing: Listing, ids: list[int], actor: Actor) -> list[dict[str, Any]]:
    named = listing.label_field or next(iter(listing.all_columns), "id")
    shown = [c for c in listing.chosen([]) if c.name != named][:4]
    made = []
    for row in listing.rows_of(ids, actor):
        facts = [str(c.export(row)) for c in shown if c.export(row) not in (None, "")]
        made.append(
            {"label": str(row.get(named) or row["id"]), "url": listing.detail_address(row["id"]), "facts": facts}
        )
    return made
