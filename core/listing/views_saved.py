"""Saved views: those of the house (declared), one's own and those colleagues share; and each person's columns."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, Invalid, Missing
from core.listing.base import Listing
from core.listing.paging import CAP
from core.listing.query import SYSTEM_PARAMS, ListQuery
from core.listing.searching import clean
from core.models import ColumnChoice, SavedView

#: A tab count may be this old (seconds).
COUNT_AGE = 30
_KEPT = frozenset({"q", "ordering"})


@dataclass(frozen=True)
class Tab:
    """A view as a tab: ``name`` in the URL, label, its question, whose it is."""

    name: str
    label: Any
    query: str
    counted: bool = True
    saved_id: int | None = None
    mine: bool = False
    shared: bool = False
    columns: tuple[str, ...] = ()
    default: bool = False


@dataclass(frozen=True)
class Held:
    """What a person keeps of a list: the saved views that may be opened (own first) and the chosen columns."""

    tabs: list[Tab]
    columns: list[str]


_HELD = """
SELECT id, name, query, columns::text, owner_id = %(person)s, shared, position FROM core_savedview
WHERE listing = %(listing)s AND (owner_id = %(person)s OR shared)
UNION ALL SELECT NULL, '', '', columns::text, true, false, 0 FROM core_columnchoice WHERE listing = %(listing)s AND user_id = %(person)s
"""


def held(listing: Listing, actor: Actor) -> Held:
    """Views and columns of a person in one statement: every page of a list asks for both."""
    if actor.user_id is None:
        return Held([], [])
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"listing": listing.name, "person": actor.user_id})
        rows = cursor.fetchall()
    chosen: list[str] = next((json.loads(row[3]) for row in rows if row[0] is None), [])
    views = sorted((row for row in rows if row[0] is not None), key=lambda row: (not row[4], row[6], row[0]))
    made = [Tab(f"~{pk}", name, query, True, pk, mine, shared, tuple(json.loads(columns)))
            for pk, name, query, columns, mine, shared, _position in views]  # fmt: skip
    return Held(made, [name for name in chosen if name in listing.all_columns])


def tabs(listing: Listing, actor: Actor, found: Held | None = None) -> list[Tab]:
    """All views the actor may open: declared ones first, then own, then shared by others."""
    made = [Tab(v.name, v.label, v.query, v.counted, default=v.default) for v in listing.views
            if not v.permission or actor.has_perm(v.permission)]  # fmt: skip
    if not any(tab.default for tab in made):
        made.insert(0, Tab("all", _("All"), "", default=True))
    return [*made, *(found or held(listing, actor)).tabs]


def with_view(listing: Listing, actor: Actor, params: QueryDict, found: list[Tab] | None = None) -> QueryDict:
    """``params`` with the question of the named view, unless filters are given beside it (then those count alone)."""
    name = params.get("view", "")
    own = set(params) - (SYSTEM_PARAMS - {"q"})
    if "edited" in params or own:
        return params
    known = found if found is not None else tabs(listing, actor) if name else _declared(listing, actor)
    tab = next((t for t in known if t.name == name), None) if name else next((t for t in known if t.default), None)
    if tab is None or not tab.query:
        return params
    merged = QueryDict(tab.query, mutable=True)
    for key, values in params.lists():
        merged.setlist(key, values)
    return merged


def _declared(listing: Listing, actor: Actor) -> list[Tab]:
    return []  # without a name a program gets everything; the page passes its tabs and so opens the default one


def kept_query(query: ListQuery) -> str:
    """What a saved view keeps of a question: filters, search and sort; not the page."""
    return query.text(**dict.fromkeys(SYSTEM_PARAMS - _KEPT))[:2000]


def create(*, listing: Listing, name: str, query: str, columns: list[str], shared: bool, actor: Actor) -> SavedView:
    """Save a question under a name of one's own. Refuses an empty or a second equal name."""
    name = _named(name)
    if actor.user_id is None:
        raise Invalid("no_person", _("Only a person keeps views."))
    last = SavedView.objects.filter(listing=listing.name, owner_id=actor.user_id).aggregate(m=Max("position"))["m"] or 0
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                listing=listing.name, name=name, owner_id=actor.user_id, shared=shared, query=query[:2000],
                columns=[c for c in columns if c in listing.all_columns], position=last + 1,
            )  # fmt: skip
    except IntegrityError:
        raise _name_taken() from None


