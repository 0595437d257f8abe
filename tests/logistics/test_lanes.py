"""Lanes in the database: counted from parcels, read by pages, checks and quotes, alarmed, accepted, promised."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.clock import local_day
from core.errors import Conflict, Invalid, NotAllowed
from core.jobs import JOBS
from logistics.listings import lane_words
from logistics.models import DecisionRule, Lane, LaneCurve, LaneDay, Parcel
from logistics.placeholders.parcels import parcel_facts
from logistics.rules import lanes as rules
from logistics.rules.choosing import Candidate, keeps
from logistics.rules.quotes import Quote
from logistics.selectors import lane_parcels, quotes
from logistics.selectors import lanes as selectors
from logistics.selectors import tracking as lookups
from logistics.selectors.arrivals import arrivals
from logistics.services import lanes as services
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import lanes as past
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.doors import browser
from tests.factories.lanes import NOW, fill, lognormal, spread
from worklist.models import Duty
from worklist.registry import RULES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house():
    with scopes_disabled():
        load_tracking(now=make.NOW)
        yield


def test_days_are_counted_from_the_parcels_and_only_changes_are_written():
    fill(spread(lognormal(200, lost=0.05), over=150), ends="lost")
    assert services.count_days(now=NOW, window=365) == LaneDay.objects.count() > 100
    assert services.count_days(now=NOW, window=365) == 0
    whole = list(LaneDay.objects.all())
    assert sum(row.handed_over for row in whole) == 200
    assert sum(sum(row.arrived.values()) for row in whole) == Parcel.objects.filter(state="delivered").count()
    assert sum(row.lost for row in whole) == Parcel.objects.filter(state="lost").count() > 0
    one = Parcel.objects.filter(state="shipped").order_by("shipped_at").first()
    Parcel.objects.filter(pk=one.pk).update(
        state="delivered", delivered_at=one.shipped_at + timedelta(days=3, seconds=1), settled_at=NOW
    )
    assert services.count_days(now=NOW, window=365) == 1
    assert LaneDay.objects.get(day=one.shipped_at.date()).arrived["4"] >= 1
    Parcel.objects.filter(pk=one.pk).update(service=make.service("EMS"))
    assert services.count_days(now=NOW, window=365) == 2  # the day it left, and the day it came to


def test_a_lane_is_the_curve_of_its_parcels():
    rows = spread(lognormal(300, lost=0.03, seed=3), over=120)
    fill(rows)
    done = services.refresh_lanes(now=NOW)
    assert (done.lanes, done.slower) == (1, [])
    lane = past.lane()
    counts: dict[int, list[int]] = {}

    def day_of(moment):  # by the clock of the store
        return local_day(moment, "Asia/Shanghai")

    for shipped, days in rows:
        known = (NOW.date() - day_of(shipped)).days - 2
        if known < 0:
            continue
        came = days is not None and rules.took(days * 86400) <= known
        counts.setdefault(rules.took(days * 86400) if came and days else known, [0, 0])[0 if came else 1] += 1
    expected = rules.curve({day: (a, b) for day, (a, b) in counts.items()})
    page = selectors.lane_page(lane, NOW, season="")
    assert [s.out for s in page.answer.curve.steps] == pytest.approx([s.out for s in expected.trusted(10).steps])
    followed = [shipped for shipped, _days in rows if (NOW.date() - day_of(shipped)).days >= 2]
    assert (lane.level, lane.few, lane.parcels, lane.season) == ("lane", False, len(followed), "")
    assert lane.most_low <= lane.most_days <= (lane.most_high or 999)
    assert sum(month.tally.parcels for month in page.months) == len(followed)
    before = list(LaneCurve.objects.order_by("level", "service", "season").values("counts", "level", "season"))
    assert services.refresh_lanes(now=NOW).days == 0
    assert list(LaneCurve.objects.order_by("level", "service", "season").values("counts", "level", "season")) == before
    assert Lane.objects.count() == 1


@pytest.mark.parametrize(("code", "country"), [("CP_REG", "DE"), ("CP_ORD", "GB")])
def test_every_figure_opens_the_parcels_that_were_counted(code, country):
    rows = spread(lognormal(260, lost=0.06, seed=5), over=330)
    made = fill(rows, service=make.service(code), country=country, ends="lost")
    late = [p for p in made if p.state == "shipped"]
    Parcel.objects.filter(pk__in=[p.pk for p in late[:3]]).update(state="closed", settled_at=NOW - timedelta(days=5))
    gone = [p.pk for p in made if p.state == "lost"][:3]
    Parcel.objects.filter(pk__in=gone).update(state="returned")
    if code == "CP_ORD":  # nobody confirms most of them
        silent = [p.pk for p in made if p.state == "delivered"][::2] + [p.pk for p in made if p.state == "delivered"][
            1::4
        ]
        Parcel.objects.filter(pk__in=silent).update(
            state="shipped", delivered_at=None, settled_at=None, next_check_at=NOW
        )
    services.refresh_lanes(now=NOW)
    lane = past.lane(country, code)
    assert lane.blind == (code == "CP_ORD")

    def behind(kind, day=None, span=""):
        name = lane_parcels.Figure(lane.pk, "lane", span, kind, day).name
        return Parcel.objects.filter(lane_parcels.behind(name, NOW)).count()

    for season in ("", "peak", "rest"):
        page = selectors.lane_page(lane, NOW, season=season)
        if not page.is_own or page.answer.picked.basis.season != season:
            continue
        steps = page.answer.curve.steps
        assert sum(step.arrived + step.left for step in steps) > 15
        for step in steps:
            assert behind("arrived", step.day and int(step.day), season) == step.arrived, step
            assert behind("out", int(step.day), season) == step.left, step
        found = page.own
        assert (behind("all", span=season), behind("arrived", span=season)) == (found.parcels, found.arrived)
        assert (behind("lost", span=season), behind("returned", span=season)) == (found.lost, found.returned)
        if lane.blind:
            assert behind("unsaid", span=season) == found.unsaid > 0
        else:
            assert behind("open", span=season) == found.open
    for month in selectors.lane_page(lane, NOW).months:
        span = f"{month.first:%Y-%m}"
        assert behind("arrived", span=span) == month.tally.arrived
        assert behind("all", span=span) == month.tally.parcels


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "1.lane..arrived",
        "1.lane..arrived.x",
        "1.moon..arrived.3",
        "9.lane.2026-13.all.",
        "9" * 30,
        "1.lane..arrived.999999999",
        "1.lane.2026-00.all.",
    ],
)
def test_what_is_no_figure_opens_nothing(name):
    fill(spread(lognormal(40), over=90))
    services.refresh_lanes(now=NOW)
    assert not Parcel.objects.filter(lane_parcels.behind(name.replace("1.", f"{past.lane().pk}.", 1), NOW)).exists()


# --- seasons, pools, blind lanes -------------------------------------------------------------------------------------------


@pytest.mark.covers("TRK-14")
def test_russia_is_slower_after_october_and_parcels_are_judged_by_their_season():
    shop = make.store()
    summer = spread(lognormal(150, median=22), over=90, now=NOW - timedelta(days=80))
    before = spread(lognormal(150, median=38, seed=2), over=45, now=NOW - timedelta(days=300))  # the winter before
    winter = spread(lognormal(120, median=38, seed=2), over=45)
    fill([*summer, *before, *winter], country="RU", store=shop)
    services.refresh_lanes(now=NOW)
    lane = past.lane("RU")
    rest, peak = (selectors.lane_page(lane, NOW, season=name).answer for name in ("rest", "peak"))
    assert rest.curve.day_of(0.5) < 25 < 33 < peak.curve.day_of(0.5)
    assert lane.season == "peak" and lane.half_days == peak.curve.day_of(0.5)
    old = make.parcel(shop, country="RU", shipped=NOW - timedelta(days=80), follow=False)  # handed over on 1 September
    young = make.parcel(shop, country="RU", shipped=NOW - timedelta(days=30), follow=False)
    Parcel.objects.filter(pk__in=[old.pk, young.pk]).update(state="shipped", next_check_at=NOW)
    told = selectors.outlooks(list(Parcel.objects.select_related("service").filter(pk__in=[old.pk, young.pk])), NOW)
    assert {told[pk][0].picked.basis.season for pk in (old.pk, young.pk)} == {"rest", "peak"}
    assert told[old.pk][1].later_than > 0.95 and 0.05 < told[young.pk][1].later_than < 0.6


def test_a_new_lane_is_answered_by_its_family_and_says_so():
    fill(spread(lognormal(200), over=150), country="DE")
    fill(spread(lognormal(12, seed=9), over=150), country="FR")
    services.refresh_lanes(now=NOW)
    lane = past.lane("FR")
    assert (lane.level, lane.few) == ("family", False) and lane.basis_arrived > 30 > lane.arrived
    assert lane.half_days == past.lane("DE").half_days or lane.half_days == pytest.approx(
        past.lane("DE").half_days, abs=3
    )
    page = selectors.lane_page(lane, NOW)
    assert any("pooled lane" in text for text in lane_words.doubts(page.answer))
    text = lane_words.basis_text(page.answer, lane.service, lane.country)
    assert "all services of the family" in text and f"{page.answer.picked.tally.parcels} parcels" in text
    Parcel.objects.filter(country="DE").delete()
    services.refresh_lanes(now=NOW)
    lane = past.lane("FR")
    assert lane.few and lane.level == "lane" and not Lane.objects.filter(country="DE").exists()


@pytest.mark.covers("TRK-10")
def test_a_blind_lane_counts_confirmed_arrivals_alone_and_says_so():
    shop = make.store()
    made = fill(spread(lognormal(160), over=330), service=make.service("CP_ORD"), country="IT", store=shop)
    silent = [p.pk for n, p in enumerate(p for p in made if p.state == "delivered") if n % 4]
    Parcel.objects.filter(pk__in=silent).update(state="shipped", delivered_at=None, settled_at=None, next_check_at=NOW)
    services.refresh_lanes(now=NOW)
    lane = past.lane("IT", "CP_ORD")
    assert (lane.blind, lane.blind_by, lane.reach, lane.lost_share) == (True, "table", "to_departure", None)
    page = selectors.lane_page(lane, NOW, season="")
    assert page.answer.curve.parcels == page.own.arrived and page.own.unsaid > 80
    assert any("Blind lane" in text and str(page.own.unsaid) in text for text in lane_words.doubts(page.answer))
    Parcel.objects.filter(pk__in=silent).update(state="delivered", delivered_at=NOW - timedelta(days=2), settled_at=NOW)
    services.refresh_lanes(now=NOW)  # its own parcels say that it sees
    lane = past.lane("IT", "CP_ORD")
    assert (lane.blind, lane.blind_by) == (False, "own")


# --- the alarm -------------------------------------------------------------------------------------------------------------


def slow_lane(shop=None):
    """A lane that needs 40 days where it used to need 25."""
    shop = shop or make.store()
    fill(spread(lognormal(300, median=25), over=250, now=NOW - timedelta(days=60)), store=shop)
    fill(spread(lognormal(150, median=40, seed=4), over=59), store=shop)
    services.refresh_lanes(now=NOW)
    return past.lane()


@pytest.mark.covers("TRK-14")
def test_a_slower_lane_is_a_duty_of_the_manager_until_it_is_accepted():
    lane = slow_lane()
    assert lane.slower and lane.slower_since == NOW.date() and lane.drift_now - lane.drift_before >= 3
    duty = Duty.objects.get(rule="logistics.lane_slower", closed_at__isnull=True)
    assert (duty.subject_id, duty.role, duty.store_id, duty.state) == (lane.pk, "manager", None, "open")
    rule = RULES["logistics.lane_slower"]
    assert f"by day {round(lane.drift_now)}, before by day {round(lane.drift_before)}" in rule.sentence(duty.facts)
    services.refresh_lanes(now=NOW + timedelta(hours=6))
    assert Duty.objects.filter(rule="logistics.lane_slower").count() == 1 and past.lane().slower_since == NOW.date()
    actor = make_person("manager").actor
    with pytest.raises(Invalid):
        services.accept_lane(lane=lane, reason=" ", actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.accept_lane(lane=lane, reason="x", actor=make_person("service").actor, now=NOW)
    services.accept_lane(lane=lane, reason="ships instead of planes until March", actor=actor, now=NOW)
    assert not lane.slower and not Duty.objects.filter(rule="logistics.lane_slower", closed_at__isnull=True).exists()
    services.refresh_lanes(now=NOW + timedelta(hours=12))
    assert not past.lane().slower and past.lane().accepted_why.startswith("ships")
    with pytest.raises(Conflict):
        services.accept_lane(lane=past.lane(), reason="again", actor=actor, now=NOW)


def test_a_lane_that_is_quick_again_takes_its_duty_back():
    lane = slow_lane()
    Parcel.objects.filter(shipped_at__gt=NOW - timedelta(days=60)).delete()
    fill(spread(lognormal(200, median=25, seed=7), over=59))
    done = services.refresh_lanes(now=NOW)
    assert done.well == [lane.pk] and not past.lane().slower
    assert not Duty.objects.filter(rule="logistics.lane_slower", closed_at__isnull=True).exists()


# --- promises --------------------------------------------------------------------------------------------------------------


def test_promising_other_days_makes_a_promise_of_the_lane_and_keeps_the_past():
    fill(spread(lognormal(400), over=300))
    services.refresh_lanes(now=NOW)
    lane, actor = past.lane(), make_person("manager").actor
    before = lookups.tables(NOW)
    assert lane.promise_days == 60 and lane.advised_days is not None and 30 < lane.advised_days < 60
    row = services.promise_lane(lane=lane, days=lane.advised_days, actor=actor, now=NOW)
    box = make.parcel(shipped=NOW, follow=False)
    assert lookups.tables(NOW).promise(box).promise_days == lane.advised_days
    assert lookups.tables(NOW).promise(box).first_check_days == before.promise(box).first_check_days
    other = make.parcel(country="FR", shipped=NOW, follow=False)
    assert lookups.tables(NOW).promise(other) == before.promise(other)
    again = services.promise_lane(lane=lane, days=50, actor=actor, now=NOW, valid_from=NOW.date() + timedelta(days=7))
    assert again.rule_id == row.rule_id
    assert lookups.tables(NOW).promise(box).promise_days == lane.advised_days
    assert lookups.tables(NOW + timedelta(days=7)).promise(box).promise_days == 50
    for days in (0, 366):
        with pytest.raises(Invalid):
            services.promise_lane(lane=lane, days=days, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.promise_lane(lane=lane, days=30, actor=make_person("service").actor, now=NOW)


def test_a_first_promise_from_a_later_day_changes_nothing_before():
    fill(spread(lognormal(100), over=200))
    services.refresh_lanes(now=NOW)
    day = NOW.date() + timedelta(days=3)
    services.promise_lane(lane=past.lane(), days=44, actor=make_person("manager").actor, now=NOW, valid_from=day)
    box = make.parcel(shipped=NOW, follow=False)
    assert lookups.tables(NOW).promise(box).promise_days == 60 and lookups.tables(day).promise(box).promise_days == 44


# --- who uses it -----------------------------------------------------------------------------------------------------------


def test_the_check_the_duty_the_texts_and_the_quotes_use_the_lane():
    shop = make.store()
    fill(spread(lognormal(500, lost=0.03), over=300), store=shop)
    services.refresh_lanes(now=NOW)
    box = make.parcel(shop, shipped=NOW - timedelta(days=45))
    told = selectors.outlooks([Parcel.objects.select_related("service").get(pk=box.pk)], NOW)[box.pk]
    assert 0.8 < told[1].later_than < 0.98 and 0 < told[1].soon.share < 1
    assert selectors.still_arrives_for(box.order, NOW) == rules.Arrives(told[1].ever.share, True)
    DecisionRule.objects.create(
        rule_id="NR-00", table_code="NR", priority=0, conditions={"later_than_percent": {"gte": 80}}, advice="carrier_inquiry",
        next_check_days=3, valid_from=NOW.date() - timedelta(days=1),
    )  # fmt: skip
    check = tracking.check_many(parcels=[box], actor=SYSTEM, now=NOW)[0]
    assert check.facts.later_than_percent == int(told[1].later_than * 100) and check.step.rule_id == "NR-00"
    duty = Duty.objects.get(rule="logistics.parcel_step", subject_id=box.pk)
    assert duty.chance == pytest.approx(Decimal(1 - told[1].ever.share), abs=Decimal("0.002"))
    with time_machine.travel(NOW, tick=False):
        facts = parcel_facts([box.pk], "en")[box.pk]
    assert facts["lane_later_than"] == check.facts.later_than_percent and facts["lane_soon_days"] == 10
    assert facts["lane_half_days"] <= facts["lane_most_days"] == facts["days_max"]
    held = quotes.book(NOW.date(), ["DE", "FR"])
    assert held.lane_days(box.service, "DE") == past.lane().advised_days
    assert arrivals(NOW.date(), ["DE"])[0].days_max == facts["days_max"]
    assert keeps(Candidate(Quote("CP_REG", days_max=20), lane_days=47), 40) is False  # the list says 20, the lane 47


def test_without_arrivals_nothing_is_made_up():
    fill(spread([None] * 20, over=20))
    services.refresh_lanes(now=NOW)
    lane = past.lane()
    assert (lane.level, lane.half_days, lane.advised_days, lane.kept_share) == ("", None, None, None) and lane.few
    box = make.parcel(shipped=NOW - timedelta(days=45))
    assert selectors.outlooks([box], NOW) == {} and selectors.still_arrives_for(box.order, NOW) is None
    with time_machine.travel(NOW, tick=False):
        assert parcel_facts([box.pk], "en")[box.pk]["lane_later_than"] is None


# --- doors -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_page_shows_the_curve_with_its_parcels_behind_and_answers_a_risk(at_now):
    slow_lane()
    lane, client = past.lane(), browser("manager")
    page = client.get(f"/parcels/lanes/{lane.pk}/?season=year&risk=20")
    text = page.content.decode()
    assert page.status_code == 200 and "<polyline" in text and "style=" not in text.split("</header>", 1)[1]
    assert "This lane became slower" in text and "Last 12 months" in text and page.context["risk"] == 0.2
    answer = selectors.lane_page(lane, NOW, season="").answer
    days = {row["risk"]: row["days"] for row in page.context["risks"]}
    assert days["20%"] == str(rules.advised_days(answer.curve, 0.2)) and page.context["risks"][0]["risk"] == "50%"
    point = page.context["curve"]["points"][3]
    step = [s for s in answer.curve.steps if s.arrived][3]
    assert len(client.get(point["url"]).context["rows"]) == step.arrived
    for season in ("peak", "rest", "", "nonsense"):
        assert client.get(f"/parcels/lanes/{lane.pk}/?season={season}&risk=x").status_code == 200


def test_where_the_curve_does_not_reach_it_says_not_reached(at_now):
    fill(spread(lognormal(120, lost=0.3), over=100))
    services.refresh_lanes(now=NOW)
    assert past.lane().most_days is None
    client = browser("manager")
    assert "not reached" in client.get(f"/parcels/lanes/{past.lane().pk}/").content.decode()
    assert "not reached" in client.get("/parcels/lanes/").content.decode()


def test_the_parcel_says_where_it_stands_on_its_lane(at_now):
    fill(spread(lognormal(500, lost=0.03), over=300))
    services.refresh_lanes(now=NOW)
    box = make.parcel(shipped=NOW - timedelta(days=45))
    text = browser("service").get(f"/parcels/{box.pk}/").content.decode()
    assert re.search(r"Later than \d+(\.\d)?% of its lane; \d+(\.\d)?% chance to arrive within 10 days\.", text)
    assert f"/parcels/lanes/{past.lane().pk}/" in text
    assert "of its lane" not in browser("warehouse").get(f"/parcels/{box.pk}/").content.decode()
    assert "of its lane" in browser("service").get(f"/parcels/{box.pk}/pane/").content.decode()


def test_people_of_one_store_see_the_lane_and_their_own_parcels(at_now):
    mine, other = make.store(), make.store()
    fill(spread(lognormal(40), over=200), store=mine)
    fill(spread(lognormal(260, seed=2), over=200), store=other)
    services.refresh_lanes(now=NOW)
    lane, client = past.lane(), browser("supervisor", stores=[mine])
    text = client.get(f"/parcels/lanes/{lane.pk}/?season=year").content.decode()
    assert "The figures count the parcels of all stores; of this lane you see those of yours: 40." in text
    rows = client.get(f"/parcels/?edited=1&behind={lane.pk}.lane..all.").context["rows"]
    assert len(rows) == 40
    assert browser("warehouse").get("/parcels/lanes/").status_code == 403


def test_programs_read_curves_and_outlooks_and_promise(at_now):
    fill(spread(lognormal(500, lost=0.03), over=300))
    services.refresh_lanes(now=NOW)
    lane, box = past.lane(), make.parcel(shipped=NOW - timedelta(days=45))
    client = browser("manager")
    found = client.get(f"/api/v1/lanes/{lane.pk}/").json()
    shares = [point["share"] for point in found["curve"]]
    assert found["half_days"] == lane.half_days and shares == sorted(shares)
    assert all(p["low"] <= p["share"] + 1e-9 and p["share"] <= p["high"] + 1e-9 for p in found["curve"])
    told = client.get(f"/api/v1/parcels/{box.pk}/").json()["lane"]
    assert told["level"] == "lane" and 0.8 < told["later_than"] < 1 and told["soon_days"] == 10
    answer = client.post(
        f"/api/v1/lanes/{lane.pk}/promise/",
        {"days": 47},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert answer.status_code == 200, answer.content
    assert lookups.tables(NOW).promise(box).promise_days == 47


def test_the_job_reckons_when_its_hours_are_over(at_now):
    fill(spread(lognormal(60), over=90))
    assert JOBS["logistics.refresh_lanes"].function()["lanes"] == 1
    assert JOBS["logistics.refresh_lanes"].function() == {}
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        assert JOBS["logistics.refresh_lanes"].function()["lanes"] == 1


def test_the_statements_of_a_reckoning_do_not_grow_with_the_parcels(django_assert_max_num_queries):
    fill(spread(lognormal(30), over=200))
    with CaptureQueriesContext(connection) as first:
        services.refresh_lanes(now=NOW)
    fill(spread(lognormal(600, seed=8), over=200))
    with django_assert_max_num_queries(len(first) + 2):
        services.refresh_lanes(now=NOW)


def test_days_and_months_of_a_lane_are_those_of_each_store():
    """One moment is the first of November in Shanghai and the last of October in New York: each store's parcel counts in its own month,
    and the count opens that parcel."""
    moment = datetime(2026, 10, 31, 18, tzinfo=UTC)
    east, west = make.store(zone="Asia/Shanghai"), make.store(zone="America/New_York")
    (here,) = fill([(moment, 9.0)], store=east)
    (there,) = fill([(moment, 9.0)], store=west)
    fill(spread(lognormal(60), over=90), store=east)
    services.refresh_lanes(now=NOW)
    lane = past.lane()
    for month, mine, other in (("2026-11", here, there), ("2026-10", there, here)):
        found = Parcel.objects.filter(lane_parcels.behind(f"{lane.pk}.lane.{month}.all.", NOW))
        counted = next(
            m.tally.parcels for m in selectors.lane_page(lane, NOW, season="").months if f"{m.first:%Y-%m}" == month
        )
        ids = set(found.values_list("pk", flat=True))
        assert mine.pk in ids and other.pk not in ids and len(ids) == counted
