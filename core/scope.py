"""Which stores a piece of work may touch. A query on a store-owned table outside of any scope is an error, not a leak."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django_scopes import scope, scopes_disabled

from core.audit import Actor, acting


@contextlib.contextmanager
def acting_scope(actor: Actor, request_ref: str = "") -> Iterator[None]:
    """Everything inside is done by ``actor`` and sees only the actor's stores.

    Doors open this: the middleware for a person, token authentication for a program, a job runner for its requester.
    """
    stores = scopes_disabled() if actor.store_ids is None else scope(store=sorted(actor.store_ids))
    with acting(actor, request_ref), stores:
        yield
