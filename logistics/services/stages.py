"""Tells the orders how far their notes and parcels are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.audit import Actor
from logistics.selectors import dispatch as selectors
from orders.services import fulfilment
from orders.services.fulfilment import DispatchFacts


def facts_of_orders(order_ids: Sequence[int]) -> dict[int, DispatchFacts]:
    """What dispatch knows of orders; those without a note or parcel are absent. Asked by the orders' own rule of stages."""
    return {
        order_id: DispatchFacts(
            note_state=row.note_state, has_number=row.has_number, printed=row.printed, packed=row.packed,
            handed_over=row.handed_over, declared=row.declared, approved=row.approved,
        )
        for order_id, row in selectors.stage_rows(order_ids).items()
    }  # fmt: skip


def push(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """Have the stage of these orders computed anew from what dispatch knows now. Set-based."""
    fulfilment.restage(order_ids=sorted(set(order_ids)), now=now)
