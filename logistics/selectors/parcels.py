"""Reads over parcels and their events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from conversations.selectors import buyer_zone
from core import format as f
from core.audit import Actor
from core.errors import Missing
from core.models import Heartbeat
from core.timeline import Entry
from logistics.choices import ParcelState
from logistics.models import Extension, Parcel, Service, TrackingEvent
from logistics.rules import waybill
from logistics.rules.tracking import FINAL, Seen, standing
from logistics.selectors.tracking import PARCEL, tables
from orders.choices import OrderState
from orders.models import Order
from stores.choices import CallState
from worklist.models import Duty

#: Newest events of a parcel that a page shows.
SHOWN_EVENTS = 200
#: States that silence turns into a standstill (index ``parcel_moving``).
MOVING = ("in_transit", "customs", "out_for_delivery")
#: Heavy columns that following a parcel never reads.
UNREAD = ("order__channel_facts", "order__note", "checks")


def parcels_for(actor: Actor) -> QuerySet[Parcel]:
    """The parcels of the actor's stores."""
    return Parcel.objects.select_related("store", "order", "service")


def events_for(actor: Actor) -> QuerySet[TrackingEvent]:
    """Tracking events of the actor's stores."""
    return TrackingEvent.objects.select_related("parcel")


def parcels_under_way() -> QuerySet[Parcel]:
    """All parcels handed over and not settled, whatever the scope."""
    return Parcel._base_manager.filter(state=ParcelState.SHIPPED)


def with_all(ids: Iterable[int]) -> list[Parcel]:
    """Parcels with store, order and service, in primary-key order."""
    rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("order").defer(*UNREAD)
    return shared(list(rows.order_by("pk")))


def newest_of_buyers(buyer_ids: Iterable[int], limit: int) -> list[Parcel]:
    """At most ``limit`` newest parcels of these buyers together, newest first."""
    rows = Parcel._base_manager.filter(order__buyer_id__in=list(buyer_ids)).select_related("order", "service")
    return list(rows.order_by("-pk")[:limit])


def locked(ids: Iterable[int]) -> list[Parcel]:
    """The same, locked in primary-key order until the transaction ends."""
    rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("order").defer(*UNREAD)
    return shared(list(rows.select_for_update(of=("self",)).order_by("pk")))


def shared(rows: list[Parcel]) -> list[Parcel]:
    """Give the rows their stores and services, each read once: they are few, and a set has many rows."""
    stores = Store.objects.in_bulk({row.store_id for row in rows})
    services = Service.objects.in_bulk({row.service_id for row in rows if row.service_id})
    for row in rows:
        row.store = row.order.store = stores[row.store_id]
        row.service = services.get(row.service_id)
    return rows


def seen_events(ids: Iterable[int]) -> dict[int, list[Seen]]:
    """All events of these parcels as the rules read them, in one query."""
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = TrackingEvent._base_manager.filter(parcel_id__in=list(ids)).values_list(
        "parcel_id", "occurred_at", "stage", "description", "location"
    )
    for parcel_id, at, stage, text, place in rows:
        found[parcel_id].append(Seen(at, stage, text, place))
    return found