def update(*, listing: Listing, view_id: int, actor: Actor, **changes: Any) -> SavedView:
    """Change name, question, columns or sharing of an own view. Others' views are not found."""
    with transaction.atomic():
        view = _own(listing, view_id, actor)
        for key, value in changes.items():
            setattr(view, key, _named(value) if key == "name" else value)
        try:
            with transaction.atomic():
                view.save()
        except IntegrityError:
            raise _name_taken() from None
    return view


def delete(*, listing: Listing, view_id: int, actor: Actor) -> None:
    """Delete an own view."""
    with transaction.atomic():
        _own(listing, view_id, actor).delete()


def _own(listing: Listing, view_id: int, actor: Actor) -> SavedView:
    found = SavedView.objects.select_for_update().filter(
        pk=view_id, listing=listing.name, owner_id=actor.user_id or 0).first()  # fmt: skip
    if found is None:
        raise Missing("not_found", _("There is no such view of yours."))
    return found


def _named(name: Any) -> str:
    text = " ".join(clean(str(name)).split())
    if not text or len(text) > 60:
        raise Invalid("bad_name", _("A view needs a name of at most 60 characters."),
                      errors={"name": [str(_("1 to 60 characters."))]})  # fmt: skip
    return text


def _name_taken() -> Conflict:
    return Conflict("name_taken", _("You already have a view of this name."), field="name")


# --- columns -----------------------------------------------------------------------------------------------------


def columns_of(listing: Listing, actor: Actor) -> list[str]:
    """The columns this person chose for the list ([] = the defaults)."""
    return held(listing, actor).columns


def choose_columns(*, listing: Listing, columns: list[str], actor: Actor) -> list[str]:
    """Keep the person's columns in this order; none = back to the defaults."""
    kept = [name for name in dict.fromkeys(columns) if name in listing.all_columns]
    if actor.user_id is None:
        return kept
    mine = ColumnChoice.objects.filter(user_id=actor.user_id, listing=listing.name)
    if not kept:
        mine.delete()
        return []
    ColumnChoice.objects.update_or_create(user_id=actor.user_id, listing=listing.name, defaults={"columns": kept})
    return kept


# --- counts ------------------------------------------------------------------------------------------------------


def counts_held(listing: Listing, actor: Actor, wanted: list[Tab]) -> dict[str, int]:
    """The tab counts that are known without asking the database."""
    keys = _keys(listing, actor, wanted)
    held = _cached(list(keys))
    return {tab.name: held[key] for key, tab in keys.items() if key in held}


def _keys(listing: Listing, actor: Actor, wanted: list[Tab]) -> dict[str, Tab]:
    stores = "all" if actor.store_ids is None else ",".join(map(str, sorted(actor.store_ids)))
    scope = hash_text(f"{actor.kind}:{actor.ref}:{stores}")
    return {f"count:{listing.name}:{scope}:{hash_text(tab.query)}": tab for tab in wanted if tab.counted}


def counts(listing: Listing, actor: Actor, wanted: list[Tab]) -> dict[str, int]:
    """Rows behind each tab, at most 10,001 and up to 30 seconds old."""
    keys = _keys(listing, actor, wanted)
    held = _cached(list(keys))
    made = {}
    for key, tab in keys.items():
        if key not in held:
            made[key] = held[key] = ListQuery.of(listing, actor, tab.query).count()
    _remember(made)
    return {tab.name: held[key] for key, tab in keys.items()}


def forget_counts(listing: Listing, actor: Actor) -> None:
    """What the actor just did is seen in the counts of his tabs at once."""
    try:
        cache.delete_many(list(_keys(listing, actor, tabs(listing, actor))))
    except Exception:  # without the cache nothing is remembered
        return


def hash_text(text: str) -> str:
    """A short stable name for a question."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def shown_count(number: int) -> str:
    """A count as people read it: 312, or 10,000+."""
    return f"{CAP:,}+" if number > CAP else f"{number:,}"


def _cached(keys: list[str]) -> dict[str, int]:
    try:
        return dict(cache.get_many(keys))
    except Exception:  # without the cache the database answers
        return {}


def _remember(made: dict[str, int]) -> None:
    try:
        if made:
            cache.set_many(made, COUNT_AGE)
    except Exception:
        pass
