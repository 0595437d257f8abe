"""Jobs of dispatch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core import audit
from core.clock import utcnow
from core.jobs import job
from logistics.selectors import dispatch as selectors
from logistics.services import carriers, dispatch, numbers, shipping, witness

logger = logging.getLogger(__name__)
DESK = audit.system("dispatch")
SWEEP = 500


@job("logistics.draft_notes")
def draft_notes(order_ids: Sequence[int]) -> int:
    """Draft the notes of orders that became ready, and go on with notes that waited for them."""
    now = utcnow()
    dispatch.resume(order_ids=order_ids, actor=DESK, now=now)
    return len(dispatch.draft_notes(order_ids=order_ids, actor=DESK, now=now))


@job("logistics.sweep_notes", every=60)
def sweep_notes() -> dict[str, int]:
    """Find what a lost message left behind: ready orders without a note, notes without an article that is matched by now,
    notes of cancelled orders, declarations not made. What goes wrong with one of these stops none of the others."""
    now = utcnow()
    steps: dict[str, Callable[[], int]] = {
        "drafted": lambda: len(
            dispatch.draft_notes(order_ids=selectors.orders_without_note(SWEEP), actor=DESK, now=now)
        ),
        "followed": lambda: dispatch.follow(order_ids=selectors.orders_to_follow(SWEEP), actor=DESK, now=now),
        "withdrawn": lambda: dispatch.withdraw_for_cancelled(
            order_ids=selectors.cancelled_with_note(SWEEP), actor=DESK, now=now
        ),
        "resumed": lambda: dispatch.resume(order_ids=selectors.orders_to_resume(SWEEP, now), actor=DESK, now=now),
        "declared": lambda: shipping.declare(parcels=selectors.undeclared(SWEEP), now=now),
    }
    found: dict[str, int] = {}
    faults: list[Exception] = []
    for name, step in steps.items():
        try:
            found[name] = step()
        except Exception as error:
            logger.exception("a step of the sweep failed", extra={"step": name})
            faults.append(error)
    if faults:
        raise faults[0]
    return found


@job("logistics.learn_weights", every=300)
def learn_weights() -> int:
    """Learn what articles weigh from the parcels that left."""
    return witness.learn(limit=SWEEP, now=utcnow())


@job("logistics.follow_orders")
def follow_orders(order_ids: Sequence[int]) -> int:
    """Orders were matched or changed: their open notes follow."""
    now = utcnow()
    dispatch.draft_notes(order_ids=order_ids, actor=DESK, now=now)
    return dispatch.follow(order_ids=order_ids, actor=DESK, now=now)


@job("logistics.stop_notes")
def stop_notes(order_ids: Sequence[int]) -> int:
    """Orders were stopped: notes of cancelled ones are taken back (others are stopped at the next scan)."""
    return dispatch.withdraw_for_cancelled(order_ids=order_ids, actor=DESK, now=utcnow())


@job("logistics.sign_by_rule")
def sign_by_rule(order_ids: Sequence[int]) -> int:
    """Goods arrived: notes that waited for nothing else are signed by rule."""
    return dispatch.auto_sign(notes=selectors.drafts_of(order_ids), now=utcnow())


@job("logistics.sign_missed", every=600)
def sign_missed() -> int:
    """Drafts a rule may sign by now: the news of their goods was lost."""
    return dispatch.auto_sign(notes=selectors.drafts(SWEEP), now=utcnow())


@job("logistics.number_notes", every=300)
def number_notes() -> int:
    """Released notes that could not get a number get one as soon as there are free ones again."""
    notes = selectors.waiting_for_number(SWEEP)
    return len(numbers.reserve_for(notes=notes, actor=DESK, now=utcnow()).reserved) if notes else 0


@job("logistics.fetch_labels", every=60, soft_limit=240)
def fetch_labels() -> dict[str, int]:
    """Fetch the labels that carriers issued."""
    return carriers.fetch_labels(now=utcnow())


@job("logistics.prune_labels", every=6 * 3600)
def prune_labels() -> int:
    """Delete labels of carriers after the days the policy says."""
    return carriers.forget_labels(now=utcnow())
