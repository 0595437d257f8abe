"""Ending the public page of parcels, and giving it again: on the page, in bulk and by REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.clock import utcnow
from core.listing import Action, RowPart, register_part
from logistics.forms.parcels import ReasonForm
from logistics.models import Parcel
from logistics.selectors import links as selectors
from logistics.services import links


class EndLink(Action):
    """End the public page."""

    name, label, permission = "end-link", _("End the public page"), links.PERMISSION
    form, icon, order, done_text = ReasonForm, "circle-x", 70, _("The public page is ended.")
    bulk, undo = False, "give-link"
    explain = _(
        "Who has the link finds nothing there any more, and texts do not offer it. The parcel is followed as before."
    )

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        links.end_link(parcel=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: Parcel) -> bool:
        """While it has one."""
        return selectors.until(obj, utcnow()) is not None


class GiveLink(Action):
    """Give the public page again."""

    name, label, permission = "give-link", _("Give the public page again"), links.PERMISSION
    icon, order, bulk, done_text = "arrow-back-up", 71, False, _("The public page can be seen again.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        links.give_link(parcel=obj, actor=actor, now=now)

    def shown_for(self, obj: Parcel) -> bool:
        """Where a person ended it."""
        return obj.link_ended_at is not None


register_part("parcels", RowPart(name="link", actions=[EndLink(), GiveLink()]))
