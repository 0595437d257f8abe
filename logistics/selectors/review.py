"""Reads of the weekly review: what stands out now, what was taken, what is still to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import Store
from core import clock
from core import policies as house
from core.audit import Actor
from logistics.choices import ParcelState
from logistics.models import Parcel, ReviewLine, TransitReview
from logistics.policies import parcels as parcel_policies
from logistics.policies import review as policies
from logistics.rules.anomalies import InTransit, Limits, reasons_of
from logistics.selectors import parcels


@dataclass(frozen=True)
class Standing:
    """A parcel that stands out, with its reasons."""

    parcel_id: int
    seen: InTransit
    reasons: tuple[str, ...]


def reviews_for(actor: Actor) -> QuerySet[TransitReview]:
    """The reviews of the actor's stores, each with how many of its lines have no finding yet (``open_lines``)."""
    waits = Count("lines", filter=Q(lines__finding=""))
    return TransitReview.objects.select_related("store").annotate(open_lines=waits)


def lines_for(actor: Actor) -> QuerySet[ReviewLine]:
    """The lines of the reviews of the actor's stores."""
    return ReviewLine.objects.select_related("review", "parcel__order", "store")


def open_reviews() -> QuerySet[TransitReview]:
    """Reviews that nobody closed, whatever the scope."""
    return TransitReview._base_manager.filter(closed_at__isnull=True)


def open_count(actor: Actor) -> int:
    """How many reviews of the actor's stores wait to be closed (for the menu)."""
    return TransitReview.objects.filter(closed_at__isnull=True).count()


def with_store(ids: Iterable[int]) -> list[TransitReview]:
    """Reviews with their store, in primary-key order."""
    return list(TransitReview._base_manager.filter(pk__in=list(ids)).select_related("store").order_by("pk"))


def locked(pk: int) -> TransitReview:
    """One review, locked."""
    return TransitReview._base_manager.select_for_update(of=("self",)).select_related("store").get(pk=pk)


def limits(now: datetime, store_id: int) -> Limits:
    """From when something stands out, as valid now for a store."""

    def number(policy: house.Policy) -> int:
        return int(house.value(policy, now, store_id))

    return Limits(
        silent_days=number(policies.SILENT_DAYS), slow_percent=number(parcel_policies.SLOW_PERCENT),
        near_days=number(policies.NEAR_DAYS), blind_days=number(policies.BLIND_DAYS),
    )  # fmt: skip


def last_call(store: Store, now: datetime) -> tuple[date, datetime]:
    """The day of the review that is due by now, and when its list is taken."""
    weekday, hour = (int(house.value(policy, now, store.pk)) for policy in (policies.WEEKDAY, policies.HOUR))
    today = clock.local_day(now, store.time_zone)
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    at = clock.at_wall(day, time(min(hour, 23)), store.time_zone)
    if at > now:
        day -= timedelta(days=7)
        at = clock.at_wall(day, time(min(hour, 23)), store.time_zone)
    return day, at


def stores_to_review(now: datetime) -> list[tuple[Store, date, datetime]]:
    """Stores that had parcels under way when their weekly review was due and have none of that day yet."""
    found = []
    for store in parcels.stores_with_parcels():
        day, at = last_call(store, now)
        there = parcels.parcels_under_way().filter(store=store, shipped_at__lte=at)
        if not TransitReview._base_manager.filter(store=store, day=day).exists() and there.exists():
            found.append((store, day, at))
    return found


def in_transit(store_id: int) -> int:
    """How many parcels of a store are under way."""
    return parcels.parcels_under_way().filter(store_id=store_id).count()


def standing_out(store_id: int, now: datetime) -> Iterator[Standing]:
    """The parcels of a store that stand out now; only those that may are read."""
    bounds = limits(now, store_id)
    quiet = now - timedelta(days=bounds.silent_days)
    wanted = (
        Q(tracking_state__in=["returning", "customs_held", "attempted", "awaiting_collection"])
        | Q(last_event_at__lte=quiet) | Q(last_event_at__isnull=True, shipped_at__lte=quiet)
        | Q(later_than__gte=bounds.slow_percent) | Q(promised_by__lte=now + timedelta(days=bounds.near_days))
        | Q(tracking_state="untracked", shipped_at__lte=now - timedelta(days=bounds.blind_days))
    )  # fmt: skip
    rows = parcels.parcels_under_way().filter(wanted, store_id=store_id, shipped_at__isnull=False).order_by("pk")
    names = ("pk", "tracking_state", "shipped_at", "last_event_at", "promised_by", "later_than")
    for pk, *values in rows.values_list(*names).iterator(chunk_size=2000):
        seen = InTransit(*values)
        reasons = reasons_of(seen, now, bounds)
        if reasons:
            yield Standing(pk, seen, reasons)


def unseen(review: TransitReview) -> QuerySet[ReviewLine]:
    """Lines without a finding whose parcel is still under way: somebody has to look."""
    return ReviewLine._base_manager.filter(review=review, finding="", parcel__state=ParcelState.SHIPPED)


@dataclass(frozen=True)
class Group:
    """The lines of one reason: how many, how many have a finding, how many buyers were told, and the first of them."""

    reason: str
    lines: int
    noted: int
    told: int
    first: list[ReviewLine]


def groups(review: TransitReview, each: int) -> list[Group]:
    """The lines of a review by their gravest reason, the gravest first, in two queries."""
    counted = (
        ReviewLine.objects.filter(review=review).order_by("rank").values_list("rank", "reason")
        .annotate(all=Count("pk"), noted=Count("pk", filter=~Q(finding="")), told=Count("pk", filter=Q(told_at__isnull=False)))
    )  # fmt: skip
    place = Window(RowNumber(), partition_by=F("reason"), order_by=[F("finding").asc(), F("pk").asc()])
    rows = ReviewLine.objects.filter(review=review).annotate(_place=place).filter(_place__lte=each)
    shown: dict[str, list[ReviewLine]] = {}
    for line in rows.select_related("parcel__order").order_by("rank", "_place"):
        shown.setdefault(line.reason, []).append(line)
    return [Group(reason, lines, noted, told, shown.get(reason, [])) for _rank, reason, lines, noted, told in counted]


def parcels_of(lines: Iterable[ReviewLine]) -> dict[int, Parcel]:
    """The parcels of lines with store, order and service."""
    return {parcel.pk: parcel for parcel in parcels.with_all([line.parcel_id for line in lines])}
