"""How people and programs come in: a signed-in browser, a program with its token."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.test import Client

from accounts.models import ApiToken, Store, User
from core import crypto
from tests.factories.accounts import NOW, make_person

SCOPES = ("read", "write", "personal-data")


def browser(person: User | str, **facts: Any) -> Client:
    """The browser of ``person``, or of somebody new with that role."""
    client = Client()
    client.force_login(make_person(person, **facts) if isinstance(person, str) else person)
    return client


def make_key(
    role: str = "manager", *, stores: Iterable[Store] | None = None, scopes: Iterable[str] = SCOPES, **facts: Any
) -> str:
    """The key of a program that acts as ``role`` in ``stores`` (None: in all)."""
    key = f"sp_{crypto.new_key()}"
    given = {"program": "erp", "created_at": NOW, "all_stores": stores is None, **facts}
    token = ApiToken.objects.create(prefix=key[:12], digest=crypto.digest(key), role=role, scopes=list(scopes), **given)
    token.stores.set(stores or ())
    return key


def program(role: str = "manager", **facts: Any) -> Client:
    """A program that sends its key with every request; ``facts`` as in ``make_key``."""
    return Client(headers={"Authorization": f"Bearer {make_key(role, **facts)}"})
