"""Reads over parcels and their events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from conversations.choices import Direction, MessageState
from conversations.models import Message
from core import policies as house
from core.audit import Actor
from core.errors import Missing
from core.models import Heartbeat
from core.timeline import Entry
from logistics.choices import SETTLED, ParcelState
from logistics.models import CoverageRule, DecisionRule, Extension, Parcel, PromiseRule, TrackingEvent
from logistics.policies import parcels as policies
from logistics.rules.tracking import FINAL, Decision, Promise, Seen, coverage_of, promise_for, standing
from orders.choices import OrderState
from orders.models import Order
from stores import selectors as doors
from stores.choices import CallState
from worklist.models import Duty

PARCEL = "logistics.parcel"
#: Newest events of a parcel that a page shows.
SHOWN_EVENTS = 200


def parcels_for(actor: Actor) -> QuerySet[Parcel]:
    """The parcels of the actor's stores."""
    return Parcel.objects.select_related("store", "order", "service")


def extensions_for(actor: Actor) -> QuerySet[Extension]:
    """Longer receiving times asked for parcels of the actor's stores."""
    return Extension.objects.select_related("parcel", "store", "call")


def events_for(actor: Actor) -> QuerySet[TrackingEvent]:
    """Tracking events of the actor's stores."""
    return TrackingEvent.objects.select_related("parcel")


def parcels_under_way() -> QuerySet[Parcel]:
    """All parcels handed over and not settled, whatever the scope."""
    return Parcel._base_manager.filter(state=ParcelState.SHIPPED)


def with_all(ids: Iterable[int]) -> list[Parcel]:
    """Parcels with store, order and service, in primary-key order."""
    rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("store", "service", "order", "order__buyer")
    return list(rows.order_by("pk"))


def locked(ids: Iterable[int]) -> list[Parcel]:
    """The same, locked in primary-key order until the transaction ends."""
    rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("store", "service", "order", "order__buyer")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


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
    return [
        Entry(
            at=e.occurred_at, text=e.description or e.get_stage_display(), title=e.get_stage_display(),
            who=e.location or found.tracking_number, kind="tracking", icon="map-pin",
        )
        for e in rows.order_by("-occurred_at", "-pk")[:limit]
    ]  # fmt: skip


def extensions_of(parcel: Parcel) -> list[Extension]:
    """The extensions of a parcel, newest first."""
    return list(Extension.objects.filter(parcel=parcel).select_related("call").order_by("-asked_at", "-pk"))


def open_extensions() -> QuerySet[Extension]:
    """Extensions that were asked for and are neither confirmed nor refused, whatever the scope."""
    return Extension._base_manager.filter(confirmed_at__isnull=True, refused="")


def pending_extensions(ids: Iterable[int]) -> dict[int, Extension]:
    """The open extension of each parcel that has one."""
    rows = open_extensions().filter(parcel_id__in=list(ids)).select_related("parcel").order_by("pk")
    return {row.parcel_id: row for row in rows}


def asked_in_vain(ids: Iterable[int]) -> set[int]:
    """Parcels for which a receiving time was asked that is longer than the one they have."""
    rows = Extension._base_manager.filter(
        parcel_id__in=list(ids), confirmed_at__isnull=True, after__gt=F("parcel__receive_by")
    )
    return set(rows.values_list("parcel_id", flat=True))


def confirmed_extensions(ids: Iterable[int]) -> dict[int, Extension]:
    """The newest confirmed extension of each parcel that has one."""
    rows = Extension._base_manager.filter(parcel_id__in=list(ids), confirmed_at__isnull=False).order_by("confirmed_at", "pk")
    return {row.parcel_id: row for row in rows}


def by_numbers(store: Store | None, numbers: Iterable[str]) -> dict[str, Parcel]:
    """The parcel of each waybill number (upper case, no blanks): one under way before a settled one, the newest first.
    ``store`` None asks within the scope."""
    wanted = sorted({clean_number(n) for n in numbers} - {""})
    if not wanted:
        return {}
    manager = Parcel.objects if store is None else Parcel._base_manager.filter(store=store)
    rows = manager.filter(tracking_key__in=wanted).exclude(state=ParcelState.PACKED)
    found: dict[str, Parcel] = {}
    for parcel in sorted(rows, key=lambda p: (p.state == ParcelState.SHIPPED, p.pk)):
        found[clean_number(parcel.tracking_number)] = parcel
    return found


