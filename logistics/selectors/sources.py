"""Reads over tracking sources, the numbers they follow and their pushes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Store
from core import policies as house
from core.audit import Actor
from core.remembering import Remembered
from logistics.choices import SETTLED, FollowState, ParcelState, PushState
from logistics.models import FollowedNumber, Parcel, TrackingEvent, TrackingPush, TrackingSource
from logistics.policies import sources as policies
from logistics.rules.sources import Silence, Use
from logistics.selectors.parcels import clean_number, number_keys, stores_with_parcels
from logistics.selectors.tracking import PARCEL
from stores import selectors as doors
from stores.choices import Ability
from worklist.models import Duty

BLIND = "logistics.blind_parcel"
#: Rows whose parcel waits for news of the source.
FOLLOWED = (FollowState.WANTED, FollowState.REGISTERED)
#: A number outside these lengths is taken by no source.
LENGTHS = (5, 50)


def sources_for(actor: Actor) -> QuerySet[TrackingSource]:
    """The tracking sources; they belong to the house."""
    return TrackingSource.objects.all()


def followed_for(actor: Actor) -> QuerySet[FollowedNumber]:
    """The followed numbers of the actor's stores."""
    return FollowedNumber.objects.select_related("source", "parcel__store")


def pushes_for(actor: Actor) -> QuerySet[TrackingPush]:
    """The pushes: of the numbers of the actor's stores, and those of nobody's number (not read, or unknown)."""
    rows = TrackingPush.objects.select_related("source").defer("body")
    if actor.store_ids is None:
        return rows
    same = {"source": OuterRef("source"), "number": OuterRef("number")}
    mine = FollowedNumber._base_manager.filter(**same, parcel__store_id__in=actor.store_ids)
    return rows.filter(Exists(mine) | ~Exists(FollowedNumber._base_manager.filter(**same)))


def active() -> list[TrackingSource]:
    """Sources that are switched on and have a key."""
    return list(TrackingSource.objects.filter(active=True).exclude(secrets="").order_by("pk"))


_by_code = Remembered(lambda: {row.code: row for row in TrackingSource.objects.exclude(secrets="")}, 5.0)


def remembered(code: str) -> TrackingSource | None:
    """The source called ``code`` that has a key, as known some seconds ago: every push asks."""
    return _by_code().get(code)


def forget() -> None:
    """Read the sources again (one was changed)."""
    _by_code.forget()


# --- which parcels -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Since:
    """What is new: handed over or ended at that time or later, or with a higher id."""

    at: datetime
    parcel: int


def newest_parcel() -> int:
    """The highest id of a parcel; 0 when there is none."""
    return Parcel._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def unfollowed(source: TrackingSource, since: Since | None = None) -> QuerySet[Parcel]:
    """Parcels under way with a number that the source should follow and does not yet (``since``: the new ones of them)."""
    known = FollowedNumber._base_manager.filter(
        parcel_id=OuterRef("pk"), source=source, number=OuterRef("tracking_key")
    )
    rows = Parcel._base_manager.filter(
        ~Exists(known), Q(service__isnull=True) | ~Q(service__tracking_level="none"), state=ParcelState.SHIPPED,
        together__isnull=True, tracking_key__regex=rf"^[0-9A-Z-]{{{LENGTHS[0]},{LENGTHS[1]}}}$",
    )  # fmt: skip
    if since is not None:
        rows = rows.filter(Q(shipped_at__gte=since.at) | Q(pk__gt=since.parcel))
    return rows if source.whole_house else rows.filter(store_id__in=[s.pk for s in stores_without_news()])


def stores_without_news() -> list[Store]:
    """Stores with parcels under way whose channel tells no events."""
    return [store for store in stores_with_parcels() if not doors.offers(store, Ability.TRACKING)]


def to_stop(source: TrackingSource, since: Since | None = None) -> QuerySet[FollowedNumber]:
    """Rows whose parcel has ended (``since``: lately) or, among all, has another number by now."""
    gone = Q(parcel__state__in=SETTLED) | ~Q(parcel__tracking_key=F("number"))
    if since is not None:
        gone = Q(parcel__state__in=SETTLED, parcel__settled_at__gte=since.at)
    rows = FollowedNumber._base_manager.filter(gone, source=source).exclude(state=FollowState.STOPPED)
    return rows.select_related("parcel")


def followed_still(source: TrackingSource, numbers: Iterable[str], but: Iterable[int]) -> set[str]:
    """Of these numbers those that another living row follows at the source."""
    rows = FollowedNumber._base_manager.filter(source=source, number__in=list(numbers), state__in=FOLLOWED)
    return set(rows.exclude(pk__in=list(but)).values_list("number", flat=True))


