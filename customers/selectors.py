"""Reading buyers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core.audit import Actor
from core.errors import Missing
from customers import rules
from customers.models import Buyer
from stores.contracts import RemoteOrder


def buyers_for(actor: Actor) -> QuerySet[Buyer]:
    """The buyers of the stores the actor works in (the scope sees to that)."""
    return Buyer.objects.all()


def buyer(buyer_id: int) -> Buyer:
    """One buyer inside the scope; raises ``Missing``."""
    found = Buyer.objects.select_related("store").filter(pk=buyer_id).first()
    if found is None:
        raise Missing("not_found", _("There is no such buyer, or it is not yours to see."))
    return found


def buyer_named(store: Store, word: str) -> Buyer:
    """The buyer of a store with this key, login or e-mail; raises ``Missing`` when there is none or several."""
    rows = (
        list(Buyer.objects.filter(Q(key=word) | Q(login=word) | Q(email__iexact=word), store=store)[:2]) if word else []
    )
    if len(rows) != 1:
        raise Missing("not_found", _("There is no such buyer, or it is not yours to see."))
    return rows[0]


def buyer_key(store_id: int, remote: RemoteOrder) -> str:
    """The identity of the buyer of a remote order in its store."""
    return rules.identity(store_id, remote.buyer_key, remote.buyer_login, remote.buyer_email, remote.external_id)


def export_fields(found: Buyer) -> dict[str, Any]:
    """What the buyer's own row holds, for the export file."""
    names = ("id", "key", "login", "name", "email", "phone", "country", "language", "email_consent", "blacklisted_at",
             "blacklist_reason", "first_order_at", "created_at")  # fmt: skip
    return {name: rules.plain_fields(getattr(found, name)) for name in names} | {"store": found.store.code}
