"""Tells the orders how far their notes and parcels are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.audit import Actor
from logistics.selectors import dispatch as selectors
from orders.services import fulfilment


def push(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> None:
    """Hand the dispatch facts of these orders to the one rule that computes where an order stands. Set-based."""
    ids = sorted(set(order_ids))
    if not ids:
        return
    rows = selectors.stage_rows(ids)
    facts = {
        order_id: fulfilment.DispatchFacts(
            note_state=row.note_state, has_number=row.has_number, printed=row.printed, packed=row.packed,
            handed_over=row.handed_over, declared=row.declared, approved=row.approved,
        )
        for order_id, row in rows.items()
    }  # fmt: skip
    fulfilment.set_stages(facts=facts, now=now)
