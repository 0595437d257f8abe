"""The beginning: what was promised, until when the channel protects, when we look first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from core import audit, copying, numbering
from core.audit import Actor
from core.clock import plus_days
from core.tables import moment
from logistics.choices import ParcelState
from logistics.models import Parcel, Service
from logistics.rules.routing import match_method
from logistics.rules.tracking import standing
from logistics.selectors import dispatch
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups
from orders.models import Order
from worklist import services as worklist

#: A parcel that is adopted late is looked at soon, not in the past.
SOON = timedelta(hours=1)
#: Characters of a waybill number.
LONGEST = 60
COLUMNS = ["promised_by", "receive_by", "next_check_at", "next_check_why", "tracking_state"]


def start_following(*, parcels: Sequence[Parcel], now: datetime, loaded: bool = False) -> list[Parcel]:
    """Set promise, receiving time, first check and tracking state of parcels that are handed over at ``now`` (or were at
    their ``shipped_at``), and plan the check. Call it before the move to "shipped": the database holds that a shipped
    parcel has a next check. The parcels carry the values afterwards. The statements do not grow with their number.
    ``loaded``: they have order, store and service at hand, and all their columns.
    """
    if not parcels:
        return []
    by_id = {p.pk: p for p in (parcels if loaded else selectors.with_all([p.pk for p in parcels]))}
    tables = lookups.tables(now)
    for parcel in parcels:
        full = by_id[parcel.pk]
        full.shipped_at = parcel.shipped_at or now
        plan_follow(full, tables, now)
        for name in COLUMNS:
            setattr(parcel, name, getattr(full, name))
    with transaction.atomic():
        copying.update_objects(parcels, COLUMNS)
        worklist.plan(rule_key="logistics.parcel_check", subject_ids=list(by_id), now=now, loaded=by_id)
    return list(parcels)


def plan_follow(parcel: Parcel, tables: lookups.Tables, now: datetime) -> None:
    """Set the columns of one parcel (with store and service loaded) from the tables; nothing is written."""
    shipped, zone = parcel.shipped_at or now, parcel.store.time_zone
    promise, protection = tables.promise(parcel), tables.protection_days(parcel)
    parcel.promised_by = plus_days(shipped, promise.promise_days, zone) if promise else None
    parcel.receive_by = plus_days(shipped, protection, zone) if protection is not None else None
    first = plus_days(shipped, promise.first_check_days if promise else 30, zone)
    parcel.next_check_at, parcel.next_check_why = max(first, now + SOON), "first"
    parcel.tracking_state = standing(
        (), coverage=tables.reach(parcel), now=now, stalled_days=tables.stalled_days(parcel.store)
    ).tracking_state


def adopt_orders(*, order_ids: Iterable[int], actor: Actor, now: datetime) -> list[Parcel]:
    """Make parcels for orders that came in as already shipped elsewhere, and follow them like our own.

    What the channel told of its shipments (number, service, time) is used; without it the order gets one parcel without a
    number. Orders of one buyer under one number travel in one box; a number that lives with somebody else's parcel is left
    out, and the parcel followed by its age. Orders that have a parcel, history and unshipped ones are passed over; twice
    is once.
    """
    with transaction.atomic():
        wanted = selectors.unfollowed_orders(now).filter(pk__in=list(order_ids)).select_related("store")
        held = list(wanted.select_for_update(of=("self",)).order_by("pk"))
        taken = selectors.orders_with_parcels([order.pk for order in held])  # by another worker, while this one waited
        orders = [order for order in held if order.pk not in taken]
        if not orders:
            return []
        rows = [row for order in orders for row in _shipments(order)]
        known = dispatch.service_facts()
        rows = [(order, number, match_method(words, known), min(at, now)) for order, number, words, at in rows]
        services = {s.code: s for s in Service.objects.filter(code__in={code for _o, _n, code, _at in rows})}
        tables = lookups.tables(now)
        parcels = []
        for order, number, code, shipped in rows:
            parcel = Parcel(
                store=order.store, order=order, service=services.get(code), state=ParcelState.SHIPPED, country=order.country,
                tracking_number=number, shipped_at=shipped, declared_at=shipped, created_at=now,
            )  # fmt: skip
            plan_follow(parcel, tables, now)
            parcels.append(parcel)
        _share_boxes(parcels)
        for parcel, value in zip(parcels, numbering.take("parcel", len(parcels)), strict=True):
            parcel.number = numbering.parcel_number(value)
        for some in ([p for p in parcels if p.together is None], [p for p in parcels if p.together is not None]):
            for parcel in some:
                parcel.together = parcel.together  # the lead has its id by now
            Parcel._base_manager.bulk_create(some, batch_size=1000)
        audit.record_many(
            audit.entry(
                p,
                "parcel.adopt",
                actor=actor,
                now=now,
                text=gettext_noop("Sent outside this system; followed from now on"),
            )
            for p in parcels
        )
        worklist.plan(rule_key="logistics.parcel_check", subject_ids=[p.pk for p in parcels], now=now)
    return parcels


def _share_boxes(parcels: Sequence[Parcel]) -> None:
    """A number lives once a service: further orders of its buyer travel in its box, others go without the number."""
    leads = selectors.living({(p.service_id, p.tracking_number) for p in parcels if p.service_id and p.tracking_number})
    for parcel in parcels:
        if not parcel.service_id or not parcel.tracking_number:
            continue
        lead = leads.setdefault((parcel.service_id, parcel.tracking_number), parcel)
        if lead is parcel:
            continue
        if lead.order.buyer_id == parcel.order.buyer_id:
            parcel.together = lead
        else:
            parcel.tracking_number = ""


def _shipments(order: Order) -> list[tuple[Order, str, str, datetime]]:
    default = order.shipped_at or order.paid_at or order.placed_at
    found: dict[str, tuple[Order, str, str, datetime]] = {}
    for told in order.channel_facts.get("shipments") or [{}]:
        number = selectors.clean_number(str(told.get("number") or told.get("tracking_number") or ""))[:LONGEST]
        at = moment(str(told.get("shipped_at") or ""), order.store.time_zone) or default
        found[number] = (order, number, str(told.get("service") or order.service_code or order.shipping_method), at)
    return list(found.values())