def used_before(source: TrackingSource, numbers: Iterable[str]) -> set[str]:
    """Of these numbers those that the source has followed before and was told to stop."""
    rows = FollowedNumber._base_manager.filter(
        source=source, number__in=list(numbers), state=FollowState.STOPPED, registered_at__isnull=False
    )
    return set(rows.values_list("number", flat=True))


def to_ask(source: TrackingSource, now: datetime) -> QuerySet[FollowedNumber]:
    """Registered rows to be asked about: those marked for it, then those without news for days and not asked for a day."""
    days = timedelta(days=float(house.value(policies.ASK_DAYS, now)))
    quiet = Q(asked_at__lt=now - timedelta(hours=23)) & Q(heard__lt=now - days)
    rows = registered(source).select_related("parcel").annotate(heard=Coalesce("heard_at", "registered_at"))
    return rows.filter(Q(asked_at__isnull=True) | quiet).order_by(F("asked_at").asc(nulls_first=True), "pk")


def to_change(source: TrackingSource, now: datetime) -> QuerySet[FollowedNumber]:
    """Registered rows for which a person picked another carrier that the source was not told yet."""
    rows = registered(source).filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), wish__isnull=False)
    return rows.order_by("pk")


def registered(source: TrackingSource) -> QuerySet[FollowedNumber]:
    """The rows the source follows."""
    return FollowedNumber._base_manager.filter(source=source, state=FollowState.REGISTERED)


def uses_of(store: Store | None, numbers: Iterable[str]) -> dict[str, list[Use]]:
    """Every use of each number: the boxes that travelled under it and when. ``store`` None: of the open scope."""
    wanted = number_keys(numbers)
    manager = Parcel.objects if store is None else Parcel._base_manager.filter(store=store)
    return _uses(manager.filter(tracking_key__in=wanted)) if wanted else {}


def uses_anywhere(numbers: Iterable[str]) -> dict[str, list[Use]]:
    """The same over all stores."""
    return _uses(Parcel._base_manager.filter(tracking_key__in=number_keys(numbers)))


def _uses(rows: QuerySet[Parcel]) -> dict[str, list[Use]]:
    boxes: dict[tuple[str, int], list[tuple[datetime, int]]] = defaultdict(list)
    known = rows.exclude(state=ParcelState.PACKED).filter(shipped_at__isnull=False).order_by("pk")
    for pk, box, number, at in known.values_list("pk", "together_id", "tracking_number", "shipped_at"):
        if at is not None:
            boxes[clean_number(number), box or pk].append((at, pk))
    found: dict[str, list[Use]] = defaultdict(list)
    for (number, _box), parcels in boxes.items():
        found[number].append(Use(min(at for at, _pk in parcels), tuple(pk for _at, pk in parcels)))
    return found


def margin(now: datetime) -> timedelta:
    """How long before the hand-over events of a number belong to a parcel."""
    return timedelta(hours=float(house.value(policies.MARGIN_HOURS, now)))


def followed_of(parcel: Parcel) -> FollowedNumber | None:
    """The newest row of a parcel at a source, if one follows it or did."""
    return FollowedNumber._base_manager.filter(parcel=parcel).select_related("source").order_by("-pk").first()


# --- silence -----------------------------------------------------------------------------------------------------------


def waiting_since(source: TrackingSource) -> datetime | None:
    """Since when the source has had a number of a parcel under way to follow; None = it has none."""
    rows = FollowedNumber._base_manager.filter(source=source, state__in=FOLLOWED, parcel__state=ParcelState.SHIPPED)
    found: datetime | None = rows.aggregate(first=Min(Coalesce("registered_at", "wanted_at")))["first"]
    return found


def blind_rows(now: datetime, ids: Sequence[int] | None = None) -> QuerySet[FollowedNumber]:
    """Rows of parcels under way (``ids``: of these only) whose source is silent and that nobody has looked up, or written an event
    of, lately."""
    since = now - again(now)
    seen = Q(looked_at__gte=F("source__silent_since")) & Q(looked_at__gte=since)
    written = TrackingEvent._base_manager.filter(
        Q(received_at__gte=OuterRef("source__silent_since")), parcel_id=OuterRef("parcel_id"), source="hand", received_at__gte=since
    )  # fmt: skip
    rows = FollowedNumber._base_manager.all()
    if ids is not None:  # said of both, so that an index finds each
        rows, written = rows.filter(parcel_id__in=ids), written.filter(parcel_id__in=ids)
    return rows.filter(
        ~seen | Q(looked_at__isnull=True), ~Exists(written), source__active=True, source__silent_since__isnull=False,
        state__in=FOLLOWED, parcel__state=ParcelState.SHIPPED,
    )  # fmt: skip


