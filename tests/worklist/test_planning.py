"""Duties come and go: planned for sets, once, closed when the reason has gone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.audit import SYSTEM, Actor
from tests.worklist.conftest import NOW, make_store, make_user
from worklist import services
from worklist.choices import DutyState
from worklist.models import Duty

pytestmark = pytest.mark.django_db


def test_plan_is_once_and_due_by_rule(rules):
    store = make_store()
    assert services.plan(rule_key="test.nudge", subject_ids=[store.pk, store.pk], now=NOW) == 1
    assert services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW) == 0
    duty = Duty.objects.get()
    assert (duty.state, duty.due_at, duty.round, duty.store_id) == ("planned", NOW + timedelta(days=1), 0, store.pk)
    assert (duty.stake_house, duty.rank) == (Decimal(100), Decimal(75))  # 100 x 1 x 1.5 / 2


def test_a_rule_for_people_is_open_at_once(rules):
    store = make_store()
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    assert Duty.objects.get().state == DutyState.OPEN


def test_plan_leaves_out_what_is_over(rules):
    store = make_store()
    rules["test.nudge"].settled.add(store.pk)
    assert services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW) == 0


def test_what_the_clock_did_once_is_not_planned_again(rules):
    store = make_store()
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)
    services.run_due(now=NOW + timedelta(days=2))
    assert services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW) == 0
    assert services.sweep(now=NOW + timedelta(days=3)).planned["test.nudge"] == 0


def test_a_persons_duty_comes_back_as_a_new_round(rules):
    store = make_store()
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    assert services.close(rule_key="test.sign", subject_ids=[store.pk], actor=SYSTEM, now=NOW, reason="signed") == 1
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    assert list(Duty.objects.order_by("round").values_list("round", "state")) == [(0, "done"), (1, "open")]


def test_done_by_hand_rests_before_the_sweep_asks_again(rules):
    store, user = make_store(), make_user("ann")
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    services.done(duty=Duty.objects.get(), actor=user.actor, now=NOW, reason="asked by phone")
    assert services.sweep(now=NOW + timedelta(hours=19)).planned["test.sign"] == 0
    assert services.sweep(now=NOW + timedelta(hours=21)).planned["test.sign"] == 1


def test_open_for_takes_over_facts_of_a_living_duty(rules):
    store = make_store()
    services.open_for(rule_key="test.sign", facts={store.pk: {"reason": "a"}}, now=NOW)
    services.open_for(rule_key="test.sign", facts={store.pk: {"reason": "b"}}, now=NOW)
    assert Duty.objects.get().facts == {"number": "one", "reason": "b"}


def test_refresh_follows_the_subject(rules):
    store = make_store()
    services.plan(rule_key="test.watch", subject_ids=[store.pk], now=NOW)
    type(store).objects.filter(pk=store.pk).update(created_at=NOW + timedelta(days=5))
    assert services.refresh(rule_key="test.watch", subject_ids=[store.pk], now=NOW) == 1
    assert Duty.objects.get().due_at == NOW + timedelta(days=6)


def test_sweep_plans_what_events_missed_and_ends_what_is_over(rules):
    one, two = make_store("one"), make_store("two")
    swept = services.sweep(now=NOW)
    assert swept.planned == {"test.nudge": 2, "test.daily": 2, "test.watch": 2, "test.sign": 2}
    assert not services.sweep(now=NOW).planned
    rules["test.sign"].settled.add(one.pk)
    assert services.sweep(now=NOW).closed["test.sign"] == 1
    assert set(Duty.objects.filter(rule="test.sign", state="open").values_list("subject_id", flat=True)) == {two.pk}


def test_sweep_names_a_rule_that_fails_and_goes_on(rules, monkeypatch):
    make_store()
    monkeypatch.setattr(rules["test.nudge"], "candidates", lambda now: 1 / 0)
    swept = services.sweep(now=NOW)
    assert swept.failed == ["test.nudge"] and swept.planned["test.sign"] == 1


def test_planning_takes_the_same_statements_for_3_and_300(
    rules, django_assert_num_queries, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ids = [make_store(f"s{n}").pk for n in range(303)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        services.plan(rule_key="test.nudge", subject_ids=ids[:3], now=NOW)
    with CaptureQueriesContext(connection) as many:
        services.plan(rule_key="test.nudge", subject_ids=ids[3:], now=NOW)
    assert len(many) <= len(few)


@pytest.mark.parametrize(("hours", "factor"), [(-1, 300), (1, 200), (30, 150), (100, 100), (200, 50)])
def test_rerank_agrees_with_the_pure_rule(rules, hours, factor):
    store = make_store()
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    Duty.objects.update(due_at=NOW + timedelta(hours=hours), rank=1)
    services.rerank(now=NOW)
    assert Duty.objects.get().rank == Decimal(factor) / 2
    assert services.rerank(now=NOW) == 0


def test_what_a_program_ends_rests_as_well(rules):
    store = make_store()
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    program = Actor(
        "token", "robot", ref=7, permissions=frozenset({"worklist.work_duty"}), store_ids=None, role="manager"
    )
    services.done(duty=Duty.objects.get(rule="test.sign"), actor=program, now=NOW, reason="signed elsewhere")
    services.sweep(now=NOW + timedelta(hours=1))
    assert [duty.state for duty in Duty.objects.filter(rule="test.sign")] == ["done"]
    services.sweep(now=NOW + timedelta(hours=21))
    assert sorted(duty.state for duty in Duty.objects.filter(rule="test.sign")) == ["done", "open"]
