"""Jobs of parcels and tracking."""

from __future__ import annotations

from datetime import timedelta

from core import policies as house
from core.audit import system
from core.clock import utcnow
from core.jobs import job, later
from logistics.policies import parcels as policies
from logistics.selectors import parcels as selectors
from logistics.services import tracking
from stores import selectors as doors
from stores.choices import Ability
from stores.services import inbound
from worklist import services as worklist

#: Numbers asked for in one question to a channel.
ASKED = 500
TRACKER = system("tracking")


@job("logistics.pull_tracking", every=1800)
def pull_tracking() -> int:
    """Ask every channel that tells tracking events about its parcels under way, each store some times a day; a store with
    many parcels some at a time, until all were asked for."""
    now, asked = utcnow(), 0
    for store in selectors.stores_with_parcels():
        pause = timedelta(hours=float(house.value(policies.PULL_HOURS, now, store.pk)))
        if doors.offers(store, Ability.TRACKING) and selectors.pull_is_due(store, now, pause):
            later("logistics.pull_store", store_id=store.pk)
            asked += 1
    return asked


@job("logistics.pull_store", queue="channel", soft_limit=300)
def pull_store(store_id: int) -> int:
    """Ask one channel about the next parcels under way of its store. A question that was not answered is asked again with the
    next round, after the pause of the connection."""
    now, store = utcnow(), selectors.store(store_id)
    numbers, after = selectors.due_for_pull(store, ASKED)
    found = inbound.try_fetch(store=store, kind=Ability.TRACKING, now=now, subjects=numbers) if numbers else 0
    if found is not None:
        tracking.pull_done(store=store, now=now, after=after)
    return found or 0


@job("logistics.watch_parcels", every=600)
def watch_parcels() -> dict[str, int]:
    """Follow what came in as shipped, let silence count as standstill, keep planned checks and parcels in step."""
    now = utcnow()
    adopted = tracking.adopt_orders(
        order_ids=selectors.unfollowed_orders(now).values_list("pk", flat=True)[:500], actor=TRACKER, now=now
    )
    silent = selectors.gone_silent(now)
    tracking.restate(parcel_ids=silent, actor=TRACKER, now=now)
    crooked = selectors.misaligned(now, ahead=timedelta(hours=1))
    worklist.refresh(rule_key="logistics.parcel_check", subject_ids=crooked, now=now)
    return {"adopted": len(adopted), "silent": len(silent), "aligned": len(crooked)}
