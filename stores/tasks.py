"""Jobs of the doors: send what is due, fetch what is new, compare with history."""

from __future__ import annotations

from accounts.models import Store
from core.audit import SYSTEM
from core.clock import utcnow
from core.jobs import job, later
from stores.connectors import connector_class
from stores.selectors import pulled_stores
from stores.services import accounts, inbound, outbox
from worklist.registry import drain


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


@job("stores.pull", every=60, soft_limit=60)
def pull() -> None:
    """Wake one worker for each connected store."""
    for store_id in pulled_stores():
        later("stores.pull_store", store_id=store_id)


@job("stores.pull_store", soft_limit=240)
def pull_store(store_id: int) -> None:
    """Bring in what is new of one store."""
    store = Store.objects.get(pk=store_id)
    inbound.fetch_all(store=store, now=utcnow())


@job("stores.reconcile", every=600, soft_limit=280)
def reconcile() -> None:
    """Compare with the channels' history what they show only once; take back failed calls nobody needs any more."""
    outbox.drop_moot(actor=SYSTEM, now=utcnow())
    for store_id in pulled_stores():
        store = Store.objects.get(pk=store_id)
        for kind in connector_class(store.kind).read_once:
            inbound.reconcile(store=store, kind=kind, now=utcnow())


@job("stores.check_store", soft_limit=60)
def check_store(store_id: int) -> None:
    """Ask a channel whether it knows us, right after somebody connected it."""
    accounts.check(store=Store.objects.get(pk=store_id), now=utcnow())


#: A simulated clock carries out what its acts put into the outbox.
drain.append(lambda now: sum(outbox.drain(now).values()))