def blind_of(rows: QuerySet[Parcel], now: datetime) -> QuerySet[Parcel]:
    """Of these parcels the blind ones; where no source is silent the numbers are not asked."""
    if not TrackingSource.objects.filter(active=True, silent_since__isnull=False).exists():
        return rows.none()
    return rows.filter(Exists(blind_rows(now).filter(parcel_id=OuterRef("pk"))), state=ParcelState.SHIPPED)


def silences(ids: Iterable[int]) -> dict[int, Silence]:
    """Of these parcels those whose source is silent, and when somebody looked them up or wrote down an event of them. What
    travels in the box of another parcel is followed with that one. Two queries."""
    heads = dict(Parcel._base_manager.filter(pk__in=list(ids)).values_list("pk", Coalesce("together_id", "pk")))
    rows = FollowedNumber._base_manager.filter(
        parcel_id__in=set(heads.values()), source__active=True, source__silent_since__isnull=False, state__in=FOLLOWED,
        parcel__state=ParcelState.SHIPPED,
    )  # fmt: skip
    written = TrackingEvent._base_manager.filter(parcel_id=OuterRef("parcel_id"), source="hand").order_by(
        "-received_at"
    )
    found: dict[int, Silence] = {}
    told = rows.annotate(written=Subquery(written.values("received_at")[:1])).order_by("pk")
    for parcel_id, since, looked, wrote in told.values_list(
        "parcel_id", "source__silent_since", "looked_at", "written"
    ):
        if since is not None:
            found[parcel_id] = Silence(since, max((at for at in (looked, wrote) if at), default=None))
    return {pk: found[head] for pk, head in heads.items() if head in found}


def again(now: datetime) -> timedelta:
    """After how long a parcel of a silent source is looked up again."""
    return timedelta(days=float(house.value(policies.BLIND_AGAIN_DAYS, now)))


def blind(ids: Iterable[int], now: datetime) -> set[int]:
    """Of these parcels those that only a person can look up now."""
    span = again(now)
    return {pk for pk, silence in silences(ids).items() if silence.blind(now, span)}


def blind_parcels(now: datetime) -> QuerySet[Parcel]:
    """Parcels whose source is silent and that nobody has looked up lately."""
    return blind_of(Parcel._base_manager.all(), now)


def checked_later(source: TrackingSource, now: datetime, limit: int, after: int = 0) -> list[int]:
    """The next parcels under way of the source, by id, that are not checked before later."""
    mine = FollowedNumber._base_manager.filter(
        source=source, state__in=FOLLOWED, parcel_id=OuterRef("pk"), parcel_id__gt=after
    )
    rows = Parcel._base_manager.filter(Exists(mine), state=ParcelState.SHIPPED, pk__gt=after, next_check_at__gt=now)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def blind_unseen(ids: Sequence[int], now: datetime) -> list[int]:
    """Of these parcels the blind ones for which no duty is open yet."""
    duty = Duty._base_manager.filter(
        rule=BLIND, subject_type=PARCEL, subject_id__in=ids, subject_id=OuterRef("parcel_id"), closed_at__isnull=True
    )
    rows = blind_rows(now, ids).filter(~Exists(duty)).values_list("parcel_id", flat=True)
    return sorted(set(rows))


def checks_by_hand(source: TrackingSource, limit: int, after: int = 0) -> list[tuple[int, int]]:
    """The next open duties to look a parcel of the source up: their ids and those of their parcels. Where another source that
    follows it is silent the duty stays."""
    numbers = FollowedNumber._base_manager.filter(parcel_id=OuterRef("subject_id"))
    silent = numbers.filter(source__active=True, source__silent_since__isnull=False, state__in=FOLLOWED)
    rows = Duty._base_manager.filter(rule=BLIND, subject_type=PARCEL, closed_at__isnull=True, pk__gt=after)
    rows = rows.filter(Exists(numbers.filter(source=source)), ~Exists(silent.exclude(source=source)))
    return list(rows.order_by("pk").values_list("pk", "subject_id")[:limit])


# --- figures for people ------------------------------------------------------------------------------------------------


def by_state(source: TrackingSource) -> dict[str, int]:
    """How many numbers of the source stand in each state."""
    rows = FollowedNumber._base_manager.filter(source=source).values_list("state").annotate(n=Count("pk"))
    return dict(rows.order_by("state"))


def newest_pushes(source: TrackingSource, actor: Actor, limit: int = 10) -> list[TrackingPush]:
    """The last pushes of the source that the actor sees."""
    return list(pushes_for(actor).filter(source=source).order_by("-pk")[:limit])


def waiting_pushes(after: int, limit: int) -> list[TrackingPush]:
    """Pushes that were not read yet, the oldest first."""
    rows = TrackingPush.objects.filter(state=PushState.NEW, pk__gt=after).select_related("source")
    return list(rows.order_by("pk")[:limit])
