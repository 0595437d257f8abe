"""Jobs of the doors: send what is due, fetch what is new, compare with history."""

from __future__ import annotations

from core.clock import utcnow
from core.jobs import job, later
from stores.services import outbox


@job("stores.send_due", every=5, soft_limit=60)
def send_due() -> None:
    """Take up calls of dead workers and wake one worker for each lane that has something due."""
    now = utcnow()
    outbox.sweep(now=now)
    for store_id, lane in outbox.due_lanes(now):
        later("stores.send_lane", store_id=store_id, lane=lane)


@job("stores.send_lane", soft_limit=120)
def send_lane(store_id: int, lane: str) -> None:
    """Carry out what is due in one lane of one store."""
    outbox.send_lane(store_id=store_id, lane=lane, now=utcnow())
