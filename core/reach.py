"""Who may write what counts for more than the own stores: house rules, clocks, texts and tables of all stores."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.api.auth import as_of_now
from core.audit import Actor
from core.errors import NotAllowed

#: Held by those who keep the house without working in its stores.
KEEPS_HOUSE = "core.change_house"


def reaches(actor: Actor, store_id: int | None, now: datetime) -> bool:
    """Whether what the actor writes may count in the store (None: in every store, later ones too). Which store is looked at
    just now does not matter."""
    fresh = as_of_now(actor, now)
    if fresh is None:
        return False
    return fresh.has_perm(KEEPS_HOUSE) or fresh.store_ids is None or store_id in fresh.store_ids


def need_reach(actor: Actor, store_ids: Iterable[int | None], now: datetime) -> None:
    """Refuse a write that would count in stores in which the actor does not work."""
    for store_id in store_ids:
        if reaches(actor, store_id, now):
            continue
        if store_id is None:
            raise NotAllowed("house_wide", _("This counts for all stores: somebody who works in all of them sets it."))
        raise NotAllowed("not_your_store", _("You do not work in this store."))
