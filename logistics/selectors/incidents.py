"""Reads about incidents on lanes: what is open, which parcels and notes it concerns, the figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from conversations import registry
from conversations.selectors import telling
from core.audit import Actor, subject_type
from core.clock import at_wall, local_day
from core.errors import Missing
from core.remembering import Remembered
from logistics.choices import IncidentState, NoteState, ParcelState
from logistics.models import DispatchNote, Extension, Incident, Lane, Parcel, Rerouted, Service
from logistics.rules.incidents import Disturbance, concerns, stopping, touches
from logistics.selectors.parcels import parcels_for

#: Notes that were given a service and have not left the house.
WAITING_NOTES = [NoteState.DRAFT, NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED]


def disturbance(row: Incident) -> Disturbance:
    """An incident as the rules read it."""
    return Disturbance(
        row.pk, row.number, row.kind, row.service_id, frozenset(filter(None, row.countries.split(";"))), row.store_id,
        row.handed_from, row.handed_to, row.starts_at, row.expected_end, row.stops_new,
    )  # fmt: skip


def _open() -> list[Disturbance]:
    return [disturbance(row) for row in Incident.objects.filter(state=IncidentState.OPEN).order_by("starts_at", "pk")]


_remembered: Remembered[list[Disturbance]] = Remembered(_open, 5)


def open_ones(now: datetime) -> list[Disturbance]:
    """The incidents that are open and have begun."""
    return [one for one in _remembered() if one.starts_at <= now]


def forget() -> None:
    """Read the open incidents again when asked next."""
    _remembered.forget()


def of_parcels(parcels: Iterable[Parcel], now: datetime) -> dict[int, Disturbance]:
    """The open incident that delays each parcel, the oldest one; no query while none is open."""
    held = open_ones(now)
    found: dict[int, Disturbance] = {}
    for parcel in parcels if held else ():
        for one in held:
            if concerns(
                one,
                service_id=parcel.service_id,
                country=parcel.country,
                store_id=parcel.store_id,
                handed=_handed_day(one, parcel),
            ):
                found.setdefault(parcel.pk, one)
    return found


def _handed_day(one: Disturbance, parcel: Parcel) -> date | None:
    """The day of its store on which a parcel was handed over; any day will do for an incident that asks for none."""
    if parcel.shipped_at is None:
        return None
    return local_day(parcel.shipped_at, parcel.store.time_zone) if one.first or one.last else parcel.shipped_at.date()


def of_note(note: DispatchNote, now: datetime) -> Disturbance | None:
    """The open incident that stops the service of a note; None when none does."""
    if note.service_id is None:
        return None
    return stopping(open_ones(now), service_id=note.service_id, country=note.country, store_id=note.store_id)


def why_stopped(note: DispatchNote, service: Service, now: datetime) -> str:
    """ "incident" when one stops this service for a note, else ""."""
    asked = stopping(open_ones(now), service_id=service.pk, country=note.country, store_id=note.store_id)
    return "incident" if asked else ""


def of_lane(lane: Lane, since: datetime) -> list[Incident]:
    """Incidents of a lane in any store that are open or ended since then, the newest first."""
    rows = Incident.objects.filter(Q(state=IncidentState.OPEN) | Q(ended_at__gte=since)).order_by("-starts_at", "-pk")
    return [row for row in rows if _on_lane(disturbance(row), lane.service_id, lane.country)]


def _on_lane(one: Disturbance, service_id: int, country: str) -> bool:
    return touches(one, service_id=service_id, country=country, store_id=one.store_id)


def marks(since: datetime) -> list[Disturbance]:
    """Incidents open or ended since then, for the reckoning of lanes."""
    rows = Incident.objects.filter(Q(state=IncidentState.OPEN) | Q(ended_at__gte=since)).order_by("pk")
    return [disturbance(row) for row in rows]


def incidents_for(actor: Actor) -> QuerySet[Incident]:
    """The incidents of all stores and of the actor's."""
    rows = Incident.objects.select_related("service", "store", "opened_by", "ended_by", "job")
    return rows if actor.store_ids is None else rows.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))


def incident(actor: Actor, pk: int) -> Incident:
    """One incident; raises ``Missing``."""
    found = incidents_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def concerned(row: Incident) -> Q:
    """The parcels an incident concerns: under way when it began or handed over while it lasted, inside its scope. What it
    concerned does not change when they arrive."""
    asked = Q(shipped_at__isnull=False) & (Q(settled_at__isnull=True) | Q(settled_at__gte=row.starts_at))
    if row.service_id:
        asked &= Q(service_id=row.service_id)
    if row.countries:
        asked &= Q(country__in=row.countries.split(";"))
    if row.store_id:
        asked &= Q(store_id=row.store_id)
    if row.handed_from or row.handed_to:
        asked &= _handed(row)
    return asked & Q(shipped_at__lte=row.ended_at) if row.ended_at else asked


