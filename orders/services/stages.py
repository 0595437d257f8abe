"""Keeps the stage of orders in step with what is known of them; the one writer of that column after import."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django_scopes import scopes_disabled

from core import copying
from orders import registry, selectors
from orders.models import Order
from orders.rules.stage import NOTHING, DispatchFacts, OrderFacts, stage

_READ = ("id", "state", "history", "hold_reason", "stage")


def set_stages(*, facts: Mapping[int, DispatchFacts], now: datetime) -> dict[int, str]:
    """Compute where these orders stand from their own facts and the dispatch facts given; answers the stages that changed.

    A fixed number of statements for any number of orders. Rows of orders that did not change are not written.
    """
    if not facts:
        return {}
    with transaction.atomic(savepoint=False):
        rows = list(Order._base_manager.filter(pk__in=list(facts)).order_by("pk").values_list(*_READ))
        ids = [row[0] for row in rows]
        unmatched = selectors.unmatched_orders(ids) if any(f.unmatched is None for f in facts.values()) else set()
        short = selectors.short_orders(ids) if any(f.short is None for f in facts.values()) else set()
        changed = {}
        for pk, state, history, hold_reason, held in rows:
            own = OrderFacts(state, history, hold_reason, pk in unmatched, pk in short)
            found = stage(own, facts[pk])
            if found != held:
                changed[pk] = found
        copying.update_rows(Order, ("stage",), [{"id": pk, "stage": found} for pk, found in changed.items()])
    return changed


def restage(*, order_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Compute the stage anew after the order itself changed; the dispatch side is asked for what it knows."""
    ids = sorted(set(order_ids))
    if not ids:
        return {}
    known = dispatch_facts(ids)
    return set_stages(facts={pk: known.get(pk, NOTHING) for pk in ids}, now=now)


def dispatch_facts(order_ids: Sequence[int]) -> Mapping[int, DispatchFacts]:
    """What the dispatch side knows of these orders, whoever asks: goods that one store's clerk books in move the orders of
    all stores on."""
    with scopes_disabled():
        return registry.dispatch_facts(order_ids)
