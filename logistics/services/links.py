"""The public page of one parcel is ended by a person, and given again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.models import Parcel
from logistics.selectors import links
from logistics.selectors import parcels as selectors

PERMISSION = "logistics.track_parcel"


@transaction.atomic
def end_link(*, parcel: Parcel, reason: str, actor: Actor, now: datetime) -> Parcel:
    """End the public page of a parcel at once: who has the link finds nothing any more, texts offer it no longer. Needs a reason.

    Refuses a parcel that has no public page; ending twice is once.
    """
    held = _held(parcel, actor)
    if held.link_ended_at is None:
        if not reason.strip():
            raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
        if links.until(held, now) is None:
            raise Conflict("no_public_page", _("This parcel has no public page."))
        Parcel._base_manager.filter(pk=held.pk).update(link_ended_at=now)
        audit.record(
            held, "parcel.end_link", actor=actor, now=now, reason=reason.strip()[:300], text=gettext_noop("Public page ended")
        )  # fmt: skip
    parcel.refresh_from_db()
    return parcel


@transaction.atomic
def give_link(*, parcel: Parcel, actor: Actor, now: datetime, reason: str = "") -> Parcel:
    """Give the public page again that a person ended, under the same address, for as long as the house rules say. Twice is once."""
    held = _held(parcel, actor)
    if held.link_ended_at is not None:
        Parcel._base_manager.filter(pk=held.pk).update(link_ended_at=None)
        audit.record(
            held, "parcel.give_link", actor=actor, now=now, reason=reason.strip()[:300], text=gettext_noop("Public page given again")
        )  # fmt: skip
    parcel.refresh_from_db()
    return parcel


def _held(parcel: Parcel, actor: Actor) -> Parcel:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    return selectors.locked([parcel.pk])[0]
