"""Reading files that were handed in and the profiles by which they are read."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core.audit import Actor
from core.errors import Missing
from orders.choices import ImportKind
from orders.models import ImportFile, ImportProfile


def imports_for(actor: Actor) -> QuerySet[ImportFile]:
    """Files of the actor's stores, and files of the house (articles, stock, rates) for whoever may bring those in; newest first."""
    house = [
        kind for kind, permission in (
            (ImportKind.PRODUCTS, "products.change_sku"), (ImportKind.STOCK, "inventory.change_stock"),
            (ImportKind.RATES, "logistics.change_service"),
        )
        if actor.has_perm(permission)
    ]  # fmt: skip
    rows = ImportFile.objects.select_related("store", "job").order_by("-created_at", "-pk")
    if actor.store_ids is None:
        return rows.filter(Q(store__isnull=False) | Q(kind__in=house))
    return rows.filter(Q(store_id__in=actor.store_ids) | Q(store__isnull=True, kind__in=house))


def import_file(actor: Actor, pk: int) -> ImportFile:
    """One of them; raises ``Missing``."""
    found = imports_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def profiles_for(actor: Actor) -> QuerySet[ImportProfile]:
    """Profiles of the actor's stores and those of the house, by name."""
    rows = ImportProfile.objects.select_related("store").order_by("name", "pk")
    return rows if actor.store_ids is None else rows.filter(Q(store_id__in=actor.store_ids) | Q(store__isnull=True))


def profile(actor: Actor, pk: int) -> ImportProfile:
    """One of them; raises ``Missing``."""
    found = profiles_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def remembered(store: Store | None, headings: list[str], actor: Actor) -> ImportProfile | None:
    """The newest profile of the store (or house) whose columns are all among these headings: the mapping used last time."""
    known = set(headings)
    for row in profiles_for(actor).filter(Q(store=store) | Q(store__isnull=True)).order_by("-pk")[:50]:
        named = [target for target in row.mapping.values() if isinstance(target, str)]
        if len(named) > 3 and known.issuperset(named):
            return row
    return None
