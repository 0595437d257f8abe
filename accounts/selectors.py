"""Who works where."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Store, User
from core import crypto
from core.audit import Actor
from core.errors import Missing


def stores_for(actor: Actor) -> QuerySet[Store]:
    """The open stores the actor works in, by code."""
    stores = Store.objects.filter(closed_at__isnull=True).order_by("code")
    return stores if actor.store_ids is None else stores.filter(pk__in=actor.store_ids)


def reach(actor: Actor) -> frozenset[int] | None:
    """Ids of the stores the actor works in, whichever one is looked at just now; None = all, later ones too."""
    if actor.user_id is None:
        return actor.store_ids
    person = User.objects.filter(pk=actor.user_id).first()
    return person.store_ids if person is not None else frozenset()


_NAMES, _NAMES_SECONDS = "accounts:store-names", 60


def store_names(actor: Actor) -> list[tuple[int, str, str]]:
    """Id, code and name of the open stores the actor works in, by code; remembered for a minute, so that no page asks twice."""
    try:
        held = cache.get(_NAMES)
    except Exception:  # the cache is away: ask
        held = None
    if held is None:
        held = list(Store.objects.filter(closed_at__isnull=True).order_by("code").values_list("pk", "code", "name"))
        try:
            cache.set(_NAMES, held, _NAMES_SECONDS)
        except Exception:
            return [row for row in held if actor.may_see_store(row[0])]
    return [row for row in held if actor.may_see_store(row[0])]


def forget_store_names() -> None:
    """Drop the remembered names after a change."""
    try:
        cache.delete(_NAMES)
    except Exception:
        return


def store_by_code(code: str) -> Store:
    """The store called ``code``. Raises ``Missing`` when there is none."""
    store = Store.objects.filter(code=code).first()
    if store is None:
        raise Missing("store_missing", _("There is no store with the code “%(code)s”."), code=code)
    return store


def people_for(actor: Actor) -> QuerySet[User]:
    """The people of the house, those who left last."""
    return User.objects.prefetch_related("memberships__store").order_by("-is_active", "username")


def tokens_for(actor: Actor) -> QuerySet[ApiToken]:
    """The keys of programs, newest first."""
    return ApiToken.objects.select_related("created_by").prefetch_related("stores").order_by("-id")


def live_token(key: str, now: datetime) -> ApiToken | None:
    """The token whose key this is, unless revoked or expired. Compared by keyed digest, never by the key itself."""
    for token in ApiToken.objects.filter(digest=crypto.digest(key)).order_by():  # at most one; every call asks this
        if token.revoked_at is None and (token.expires_at is None or token.expires_at > now):
            return token
    return None


def token_again(pk: int, now: datetime) -> ApiToken | None:
    """The token of this id, unless revoked or expired since it asked."""
    return _live(now).filter(pk=pk).first()


def _live(now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at__isnull=True).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def colleagues(role: str, store_id: int | None) -> QuerySet[User]:
    """Active people with ``role`` who work in the store (any store when None)."""
    people = User.objects.filter(is_active=True, role=role)
    if store_id is not None:
        people = people.filter(Q(all_stores=True) | Q(memberships__store_id=store_id))
    return people.order_by("pk").distinct()
