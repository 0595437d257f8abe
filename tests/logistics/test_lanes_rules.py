"""The arithmetic of lanes: Kaplan-Meier against lifelines and against itself done naively, and what it is better at."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.rules import lanes as rules
from logistics.rules.lanes import Basis, Bounds, Cohort, Tally, choosing
from logistics.views.lane_chart import chart
from tests.factories.lanes import lognormal

START = date(2026, 1, 1)
ANSWERS = json.loads((Path(__file__).resolve().parents[1] / "data" / "lifelines_answers.json").read_text())
SAMPLES = st.lists(st.tuples(st.integers(0, 90), st.booleans()), min_size=1, max_size=120)


def counts_of(pairs):
    """Days and whether it came -> counts."""
    made: dict[float, list[int]] = {}
    for day, came in pairs:
        made.setdefault(day, [0, 0])[0 if came else 1] += 1
    return {day: (pair[0], pair[1]) for day, pair in made.items()}


def naive(pairs, day):
    """The share still out at the end of ``day``, by the definition: the product over arrivals, parcel by parcel."""
    out = Fraction(1)
    for when in sorted({d for d, came in pairs if came and d <= day}):
        at_risk = sum(d >= when for d, _came in pairs)
        out *= 1 - Fraction(sum(d == when and came for d, came in pairs), at_risk)
    return out


# --- the curve -------------------------------------------------------------------------------------------------------------


@pytest.mark.covers("TRK-14")
@pytest.mark.parametrize("sample", ANSWERS, ids=lambda sample: f"{len(sample['days'])} parcels")
def test_curve_and_band_are_those_of_lifelines(sample):
    held = rules.curve(counts_of(zip(sample["days"], sample["came"], strict=True)), confidence=sample["confidence"])
    assert len(held.steps) == len(sample["points"])
    for day, out, low, high in sample["points"]:
        step = held.at(day)
        assert step.day == day and step.out == pytest.approx(out, abs=1e-9)
        if 0 < out < 1:
            assert (step.low, step.high) == pytest.approx((low, high), abs=1e-9)


def test_the_comparison_is_the_log_rank_test_of_lifelines():
    checked = 0
    for one, other in itertools.pairwise(ANSWERS):
        first, second = (Tally(counts_of(zip(s["days"], s["came"], strict=True))) for s in (one, other))
        if not math.isnan(one["chi2"]):
            assert rules.log_rank(first, second)[2] ** 2 == pytest.approx(one["chi2"], abs=1e-9, rel=1e-9)
            checked += 1
    assert checked > 20


@given(SAMPLES)
def test_the_curve_is_the_product_of_its_definition(pairs):
    held = rules.curve(counts_of(pairs))
    assert [step.out for step in held.steps] == pytest.approx(
        [float(naive(pairs, s.day)) for s in held.steps], abs=1e-9
    )
    assert held.parcels == len(pairs) and held.arrived == sum(came for _day, came in pairs)
    for before, after in zip(held.steps, held.steps[1:], strict=False):
        assert after.out <= before.out + 1e-12 and after.at_risk == before.at_risk - before.arrived - before.left
    for step in held.steps:
        assert -1e-12 <= step.low <= step.out + 1e-12 and step.out <= step.high + 1e-12 and step.high <= 1


@given(SAMPLES, st.floats(0.01, 0.99))
def test_the_day_of_a_share_is_the_first_that_reaches_it(pairs, share):
    held = rules.curve(counts_of(pairs))
    reached = [
        d
        for d in sorted({day for day, came in pairs if came})
        if 1 - naive(pairs, d) >= Fraction(share) - Fraction(1, 10**11)
    ]
    assert held.day_of(share) == (reached[0] if reached else None)
    early, late = held.day_band(share)
    found = held.day_of(share)
    if found is not None:
        assert early is not None and early <= found and (late is None or late >= found)


def test_by_hand_the_example_of_kaplan_and_meier():
    """Ages at death of the article of 1958: 0.8, 1.0+, 2.7+, 3.1, 5.4, 7.0+, 9.2, 12.1+ (+: still alive)."""
    pairs = [
        (0.8, True),
        (1.0, False),
        (2.7, False),
        (3.1, True),
        (5.4, True),
        (7.0, False),
        (9.2, True),
        (12.1, False),
    ]
    held = rules.curve(counts_of(pairs))
    got = {step.day: round(step.out, 3) for step in held.steps if step.arrived}
    assert got == {0.8: 0.875, 3.1: 0.7, 5.4: 0.525, 9.2: 0.263}
    assert held.day_of(0.5) == 9.2 and held.day_of(0.8) is None  # not reached
    assert not held.knows(12.2) and held.knows(12.1) and held.last == 12.1


def test_nobody_and_everybody():
    empty = rules.curve({})
    assert (empty.parcels, empty.day_of(0.5), empty.knows(0), empty.out(10)) == (0, None, False, 1.0)
    whole = rules.curve({3: (2, 0), 5: (2, 0)})
    assert whole.day_of(1.0) == 5 and whole.knows(400) and whole.out(400) == 0
    assert rules.curve({9: (0, 4)}).day_of(0.01) is None
    with pytest.raises(ValueError, match="negative"):
        rules.curve({1: (-1, 0)})


# --- what it is better at --------------------------------------------------------------------------------------------------


def simulated(seed, *, number=300, over=120, lost=0.03, median=28.0):
    """A lane after ``over`` days: its cohorts, and the days of those that arrived."""
    chance, days = random.Random(seed), lognormal(number, lost=lost, seed=seed, median=median)
    made, there = {}, []
    for way in days:
        left = chance.random() * over
        row = made.setdefault(int(left), [0, Counter()])
        row[0] += 1
        if way is not None and left + way <= over:
            row[1][rules.took(way * 86400)] += 1
            there.append(way)
    cohorts = [Cohort(START + timedelta(days=day), n, dict(came)) for day, (n, came) in made.items()]
    return cohorts, sorted(there)


def test_the_ninety_per_cent_day_is_right_where_the_delivered_alone_are_five_days_off():
    """Log-normal lanes, median 28 days, sigma 0.35, 3 % lost, 300 parcels in 120 days."""
    true = 28 * math.exp(0.35 * NormalDist().inv_cdf(0.9 / 0.97))
    curves, delivered = [], []
    for seed in range(200):
        cohorts, there = simulated(seed)
        day = rules.curve(rules.tally(cohorts, START + timedelta(days=120)).counts).day_of(0.9)
        curves.append(abs(day - true))
        delivered.append(abs(there[math.ceil(0.9 * len(there)) - 1] - true))
    assert sum(curves) / len(curves) <= 2.7
    assert sum(delivered) / len(delivered) > 4.5


@pytest.mark.covers("TRK-14")
def test_a_lane_that_becomes_slower_is_noticed_before_half_of_its_parcels_have_come_and_a_steady_one_never():
    bounds, recent = Bounds(0.001, 3, 20), 60

    def first_alarm(factor, seed, until):
        chance, rows = random.Random(seed), []
        for day in range(365 + until):
            for _ in range(3):
                slow = factor if day >= 365 else 1.0
                rows.append((day, None if chance.random() < 0.03 else 28 * slow * math.exp(chance.gauss(0, 0.35))))
        for now in range(365, 365 + until, 3):
            made: dict[int, list] = {}
            for day, way in rows:
                if now - 365 <= day < now:
                    row = made.setdefault(day, [0, Counter()])
                    row[0] += 1
                    if way is not None and day + way <= now:
                        row[1][math.ceil(way)] += 1
            as_of, cut = START + timedelta(days=now), START + timedelta(days=now - recent)
            cohorts = [Cohort(START + timedelta(days=d), n, dict(came)) for d, (n, came) in made.items()]
            found = rules.drift(
                rules.tally([c for c in cohorts if c.day <= cut], as_of, lag=1),
                rules.tally([c for c in cohorts if c.day > cut], as_of, lag=1), bounds,
            )  # fmt: skip
            if found is not None and found.slower:
                assert rules.stands(found, bounds) and found.expected > found.seen
                return now - 365
        return None

    assert [first_alarm(1.0, seed, 60) for seed in range(3)] == [None] * 3
    delays = [first_alarm(1.35, seed, 70) for seed in range(3)]
    assert all(delay is not None and 20 <= delay <= 56 for delay in delays), delays


def test_too_few_parcels_are_not_compared():
    small = Tally({10: (19, 0)}, parcels=19, arrived=19)
    assert rules.drift(small, small, Bounds(0.001, 3, 20)) is None


# --- counting --------------------------------------------------------------------------------------------------------------

COHORTS = st.lists(
    st.builds(
        lambda day, came, out, lost, returned, closed: Cohort(
            START + timedelta(days=day), sum(came.values()) + out + lost + returned + sum(closed.values()), came, closed, lost, returned
        ),
        st.integers(0, 100), st.dictionaries(st.integers(0, 99), st.integers(1, 5), max_size=6), st.integers(0, 9),
        st.integers(0, 2), st.integers(0, 2), st.dictionaries(st.integers(0, 99), st.integers(1, 2), max_size=2),
    ),
    max_size=12,
)  # fmt: skip


@given(COHORTS, st.integers(0, 3), st.booleans())
def test_every_parcel_is_counted_once(cohorts, lag, blind):
    as_of = START + timedelta(days=101)
    found = rules.tally(cohorts, as_of, lag=lag, blind=blind, mature=20)
    assert sum(a + b for a, b in found.counts.values()) == found.parcels - found.unsaid
    assert sum(a for a, _b in found.counts.values()) == found.arrived
    seen = [c for c in cohorts if (as_of - c.day).days - 1 - lag >= (20 if blind else 0)]
    assert found.parcels == sum(c.handed_over for c in seen)
    assert all(day <= max(((as_of - c.day).days - 1 - lag for c in seen), default=0) for day in found.counts)
    halves = rules.merged(
        [rules.tally(part, as_of, lag=lag, blind=blind, mature=20) for part in (cohorts[::2], cohorts[1::2])]
    )
    assert halves == found


def test_lost_and_returned_parcels_never_arrive():
    cohort = Cohort(START, 10, {5: 6}, {}, lost=3, returned=1)
    held = rules.curve(rules.tally([cohort], START + timedelta(days=51)).counts)
    assert held.day_of(0.6) == 5 and held.day_of(0.61) is None and held.out(50) == pytest.approx(0.4)


@pytest.mark.parametrize(("seconds", "days"), [(0, 0), (-9, 0), (1, 1), (86400, 1), (86401, 2), (27.5 * 86400, 28)])
def test_days_count_as_promises_do(seconds, days):
    assert rules.took(seconds) == days


# --- blind lanes -----------------------------------------------------------------------------------------------------------


@pytest.mark.covers("TRK-10")
def test_of_a_blind_lane_only_what_somebody_confirmed_counts():
    cohorts = [Cohort(START, 100, {20: 10, 30: 10}, lost=2), Cohort(START + timedelta(days=70), 50, {9: 5})]
    as_of = START + timedelta(days=101)
    blind = rules.tally(cohorts, as_of, blind=True, mature=60)
    assert blind.counts == {20: (10, 0), 30: (10, 0), 100: (0, 2)} and blind.unsaid == 78 and blind.parcels == 100
    assert rules.curve(blind.counts).day_of(0.5) == 30
    assert rules.curve(rules.tally(cohorts, as_of).counts).day_of(0.5) is None  # silence would count as "not there"


@pytest.mark.covers("TRK-10")
@pytest.mark.parametrize(("reach", "old", "said", "blind", "by"), [
    ("to_departure", 10, 9, True, "table"),  # too few to judge
    ("to_departure", 100, 20, True, "table"), ("none", 100, 50, False, "own"), ("to_arrival", 100, 90, False, "own"),
    ("full", 100, 50, False, "table"), ("full", 100, 9, True, "own"), ("full", 9, 0, False, "table"),
])  # fmt: skip
def test_the_table_says_what_is_blind_until_the_lanes_own_parcels_say_otherwise(reach, old, said, blind, by):
    assert rules.is_blind(reach, old=old, said=said, least=30, seen_share=0.5, dark_share=0.1) == (blind, by)


# --- whose parcels answer --------------------------------------------------------------------------------------------------


def tally_with(arrived):
    return Tally({10: (arrived, 0)}, parcels=arrived, arrived=arrived)


def test_below_the_count_a_wider_lane_answers_and_says_so():
    places = rules.chain(service_id=7, kind="ems", country="RU", blind=False, season="peak")
    assert [(p.level, p.season) for p in places] == [
        ("lane", "peak"),
        ("lane", ""),
        ("country", "peak"),
        ("country", ""),
        ("family", ""),
    ]
    known = dict(zip(places, map(tally_with, (29, 29, 29, 30, 500)), strict=True))
    assert rules.pick(places, known, 30) == rules.Picked(places[3], known[places[3]], False)
    known[places[0]] = Tally({10: (30, 0)}, parcels=30, arrived=30, ripe=29)  # a season that has just begun
    assert rules.pick(places, known, 30).basis == places[3]
    known[places[0]].ripe = 30
    assert rules.pick(places, known, 30).basis == places[0]
    few = dict(zip(places, map(tally_with, (1, 2, 3, 4, 9)), strict=True))
    assert rules.pick(places, few, 30) == rules.Picked(places[4], few[places[4]], True)
    assert rules.pick(places, {places[0]: Tally()}, 30) is None
    other = Basis(choosing.FAMILY, "ems", blind=True)
    assert rules.pick(places, {other: tally_with(99)}, 30) is None  # blind and seeing lanes are never pooled


@pytest.mark.parametrize(("month", "peak", "season"), [(10, {10, 11}, "peak"), (9, {10, 11}, "rest"), (9, set(), "")])
def test_seasons(month, peak, season):
    assert rules.season_of(month, peak) == season


# --- what it says of a parcel ----------------------------------------------------------------------------------------------


def test_later_than_and_chance():
    """100 parcels: 50 by day 20, 30 more by day 40, 10 more by day 60, the rest followed to day 80."""
    held = rules.curve({20: (50, 0), 40: (30, 0), 60: (10, 0), 80: (0, 10)})
    young = rules.outlook(held, 5, 10, least=5)
    assert (young.later_than, young.soon.share, young.ever.share) == pytest.approx((0, 0, 0.9))
    late = rules.outlook(held, 45, 15, least=5)
    assert (late.later_than, late.soon.share, late.ever.share) == pytest.approx((0.8, 0.5, 0.5))
    assert late.soon.exact and late.alike == 20
    assert not rules.outlook(held, 75, 10, least=5).soon.exact  # known only to day 80
    old = rules.outlook(held, 81, 10, least=5)
    assert (old.later_than, old.soon, old.ever, old.alike) == (None, None, None, 0)
    assert rules.outlook(held, 45, 15, least=21).soon is None  # too few were ever so old
    assert rules.outlook(rules.Curve(), 3, 10, least=1) == rules.Outlook(3, 10, None, None, None, 0)
    gone = rules.outlook(rules.curve({20: (50, 0)}), 30, 10, least=1)
    assert gone.later_than == 1 and gone.soon is None


def test_promises_and_losses_say_when_they_are_not_reached():
    held = rules.curve({20: (50, 0), 40: (30, 0), 60: (10, 0), 80: (0, 10)})
    assert [rules.advised_days(held, risk) for risk in (0.5, 0.2, 0.1, 0.05)] == [20, 40, 60, None]
    assert rules.kept_share(held, 59) == pytest.approx(0.8) and rules.kept_share(held, 81) is None
    assert rules.lost_share(held, 80) == pytest.approx(0.1) and rules.lost_share(held, 90) is None


@given(SAMPLES, st.integers(0, 100), st.integers(1, 40))
def test_chances_are_chances(pairs, age, days):
    told = rules.outlook(rules.curve(counts_of(pairs)), age, days, least=1)
    assert told.later_than is None or -1e-9 <= told.later_than <= 1 + 1e-9
    for one in (told.soon, told.ever):
        assert one is None or 0 <= one.share <= 1
    if told.soon and told.ever:
        assert told.soon.share <= told.ever.share + 1e-9


def test_a_single_parcel_does_not_end_a_curve():
    """90 of 100 were cut short on day 20; of the 10 left one comes on each of ten days: its 100 % would be the word of one."""
    held = rules.curve({20: (0, 90), **dict.fromkeys(range(21, 31), (1, 0))})
    assert held.day_of(1.0) == 30
    sure = held.trusted(10)
    assert sure.last == 21 and sure.day_of(0.2) is None and not sure.knows(22) and sure.out(21) == pytest.approx(0.9)
    whole = rules.curve(dict.fromkeys(range(1, 13), (1, 0)))  # nobody was cut short: the last one counts like the first
    assert whole.trusted(10) == whole


@pytest.mark.parametrize("wide", [960, 400])
def test_the_chart_has_room_for_what_came_and_for_the_promise(wide):
    """Parcels followed for 280 days of which the last came on day 80: no room for the empty time; a promise beyond is shown."""
    held = rules.curve({20: (30, 0), 80: (10, 0), 280: (0, 20)})
    near = chart(held, promise=60, most=0.9, most_day=None, url=lambda kind, step: "", wide=wide)
    far = chart(held, promise=200, most=0.9, most_day=None, url=lambda kind, step: "", wide=wide)
    right = near["right"]
    assert float(near["points"][-1]["x"]) > right * 0.8 and float(near["promise_x"]) < float(near["points"][-1]["x"])
    assert right * 0.9 < float(far["promise_x"]) <= right
    for one in (near, far):
        assert max(float(place.split(",")[0]) for place in one["line"].split()) <= right
        assert len(one["ticks"]) <= (11 if wide == 960 else 7)
