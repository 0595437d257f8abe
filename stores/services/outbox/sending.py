"""The round of a worker: one lane at a time, the network always outside of any transaction."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Q
from django_scopes import scopes_disabled

from core import clock, policies
from stores import registry, rules, selectors
from stores.choices import CallState
from stores.connectors import errors
from stores.connectors.base import Connector
from stores.contracts import Receipt
from stores.models import Lane, OutboundCall
from stores.policies import CALLS_PER_SECOND
from stores.services.outbox import lanes, settling

logger = logging.getLogger(__name__)

BATCH = 20
#: A round ends after so long or so many calls, so that no worker is kept by one store (seconds). It is not shorter: after
#: an outage thousands wait, and between two rounds the lane stands until a worker is free.
ROUND_SECONDS = 20.0
ROUND_CALLS = 4000


class Ticker:
    """The time of a round: ``now`` as it was given, going on with the machine (so it shows when the process was frozen). A
    pretended time stands still: what happens in it must not depend on the machine."""

    def __init__(self, now: datetime) -> None:
        self.start, self.mark = now, time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the round began."""
        return time.monotonic() - self.mark

    def now(self) -> datetime:
        """The present moment of the round."""
        return self.start if clock.is_simulated() else self.start + timedelta(seconds=self.elapsed)


def due_lanes(now: datetime) -> list[tuple[int, str]]:
    """The lanes (store id, name) that have something due and are not paused or held."""
    waiting = OutboundCall._base_manager.filter(
        Q(state=CallState.QUEUED) | Q(state=CallState.UNKNOWN), due_at__lte=now
    ).order_by()
    pairs = waiting.values_list("store_id", "ability").distinct()
    found = {(pk, lanes.lane_of(ability)) for pk, ability in pairs}
    shut = {
        (row.store_id, name)
        for name, model in lanes.MODELS.items()
        for row in model._base_manager.filter(store_id__in={pk for pk, lane in found if lane == name})
        if not rules.lane_open(lanes.facts(row), now)
    }
    return sorted(found - shut)


def send_due(*, now: datetime, limit: int = 500, pace: bool = False) -> dict[str, int]:
    """Carry out what is due at ``now`` in every lane, at most ``limit`` calls; answers how many ended how."""
    counts: Counter[str] = Counter()
    with scopes_disabled():
        settling.sweep(now=now)
        for store_id, lane in due_lanes(now):
            left = limit - sum(counts.values())
            if left <= 0:
                break
            counts.update(send_lane(store_id=store_id, lane=lane, now=now, limit=left, pace=pace))
    return dict(counts)


def drain(now: datetime, rounds: int = 1000) -> dict[str, int]:
    """Carry out what is due at ``now`` until nothing moves any more (commands and simulated clocks). Calls whose time
    comes later than ``now`` stay."""
    counts: Counter[str] = Counter()
    for _round in range(rounds):
        done = send_due(now=now)
        if not sum(done.values()):
            break
        counts.update(done)
    return dict(counts)


def send_lane(
    *, store_id: int, lane: str, now: datetime, limit: int = ROUND_CALLS, pace: bool = True
) -> dict[str, int]:
    """Walk one lane: claim due calls, send them one after the other, write down each outcome. Several workers may try;
    one walks. Answers how many calls ended as sent, later, unknown, failed, dropped."""
    ticker, token = Ticker(now), f"worker:{uuid.uuid4().hex}"
    counts: Counter[str] = Counter()
    with scopes_disabled():
        row = lanes.take(store_id, lane, token, now)
        if row is None:
            return {}
        try:
            while sum(counts.values()) < limit and ticker.elapsed < ROUND_SECONDS:
                probe = rules.lane_batch(lanes.facts(row), lanes.threshold(now), BATCH) == 1
                size = min(1 if probe else BATCH, limit - sum(counts.values()))
                calls = settling.claim(
                    store_id=store_id, lane=lane, token=token, now=ticker.now(), limit=size, probe=probe
                )
                if not calls or not _walk(calls, lane, row, token, ticker, counts, pace):
                    break
                row.refresh_from_db()
        finally:
            lanes.free(lane, row, token)
    return dict(counts)


