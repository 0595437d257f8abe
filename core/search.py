"""One box over all lists that can be searched; each list's own queryset is asked, so rights hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from core.audit import Actor
from core.clock import utcnow
from core.format import DASH
from core.listing import searching
from core.listing.base import LISTINGS, Listing
from core.listing.paging import capped_count

PER_LIST = 8


@dataclass
class Asked:
    """One pasted number: what it is, and where it leads (empty = not found)."""

    number: str
    hits: list[dict[str, Any]] = field(default_factory=list)


#: Pasted numbers whose row does not show them are looked up one by one, so many at most.
ONE_BY_ONE = 40


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


def by_number(text: str, answers: list[Found], actor: Actor) -> list[Asked]:
    """Each pasted number with the rows that carry it, in the order of the paste; empty when no numbers were pasted."""
    numbers = searching.parse(text).numbers
    seen = [
        (group, row, {_bare(part) for part in (row["label"], *row["texts"])}) for group in answers for row in group.rows
    ]
    made, open_ones = [], 0
    for number in numbers:
        asked, bare = Asked(number), _bare(number)
        for group, row, parts in seen:
            if any(part == bare or (len(bare) == 6 and part.endswith(bare)) for part in parts):
                asked.hits.append({**row, "list": group.listing.title})
        if not asked.hits and answers and open_ones < ONE_BY_ONE:
            open_ones += 1
            found = everywhere(number, actor, limit=2)
            asked.hits = [{**row, "list": group.listing.title} for group in found for row in group.rows]
        made.append(asked)
    return made


def _bare(text: str) -> str:
    return "".join(c for c in searching.fold(text) if c.isalnum())


def _rows(listing: Listing, ids: list[int], actor: Actor) -> list[dict[str, Any]]:
    """Label, address and the first facts of rows, written as the list itself writes them (dates, money, store names)."""
    named = listing.label_field or next(iter(listing.all_columns), "id")
    shown = [c for c in listing.chosen([]) if c.name != named][:5]
    cells = [cell for _css, cell, _label in listing.cells(shown, utcnow())]
    mono = named in listing.all_columns and listing.all_columns[named].mono
    made = []
    for row in listing.rows_of(ids, actor):
        marked = [cell(row) for cell in cells]
        texts = [unescape(strip_tags(part)).strip() for part in marked]
        kept = [(mark_safe(part), text) for part, text in zip(marked, texts, strict=True) if text not in ("", DASH)]  # noqa: S308
        made.append({
            "label": str(row.get(named) or row["id"]), "mono": mono, "url": listing.detail_address(row["id"]),
            "facts": [text for _part, text in kept], "cells": [part for part, _text in kept],
            "texts": [str(value) for value in (c.export(row) for c in shown) if value not in (None, "")],
        })  # fmt: skip
    return made
