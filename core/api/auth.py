"""Who calls: a program with a token, or a person with a session (the docs). The actor is known before anything else.

``core`` knows no tokens: the settings name the function that finds one, ``CALLERS = {"token": "accounts.selectors.live_token"}``.
It takes (key, now) and answers a row with ``actor`` and ``scopes``, or None when the key is unknown, revoked or expired;
``token again`` takes (id, now) and answers the same for work that runs later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions

from core.audit import Actor
from core.clock import utcnow

#: A token's use is noted at most this often.
NOTED_EVERY = timedelta(minutes=5)


@lru_cache(maxsize=4)
def _caller(kind: str) -> Any:
    return import_string(settings.CALLERS[kind])


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page request: what the middleware found, else made from the signed-in person."""
    actor = getattr(request, "actor", None)
    if isinstance(actor, Actor):
        return actor
    made: Actor = request.user.actor  # type: ignore[union-attr]
    request.actor = made  # type: ignore[attr-defined]
    return made


def narrowed(actor: Actor, scopes: Iterable[str]) -> Actor:
    """The program's actor with what its token's scopes leave of the role: read, write, personal-data."""
    held, kept = set(scopes), set()
    for permission in actor.permissions:
        verb = permission.partition(".")[2].partition("_")[0]
        if permission.endswith(".view_personal"):
            wanted = "personal-data"
        else:
            wanted = "read" if verb in ("view", "export") else "write"
        if wanted in held:
            kept.add(permission)
    return replace(actor, permissions=frozenset(kept))


def as_of_now(actor: Actor, now: datetime) -> Actor | None:
    """Who asked, with the rights and all the stores of this moment; None when the person has left or the token has ended."""
    if actor.kind == "token":
        token = _caller("token again")(actor.ref, now)
        return None if token is None else narrowed(token.actor, token.scopes)
    if actor.user_id is None:
        return actor
    person: Any = get_user_model()._default_manager.filter(pk=actor.user_id, is_active=True).first()
    return None if person is None else person.actor


class Program(AnonymousUser):
    """Stands in for ``request.user`` when a program calls: signed in, but no person."""

    is_authenticated = True  # type: ignore[assignment]

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor

    @property
    def is_anonymous(self) -> bool:  # type: ignore[override]
        return False


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``."""

    keyword = "Bearer"

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """The program behind the key; 401 for a key that is unknown, revoked or expired."""
        parts = authentication.get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2 or len(parts[1]) > 300:
            raise exceptions.AuthenticationFailed(_("Write the header as “Authorization: Bearer <token>”."))
        try:
            key = parts[1].decode("ascii")
        except UnicodeDecodeError:
            raise exceptions.AuthenticationFailed(_("This token is not valid.")) from None
        now = utcnow()
        token = _caller("token")(key, now)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid."))
        if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
            type(token)._base_manager.filter(pk=token.pk).update(last_used_at=now)
        actor = narrowed(token.actor, token.scopes)
        return Program(actor), token

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


class PersonAuthentication(authentication.SessionAuthentication):
    """The session of a person, with the CSRF check of every page."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """The signed-in person and their actor."""
        found = super().authenticate(request)
        if found is None:
            return None
        return found[0], actor_of(request._request)
