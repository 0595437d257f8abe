"""Reads over lanes: which curve answers for a service to a country, and what it says of parcels and promises.

A lane belongs to the house, like services and price lists: its figures count the parcels of all stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice

from django.db.models import Q, QuerySet

from core import policies as house
from core.audit import Actor
from core.clock import local_day
from core.models import Heartbeat
from logistics.choices import ParcelState
from logistics.models import CoverageRule, Lane, LaneCurve, LaneDay, Parcel, Service
from logistics.policies import lanes as policies
from logistics.rules import lanes as rules
from logistics.rules.lanes.sight import SHORT
from logistics.rules.tracking import coverage_of, promise_for
from logistics.selectors.tracking import tables
from orders.models import Order

#: The heartbeat of the reckoning.
PULSE = "lanes"
#: That of writing to the parcels how late they are.
LATENESS = "lanes:lateness"
#: Nobody follows a parcel for longer.
LONGEST = 3650
#: A chance as other apps read it.
Arrives = rules.Arrives


@dataclass(frozen=True)
class Figures:
    """The house's figures of lanes on a day."""

    day: date
    window: int
    lag: int
    least: int
    confidence: float
    most: float
    risk: float
    soon: int
    alike: int
    peak: frozenset[int]
    drift_days: int
    bounds: rules.Bounds
    seen_share: float
    dark_share: float

    def season(self, day: date | datetime) -> str:
        """The season of a parcel handed over on ``day``."""
        return rules.season_of(day.month, self.peak)


def figures(day: date | datetime) -> Figures:
    """The figures as valid on ``day``."""

    def share(policy: house.Policy) -> float:
        return min(max(float(house.value(policy, day)), 0.0), 1.0)

    def number(policy: house.Policy) -> int:
        return int(house.value(policy, day))

    return Figures(
        day=day.date() if isinstance(day, datetime) else day, window=number(policies.WINDOW_DAYS), lag=number(policies.LAG_DAYS),
        least=number(policies.LEAST), confidence=min(share(policies.CONFIDENCE), 0.9999), most=share(policies.MOST),
        risk=share(policies.RISK), soon=number(policies.SOON_DAYS), alike=number(policies.ALIKE),
        peak=frozenset(int(month) for month in house.value(policies.PEAK_MONTHS, day)), drift_days=number(policies.DRIFT_DAYS),
        bounds=rules.Bounds(share(policies.DRIFT_CHANCE), float(house.value(policies.DRIFT_SLOWER, day)), number(policies.DRIFT_PARCELS)),
        seen_share=share(policies.SEEN_SHARE), dark_share=share(policies.DARK_SHARE),
    )  # fmt: skip


def curve_of(found: rules.Tally, figures: Figures) -> rules.Curve:
    """The curve of some counts, as far as it can be trusted."""
    return rules.curve(found.counts, confidence=figures.confidence).trusted(figures.alike)


def lanes_for(actor: Actor) -> QuerySet[Lane]:
    """Every lane; they belong to the house."""
    return Lane.objects.select_related("service")


def slower_lanes() -> QuerySet[Lane]:
    """Lanes that became slower and were not accepted as they are."""
    return Lane.objects.filter(slower=True)


def with_service(ids: Iterable[int]) -> list[Lane]:
    """Lanes with their service, in primary-key order."""
    return list(Lane.objects.filter(pk__in=list(ids)).select_related("service").order_by("pk"))


def reckoned_at() -> datetime | None:
    """When the lanes were reckoned last."""
    return Heartbeat.objects.filter(name=PULSE).values_list("at", flat=True).first()


def is_due(now: datetime) -> bool:
    """Whether the lanes have to be reckoned again."""
    return _old(reckoned_at(), now)


def lateness_at() -> datetime | None:
    """As of when the parcels say how late they are on their lanes."""
    return Heartbeat.objects.filter(name=LATENESS).values_list("at", flat=True).first()


def lateness_due(now: datetime) -> bool:
    """Whether that has to be written again."""
    return _old(lateness_at(), now)


def _old(last: datetime | None, now: datetime) -> bool:
    hours = float(house.value(policies.REFRESH_HOURS, now))
    return last is None or now - last >= timedelta(hours=hours) or last > now


def days_of(since: date, lane: Lane | None = None) -> QuerySet[LaneDay]:
    """The counted days since ``since``, of one lane or of all, lane by lane."""
    rows = LaneDay.objects.filter(day__gte=since)
    if lane is not None:
        rows = rows.filter(service_id=lane.service_id, country=lane.country)
    return rows.order_by("service_id", "country", "day")


def cohort(row: LaneDay) -> rules.Cohort:
    """A counted day as the rules read it."""
    return rules.Cohort(row.day, row.handed_over, _numbers(row.arrived), _numbers(row.closed), row.lost, row.returned)


def _numbers(held: Mapping[str, int]) -> dict[int, int]:
    return {int(days): number for days, number in held.items()}


# --- the curve that answers ------------------------------------------------------------------------------------------------


