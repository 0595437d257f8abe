"""Today: what is seen, in which order, with which sum; handled without a page load."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import Actor
from core.clock import utcnow
from tests.factories.doors import browser
from tests.worklist.conftest import make_store, make_user
from worklist import rules as pure
from worklist import selectors, services
from worklist.choices import Band, Group
from worklist.models import Duty

pytestmark = pytest.mark.django_db


def duty(number: int, **more) -> Duty:
    given = {
        "rule": "test.sign", "subject_type": "accounts.store", "subject_id": number, "state": "open", "doer": "person",
        "role": "service", "group": Group.ORDERS, "band": Band.RANKED, "due_at": utcnow() + timedelta(hours=number),
        "rank": Decimal(number), "created_at": utcnow(), "facts": {"number": f"N{number}", "url": "/x/"},
    }  # fmt: skip
    return Duty.objects.create(**{**given, **more})


HX = {"HX-Request": "true"}


@pytest.mark.parametrize(("stake", "chance", "minutes", "hours", "value"), [
    ("100", "1", "2", 48, "75.0000"), ("100", "0.25", "5", 12, "10.0000"), ("42.60", "1", "2", -1, "63.9000"),
    (None, "1", "2", 5, "0.0000"), ("-5", "1", "2", 5, "0.0000"), ("10", "1", "0", 400, "50.0000"),
])  # fmt: skip
def test_rank_is_stake_chance_urgency_by_minute(stake, chance, minutes, hours, value):
    steps = [[0, "3"], [24, "2"], [72, "1.5"], [168, "1"], [None, "0.5"]]
    found = pure.rank(
        stake=None if stake is None else Decimal(stake), chance=Decimal(chance), minutes=Decimal(minutes), left=timedelta(hours=hours),
        steps=steps,
    )  # fmt: skip
    assert str(found.value) == value


@pytest.mark.covers("ORD-01")
def test_the_order_of_the_day_goes_by_group_then_time(rules):
    user = make_user("ann")
    (
        duty(1, group=Group.PARCELS),
        duty(2, group=Group.ORDERS),
        duty(3, group=Group.MESSAGES),
        duty(4, group=Group.ORDERS, due_at=utcnow()),
    )
    shown = [d.subject_id for d in selectors.page(user.actor, selectors.Question(order="day")).duties]
    assert shown == [4, 2, 3, 1]


def test_the_order_by_risk_goes_by_band_then_rank(rules):
    user = make_user("ann")
    (
        duty(1, band=Band.ROUTINE, rank=9),
        duty(2, rank=5),
        duty(3, rank=7),
        duty(4, band=Band.TODAY, rank=0),
        duty(5, band=Band.WAITING, rank=0),
    )
    shown = [d.subject_id for d in selectors.page(user.actor, selectors.Question(order="risk")).duties]
    assert shown == [4, 5, 3, 2, 1]


@pytest.mark.covers("OPS-11")
@pytest.mark.parametrize(("role", "seen"), [
    ("service", {1}), ("warehouse", {2}), ("purchaser", {3}), ("supervisor", {1, 4}), ("manager", {1, 2, 3, 4}), ("administrator", set()),
])  # fmt: skip
def test_every_role_sees_its_own_day(rules, role, seen):
    duty(1), duty(2, role="warehouse"), duty(3, role="purchaser"), duty(4, role="supervisor")
    user = make_user("x", role)
    assert {d.subject_id for d in selectors.page(user.actor, selectors.Question()).duties} == seen
    assert selectors.open_count(user.actor) == len(seen)


def test_foreign_stores_are_not_seen(rules):
    mine, other = make_store("mine"), make_store("other")
    duty(1, store=mine), duty(2, store=other), duty(3)
    actor = Actor("user", "x", ref=1, store_ids=frozenset({mine.pk}), role="service", permissions=frozenset())
    assert {d.subject_id for d in selectors.duties_for(actor)} == {1, 3}


@pytest.mark.parametrize(("whose", "seen"), [("do", {1, 2}), ("mine", {1}), ("unclaimed", {2}), ("team", {1, 2, 3})])
def test_mine_unclaimed_team(rules, whose, seen):
    ann, bob = make_user("ann"), make_user("bob")
    duty(1, owner=ann, state="claimed"), duty(2), duty(3, owner=bob, state="claimed")
    assert {d.subject_id for d in selectors.page(ann.actor, selectors.Question(whose=whose)).duties} == seen


@pytest.mark.parametrize("order", ["day", "risk"])
@pytest.mark.parametrize("role", ["service", "manager"])
def test_pages_join_without_gap_or_repeat(rules, order, role):
    user = make_user("ann", role)
    for n in range(120):
        duty(
            n,
            rank=n % 7,
            group=[Group.ORDERS, Group.PARCELS][n % 2],
            role=["service", "purchaser"][n % 3 == 0] if role == "manager" else "service",
        )
    seen, mark = [], ""
    while True:
        page = selectors.page(user.actor, selectors.Question(order=order, after=mark))
        seen += [d.subject_id for d in page.duties]
        mark = page.next
        if not mark:
            break
    assert len(seen) == 120 and set(seen) == set(range(120))
    assert selectors.page(user.actor, selectors.Question(order=order, after="nonsense|x")).duties


def test_many_of_one_kind_are_one_line(rules, monkeypatch):
    monkeypatch.setattr(type(rules["test.sign"]), "bulk_line", "%(count)s new orders: greet")
    user = make_user("ann", today_order="risk") if False else make_user("ann")
    for n in range(6):
        duty(n)
    duty(9, rule="test.nudge")
    page = selectors.page(user.actor, selectors.Question())
    assert ([(b.rule, b.count) for b in page.bulks], [d.subject_id for d in page.duties]) == ([("test.sign", 6)], [9])
    answer = browser(user).get("/today/")
    assert "6 new orders: greet" in answer.content.decode()
    pane = browser(user).get("/today/together/test.sign/", headers=HX)
    assert pane.content.decode().count("N5") == 1
    assert len(selectors.page(user.actor, selectors.Question(rule="test.sign")).duties) == 6


def test_mine_and_unclaimed_ones_are_one_line_counted_in_the_index_alone(rules, monkeypatch):
    monkeypatch.setattr(type(rules["test.sign"]), "bulk_line", "%(count)s new orders: greet")
    ann, ben = make_user("ann"), make_user("ben")
    duty(1, owner=ann, stake_house=Decimal("7")), duty(2), duty(3, stake_house=Decimal("5"))
    duty(4, owner=ben), duty(5, owner=ann, group=Group.PARCELS), duty(6, state="done", closed_at=utcnow())
    duty(7, owner=ann)
    with CaptureQueriesContext(connection) as asked:
        page = selectors.page(ann.actor, selectors.Question())
    lines = [(b.group, b.count, b.rank, b.stake_house) for b in page.bulks]
    assert lines == [("1_orders", 4, Decimal(7), Decimal(12)), ("4_parcels", 1, Decimal(5), None)]
    assert page.bulks[0].due_at == Duty.objects.get(subject_id=1).due_at and not page.duties
    seen = {
        who: sum(b.count for b in selectors.page(ann.actor, selectors.Question(whose=who)).bulks)
        for who in ("mine", "unclaimed", "team")
    }
    assert seen == {"mine": 3, "unclaimed": 2, "team": 6}
    assert len(asked) == 2  # nothing else is left to read
    index = next(i for i in Duty._meta.indexes if i.name == "duty_together")
    held = {Duty._meta.get_field(name).column for name in (*index.fields, *index.include)} | {
        "state"
    }  # the index is of these states
    assert set(re.findall(r'"worklist_duty"."(\w+)"', asked[0]["sql"])) <= held
    assert (
        asked[0]["sql"].count('"worklist_duty"."owner_id" = ') and "UNION ALL" in asked[0]["sql"]
    )  # each owner on its own


def test_counts_of_groups(rules):
    user = make_user("ann")
    duty(1, band=Band.TODAY), duty(2, group=Group.PARCELS), duty(3, group=Group.PARCELS)
    found = selectors.group_counts(user.actor, "do")
    assert (found.total, found.today, found.groups) == (3, 1, {"1_orders": 1, "4_parcels": 2})


def test_the_page_shows_the_sum_behind_the_rank(rules):
    user = make_user("ann")
    duty(5, stake=Decimal("42.60"), stake_currency="USD", stake_house=Decimal("300"), minutes=2, rank=300)
    text = browser(user).get("/today/?order=risk").content.decode()
    assert "US$42.60" in text and "× 100% × 2 ÷ 2 min" in text and "N5" in text
    text = browser(user).get("/today/?order=day").content.decode()  # ordered by the day, the sum says nothing
    assert "US$42.60" in text and "÷" not in text


def test_queries_do_not_grow_with_the_lines(rules):
    user = make_user("ann")
    client = browser(user)
    duty(1)
    client.get("/today/")
    with CaptureQueriesContext(connection) as few:
        client.get("/today/")
    for n in range(2, 60):
        duty(n)
    with CaptureQueriesContext(connection) as many:
        assert client.get("/today/").status_code == 200
    assert len(many) <= len(few) <= 16


def test_claim_snooze_and_done_without_a_page_load(rules):
    user = make_user("ann")
    client, one = browser(user), duty(1)
    address = f"/today/duties/{one.pk}/"
    pane = client.get(address, headers=HX).content.decode()
    assert "I take it" in pane and "<html" not in pane
    assert "Let go" in client.post(address + "claim/", headers=HX).content.decode()
    assert client.post("/today/beat/", headers=HX).status_code == 204
    assert client.post(address + "unclaim/", headers=HX).status_code == 200
    assert client.post(address + "done/", {"reason": ""}, headers=HX).status_code == 422
    answer = client.post(address + "done/", {"reason": "by phone"}, headers=HX)
    assert answer.status_code == 204 and f'"work:done": {{"id": {one.pk}}}' in answer.headers["HX-Trigger"]
    two = duty(2)
    until = (utcnow() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(f"/today/duties/{two.pk}/snooze/", {"until": until, "reason": "waits"}, headers=HX)
    assert (answer.status_code, Duty.objects.get(pk=two.pk).state) == (204, "snoozed")
    assert client.get(address).status_code == 200  # as a page of its own


def test_a_supervisor_assigns(rules):
    sue, ann, wei = make_user("sue", "supervisor"), make_user("ann"), make_user("wei", "warehouse")
    one = duty(1)
    form = browser(sue).get(f"/today/duties/{one.pk}/assign/", headers=HX).content.decode()
    assert "ann" in form and ">wei<" not in form
    assert browser(sue).post(f"/today/duties/{one.pk}/assign/", {"person": ann.pk}, headers=HX).status_code == 204
    assert Duty.objects.get(pk=one.pk).owner == ann
    assert browser(ann).post(f"/today/duties/{one.pk}/assign/", {"person": wei.pk}, headers=HX).status_code == 403


def test_a_stuck_duty_says_why_and_is_tried_again(rules):
    ann = make_user("ann")
    one = duty(
        1,
        rule="test.nudge",
        doer="clock",
        state="stuck",
        attempts=5,
        last_error="RuntimeError: no",
        subject_id=make_store().pk,
    )
    client = browser(ann)
    assert "RuntimeError: no" in client.get("/today/").content.decode()
    assert "The clock gave up after 5 tries" in client.get(f"/today/duties/{one.pk}/", headers=HX).content.decode()
    assert client.post(f"/today/duties/{one.pk}/retry/", headers=HX).status_code == 204
    assert services.run_due(now=utcnow()).acted == {"test.nudge": 1}


def test_the_order_is_remembered(rules):
    ann = make_user("ann")
    client = browser(ann)
    assert client.get("/today/order/?order=risk&next=/today/").status_code == 302
    ann.refresh_from_db()
    assert ann.today_order == "risk"


def test_foreign_duties_are_not_found(rules):
    one = duty(1, role="warehouse")
    assert browser(make_user("ann")).get(f"/today/duties/{one.pk}/").status_code == 404


def test_rest_duties(rules):
    ann = make_user("ann")
    client, one = browser(ann), duty(1)
    listed = client.get("/api/v1/duties/?state=open").json()["results"]
    assert [row["id"] for row in listed] == [str(one.pk)]
    answer = client.post(f"/api/v1/duties/{one.pk}/claim/", data="{}", content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "claimed")
    answer = client.post(f"/api/v1/duties/{one.pk}/done/", data="{}", content_type="application/json")
    assert answer.status_code == 422
    answer = client.post(
        f"/api/v1/duties/{one.pk}/done/", data='{"reason": "by phone"}', content_type="application/json"
    )
    assert answer.json()["state"] == "done"


def test_promises_hold_and_a_broken_one_is_seen(rules):
    from worklist import checks

    now = utcnow()
    services.run_due(now=now)
    broken = duty(1, state="planned", doer="clock", due_at=now - timedelta(minutes=11))
    assert list(checks.late_clockwork(now)) == [broken]
    assert list(checks.late_clockwork(now + timedelta(minutes=5))) == []  # the runner does not beat: another alarm
    held = duty(2, state="claimed", owner=make_user("ann"), claim_until=now - timedelta(minutes=16))
    assert list(checks.forgotten_claims(now)) == [held]
    lost = duty(3, state="claimed")
    assert list(checks.ownerless_claims(now)) == [lost]
    strange = duty(4, rule="gone.rule")
    assert list(checks.strangers(now)) == [strange]