def _handed(row: Incident) -> Q:
    """Handed over on the days of an incident, as the clock of each store says; the widest span comes first, for the index."""
    spans: dict[str, tuple[datetime | None, datetime | None]] = {}
    for zone in Store.objects.values_list("time_zone", flat=True).distinct():
        spans[zone] = (
            at_wall(row.handed_from, time(0), zone) if row.handed_from else None,
            at_wall(row.handed_to + timedelta(days=1), time(0), zone) if row.handed_to else None,
        )
    found = Q()
    if starts := [first for first, _last in spans.values() if first]:
        found &= Q(shipped_at__gte=min(starts))
    if ends := [last for _first, last in spans.values() if last]:
        found &= Q(shipped_at__lt=max(ends))
    own = Q(pk__in=[])
    for zone, (first, last) in spans.items():
        there = Q(store__time_zone=zone)
        own |= there & (Q(shipped_at__gte=first) if first else Q()) & (Q(shipped_at__lt=last) if last else Q())
    return found & own if len(spans) > 1 else found


def concerned_by(number: Any) -> Q | None:
    """The parcels that an incident with this id concerns; None when there is none."""
    row = Incident.objects.filter(pk=number).first() if 0 < number < 2**63 else None
    return None if row is None else concerned(row)


def parcels_of(row: Incident, actor: Actor) -> QuerySet[Parcel]:
    """The parcels of the actor's stores that an incident concerns."""
    return parcels_for(actor).filter(concerned(row))


def under_way(row: Incident, actor: Actor) -> list[int]:
    """Those that are still under way, the oldest first."""
    rows = parcels_of(row, actor).filter(state=ParcelState.SHIPPED)
    return list(rows.order_by("shipped_at", "pk").values_list("pk", flat=True))


def cycle_of(row: Incident) -> str:
    """Under which cycle extensions of an incident are kept: once a parcel and prolonging."""
    return f"incident-{row.pk}-{row.round}"


def extensions_of(row: Incident) -> QuerySet[Extension]:
    """The extensions asked for because of an incident, of all its rounds; through the index of those."""
    cycles = [f"incident-{row.pk}-{number}" for number in range(1, row.round + 1)]
    return Extension.objects.filter(cycle__startswith="incident-", cycle__in=cycles)


def to_extend(row: Incident, actor: Actor) -> list[int]:
    """Parcels whose receiving time may be lengthened for an incident: those with one, without an extension of this round and
    without one that is awaited."""
    mine = Extension._base_manager.filter(parcel=OuterRef("pk"), cycle=cycle_of(row))
    awaited = Extension._base_manager.filter(parcel=OuterRef("pk"), confirmed_at__isnull=True, refused="")
    rows = parcels_of(row, actor).filter(
        ~Exists(mine), ~Exists(awaited), state=ParcelState.SHIPPED, receive_by__isnull=False
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def waiting_notes(row: Incident) -> QuerySet[DispatchNote]:
    """Notes of the reader's stores that go by a stopped service and have not left the house."""
    rows = DispatchNote.objects.filter(state__in=WAITING_NOTES).select_related("service", "order", "store")
    if row.service_id:
        rows = rows.filter(service_id=row.service_id)
    if row.countries:
        rows = rows.filter(country__in=row.countries.split(";"))
    if row.store_id:
        rows = rows.filter(store_id=row.store_id)
    return rows.filter(service__isnull=False).order_by("pk")


def notes_by_id(ids: Iterable[int]) -> list[DispatchNote]:
    """These notes with their service."""
    return list(DispatchNote.objects.filter(pk__in=list(ids)).select_related("service").order_by("pk"))


def rerouted_of(row: Incident) -> QuerySet[Rerouted]:
    """Notes sent another way, the reader's."""
    rows = Rerouted.objects.filter(incident=row).select_related("note", "from_service", "to_service")
    return rows.order_by("-at", "-pk")


def figures(row: Incident, actor: Actor) -> dict[str, int]:
    """What came of the concerned parcels of the reader's stores, as things stand now."""
    rows = parcels_of(row, actor).order_by()
    by_state = dict(rows.values_list("state").annotate(n=Count("pk")))
    extended = extensions_of(row)
    orders = set(rows.values_list("order_id", flat=True))
    return {
        "concerned": sum(by_state.values()), "under_way": by_state.get(ParcelState.SHIPPED, 0),
        "arrived": by_state.get(ParcelState.DELIVERED, 0), "returned": by_state.get(ParcelState.RETURNED, 0),
        "lost": by_state.get(ParcelState.LOST, 0), "asked": extended.values("parcel").distinct().count(),
        "extended": extended.filter(confirmed_at__isnull=False).values("parcel").distinct().count(),
        "told": telling.told_of(subject_type(row), row.pk).values("buyer").distinct().count(),
        "rerouted": Rerouted.objects.filter(incident=row).count(),
        "disputed": len(registry.disputed(orders, since=row.starts_at)),
    }  # fmt: skip


def to_review(now: datetime) -> QuerySet[Incident]:
    """Open incidents whose expected end has not been asked about yet."""
    rows = Incident.objects.filter(state=IncidentState.OPEN)
    return rows.filter(Q(reviewed_for__isnull=True) | ~Q(reviewed_for=F("expected_end")))


def under_review() -> QuerySet[Incident]:
    """Open incidents whose review was asked and not answered."""
    return Incident.objects.filter(state=IncidentState.OPEN, reviewed_for=F("expected_end"))
