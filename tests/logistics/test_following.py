"""The pages of following: lateness on lanes as a sort, the line of time, both clocks of a dispute, what a lane sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django_scopes import scopes_disabled

from core import policies as house_policies
from core.audit import SYSTEM
from core.errors import Invalid, NotAllowed
from core.models import PolicyValue
from logistics.models import Extension, Lane, Parcel, PromiseRule
from logistics.rules.lanes.sight import lesser, reach_of
from logistics.selectors import lanes as selectors
from logistics.selectors import payout
from logistics.selectors import tracking as lookups
from logistics.services import lanes as services
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import lanes as past
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.disputes import make_case
from tests.factories.lanes import fill, lognormal, spread
from worklist import registry
from worklist.models import Duty

pytestmark = pytest.mark.django_db
NOW = past.NOW
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def house(monkeypatch):
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled(), time_machine.travel(NOW, tick=False):
        load_tracking(now=NOW - 400 * DAY)
        yield


def browser(role: str = "service") -> Client:
    found = Client()
    found.force_login(make_person(role))
    return found


# --- lateness --------------------------------------------------------------------------------------------------------------


def test_parcels_are_sorted_by_how_late_they_are_on_their_lane(monkeypatch):
    shop = make.store()
    fill(spread(lognormal(300, lost=0.03), over=300), store=shop)
    services.refresh_lanes(now=NOW)
    late, later, fresh = (make.parcel(shop, shipped=NOW - timedelta(days=n)) for n in (35, 50, 2))
    unknown = make.parcel(shop, "OVERSEAS_WH", country="US", shipped=NOW - timedelta(days=3))
    assert services.refresh_lateness(now=NOW) > 3 and services.refresh_lateness(now=NOW) == 0
    kept = dict(Parcel.objects.values_list("pk", "later_than"))
    told = selectors.outlooks(list(Parcel.objects.filter(state="shipped").select_related("service")), NOW)
    for pk, (answer, outlook) in told.items():
        assert kept[pk] == (101 if outlook.later_than is None else int(outlook.later_than * 100)) and answer.enough
    assert kept[unknown.pk] == -1 and kept[fresh.pk] == 0 and 50 < kept[late.pk] < kept[later.pk]
    client = browser()
    monkeypatch.setattr(selectors, "book", None)  # the list reckons no curve
    page = client.get("/parcels/?view=slow")
    ids = [row["id"] for row in page.context["rows"]]
    values = [kept[pk] for pk in ids]
    assert values == sorted(values, reverse=True) and min(values) >= 90 and later.pk in ids and fresh.pk not in ids
    rest = client.get("/api/v1/parcels/", {"later_than": 90, "ordering": "-later_than"}).json()["results"]
    assert [int(row["id"]) for row in rest] == ids and rest[0]["later_than"] == values[0]
    monkeypatch.undo()
    services.refresh_lateness(now=NOW + DAY)  # a day older
    assert Parcel.objects.get(pk=late.pk).later_than >= kept[late.pk]
    due = [row["id"] for row in client.get("/parcels/?view=next").context["rows"]]
    checks = dict(Parcel.objects.values_list("pk", "next_check_at"))
    assert [checks[pk] for pk in due] == sorted(checks[pk] for pk in due)


def test_on_a_young_lane_the_oldest_are_not_called_the_latest():
    """Six weeks of parcels of which not half have come: the oldest is later than those that came, no more is known."""
    shop = make.store()
    fill(spread(lognormal(400, median=34), over=40), store=shop)
    services.refresh_lanes(now=NOW)
    box = make.parcel(shop, shipped=NOW - timedelta(days=44))
    services.refresh_lateness(now=NOW)
    (answer, told) = selectors.outlooks([Parcel.objects.select_related("service").get(pk=box.pk)], NOW)[box.pk]
    assert answer.enough and told.later_than is None and 0.1 < told.later_least < 0.9
    assert Parcel.objects.get(pk=box.pk).later_than == int(told.later_least * 100)
    assert box.pk not in [row["id"] for row in browser().get("/parcels/?view=slow").context["rows"]]
    text = browser().get(f"/parcels/{box.pk}/").content.decode()
    assert f"Later than at least {round(told.later_least * 100)}%" in text


def test_parcels_behind_a_figure_say_which_and_what_has_ended_has_no_next_check():
    fill([(NOW - 90 * DAY, 20.0)] * 3)
    Parcel.objects.update(next_check_at=NOW - 40 * DAY)  # as it stood when it was delivered
    services.refresh_lanes(now=NOW)
    page = browser().get(f"/parcels/?edited=1&behind={Lane.objects.get().pk}.lane..arrived.20")
    assert "CP_REG → DE · arrived on day 20" in page.content.decode()
    assert len(page.context["rows"]) == 3 and "late<" not in page.content.decode()
    told = browser().get("/api/v1/parcels/").json()["results"]
    assert [row["next_check_at"] for row in told] == [None] * 3


# --- the page --------------------------------------------------------------------------------------------------------------


@pytest.mark.covers("TRK-16")
def test_both_clocks_stand_side_by_side_with_what_must_be_done():
    shop = make.store("spreadsheet")
    box = make.parcel(shop, "EMS", country="US", shipped=NOW - 20 * DAY)  # promised in 15 days: five days late
    client, respond = browser(), NOW + 30 * timedelta(hours=1)
    Parcel.objects.filter(pk=box.pk).update(receive_by=NOW + 40 * DAY)
    plain = client.get(f"/parcels/{box.pk}/").context
    assert plain["both"] is None and plain["clock"]["at"] == NOW + 40 * DAY
    case = make_case(box.order, now=NOW, respond_by=respond)
    box.refresh_from_db()
    for url in (f"/parcels/{box.pk}/", f"/cases/{case.pk}/"):
        page = client.get(url)
        both = page.context["both"]
        assert [clock["at"] for clock in both["clocks"]] == [box.promised_by, respond]
        assert [clock["tone"] for clock in both["clocks"]] == ["rose", "rose"] and "late" in both["clocks"][0]["text"]
        # over the promise, no scan at all, dispute open: NR-21, the refund goes through the dispute
        assert (both["rule"], both["template"]) == ("NR-21", "X06")
        assert f'href="/cases/{case.pk}/answer/"' in page.content.decode()
        assert "completes or is disputed" not in page.content.decode()  # it is disputed
        assert "Refund" in both["action"] and "propose the refund through the dispute" in page.content.decode()
    marks = client.get(f"/parcels/{box.pk}/").context["way"]["marks"]
    assert [m["name"] for m in marks] == ["shipped", "promised", "today", "dispute", "receive"]
    pane = client.get(f"/cases/{case.pk}/pane/", headers={"HX-Request": "true"}).content.decode()
    assert "Promised by" in pane and "NR-21" in pane
    answer = Duty.objects.get(rule="disputes.answer", subject_id=case.pk)
    assert (answer.facts["promised"], answer.facts["rule"]) == (box.promised_by.isoformat(), "NR-21")
    assert "promised by" in registry.RULES["disputes.answer"].sentence(answer.facts)
    tracking.check_many(parcels=[box], actor=SYSTEM, now=NOW)
    step = Duty.objects.get(rule="logistics.parcel_step", subject_id=box.pk)
    assert (step.facts["case"], step.facts["until"]) == (case.number, respond.isoformat())
    assert "the dispute is answered by" in registry.RULES["logistics.parcel_step"].sentence(step.facts)
    assert client.get(f"/parcels/{box.pk}/").content.decode().count("clock-rose") == 2
    type(box.order)._base_manager.filter(pk=box.order_id).update(hold_reason="", intercept="")  # the case is known before the order is stopped
    assert client.get(f"/parcels/{box.pk}/").context["both"]["rule"] == "NR-21"
    assert browser("warehouse").get(f"/parcels/{box.pk}/").context["both"] is None


def test_the_next_check_names_its_rule_in_words():
    box = make.parcel(make.store("spreadsheet"), "CP_ORD", country="IT", shipped=NOW - 32 * DAY)
    client = browser()
    way = client.get(f"/parcels/{box.pk}/").context["way"]
    assert [m["name"] for m in way["marks"]] == ["shipped", "today", "promised"] and way["days"] == "32 of 60 days"
    tracking.check_many(parcels=[box], actor=SYSTEM, now=NOW)
    text = client.get(f"/parcels/{box.pk}/").content.decode()
    assert "rule NR-14 of the tables" in text and "30-day check, before the second check" in text


# --- what a lane sees --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("listed", "blind", "reach"), [
    ("full", None, "full"), ("full", False, "full"), ("full", True, "to_arrival"), ("to_departure", None, "to_departure"),
    ("to_departure", True, "to_departure"), ("to_departure", False, "full"), ("none", False, "full"), ("to_arrival", True, "to_arrival"),
])  # fmt: skip
def test_what_is_known_of_a_lane_wins_over_the_table(listed, blind, reach):
    assert reach_of(listed, blind) == reach
    assert lesser(reach, listed) == (listed if blind is False or reach == listed else reach)


@pytest.mark.covers("TRK-10")
def test_a_lane_that_sees_or_went_blind_by_its_own_parcels_changes_the_advice():
    """The table calls ordinary packets to Italy blind. Here 60 of 60 were delivered, so silence after a scan is no news
    again: a standstill asks the carrier (NR-12) instead of waiting as for an untracked one (NR-14)."""
    shop = make.store("spreadsheet")
    fill(
        spread(lognormal(60, median=20, sigma=0.2), over=80, now=NOW - 90 * DAY),
        service=make.service("CP_ORD"),
        country="IT",
        store=shop,
    )
    fill(spread([None] * 60, over=80, now=NOW - 90 * DAY), service=make.service("CP_REG"), country="FR", store=shop)
    seeing, dark = (
        make.parcel(shop, code, country=country, shipped=NOW - 33 * DAY) for code, country in (("CP_ORD", "IT"), ("CP_REG", "FR"))
    )  # fmt: skip
    for box in (seeing, dark):
        tracking.record_by_hand(
            parcels=[box], at=NOW - 30 * DAY, stage="in_transit", text="scan", place="", actor=SYSTEM, now=NOW
        )

    def rules() -> list[str]:
        rows = list(Parcel.objects.filter(pk__in=[seeing.pk, dark.pk]).order_by("pk"))
        return [check.step.rule_id for check in tracking.check_many(parcels=rows, actor=SYSTEM, now=NOW)]

    assert rules() == ["NR-14", "NR-12"]
    services.refresh_lanes(now=NOW)
    lane, other = Lane.objects.get(country="IT"), Lane.objects.get(country="FR")
    assert (lane.blind, lane.blind_by, lane.old, lane.said) == (False, "own", 60, 60)
    assert (other.blind, other.blind_by, other.said) == (True, "own", 0) and other.blind_since == NOW.date()
    assert rules() == ["NR-12", "NR-14"]
    client = browser()
    text = client.get(f"/parcels/{dark.pk}/").content.decode()
    assert "its own parcels say since 20 Nov 2026: of 60 old enough 0 were confirmed" in text
    with pytest.raises(NotAllowed):
        services.set_sight(lane=other, sight="sees", reason="x", actor=make_person("service").actor, now=NOW)
    with pytest.raises(Invalid):
        services.set_sight(lane=other, sight="sees", reason=" ", actor=SYSTEM, now=NOW)
    services.set_sight(lane=other, sight="sees", reason="carrier scans again", actor=SYSTEM, now=NOW)
    assert rules() == ["NR-12", "NR-12"] and lookups.tables(NOW).reach(dark) == "full"
    assert "a person says since 20 Nov 2026: carrier scans again" in client.get(f"/parcels/{dark.pk}/").content.decode()
    services.refresh_lanes(now=NOW)
    other.refresh_from_db()
    assert (other.blind, other.blind_by) == (False, "hand")
    services.set_sight(lane=other, sight="", reason="no", actor=SYSTEM, now=NOW)
    assert (other.blind, other.blind_by, rules()) == (True, "own", ["NR-12", "NR-14"])


def test_a_person_notes_that_a_delivered_parcel_went_elsewhere():
    box = make.parcel(make.store("spreadsheet"), shipped=NOW - 20 * DAY)
    tracking.record_by_hand(parcels=[box], at=NOW - DAY, stage="delivered", text="", place="", actor=SYSTEM, now=NOW)
    case = make_case(box.order, now=NOW)
    client = browser()
    assert client.get(f"/cases/{case.pk}/").context["both"]["rule"] == "NR-20"
    made = client.post(f"/api/v1/parcels/{box.pk}/judge/", {"place_ok": "no"}, content_type="application/json")
    assert made.status_code == 200, made.content
    both = client.get(f"/cases/{case.pk}/").context["both"]
    assert (both["rule"], both["clocks"][0]["tone"]) == ("NR-04", "leaf")


@pytest.mark.covers("PRM-05")
def test_each_promise_says_when_it_is_paid_out_and_what_longer_ones_cost():
    """Handed over on 20 November 2026, promised in 60 days: 19 January; seven days later the channel pays: 26 January."""
    shop = make.store("spreadsheet")
    fill(spread(lognormal(300, lost=0.03), over=300), store=shop)
    services.refresh_lanes(now=NOW)
    boss = browser("manager")
    row = PromiseRule.objects.get(rule_id="DP-010")
    rest = boss.get("/api/v1/promises/").json()["results"]
    assert {r["rule_id"]: r["paid_by"] for r in rest}["DP-010"] == "2027-01-26"
    page = boss.get(f"/parcels/promises/{row.pk}/")
    assert page.status_code == 200 and "Kept on" in page.content.decode()
    made = payout.settings(60, selectors.under_promise("DP-010", NOW), NOW)
    assert [(one.days, f"{one.promised_by:%m-%d}", f"{one.paid_by:%m-%d}", one.change) for one in made] == [
        (45, "01-04", "01-11", -15), (50, "01-09", "01-16", -10), (55, "01-14", "01-21", -5), (60, "01-19", "01-26", 0),
        (65, "01-24", "01-31", 5), (70, "01-29", "02-05", 10), (75, "02-03", "02-10", 15), (90, "02-18", "02-25", 30),
    ]  # fmt: skip
    shares = [one.kept for one in made if one.kept is not None]
    assert len(shares) >= 3 and shares == sorted(shares)  # a longer promise is kept by more
    PolicyValue.objects.create(key="logistics.payout_days", value=3, valid_from=NOW.date(), created_at=NOW)
    house_policies.forget()
    assert payout.settings(5, [], NOW)[0].paid_by == NOW.date() + timedelta(days=8)
    box = make.parcel(shop, shipped=NOW)
    order = boss.get(f"/lists/orders/{box.order_id}/panels/parcels/").content.decode()
    assert "Paid out by" in order and "22 Jan 2027" in order  # 19 January and three days
    Parcel.objects.filter(pk=box.pk).update(receive_by=box.promised_by + 15 * DAY)  # lengthened: the money comes later
    Extension.objects.create(
        parcel=box, store=shop, days=15, before=box.promised_by, after=box.promised_by + 15 * DAY, cycle="x", asked_at=NOW, confirmed_at=NOW,
    )  # fmt: skip
    order = boss.get(f"/lists/orders/{box.order_id}/panels/parcels/").content.decode()
    assert "6 Feb 2027" in order and "+15" in order and "Confirmed" in order
    box.order.intercept = "dispute"
    box.refresh_from_db(fields=["receive_by"])
    assert payout.expected(box, NOW) is None  # a dispute holds the money
