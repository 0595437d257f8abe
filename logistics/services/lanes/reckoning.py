"""The clock reckons the lanes: days from parcels, curves from days, figures and alarms from curves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext_noop

from core import audit, copying
from core.models import Heartbeat
from logistics.models import Lane, LaneCurve, LaneDay, LaneSight, Service
from logistics.rules import lanes as rules
from logistics.rules.incidents import Disturbance, touches
from logistics.rules.lanes import choosing
from logistics.rules.lanes.tally import followed
from logistics.rules.tracking import Promise, coverage_of, promise_for
from logistics.selectors import incidents
from logistics.selectors import lanes as selectors
from logistics.selectors import tracking as lookups
from logistics.services.lanes.counting import count_days
from worklist import services as worklist

RULE = "logistics.lane_slower"
RECKONER = audit.system("lanes")
#: A service nobody promises anything with still has a day from which a parcel is old: the house's last rule says so.
OLD_DAYS = 60
BLIND = gettext_noop("Blind from now on: of %(old)s parcels old enough %(said)s were confirmed")
SEES = gettext_noop("Scanned from now on: of %(old)s parcels old enough %(said)s were confirmed")
#: Written again by each reckoning.
COLUMNS = [
    "as_of", "reckoned_at", "reach", "blind", "blind_by", "blind_since", "old", "said",
    "parcels", "arrived", "open", "lost", "returned", "unsaid", "level",
    "season", "few", "basis_parcels", "basis_arrived", "half_days", "most_days", "most_low", "most_high", "lost_days",
    "lost_share", "promise_days", "kept_share", "advised_days", "slower", "slower_since", "drift_chance", "drift_level",
    "drift_before", "drift_now", "drift_parcels", "disturbed_by",
]  # fmt: skip


@dataclass
class Reckoned:
    """What a reckoning did: days that changed, lanes there are, lanes that became slower or are well again."""

    days: int = 0
    lanes: int = 0
    slower: list[int] = field(default_factory=list)
    turned: list[int] = field(default_factory=list)
    well: list[int] = field(default_factory=list)


@dataclass
class _Found:
    """One lane while it is reckoned."""

    lane: Lane
    kind: str
    seasons: dict[str, rules.Tally]
    drift: rules.Drift | None

    @property
    def whole(self) -> rules.Tally:
        return self.seasons[choosing.ALL]


def refresh_lanes(*, now: datetime) -> Reckoned:
    """Reckon every lane anew from the parcels of the window; raise and end alarms. Set-wise: parcels are only read by the
    database. Twice is once; one at a time."""
    with transaction.atomic():
        copying.lock("logistics.lanes")
        figures = selectors.figures(now)
        done = Reckoned(days=count_days(now=now, window=figures.window))
        found = list(_reckon(figures, now))
        known = _keep_curves(found)
        marks = incidents.marks(now - timedelta(days=figures.drift_days))
        for one in found:
            _read(one, known, figures, now)
            one.lane.disturbed_by = _disturbed_by(one.lane, marks)
        _keep_lanes(found, done, now)
        Heartbeat.objects.update_or_create(name=selectors.PULSE, defaults={"at": now})
    return done


# --- from days to counts ---------------------------------------------------------------------------------------------------


def _reckon(figures: selectors.Figures, now: datetime) -> Iterator[_Found]:
    services = Service.objects.in_bulk()
    held = {(lane.service_id, lane.country): lane for lane in Lane.objects.select_for_update().order_by("pk")}
    tables = lookups.tables(now)
    rows = selectors.days_of(figures.day - timedelta(days=figures.window)).iterator(chunk_size=2000)
    for (service_id, country), days in groupby(rows, key=lambda row: (row.service_id, row.country)):
        service = services[service_id]
        lane = held.get((service_id, country)) or Lane(service=service, country=country)
        lane.service = service
        promise = promise_for(tables.promises, service=service.code, kind=service.kind, country=country)
        lane.reach = coverage_of(tables.coverage, kind=service.kind, country=country, level=service.tracking_level)
        yield _one(lane, promise, list(days), figures)


def _one(lane: Lane, promise: Promise | None, days: Sequence[LaneDay], figures: selectors.Figures) -> _Found:
    cohorts = [selectors.cohort(row) for row in days]
    old = promise.lost_after_days if promise else OLD_DAYS
    lane.promise_days, lane.lost_days = (promise.promise_days, old) if promise else (None, old)
    _see(lane, cohorts, old, figures)
    as_of = figures.day

    def count(some: Iterable[rules.Cohort]) -> rules.Tally:
        return rules.tally(some, as_of, lag=figures.lag, blind=lane.blind, mature=old)

    seasons: dict[str, rules.Tally] = {}
    if figures.peak:
        for name in (choosing.PEAK, choosing.REST):
            seasons[name] = count(c for c in cohorts if figures.season(c.day) == name)
        seasons[choosing.ALL] = rules.merged(seasons.values())
    else:
        seasons[choosing.ALL] = count(cohorts)
    since = as_of - timedelta(days=figures.drift_days)
    recent = count(c for c in cohorts if c.day > since)
    lane.drift_parcels = recent.parcels
    begin = lane.compare_from or date.min
    compared = (
        None
        if lane.blind
        else rules.drift(count(c for c in cohorts if begin <= c.day <= since), recent, figures.bounds)
    )
    return _Found(lane, lane.service.kind, seasons, compared)


def _see(lane: Lane, cohorts: Sequence[rules.Cohort], old: int, figures: selectors.Figures) -> None:
    """Whether the lane is blind, who says so, since when, and the counts it rests on. What a person said of it comes first."""
    ripe = [c for c in cohorts if followed(c.day, figures.day, figures.lag) >= old]
    was = lane.blind if lane.pk else None
    lane.said = sum(sum(c.arrived.values()) + c.lost + c.returned for c in ripe)
    lane.old = sum(c.handed_over - sum(c.closed.values()) for c in ripe)
    if lane.sight_set:
        lane.blind, lane.blind_by = lane.sight_set == LaneSight.BLIND, "hand"
    else:
        lane.blind, lane.blind_by = rules.is_blind(
            lane.reach, old=lane.old, said=lane.said, least=figures.least, seen_share=figures.seen_share,
            dark_share=figures.dark_share,
        )  # fmt: skip
    if lane.blind_since is None or lane.blind != was:
        lane.blind_since = figures.day


def _keep_curves(found: Sequence[_Found]) -> dict[rules.Basis, rules.Tally]:
    """Write the counts of all lanes and of the pooled ones; a pool is made of lanes that are blind, or of lanes that see."""
    known: dict[rules.Basis, rules.Tally] = {}
    pools: dict[rules.Basis, list[rules.Tally]] = {}
    for one in found:
        blind, country = one.lane.blind, one.lane.country
        for season, counts in one.seasons.items():
            known[rules.Basis(choosing.LANE, one.kind, blind, one.lane.service_id, country, season)] = counts
            pools.setdefault(rules.Basis(choosing.COUNTRY, one.kind, blind, None, country, season), []).append(counts)
        pools.setdefault(rules.Basis(choosing.FAMILY, one.kind, blind), []).append(one.whole)
    known |= {basis: rules.merged(tallies) for basis, tallies in pools.items()}
    LaneCurve.objects.all().delete()
    LaneCurve.objects.bulk_create((_row(basis, counts) for basis, counts in known.items()), batch_size=500)
    return known


def _row(basis: rules.Basis, counts: rules.Tally) -> LaneCurve:
    return LaneCurve(
        level=basis.level, kind=basis.kind, blind=basis.blind, service_id=basis.service_id, country=basis.country,
        season=basis.season, counts=[[day, *pair] for day, pair in counts.counts.items()], parcels=counts.parcels,
        arrived=counts.arrived, lost=counts.lost, returned=counts.returned, closed=counts.closed, ripe=counts.ripe, unsaid=counts.unsaid,
    )  # fmt: skip


# --- from counts to figures ------------------------------------------------------------------------------------------------


def _read(one: _Found, known: dict[rules.Basis, rules.Tally], figures: selectors.Figures, now: datetime) -> None:
    """The figures of a lane as they hold for a parcel handed over now."""
    lane, whole = one.lane, one.whole
    lane.as_of, lane.reckoned_at = figures.day, now
    lane.parcels, lane.arrived, lane.open = whole.parcels, whole.arrived, whole.open
    lane.lost, lane.returned, lane.unsaid = whole.lost, whole.returned, whole.unsaid
    places = rules.chain(
        service_id=lane.service_id,
        kind=one.kind,
        country=lane.country,
        blind=lane.blind,
        season=figures.season(figures.day),
    )
    picked = rules.pick(places, known, figures.least)
    held = selectors.curve_of(picked.tally, figures) if picked else rules.Curve()
    lane.level, lane.season = (picked.basis.level, picked.basis.season) if picked else ("", "")
    lane.few = picked is None or picked.few
    lane.basis_parcels, lane.basis_arrived = (picked.tally.parcels, picked.tally.arrived) if picked else (0, 0)
    lane.half_days, lane.most_days = held.day_of(0.5), held.day_of(figures.most)
    lane.most_low, lane.most_high = held.day_band(figures.most)
    seen = bool(held.steps) and not lane.blind  # of a blind lane nobody knows what never arrived
    lane.lost_share = rules.lost_share(held, lane.lost_days or 0) if seen else None
    lane.kept_share = rules.kept_share(held, lane.promise_days) if held.steps and lane.promise_days else None
    lane.advised_days = rules.advised_days(held, figures.risk)
    _alarm(lane, one.drift, figures)


def _disturbed_by(lane: Lane, marks: Sequence[Disturbance]) -> str:
    """The incidents among the newest parcels of a lane, so that nobody takes them for its usual pace."""
    mine = [
        one.number for one in marks
        if touches(one, service_id=lane.service_id, country=lane.country, store_id=one.store_id)
    ]  # fmt: skip
    return ", ".join(mine)[:120]


def _alarm(lane: Lane, found: rules.Drift | None, figures: selectors.Figures) -> None:
    raised = found is not None and (found.slower or (lane.slower and rules.stands(found, figures.bounds)))
    if raised and not lane.slower:
        lane.slower_since = figures.day
    lane.slower = raised
    lane.slower_since = lane.slower_since if raised else None
    lane.drift_chance = found.chance if found else None
    lane.drift_level = found.level if found else None
    lane.drift_before, lane.drift_now = (found.before, found.now) if found else (None, None)


def _keep_lanes(found: Sequence[_Found], done: Reckoned, now: datetime) -> None:
    lanes = [one.lane for one in found]
    was = set(Lane.objects.filter(slower=True).values_list("pk", flat=True))
    saw = dict(Lane.objects.values_list("pk", "blind"))
    Lane.objects.bulk_create([lane for lane in lanes if lane.pk is None], batch_size=500)
    there = {lane.pk for lane in lanes}
    gone = list(Lane.objects.exclude(pk__in=there).values_list("pk", flat=True))
    worklist.close(
        rule_key=RULE, subject_ids=gone, actor=RECKONER, now=now, reason="no parcels any more", cancelled=True
    )
    Lane.objects.filter(pk__in=gone).delete()
    copying.update_objects(lanes, COLUMNS)
    done.lanes = len(lanes)
    done.slower = [lane.pk for lane in lanes if lane.slower and lane.pk not in was]
    done.turned = [lane.pk for lane in lanes if saw.get(lane.pk, lane.blind) != lane.blind]
    done.well = [lane.pk for lane in lanes if not lane.slower and lane.pk in was]
    audit.record_many(
        audit.entry(lane, "lane.slower", actor=RECKONER, now=now, text=gettext_noop("The lane became slower"))
        for lane in lanes if lane.pk in set(done.slower)
    )  # fmt: skip
    audit.record_many(
        audit.entry(lane, "lane.well", actor=RECKONER, now=now, text=gettext_noop("The lane is not slower any more"))
        for lane in lanes if lane.pk in set(done.well)
    )  # fmt: skip
    audit.record_many(
        audit.entry(
            lane, "lane.sight", actor=RECKONER, now=now, text=BLIND if lane.blind else SEES, old=lane.old, said=lane.said
        )
        for lane in lanes if lane.pk in set(done.turned)
    )  # fmt: skip
    standing = [lane.pk for lane in lanes if lane.slower]
    worklist.plan(rule_key=RULE, subject_ids=standing, now=now)
    worklist.refresh(rule_key=RULE, subject_ids=standing, now=now)
    worklist.close(
        rule_key=RULE, subject_ids=done.well, actor=RECKONER, now=now, reason="not slower any more", cancelled=True
    )