@dataclass
class Answer:
    """The curve that answers for a lane, whose parcels it is made of, and the figures it is read with."""

    picked: rules.Picked
    curve: rules.Curve
    figures: Figures

    @property
    def enough(self) -> bool:
        """Whether it rests on enough arrivals."""
        return not self.picked.few

    @property
    def whole(self) -> bool:
        """Whether enough of its parcels are old enough to count as lost: only then does the curve tell how many never come."""
        return self.picked.tally.ripe >= self.figures.least

    def advised(self, risk: float | None = None) -> int | None:
        """Days that may be promised at ``risk`` (the house's when not said); None = not reached."""
        return rules.advised_days(self.curve, self.figures.risk if risk is None else risk)


@dataclass
class Book:
    """The curves of some services to some countries, read once."""

    figures: Figures
    known: dict[rules.Basis, rules.Tally]
    coverage: dict[tuple[str, str], str]
    _blind: dict[tuple[int, str], bool] = field(default_factory=dict)
    _made: dict[tuple[int, str, str, int], Answer | None] = field(default_factory=dict)
    _curves: dict[rules.Basis, rules.Curve] = field(default_factory=dict)

    def blind(self, service: Service, country: str) -> bool:
        """Whether the lane is blind: as reckoned from its parcels, else as the table of coverage says."""
        key = (service.pk, country)
        if key not in self._blind:
            reach = coverage_of(self.coverage, kind=service.kind, country=country, level=service.tracking_level)
            self._blind[key] = reach in SHORT
        return self._blind[key]

    def answer(self, service: Service | None, country: str, season: str, age: int = 0) -> Answer | None:
        """The curve for a service to a country in a season; None where nothing of the family ever arrived. For a parcel of
        ``age`` days a curve that knows enough as old ones comes first."""
        if service is None or not country:
            return None
        key = (service.pk, country, season, age)
        if key not in self._made:
            blind = self.blind(service, country)
            places = rules.chain(service_id=service.pk, kind=service.kind, country=country, blind=blind, season=season)
            self._made[key] = self._pick(places, age)
        return self._made[key]

    def _pick(self, places: list[rules.Basis], age: int) -> Answer | None:
        first = None
        while places:
            picked = rules.pick(places, self.known, self.figures.least)
            if picked is None:
                break
            found = Answer(picked, self._curve(picked), self.figures)
            first = first or found
            if picked.few or not age:
                break
            if found.curve.followed_beyond(age) >= self.figures.alike:
                return found
            places = places[places.index(picked.basis) + 1 :]
        return first

    def _curve(self, picked: rules.Picked) -> rules.Curve:
        if picked.basis not in self._curves:
            self._curves[picked.basis] = curve_of(picked.tally, self.figures)
        return self._curves[picked.basis]

    def outlook(self, parcel: Parcel, now: datetime) -> tuple[Answer, rules.Outlook] | None:
        """What the lane says of a parcel under way; None when nothing is known of it."""
        if parcel.shipped_at is None:
            return None
        month = local_day(parcel.shipped_at, parcel.store.time_zone).month
        return self.at_age(parcel.service, parcel.country, month, max((now - parcel.shipped_at).days, 0))

    def at_age(
        self, service: Service | None, country: str, month: int, age: int
    ) -> tuple[Answer, rules.Outlook] | None:
        """The same for any parcel of a lane that was handed over in that month (of its store's clock) and is ``age`` days old."""
        found = self.answer(service, country, rules.season_of(month, self.figures.peak), age)
        if found is None:
            return None
        return found, rules.outlook(found.curve, age, self.figures.soon, least=self.figures.alike)


def book(day: date | datetime, services: Iterable[Service], countries: Iterable[str]) -> Book:
    """The curves of these services to these countries: two queries, however many there are."""
    wanted, places = list(services), set(countries)
    lane = Q(level=rules.choosing.LANE, service_id__in=[s.pk for s in wanted], country__in=places)
    pooled = Q(service__isnull=True, kind__in={s.kind for s in wanted}, country__in={*places, ""})
    held = Book(figures(day), {}, {(r.service_kind, r.destination): r.coverage for r in CoverageRule.objects.all()})
    for row in LaneCurve.objects.filter(lane | pooled):
        held.known[basis_of(row)] = tally_of(row)
        if row.service_id is not None:
            held._blind[(row.service_id, row.country)] = row.blind
    return held


def basis_of(row: LaneCurve) -> rules.Basis:
    """Whose counts a row holds."""
    return rules.Basis(row.level, row.kind, row.blind, row.service_id, row.country, row.season)


def tally_of(row: LaneCurve) -> rules.Tally:
    """The counts of a row as the rules read them."""
    counts = {day: (arrived, left) for day, arrived, left in row.counts}
    return rules.Tally(counts, row.parcels, row.arrived, row.lost, row.returned, row.closed, row.ripe, row.unsaid)


