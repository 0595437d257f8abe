"""Buyers we no longer send to without a person looking, and facts that people correct."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from core.events import publish
from customers.events import BuyerBlacklisted
from customers.models import Buyer


def blacklist(*, buyer: Buyer, reason: str, actor: Actor, now: datetime) -> Buyer:
    """Put the buyer on the blacklist: his next orders are held. Doing it again only changes the reason.

    Refuses without the permission, and without a reason.
    """
    _may(actor)
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    with transaction.atomic():
        held = _locked(buyer)
        if held.blacklisted_at and held.blacklist_reason == reason.strip()[:300]:
            return held
        held.blacklisted_at, held.blacklist_reason = held.blacklisted_at or now, reason.strip()[:300]
        held.save(update_fields=["blacklisted_at", "blacklist_reason"])
        audit.record(
            held, "buyer.blacklist", actor=actor, now=now, text=gettext_noop("Put on the blacklist"), reason=reason
        )
        publish(BuyerBlacklisted(held.pk))
    return held


def lift(*, buyer: Buyer, actor: Actor, now: datetime) -> Buyer:
    """Take the buyer off the blacklist; orders that are held stay so until somebody releases them."""
    _may(actor)
    with transaction.atomic():
        held = _locked(buyer)
        if held.blacklisted_at:
            held.blacklisted_at, held.blacklist_reason = None, ""
            held.save(update_fields=["blacklisted_at", "blacklist_reason"])
            audit.record(held, "buyer.lift", actor=actor, now=now, text=gettext_noop("Taken off the blacklist"))
    return held


def change(*, buyer: Buyer, actor: Actor, now: datetime, **facts: Any) -> Buyer:
    """Correct what we know of a buyer: ``language`` (of letters to him) or ``email_consent``. Other names are refused."""
    unknown = set(facts) - {"language", "email_consent"}
    if unknown:
        raise Invalid("unknown_field", _("This cannot be changed here."), errors={name: ["?"] for name in unknown})
    with transaction.atomic():
        held = _locked(buyer)
        before = {name: getattr(held, name) for name in facts}
        if before == facts:
            return held
        for name, value in facts.items():
            setattr(held, name, value)
        held.save(update_fields=list(facts))
        audit.record(held, "buyer.change", actor=actor, now=now, text=gettext_noop("Facts corrected"),
                     changes={name: [before[name], facts[name]] for name in facts})  # fmt: skip
    return held


def _locked(buyer: Buyer) -> Buyer:
    return Buyer.objects.select_for_update(of=("self",)).select_related("store").get(pk=buyer.pk)


def _may(actor: Actor) -> None:
    if not actor.has_perm("customers.blacklist_buyer"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