def _walk(
    calls: list[OutboundCall], lane: str, row: Lane, token: str, ticker: Ticker, counts: Counter[str], pace: bool
) -> bool:
    """Send the claimed calls; False when the lane must be left (held, paused, taken over)."""
    connector = _connector(calls[0], lane)
    shared = lane != lanes.CARRIER  # the calls of one store may go to several carriers
    per_second = max(0.1, float(policies.value(CALLS_PER_SECOND, ticker.start, calls[0].store_id)))
    gap = 1.0 / per_second if pace and not clock.is_simulated() else 0.0
    for index, call in enumerate(calls):
        if not lanes.keep(lane, row, token, ticker.now()):
            settling.give_back(calls[index:], token=token, now=ticker.now())
            return False
        began = time.monotonic()
        if not shared:
            connector = _connector(call, lane)
        if call.state == CallState.UNKNOWN:
            outcome = _read_back(connector, call, lane, row, token, ticker)
        else:
            outcome = _send(connector, call, lane, row, token, ticker)
        counts[outcome] += 1
        if gap:
            time.sleep(max(0.0, gap - (time.monotonic() - began)))
    return True


def _connector(call: OutboundCall, lane: str) -> Connector | errors.ConnectorError:
    try:
        if lane == lanes.CARRIER:
            return _carrier(call)
        return selectors.mail_connector(call.store) if lane == lanes.MAIL else selectors.connector(call.store)
    except errors.ConnectorError as error:
        return error


def _carrier(call: OutboundCall) -> Connector:
    access = registry.CARRIER_DOOR[0](call) if registry.CARRIER_DOOR else None
    if access is None:
        raise errors.Misconfigured("the account with this carrier is gone or has no keys")
    return selectors.carrier_connector(access)


def _send(
    connector: Connector | errors.ConnectorError, call: OutboundCall, lane: str, row: Lane, token: str, ticker: Ticker
) -> str:
    effect = settling.begin(call, token=token, now=ticker.now())
    if effect is None:
        return "dropped"
    if ticker.now() - effect.now > settling.LEASE - timedelta(seconds=settling.CALL_SECONDS):
        return "later"  # frozen since the lease was confirmed: the sweep finds the call and reads back
    try:
        if isinstance(connector, errors.ConnectorError):
            raise connector
        receipt = connector.send(effect)
        if not isinstance(receipt, Receipt) or not receipt.remote_id:
            raise errors.Ambiguous("the answer carries no id")
    except errors.Temporary as error:
        pause = rules.sane_retry_after(error.retry_after)
        settling.not_now(call, token=token, now=ticker.now(), error=str(error), retry_after=pause)
        lanes.fault(lane, row, ticker.now(), pause)
        return "later"
    except errors.Permanent as error:
        settling.refused(call, now=ticker.now(), error=_named(error))
        lanes.healed(lane, row, ticker.now())
        return "failed"
    except errors.Misconfigured as error:
        settling.untouched(call, token=token, now=ticker.now(), error=str(error))
        _pause(call, lane, error, ticker.now())
        return "later"
    except Exception as error:  # whatever it was: it may have happened
        if not isinstance(error, errors.ConnectorError):
            logger.exception("connector failed", extra={"ability": call.ability, "call": call.pk})
        settling.lost_track(call, token=token, now=ticker.now(), error=str(error) or type(error).__name__)
        lanes.fault(lane, row, ticker.now())
        return "unknown"
    settling.succeeded(call, receipt, now=ticker.now())
    lanes.healed(lane, row, ticker.now())
    return "sent"


def _read_back(
    connector: Connector | errors.ConnectorError, call: OutboundCall, lane: str, row: Lane, token: str, ticker: Ticker
) -> str:
    try:
        if isinstance(connector, errors.ConnectorError):
            raise connector
        receipt = connector.find_effect(settling.effect_of(call, ticker.now())) if connector.reads_back else None
    except errors.Misconfigured as error:
        settling.give_back([call], token=token, now=ticker.now())
        _pause(call, lane, error, ticker.now())
        return "later"
    except errors.Permanent as error:
        settling.refused(call, now=ticker.now(), error=_named(error))
        return "failed"
    except Exception as error:  # reading is harmless: again later, whatever it was
        pause = rules.sane_retry_after(error.retry_after) if isinstance(error, errors.Temporary) else None
        settling.read_back_later(call, token=token, now=ticker.now(), error=str(error), retry_after=pause)
        lanes.fault(lane, row, ticker.now(), pause)
        return "unknown"
    lanes.healed(lane, row, ticker.now())
    if receipt is None:
        settling.not_there(call, token=token, now=ticker.now())
        return "not_there"
    settling.succeeded(call, receipt, now=ticker.now())
    return "sent"


def _named(error: errors.ConnectorError) -> str:
    return f"{error} ({error.code})" if error.code else str(error)


def _pause(call: OutboundCall, lane: str, error: Exception, now: datetime) -> None:
    lanes.pause(store=call.store, lane=lane, reason=str(error), actor=settling.OUTBOX, now=now)
