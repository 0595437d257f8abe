"""Work around orders without a person."""

from __future__ import annotations

from core.audit import system
from core.clock import utcnow
from core.jobs import job
from orders import selectors
from orders.services import editing, greeting, stages

INTAKE = system("intake")
CHUNK = 2000


@job("orders.rematch")
def rematch(item_ids: list[int]) -> int:
    """Look at orders again whose articles were matched."""
    return len(editing.rematch(item_ids=item_ids, actor=INTAKE, now=utcnow()))


@job("orders.rematch_missed", every=600)
def rematch_missed() -> int:
    """Orders that still stand at "to match" although everything is matched: the news of it was lost."""
    return editing.reassess(order_ids=selectors.matched_but_waiting(CHUNK), actor=INTAKE, now=utcnow())


@job("orders.refresh_stages", every=1800)
def refresh_stages() -> int:
    """Compute anew where every order that is to be sent stands; writes only what differs."""
    changed = 0
    for ids in selectors.to_ship_in_pieces(CHUNK):
        changed += len(stages.restage(order_ids=ids, now=utcnow()))
    return changed


@job("orders.settle_greetings", every=300)
def settle_greetings() -> int:
    """Greetings that a person sent from a draft count."""
    return greeting.settle_greetings(now=utcnow())
