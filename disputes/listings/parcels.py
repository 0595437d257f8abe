"""What apps above parcels may do with them: offer a refund or a new parcel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.listing import Action, RowPart, register_part
from disputes import selectors, services
from logistics.choices import ParcelState
from logistics.models import Parcel


class OfferChoice(Action):
    """Draft the text in which the buyer chooses (RMD-07)."""

    name, label, permission = "offer-choice", _("Offer refund or a new parcel"), "disputes.offer_remedy"
    icon, order, bulk = "send", 45, False
    done_text = _("Drafted: read it under Messages and send it.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One parcel."""
        made = services.offer_choice(parcel=obj, actor=actor, now=now)
        return {"message_id": str(made.pk)}

    def shown_for(self, obj: Parcel) -> bool:
        """While it has not come, and no dispute is open."""
        return obj.state in (ParcelState.SHIPPED, ParcelState.LOST) and not selectors.has_open_case(obj.order_id)


register_part("parcels", RowPart(name="remedy", fields={}, part=lambda ids, actor: {}, actions=[OfferChoice()]))
