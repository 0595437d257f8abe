"""A buyer's rights over his data: everything we hold in one file, and to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import NotAllowed
from core.events import publish
from customers import rules, selectors
from customers.events import BuyerErased
from customers.models import Buyer, ErasedBuyer
from customers.registry import PLACES


def export_buyer(*, buyer: Buyer, actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything the house holds of the buyer, by place, as plain JSON values. The export itself is on record."""
    if not actor.has_perm("customers.export_buyer"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    found = {"made_at": now.isoformat(), "customers.buyer": selectors.export_fields(buyer)}
    found |= {name: place.export(buyer) for name, place in sorted(PLACES.items())}
    audit.record(buyer, "buyer.export", actor=actor, now=now, text=gettext_noop("Personal data exported"))
    return found


def erase_buyer(*, buyer: Buyer, actor: Actor, now: datetime, reason: str = "") -> dict[str, int]:
    """Forget the buyer: personal columns become stable pseudonyms at every registered place; amounts, quantities and
    customs lines stay. A tombstone keeps the next sync from bringing the data back. Answers rows changed per place.
    """
    if not actor.has_perm("customers.erase_buyer"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        held = Buyer.objects.select_for_update(of=("self",)).get(pk=buyer.pk)
        changed = {name: place.erase(held, now) for name, place in sorted(PLACES.items())}
        if held.erased_at is None:
            digest = rules.tombstone(held.store_id, held.key)
            ErasedBuyer.objects.get_or_create(store_id=held.store_id, key_digest=digest, defaults={"erased_at": now})
            held.key, held.name = f"{rules.ERASED}{digest[:60]}", rules.pseudonym(held.pk)
            held.login = held.email = held.phone = held.search = held.blacklist_reason = ""
            held.versions, held.email_consent, held.erased_at = {}, False, now
            held.save()
            changed["customers.buyer"] = 1
            audit.record(
                held, "buyer.erase", actor=actor, now=now, text=gettext_noop("Personal data erased"), reason=reason
            )
            publish(BuyerErased(held.pk))
    return changed