def clean_number(text: str) -> str:
    """A waybill number as it is compared: no blanks, capitals."""
    return "".join(text.split()).upper()


def parcels_of_order(order: Order, actor: Actor) -> list[Parcel]:
    """The parcels of an order, newest first."""
    return list(parcels_for(actor).filter(order=order).order_by("-pk"))


def brief_of_orders(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The parcels of each order as a row shows them, in one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Parcel.objects.filter(order_id__in=ids).order_by("pk").values(
        "order_id", "pk", "number", "state", "tracking_number", "tracking_state", "shipped_at", "service__code"
    )  # fmt: skip
    for row in rows:
        found[row["order_id"]].append({
            "id": str(row["pk"]), "number": row["number"], "state": row["state"], "tracking_number": row["tracking_number"],
            "tracking_state": row["tracking_state"], "service": row["service__code"] or "", "shipped_at": row["shipped_at"],
        })  # fmt: skip
    return found


def all_settled(order_ids: Iterable[int]) -> set[int]:
    """Orders of these that have no parcel under way or packed."""
    ids = set(order_ids)
    alive = Parcel._base_manager.filter(order_id__in=ids).exclude(state__in=SETTLED).values_list("order_id", flat=True)
    return ids - set(alive)


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


def unfollowed_orders(now: datetime) -> QuerySet[Order]:
    """Orders that came in as already shipped (not history) and have no parcel: nobody would look after them."""
    parcels = Parcel._base_manager.filter(order_id=OuterRef("pk"))
    return Order._base_manager.filter(
        ~Exists(parcels), history=False, state__in=[OrderState.SHIPPED, OrderState.PART_SHIPPED]
    )


def misaligned(now: datetime, limit: int = 1000) -> list[int]:
    """Parcels under way whose check is planned later than the parcel says."""
    duty = Duty._base_manager.filter(
        rule="logistics.parcel_check", subject_type=PARCEL, subject_id=OuterRef("pk"), closed_at__isnull=True,
        due_at__gt=OuterRef("next_check_at") + timedelta(hours=1), attempts=0,
    )  # fmt: skip
    return list(parcels_under_way().filter(Exists(duty)).values_list("pk", flat=True)[:limit])


# --- the tables of the house ---------------------------------------------------------------------------------------------


@dataclass
class Tables:
    """Promises, coverage and decisions as valid on a day, and the channels' clocks, each asked once."""

    day: date
    promises: list[Promise]
    coverage: dict[tuple[str, str], str]
    decisions: list[Decision] = field(default_factory=list)
    _clocks: dict[tuple[str, str], float | None] = field(default_factory=dict)

    def promise(self, parcel: Parcel) -> Promise | None:
        """The promise row of a parcel."""
        service = parcel.service
        return promise_for(
            self.promises, service=service.code if service else "", kind=service.kind if service else "",
            country=parcel.country,
        )  # fmt: skip

    def reach(self, parcel: Parcel) -> str:
        """How far the parcel is scanned."""
        if parcel.service is None:
            return "full"
        return coverage_of(
            self.coverage, kind=parcel.service.kind, country=parcel.country, level=parcel.service.tracking_level
        )

    def clock(self, store: Store, code: str, default: float | None = None) -> float | None:
        """The figure of a deadline row for a store, or ``default``."""
        key = (f"{store.pk}", code)
        if key not in self._clocks:
            row = doors.deadline(store, code, self.day)
            self._clocks[key] = float(row.value) if row and row.value.replace(".", "", 1).isdigit() else None
        found = self._clocks[key]
        return default if found is None else found

    def protection_days(self, parcel: Parcel) -> int | None:
        """Days the channel protects the buyer after the shipment; None where the channel has no such clock."""
        own = self.clock(parcel.store, f"AE_PROTECT_MAX_{parcel.country.upper()}")
        found = own if own is not None else self.clock(parcel.store, "AE_PROTECT_MAX_DEFAULT")
        return None if found is None else int(found)

    def stalled_days(self, store: Store) -> int:
        """Days without an event after which a parcel stands still."""
        return int(self.clock(store, "FOLLOW_STALLED", house.value(policies.STALLED_DAYS, self.day, store.pk)) or 0)

    def extension_days(self, store: Store) -> int:
        """Days of one extension."""
        return int(self.clock(store, "AE_EXTEND_DAYS", house.value(policies.EXTENSION_DAYS, self.day, store.pk)) or 0)

    def hold_days(self, store: Store) -> int:
        """Days a post office keeps a parcel."""
        return int(self.clock(store, "POST_HOLD", house.value(policies.POST_HOLD_DAYS, self.day, store.pk)) or 0)


def tables(day: date | datetime, *, decisions: bool = False) -> Tables:
    """The tables as valid on ``day``, in two queries (three with the decisions)."""
    when = day.date() if isinstance(day, datetime) else day
    promises = [
        Promise(
            r.rule_id, r.priority, r.service_match, r.destination_match, r.promise_days, r.first_check_days,
            r.second_check_days, r.lost_after_days, r.extend_when_days_left,
        )
        for r in _valid(PromiseRule.objects.all(), when)
    ]  # fmt: skip
    coverage = {(r.service_kind, r.destination): r.coverage for r in CoverageRule.objects.all()}
    rows = _valid(DecisionRule.objects.filter(active=True), when) if decisions else []
    return Tables(when, promises, coverage, [
        Decision(
            r.table_code, r.rule_id, r.priority, r.conditions, r.advice, r.extend_confirm, r.next_check_days,
            r.message_template, r.approval,
        )
        for r in rows
    ])  # fmt: skip


def _valid(rows: Iterable[Any], when: date) -> list[Any]:
    """Of each rule the newest version valid by ``when``; the oldest one known when none was valid yet."""
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        versions[row.rule_id].append(row)
    chosen = []
    for found in versions.values():
        found.sort(key=lambda r: r.valid_from)
        valid = [r for r in found if r.valid_from <= when]
        chosen.append(valid[-1] if valid else found[0])
    return chosen


# --- facts of texts ------------------------------------------------------------------------------------------------------


def told(ids: Iterable[int]) -> Mapping[int, Counter[str]]:
    """How often each text (base code: T03 also counts T03N, T03U, T03UN) was handed to its routes about each parcel."""
    rows = Message._base_manager.filter(
        about_type=PARCEL, about_id__in=list(ids), direction=Direction.OUT, state=MessageState.READY
    ).exclude(template_code="")
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for parcel_id, code in rows.values_list("about_id", "template_code"):
        found[parcel_id][base_of(code)] += 1
    return found


def base_of(code: str) -> str:
    """The base code of a text: letters N and U after the number name variants of the same message."""
    head = code[:3]
    return head if code[3:] in ("N", "U", "UN") else code


def due_for_pull(store: Store, limit: int) -> list[str]:
    """Waybill numbers under way of a store, those looked at longest ago first."""
    rows = parcels_under_way().filter(store=store).exclude(tracking_number="")
    return list(rows.order_by(F("last_event_at").asc(nulls_first=True), "pk").values_list("tracking_number", flat=True)[:limit])


def ending_soon(now: datetime, days: int) -> Q:
    """Condition: the receiving time ends within ``days``."""
    return Q(receive_by__isnull=False, receive_by__lte=now + timedelta(days=days))


# --- for jobs and promises -------------------------------------------------------------------------------------------------


def store(pk: int) -> Store:
    """One store, whatever the scope."""
    return Store.objects.get(pk=pk)


def stores_with_parcels() -> list[Store]:
    """Open stores that have parcels under way."""
    alive = parcels_under_way().filter(store_id=OuterRef("pk"))
    return list(Store.objects.filter(Exists(alive), closed_at__isnull=True))


def pull_is_due(store: Store, now: datetime, pause: timedelta) -> bool:
    """Whether the store's channel was not asked for events for so long."""
    last = Heartbeat.objects.filter(name=f"tracking:{store.pk}").values_list("at", flat=True).first()
    return last is None or now - last >= pause


def gone_silent(now: datetime, limit: int = 1000) -> list[int]:
    """Parcels that still count as moving although their last event is as old as a standstill."""
    days = int(house.value(policies.STALLED_DAYS, now))
    moving = parcels_under_way().filter(
        tracking_state__in=["in_transit", "customs", "out_for_delivery"], last_event_at__lt=now - timedelta(days=days)
    )
    return list(moving.order_by("pk").values_list("pk", flat=True)[:limit])


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
