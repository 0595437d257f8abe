"""Lives of parcels under way, lived by the product's own rules: a sack handed over at one moment, on one lane, with one way.

Everything a parcel of the sack carries (promise, checks, advice, tracking state, duties) is what the rules and the columns of
the services say of its life; the filler (:mod:`bench.parcels`) only multiplies it. All parcels of a sack share their life, as the
parcels of one bag of the post do.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import Store
from core import policies as house
from logistics.models import Parcel, Service
from logistics.policies import parcels as policies
from logistics.rules.tracking import Promise, Seen, Step, next_step, standing
from logistics.selectors import judging
from logistics.selectors import tracking as lookups
from logistics.services.tracking import checking, events, following
from orders.models import Order

#: Services with their share in a hundred and the longest time their parcels stay under way (days).
SERVICES = {
    "CP_REG": (24, 150), "CP_EUB": (16, 60), "CP_ORD": (10, 90), "EMS": (5, 40), "CP_ETK": (4, 40), "DHL": (3, 20),
    "FEDEX": (2, 20), "YW_REG": (8, 40), "YT_STD": (8, 35), "4PX_STD": (5, 35), "AE_STANDARD": (10, 65), "YW_ECO": (5, 60),
}  # fmt: skip
#: Countries with their share in a hundred.
COUNTRIES = {
    "US": 22, "RU": 9, "BR": 9, "DE": 8, "FR": 7, "ES": 6, "GB": 7, "PL": 4, "IT": 4, "CA": 4, "AU": 4, "IL": 3, "NL": 3, "MX": 2,
    "JP": 2, "KR": 2, "CL": 1, "SE": 1, "CZ": 1, "UA": 1,
}  # fmt: skip
#: Ways of parcels with their share in a thousand: how the newest news is, and how many days old it may be.
WAYS = {
    "moving": (800, 0, 12), "stalled": (95, 16, 40), "customs": (35, 0, 10), "held": (12, 1, 20), "collect": (15, 1, 9),
    "attempted": (8, 1, 4), "returning": (7, 2, 14), "out": (18, 0, 1), "unseen": (10, 0, 0),
}  # fmt: skip
#: The stage that a way ends with for now.
LAST = {
    "customs": ("import_customs", "Arrived at customs"), "held": ("held", "Held by customs"),
    "collect": ("ready_for_collection", "Item ready"),
    "attempted": ("attempted", "Attempted delivery"), "returning": ("returning", "Return to sender"),
    "out": ("out_for_delivery", "Out for delivery"),
}  # fmt: skip
_ORIGIN = (
    "Accepted",
    "Processed at sorting centre",
    "Left sorting centre",
    "Arrived at export office",
    "Handed to airline",
)
_THERE = ("Arrived at sorting centre", "Left sorting centre", "In transit to next facility", "Arrived at local office")
#: Checks of one parcel that are lived at most; more means that a rule plans them in circles.
MOST_CHECKS = 200


@dataclass
class World:
    """What the lives need, read once: stores, services by code, the tables of the house."""

    stores: list[Store]
    services: dict[str, Service]
    now: datetime
    _tables: dict[int, lookups.Tables] = field(default_factory=dict)

    def tables(self, at: datetime) -> lookups.Tables:
        """The tables as valid on a day; read once for each."""
        day = at.toordinal()
        if day not in self._tables:
            self._tables[day] = lookups.tables(at, decisions=True)
        return self._tables[day]


@dataclass
class Sack:
    """Parcels that share their life: the first of them as a model, its events, and the step of its last check."""

    parcel: Parcel
    events: list[Seen]
    step: Step | None
    checked: datetime | None


def sack(world: World, dice: random.Random, shipped: datetime, wanted: int, delivered: bool = False) -> Sack:
    """Hand a sack over at ``shipped`` and let it live until now, with about ``wanted`` events; ``delivered``: it has arrived, without
    a recorded way."""
    age = (world.now - shipped).total_seconds() / 86400
    fit = [code for code, (_share, longest) in SERVICES.items() if longest >= age] or ["CP_REG"]
    code = dice.choices(fit, [SERVICES[name][0] for name in fit])[0]
    country = dice.choices(list(COUNTRIES), list(COUNTRIES.values()))[0]
    store, service = dice.choice(world.stores), world.services[code]
    order = Order(store=store, country=country, currency=store.currency)
    parcel = Parcel(
        store=store, order=order, service=service, state="shipped", country=country, tracking_number="N", number="N",
        shipped_at=shipped, declared_at=shipped, created_at=shipped,
    )  # fmt: skip
    following.plan_follow(parcel, world.tables(shipped), shipped)
    if delivered:
        days = min(max(dice.lognormvariate(3.2, 0.4), 3), age - 0.1)
        parcel.delivered_at = parcel.settled_at = shipped + timedelta(days=days)
        parcel.state, parcel.tracking_state, parcel.settle_reason = "delivered", "delivered", events.BY_EVENTS
        return Sack(parcel, [], None, None)
    way = dice.choices(list(WAYS), [share for share, _least, _most in WAYS.values()])[0]
    seen = [] if way == "unseen" and age < 6 else told(dice, way, shipped, world.now, wanted, service.tracking_level)
    step, checked = _live(world, parcel, seen)
    return Sack(parcel, seen, step, checked)


def told(dice: random.Random, way: str, shipped: datetime, now: datetime, wanted: int, level: str) -> list[Seen]:
    """The events of a way up to now, the oldest first: each at its own moment."""
    _share, least, most = WAYS[way]
    age = (now - shipped).total_seconds() / 86400
    newest = now - timedelta(days=min(dice.uniform(least, most), age * 0.9), minutes=5)
    if way == "unseen":
        return [Seen(shipped + timedelta(hours=2), "registered", "Shipment information received", "Shenzhen")]
    count = max(1, round(dice.gauss(wanted, wanted / 4)))
    moments = sorted({
        (shipped + (newest - shipped) * dice.random()).replace(microsecond=0) for _n in range(count - 1)
    } | {newest.replace(microsecond=0)})  # fmt: skip
    blind = level in ("none", "to_departure")
    home = 1.0 if blind else dice.uniform(0.3, 0.5) if age > 6 else 1.0
    found = []
    for place, at in enumerate(moments):
        share = (place + 1) / len(moments)
        if place == 0:
            found.append(Seen(at, "picked_up", "Accepted by carrier", "Shenzhen"))
        elif share <= home:
            found.append(
                Seen(at, "in_transit" if share < home * 0.8 else "export_customs", _ORIGIN[place % 5], "Guangzhou")
            )
        elif not found or found[-1].stage == "export_customs":
            found.append(Seen(at, "arrived", "Arrived in the country of destination", "Airport"))
        else:
            found.append(Seen(at, "in_transit", _THERE[place % 4], "Regional centre"))
    if way in LAST and not blind and age > 8:
        stage, text = LAST[way]
        found[-1] = Seen(found[-1].at, stage, text, "Local office" if way == "collect" else "Destination")
    return found


def _live(world: World, parcel: Parcel, seen: Sequence[Seen]) -> tuple[Step | None, datetime | None]:
    """The checks that were due until now, in their order with the events that call for one; the step of the last."""
    said: dict[str, list[datetime]] = defaultdict(list)
    calls = [e.at for e in seen if e.stage in ("held", "ready_for_collection", "attempted", "returning")]
    step, checked = None, None
    for _turn in range(MOST_CHECKS):
        due = parcel.next_check_at or world.now
        first = min([due, *(at for at in calls if checked is None or at > checked)])
        if first > world.now:
            break
        _stand(world, parcel, seen, first)
        step, checked = _check(world, parcel, said, first), first
    _stand(world, parcel, seen, world.now)
    return step, checked


def _stand(world: World, parcel: Parcel, seen: Sequence[Seen], at: datetime) -> None:
    tables, due = world.tables(at), (parcel.next_check_at, parcel.next_check_why)
    stand = standing(
        [e for e in seen if e.at <= at],
        coverage=tables.reach(parcel),
        now=at,
        stalled_days=tables.stalled_days(parcel.store),
    )
    events._apply(parcel, stand, at)
    parcel.next_check_at, parcel.next_check_why = due  # the events that call for a check had theirs


def _check(world: World, parcel: Parcel, said: dict[str, list[datetime]], at: datetime) -> Step:
    tables = world.tables(at)
    promise: Promise | None = tables.promise(parcel)
    facts = judging.facts_of(parcel, promise, said, tables, at)
    step = next_step(
        tables.decisions, facts, default_days=int(house.value(policies.DEFAULT_CHECK_DAYS, at, parcel.store_id)),
        first_extends=bool(house.value(policies.FIRST_CHECK_EXTENDS, at, parcel.store_id)),
    )  # fmt: skip
    if step.alone:
        said[step.text].append(at)
    parcel.check_round += 1
    parcel.advice, parcel.advice_rule, parcel.checked_at = step.advice, step.rule_id, at
    parcel.next_check_at = checking._next(parcel, promise, step, at, None)  # no message is written, so none gave its word
    parcel.next_check_why = step.rule_id or "escalate"
    return step
