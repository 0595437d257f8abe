"""What only people know of a parcel, and the quiet end of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotAllowed
from logistics.choices import ParcelState
from logistics.models import Parcel
from logistics.selectors import parcels as selectors
from logistics.selectors.judging import JUDGED
from logistics.services.tracking.following import SOON
from orders.choices import OrderState
from orders.services import fulfilment
from worklist import services as worklist


def judge(
    *, parcel: Parcel, actor: Actor, now: datetime, buyer_mood: str | None = None, hold_reason: str | None = None,
    place_ok: str | None = None,
) -> Parcel:  # fmt: skip
    """Note how patient the buyer is, why customs holds the parcel, or where it was delivered to; one under way is checked again
    within the hour. Refuses a parcel that is neither under way nor delivered."""
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    with transaction.atomic():
        held = selectors.locked([parcel.pk])[0]
        if held.state not in JUDGED:
            raise Conflict("not_under_way", _("This parcel is not under way."))
        given = {"buyer_mood": buyer_mood, "hold_reason": hold_reason, "place_ok": place_ok}
        changes = {name: value for name, value in given.items() if value is not None and value != getattr(held, name)}
        if changes:
            soon = {"next_check_at": min(held.next_check_at or now, now + SOON), "next_check_why": "judged"}
            again = soon if held.state == ParcelState.SHIPPED else {}
            Parcel._base_manager.filter(pk=held.pk).update(**changes, **again)
            audit.record(
                held,
                "parcel.judge",
                actor=actor,
                now=now,
                text=gettext_noop("A person noted what the tables ask"),
                **changes,
            )
            worklist.refresh(rule_key="logistics.parcel_check", subject_ids=[held.pk], now=now)
    parcel.refresh_from_db()
    return parcel


def complete_orders(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Complete delivered orders whose time to object has passed; answers how many."""
    with transaction.atomic():
        orders = [order for order in selectors.orders_locked(order_ids) if order.state == OrderState.DELIVERED]
        fulfilment.mark_completed_many(orders=orders, actor=actor, now=now)
    return len(orders)
