"""Personal data of buyers in orders: what is exported, what is erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import NotAllowed
from customers.models import Buyer
from orders.models import Order, OrderAddress, OrderLine, Wish
from stores.choices import Ability
from stores.services import inbound

_TEXTS = ("recipient", "phone", "line1", "line2", "city", "state", "postcode")


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """Every order of a buyer with the personal facts kept on it, as plain values."""
    rows = Order._base_manager.filter(buyer=buyer).select_related("address").order_by("placed_at")
    return [
        {
            "number": row.number, "placed_at": row.placed_at.isoformat(), "total": str(row.total), "currency": row.currency,
            "buyer_name": row.buyer_name, "note": row.note, "country": row.country,
            "address": {name: getattr(row.address, name) for name in _TEXTS} if hasattr(row, "address") else None,
            "wishes": list(row.wishes.order_by("id").values_list("text", flat=True)),
        }
        for row in rows
    ]  # fmt: skip


@transaction.atomic
def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Blank names, notes, wishes and addresses of a buyer's orders; amounts, quantities and countries stay. Answers the
    rows changed; again changes none."""
    orders = Order._base_manager.filter(buyer=buyer)
    changed = orders.exclude(buyer_name="", note="", search="").update(buyer_name="", note="", search="")
    changed += Wish._base_manager.filter(order__in=orders).exclude(text="").update(text="")
    changed += OrderLine._base_manager.filter(order__in=orders).exclude(buyer_note="").update(buyer_note="")
    told = list(orders.values_list("external_id", flat=True))
    changed += inbound.forget(store=buyer.store, kind=Ability.ORDERS, remote_ids=told)
    held = OrderAddress._base_manager.filter(order__in=orders).exclude(Q(**dict.fromkeys(_TEXTS, "")))
    return changed + held.update(**dict.fromkeys(_TEXTS, ""), changed_at=now)


def open_address(*, order: Order, actor: Actor, now: datetime) -> OrderAddress | None:
    """Show the full address of an order to somebody; that it was opened stands in the timeline. Refuses roles that may not
    see personal data."""
    if not actor.has_perm("orders.view_personal"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    found = OrderAddress._base_manager.filter(order=order).first()
    audit.record(
        order, "order.address_opened", actor=actor, now=now, text=gettext_noop("Address and phone were opened")
    )
    return found
