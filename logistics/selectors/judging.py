"""What the decision tables say of parcels as they stand, read without changing anything: for checks, pages and cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import policies as house
from core.clock import local_day
from logistics.choices import ParcelState
from logistics.models import DecisionRule, Declaration, Parcel
from logistics.policies import parcels as policies
from logistics.rules.lanes import Outlook
from logistics.rules.tracking import Facts, Promise, Step, days_between, days_left, next_step
from logistics.selectors import lanes
from logistics.selectors import tracking as lookups
from orders.choices import HoldReason
from orders.models import Order

#: Parcels of which the tables have something to say: handed over, and not given up.
JUDGED = (ParcelState.SHIPPED, ParcelState.DELIVERED)


@dataclass(frozen=True)
class Judged:
    """One parcel before the tables: its facts, the step they lead to, the promise it was judged by, its lane's word."""

    parcel: Parcel
    facts: Facts
    step: Step
    promise: Promise | None
    lane: tuple[lanes.Answer, Outlook] | None = None


def judged(parcels: Sequence[Parcel], now: datetime, *, disputed: bool = False) -> dict[int, Judged]:
    """What the tables would advise for parcels (loaded with store, service and order) if they were checked now. A delivered
    one counts as such: the tables know what to do when the buyer has not got it. ``disputed``: a dispute about their orders is
    open, whether or not the orders are marked yet. The statements do not grow with them."""
    alive = [p for p in parcels if p.state in JUDGED]
    if not alive:
        return {}
    tables, told = lookups.tables(now, decisions=True), lookups.told([p.pk for p in alive])
    outlooks, terms = lanes.outlooks(alive, now), terms_of(alive)
    found = {}
    for parcel in alive:
        promise, lane = tables.promise(parcel), outlooks.get(parcel.pk)
        facts = facts_of(parcel, promise, told.get(parcel.pk, {}), tables, now, lane, terms)
        facts = replace(facts, dispute_open=disputed or facts.dispute_open)
        step = next_step(
            tables.decisions, facts, default_days=int(house.value(policies.DEFAULT_CHECK_DAYS, now, parcel.store_id)),
            first_extends=bool(house.value(policies.FIRST_CHECK_EXTENDS, now, parcel.store_id)),
        )  # fmt: skip
        found[parcel.pk] = Judged(parcel, facts, step, promise, lane)
    return found


def of_orders(order_ids: Iterable[int], now: datetime, *, disputed: bool = False) -> dict[int, list[Judged]]:
    """The same for the parcels of orders, the newest parcel first."""
    rows = Parcel._base_manager.filter(order_id__in=list(order_ids), state__in=JUDGED).order_by("-pk")
    known = list(rows.select_related("store", "service", "order"))
    said = judged(known, now, disputed=disputed)
    found: dict[int, list[Judged]] = {}
    for parcel in known:
        found.setdefault(parcel.order_id, []).append(said[parcel.pk])
    return found


def rule_words(rule_ids: Iterable[str], now: datetime, language: str) -> dict[str, str]:
    """What the rules of the decision tables say in words, as valid now."""
    rows = lookups.valid(DecisionRule.objects.filter(rule_id__in=set(rule_ids)), now.date())
    zh = language.startswith("zh")
    return {row.rule_id: (row.note_zh if zh and row.note_zh else row.note_en) for row in rows}


def terms_of(parcels: Sequence[Parcel]) -> dict[int, str]:
    """Who pays the duties of parcels that customs hold, as their declarations say; nothing is asked for the others."""
    notes = {p.note_id: p.pk for p in parcels if p.held_since and p.note_id}
    if not notes:
        return {}
    rows = Declaration._base_manager.filter(note_id__in=notes)
    return {notes[note_id]: terms for note_id, terms in rows.values_list("note_id", "incoterm")}


def dispute_open(order: Order) -> bool:
    """Whether a dispute about an order is open."""
    return HoldReason.DISPUTE in (order.hold_reason, order.intercept)


def facts_of(
    parcel: Parcel, promise: Promise | None, told: Any, tables: lookups.Tables, now: datetime,
    lane: tuple[lanes.Answer, Outlook] | None = None, terms: Mapping[int, str] | None = None,
) -> Facts:  # fmt: skip
    """The facts of a parcel at ``now`` in the words of the tables."""
    zone = parcel.store.time_zone
    today, shipped = local_day(now, zone), local_day(parcel.shipped_at or now, zone)
    days = days_between(shipped, today)
    left = days_left(parcel.receive_by, now) if parcel.receive_by else None
    waiting = days_between(local_day(parcel.waiting_since, zone), today) if parcel.waiting_since else None
    order = parcel.order
    return Facts(
        tracking_state=parcel.tracking_state,
        days_since_dispatch=days,
        over_promise=parcel.promised_by is not None and now > parcel.promised_by,
        past_first_check=promise is not None and days >= promise.first_check_days,
        past_second_check=promise is not None and days >= promise.second_check_days,
        past_lost_after=promise is not None and days >= promise.lost_after_days,
        told_delay=bool(told.get("T03")),
        post_office_checked=bool(told.get("X02")),
        dispute_open=dispute_open(order),
        buyer_mood=parcel.buyer_mood or None,
        days_to_confirm=left,
        deadline_near=left is not None and left <= (promise.extend_when_days_left if promise else 5),
        hold_reason=parcel.hold_reason or "unknown" if parcel.held_since else None,
        days_held=days_between(local_day(parcel.held_since, zone), today) if parcel.held_since else None,
        days_waiting=waiting,
        days_to_return=None if waiting is None else tables.hold_days(parcel.store) - waiting,
        reminders_sent=len(told.get("T05", ())) + len(told.get("T05A", ())),
        incoterm=(terms or {}).get(parcel.pk),
        delivery_place_ok=parcel.place_ok or None,
        **_of_lane(lane),
    )


def _of_lane(lane: tuple[lanes.Answer, Outlook] | None) -> dict[str, Any]:
    """What the lane says in per cent; nothing where too few parcels say it."""
    if lane is None or not lane[0].enough:
        return {}
    later, soon = lane[1].later_than, lane[1].soon
    found: dict[str, Any] = {} if later is None else {"later_than_percent": int(later * 100)}
    return found if soon is None else {**found, "arrives_soon_percent": round(soon.share * 100)}