def newest_events(ids: Sequence[int], each: int = 20) -> dict[int, list[dict[str, Any]]]:
    """The newest events of each parcel, newest first, in one query."""
    rows = TrackingEvent.objects.filter(parcel_id__in=ids).annotate(
        _place=Window(RowNumber(), partition_by=F("parcel_id"), order_by=[F("occurred_at").desc(), F("pk").desc()])
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    names = ("parcel_id", "pk", "occurred_at", "stage", "description", "location", "source")
    for row in rows.filter(_place__lte=each).order_by("parcel_id", "_place").values(*names):
        found[row.pop("parcel_id")].append({"id": str(row.pop("pk")), **row})
    return found


def due_count(actor: Actor) -> int:
    """Parcels of the actor's stores that a person must decide on (for the menu; capped)."""
    duties = Duty.objects.filter(rule__in=["logistics.parcel_step", "logistics.promise_ending"], closed_at__isnull=True)
    return duties[:10_001].count()


def parcel(actor: Actor, pk: int) -> Parcel:
    """One parcel of the actor's stores; raises ``Missing``."""
    found = parcels_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def timeline_entries(found: Parcel, before: datetime | None = None, limit: int = SHOWN_EVENTS) -> list[Entry]:
    """The tracking events of a parcel as lines of its timeline, newest first."""
    rows = TrackingEvent.objects.filter(parcel=found)
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    zone = buyer_zone(found.country)

    def there(at: datetime) -> tuple[str, ...]:
        return (gettext("buyer's clock %(time)s") % {"time": f.moment(at, zone=zone)},) if zone else ()

    return [
        Entry(
            at=e.occurred_at, text=e.description or e.get_stage_display(), title=e.get_stage_display(),
            who=e.location or found.tracking_number, kind="tracking", icon="map-pin", marks=there(e.occurred_at),
        )
        for e in rows.order_by("-occurred_at", "-pk")[:limit]
    ]  # fmt: skip


def extensions_of(parcel: Parcel) -> list[Extension]:
    """The extensions of a parcel, newest first."""
    return list(Extension.objects.filter(parcel=parcel).select_related("call").order_by("-asked_at", "-pk"))


def extensions_of_many(ids: Iterable[int]) -> dict[int, list[Extension]]:
    """The extensions of parcels, the oldest first, in one query."""
    found: dict[int, list[Extension]] = defaultdict(list)
    for row in Extension.objects.filter(parcel_id__in=list(ids)).order_by("asked_at", "pk"):
        found[row.parcel_id].append(row)
    return found


def open_extensions() -> QuerySet[Extension]:
    """Extensions that were asked for and are neither confirmed nor refused, whatever the scope."""
    return Extension._base_manager.filter(confirmed_at__isnull=True, refused="")


def pending_extensions(ids: Iterable[int]) -> dict[int, Extension]:
    """The open extension of each parcel that has one."""
    rows = open_extensions().filter(parcel_id__in=list(ids)).select_related("parcel").order_by("pk")
    return {row.parcel_id: row for row in rows}


def asked_extensions(ids: Iterable[int]) -> list[Extension]:
    """Every extension of these parcels that a text waited for or that is open, the oldest first, whatever the scope."""
    rows = Extension._base_manager.filter(
        ~Q(text="") | Q(confirmed_at__isnull=True, refused=""), parcel_id__in=list(ids)
    )
    return list(rows.order_by("asked_at", "pk"))


def asked_in_vain(ids: Iterable[int]) -> set[int]:
    """Parcels for which a receiving time was asked that is longer than the one they have."""
    rows = Extension._base_manager.filter(
        parcel_id__in=list(ids), confirmed_at__isnull=True, after__gt=F("parcel__receive_by")
    )
    return set(rows.values_list("parcel_id", flat=True))


def confirmed_extensions(ids: Iterable[int]) -> dict[int, Extension]:
    """The newest confirmed extension of each parcel that has one."""
    rows = Extension._base_manager.filter(parcel_id__in=list(ids), confirmed_at__isnull=False).order_by(
        "confirmed_at", "pk"
    )
    return {row.parcel_id: row for row in rows}


def living(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Parcel]:
    """The parcel that has each number of a service now: packed or under way, travelling in its own box."""
    wanted = set(pairs)
    rows = Parcel._base_manager.filter(
        state__in=[ParcelState.PACKED, ParcelState.SHIPPED], together__isnull=True, tracking_key__in=sorted({n for _s, n in wanted})
    ).select_related("order")  # fmt: skip
    found = {(row.service_id or 0, row.tracking_number): row for row in rows.order_by("pk")} if wanted else {}
    return {pair: row for pair, row in found.items() if pair in wanted}


def number_taken(parcel: Parcel) -> bool:
    """Whether another parcel in the house or under way has the number of this one, from the same service."""
    others = Parcel._base_manager.filter(
        service=parcel.service_id, tracking_number=parcel.tracking_number, together__isnull=True,
        state__in=[ParcelState.PACKED, ParcelState.SHIPPED],
    ).exclude(pk=parcel.pk)  # fmt: skip
    return bool(parcel.tracking_number) and parcel.together_id is None and others.exists()


def clean_number(text: str) -> str:
    """A waybill number as it is compared and followed: no blanks, no hyphens, capitals."""
    return waybill.normalise(text)


def number_keys(numbers: Iterable[str]) -> list[str]:
    """How these numbers may stand in the table: as they are compared, and with the hyphens an older row may have kept."""
    told = [text for number in numbers if (text := "".join(number.split()).upper())]
    return sorted({*told, *map(clean_number, told)} - {""})


def parcels_of_order(order: Order, actor: Actor) -> list[Parcel]:
    """The parcels of an order, newest first."""
    return list(parcels_for(actor).filter(order=order).order_by("-pk"))


#: The parcels of an order as a row shows them, read with the rows of the order list.
BRIEF_OF_ORDER = RawSQL(
    """
  (SELECT json_agg(json_build_object('id', p.id::text, 'number', p.number, 'state', p.state, 'tracking_number', p.tracking_number,
     'tracking_state', p.tracking_state, 'service', COALESCE(s.code, ''), 'shipped_at', p.shipped_at) ORDER BY p.id)
   FROM logistics_parcel p LEFT JOIN logistics_service s ON s.id = p.service_id WHERE p.order_id = orders_order.id)""",
    (),
)


def delivered_orders(order_ids: Iterable[int]) -> dict[int, datetime]:
    """Shipped orders of these whose parcels have all arrived, with the time of the last arrival."""
    ids = set(order_ids)
    open_ = Parcel._base_manager.filter(order_id__in=ids).exclude(state__in=[ParcelState.DELIVERED, ParcelState.CLOSED])
    waiting = set(open_.values_list("order_id", flat=True))
    rows = (
        Parcel._base_manager.filter(order_id__in=ids - waiting, state=ParcelState.DELIVERED, order__state=OrderState.SHIPPED)
        .values_list("order_id").annotate(last=Max("delivered_at"))
    )  # fmt: skip
    return dict(rows)


def orders_locked(ids: Iterable[int]) -> list[Order]:
    """Orders locked in primary-key order until the transaction ends."""
    return list(Order._base_manager.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk"))


def state_again(parcel: Parcel, now: datetime) -> str:
    """The tracking state of a parcel as if nothing had ended its way."""
    full, known = with_all([parcel.pk])[0], tables(now)
    events = [e for e in seen_events([parcel.pk])[parcel.pk] if e.stage not in FINAL]
    return standing(
        events, coverage=known.reach(full), now=now, stalled_days=known.stalled_days(full.store)
    ).tracking_state


def last_end(parcel_id: int) -> datetime | None:
    """The time of the newest event that says how a parcel ended; None = there is none."""
    rows = TrackingEvent._base_manager.filter(parcel_id=parcel_id, stage__in=list(FINAL))
    found: datetime | None = rows.aggregate(last=Max("occurred_at"))["last"]
    return found


def unfollowed_orders(now: datetime) -> QuerySet[Order]:
    """Orders that came in as already shipped (not history) and have no parcel: nobody would look after them."""
    parcels = Parcel._base_manager.filter(order_id=OuterRef("pk"))
    return Order._base_manager.filter(
        ~Exists(parcels), history=False, state__in=[OrderState.SHIPPED, OrderState.PART_SHIPPED]
    )


def orders_with_parcels(order_ids: Iterable[int]) -> set[int]:
    """Which of these orders have a parcel by now."""
    return set(Parcel._base_manager.filter(order_id__in=list(order_ids)).values_list("order_id", flat=True))


def misaligned(now: datetime, limit: int = 1000, ahead: timedelta | None = None) -> list[int]:
    """Parcels under way whose check is planned later than the parcel says; ``ahead``: only those whose check is near, which an
    index finds among millions."""
    duty = Duty._base_manager.filter(
        rule="logistics.parcel_check", subject_type=PARCEL, subject_id=OuterRef("pk"), closed_at__isnull=True,
        due_at__gt=OuterRef("next_check_at") + timedelta(hours=1), attempts=0,
    )  # fmt: skip
    rows = parcels_under_way() if ahead is None else parcels_under_way().filter(next_check_at__lte=now + ahead)
    return list(rows.filter(Exists(duty)).values_list("pk", flat=True)[:limit])


def due_for_pull(store: Store, limit: int) -> tuple[list[str], int]:
    """The next waybill numbers under way of a store to be asked for, in turn, and where the turn goes on (0 = all were)."""
    rows = parcels_under_way().filter(store=store, pk__gt=_turn(store)).exclude(tracking_number="").order_by("pk")
    found = list(rows.values_list("pk", "tracking_number")[: limit + 1])
    return [number for _pk, number in found[:limit]], found[limit - 1][0] if len(found) > limit else 0


def _turn(store: Store) -> int:
    detail = Heartbeat.objects.filter(name=f"tracking:{store.pk}").values_list("detail", flat=True).first()
    return int((detail or {}).get("after") or 0)


def ending_soon(now: datetime, days: int) -> Q:
    """Condition: the receiving time ends within ``days``."""
    return Q(receive_by__isnull=False, receive_by__lte=now + timedelta(days=days))


# --- for jobs and promises -------------------------------------------------------------------------------------------------


def store(pk: int) -> Store:
    """One store, whatever the scope."""
    return Store.objects.get(pk=pk)


def stores_with_parcels(*, closed: bool = False) -> list[Store]:
    """Open stores that have parcels under way, and with ``closed`` those that were closed since."""
    alive = parcels_under_way().filter(store_id=OuterRef("pk"))
    rows = Store.objects.filter(Exists(alive))
    return list(rows if closed else rows.filter(closed_at__isnull=True))


def pull_is_due(store: Store, now: datetime, pause: timedelta) -> bool:
    """Whether the store's channel was not asked for events for so long, or not yet about all its parcels."""
    last = Heartbeat.objects.filter(name=f"tracking:{store.pk}").values_list("at", flat=True).first()
    return last is None or now - last >= pause or _turn(store) > 0


def gone_silent(now: datetime, limit: int = 1000) -> list[int]:
    """Parcels that still count as moving although their last event is as old as a standstill in their store, the oldest first."""
    known, by_days = tables(now), defaultdict[int, list[int]](list)
    for found in stores_with_parcels(closed=True):
        by_days[known.stalled_days(found)].append(found.pk)
    ids: list[int] = []
    for days, stores in sorted(by_days.items()):
        ids += silent_in(stores, now - timedelta(days=days)).values_list("pk", flat=True)[: limit - len(ids)]
    return ids


def silent_in(stores: Sequence[int], since: datetime) -> QuerySet[Parcel]:
    """Parcels of stores that count as moving and had no event since, the oldest event first."""
    moving = parcels_under_way().filter(store_id__in=stores, last_event_at__lte=since, tracking_state__in=MOVING)
    return moving.order_by("last_event_at", "pk")


def unwatched(now: datetime, older_than: timedelta) -> QuerySet[Parcel]:
    """Parcels under way for longer than ``older_than`` that no living duty would check."""
    duty = Duty._base_manager.filter(
        rule="logistics.parcel_check", subject_type=PARCEL, subject_id=OuterRef("pk"), closed_at__isnull=True
    )
    return parcels_under_way().filter(~Exists(duty), created_at__lt=now - older_than)


def uncalled_extensions(now: datetime) -> list[str]:
    """Open extensions, older than an hour, of stores that do it by program, whose call is gone or settled unheard."""
    rows = open_extensions().filter(asked_at__lt=now - timedelta(hours=1)).select_related("store", "call", "parcel")
    return [
        f"{row.parcel} {row.cycle}" for row in rows
        if row.call is not None and row.call.state in (CallState.SENT, CallState.FAILED, CallState.DROPPED)
    ]  # fmt: skip


def delivered_under_way() -> QuerySet[Parcel]:
    """Parcels under way of orders that count as delivered (an order a channel completed may still have one)."""
    return parcels_under_way().filter(order__state=OrderState.DELIVERED)


def ids_of_order(order: Order) -> list[int]:
    """Ids of the parcels of an order."""
    return list(Parcel.objects.filter(order=order).values_list("pk", flat=True))


def with_note_and_service(ids: Iterable[int]) -> list[Parcel]:
    """These parcels with their note, its order and service, and their own service. One query."""
    rows = Parcel.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_related("note__order", "note__service", "service"))