def under_promise(rule_id: str, now: datetime, limit: int = 20) -> list[Lane]:
    """The lanes on which the promise ``rule_id`` counts now, those with the most parcels first."""
    held = tables(now).promises
    rows = Lane.objects.select_related("service").exclude(level="").order_by("-parcels", "pk")
    found = (
        lane for lane in rows
        if (rule := promise_for(held, service=lane.service.code, kind=lane.service.kind, country=lane.country)) is not None
        and rule.rule_id == rule_id
    )  # fmt: skip
    return list(islice(found, limit))


# --- parcels ---------------------------------------------------------------------------------------------------------------


def outlooks(parcels: Sequence[Parcel], now: datetime) -> dict[int, tuple[Answer, rules.Outlook]]:
    """What their lanes say of parcels under way (loaded with their service), in two queries."""
    alive = [p for p in parcels if p.state == ParcelState.SHIPPED and p.service is not None]
    if not alive:
        return {}
    held = book(now, {p.service.pk: p.service for p in alive if p.service}.values(), {p.country for p in alive})
    found = {p.pk: held.outlook(p, now) for p in alive}
    return {pk: told for pk, told in found.items() if told is not None}


def lane_row(parcel: Parcel) -> Lane | None:
    """The lane of a parcel, once it was reckoned."""
    if parcel.service_id is None:
        return None
    return Lane.objects.filter(service_id=parcel.service_id, country=parcel.country).first()


def lane_of(parcel: Parcel) -> int | None:
    """The id of the lane of a parcel, once it was reckoned."""
    found = lane_row(parcel)
    return found.pk if found else None


def still_comes(answer: Answer, told: rules.Outlook) -> rules.Arrives | None:
    """The chance that a parcel comes at all. Where the curve ends before parcels count as lost (a young house, a new lane) it is
    only "at least": those it cannot see any more may come all the same. None: too few parcels say it."""
    if not answer.enough or told.ever is None:
        return None
    return rules.Arrives(told.ever.share, answer.whole)


def still_arrives(parcels: Sequence[Parcel], now: datetime) -> dict[int, rules.Arrives]:
    """The chance that each parcel still comes, where its lane has enough parcels to say: the ``pa`` of remedy costs and the
    stake of its duties."""
    found = {pk: still_comes(answer, told) for pk, (answer, told) in outlooks(parcels, now).items()}
    return {pk: chance for pk, chance in found.items() if chance is not None}


def still_arrives_for(order: Order, now: datetime) -> rules.Arrives | None:
    """The chance that all parcels of an order that are still out arrive; None when it is not known for one of them."""
    rows = list(Parcel._base_manager.filter(order=order, state=ParcelState.SHIPPED).select_related("service"))
    known = still_arrives(rows, now)
    if not rows or len(known) < len(rows):
        return None
    share = 1.0
    for chance in known.values():
        share *= chance.share
    return rules.Arrives(share, all(chance.exact for chance in known.values()))


# --- the page of a lane ----------------------------------------------------------------------------------------------------


@dataclass
class Month:
    """The parcels of a lane handed over in one month."""

    first: date
    tally: rules.Tally
    curve: rules.Curve


@dataclass
class LanePage:
    """Everything the page of a lane shows: the curve that answers, its own counts, its last twelve months."""

    lane: Lane
    figures: Figures
    season: str
    answer: Answer | None
    own: rules.Tally
    months: list[Month]
    seasons: tuple[str, ...]

    @cached_property
    def is_own(self) -> bool:
        """Whether the curve is the lane's own."""
        return self.answer is not None and self.answer.picked.basis.level == rules.choosing.LANE


def lane_page(lane: Lane, now: datetime, season: str | None = None) -> LanePage:
    """A lane as of its last reckoning; ``season``: peak, rest or "" for the whole year (default: the season of ``now``)."""
    held = book(now, [lane.service], [lane.country])
    wanted = held.figures.season(now) if season is None else season
    answer = held.answer(lane.service, lane.country, wanted)
    own = rules.Basis(rules.choosing.LANE, lane.service.kind, lane.blind, lane.service_id, lane.country, wanted)
    return LanePage(
        lane, held.figures, wanted, answer, held.known.get(own, rules.Tally()), _months(lane, held.figures, now),
        ("", rules.choosing.PEAK, rules.choosing.REST) if held.figures.peak else ("",),
    )  # fmt: skip


def _months(lane: Lane, figures: Figures, now: datetime) -> list[Month]:
    since = first_of_months(lane.as_of, 12)
    grouped: dict[date, list[rules.Cohort]] = {}
    for row in days_of(since, lane):
        grouped.setdefault(row.day.replace(day=1), []).append(cohort(row))
    made = []
    for first in sorted(grouped, reverse=True):
        found = rules.tally(grouped[first], lane.as_of, lag=figures.lag, blind=lane.blind, mature=lane.lost_days or 0)
        made.append(Month(first, found, curve_of(found, figures)))
    return made


def first_of_months(day: date, back: int) -> date:
    """The first day of the month ``back - 1`` months before that of ``day``."""
    months = day.year * 12 + day.month - back
    return date(months // 12, months % 12 + 1, 1)
