"""Reads of the operations log: every recorded line of the house, the newest first."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Q, QuerySet

from core.audit import Actor
from core.listing import LISTINGS, Listing
from core.models import ActivityEntry
from reports.choices import module_of

#: Lines of no store that only those see who work in all of them: logins, roles, tokens.
_OF_PEOPLE = "accounts."


def log_for(actor: Actor) -> QuerySet[ActivityEntry]:
    """The lines of the actor's stores, and those of the house that are nobody's in particular."""
    rows = ActivityEntry.objects.all()
    if actor.store_ids is None:
        return rows
    house = Q(store_ref__isnull=True) & ~Q(subject_type__startswith=_OF_PEOPLE)
    return rows.filter(house | Q(store_ref__in=actor.store_ids))


def types_of(modules: Iterable[str]) -> list[str]:
    """The kinds of objects whose lines belong to these modules."""
    wanted = set(modules)
    known = [model._meta.label_lower for model in apps.get_models()]
    return [name for name in known if module_of(name) in wanted]


def lists_by_type() -> dict[str, Listing]:
    """The list that shows objects of a kind on pages of their own."""
    return {made.model._meta.label_lower: made for made in LISTINGS.values() if made.detail_url and made.label_field}


def subjects(pairs: Iterable[tuple[str, int]], actor: Actor) -> dict[tuple[str, int], tuple[str, str]]:
    """Name and address of the objects that recorded lines speak of, as far as the actor may see them: one query a kind."""
    by_type: dict[str, set[int]] = {}
    for kind, pk in pairs:
        by_type.setdefault(kind, set()).add(pk)
    lists, found = lists_by_type(), {}
    for kind, ids in sorted(by_type.items()):
        made = lists.get(kind)
        if made is None or not actor.has_perm(made.permission):
            continue
        for obj in made.queryset(actor).filter(pk__in=ids):
            found[kind, obj.pk] = (made.label_of(obj), made.detail_address(obj.pk))
    return found


def kind_names() -> dict[str, str]:
    """What objects of a kind are called."""
    return {model._meta.label_lower: str(model._meta.verbose_name) for model in apps.get_models()}
