"""The clock at work: once, repeated, never lost, never twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from core.models import SystemMark
from tests.worklist.conftest import NOW, make_store
from worklist import registry, services
from worklist.models import Duty

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_acts_when_due_and_not_before(rules):
    store = make_store()
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)
    assert services.run_due(now=NOW + DAY - timedelta(seconds=1)).total == 0
    assert services.run_due(now=NOW + DAY).acted == {"test.nudge": 1}
    assert rules["test.nudge"].acted == [(store.pk, 0)]
    assert Duty.objects.get().state == "done"


def test_asks_over_again_just_before_acting(rules):
    store = make_store()
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)
    rules["test.nudge"].settled.add(store.pk)
    ran = services.run_due(now=NOW + DAY)
    assert (ran.dropped, rules["test.nudge"].acted, Duty.objects.get().state) == (1, [], "cancelled")


def test_every_repeats_collapses_missed_rounds_and_ends(rules):
    store = make_store()
    services.plan(rule_key="test.daily", subject_ids=[store.pk], now=NOW)
    services.run_due(now=NOW + 4.5 * DAY)  # three and a half days late
    assert Duty.objects.get(state="planned").due_at == NOW + 5 * DAY
    services.run_due(now=NOW + 5 * DAY)
    services.run_due(now=NOW + 30 * DAY)
    assert rules["test.daily"].acted == [(store.pk, 0), (store.pk, 1), (store.pk, 2)]
    assert not Duty.objects.filter(state="planned").exists()
    assert services.sweep(now=NOW + 31 * DAY).planned["test.daily"] == 0


def test_as_due_repeats_until_over(rules):
    store = make_store()
    services.plan(rule_key="test.watch", subject_ids=[store.pk], now=NOW)
    services.run_due(now=NOW + DAY)
    assert Duty.objects.get(state="planned").due_at == NOW + DAY + timedelta(hours=1)  # never at once
    rules["test.watch"].settled.add(store.pk)
    services.run_due(now=NOW + 9 * DAY)
    assert not Duty.objects.filter(state="planned").exists()


def test_one_bad_row_harms_only_itself_and_ends_on_today(rules):
    good, bad = make_store("good"), make_store("bad")
    rules["test.nudge"].broken.add(bad.pk)
    services.plan(rule_key="test.nudge", subject_ids=[good.pk, bad.pk], now=NOW)
    now = NOW + DAY
    ran = services.run_due(now=now)
    assert (ran.acted["test.nudge"], ran.failed) == (1, 1)
    pauses = []
    for _ in range(4):
        due = Duty.objects.get(subject_id=bad.pk).due_at
        pauses.append(due - now)
        now = due
        services.run_due(now=now)
    duty = Duty.objects.get(subject_id=bad.pk)
    assert pauses == [timedelta(minutes=m) for m in (1, 5, 30, 120)]
    assert (duty.state, duty.attempts, duty.last_error, duty.band) == ("stuck", 5, "RuntimeError: no", 1)
    assert [pair for pair in rules["test.nudge"].acted if pair[0] == good.pk][-1:] == [(good.pk, 0)]


def test_run_until_done_drains_what_acts_create(rules, monkeypatch):
    sent = [3, 2, 0]
    monkeypatch.setattr(registry, "drain", [lambda now: sent.pop(0) if sent else 0])
    make_store()
    ran = services.run_until_done(now=NOW + 2 * DAY)
    assert ran.drained == 5
    assert ran.acted["test.nudge"] == 1


def test_command_refuses_the_future_outside_a_demo(rules, capsys):
    future = "2999-01-01T00:00:00Z"
    with pytest.raises(CommandError, match="demo"):
        call_command("run_due", now=future)
    with pytest.raises(CommandError, match="not a time"):
        call_command("run_due", now="tomorrow")
    SystemMark.objects.create(name="demo")
    make_store()
    call_command("run_due", now=future, json=True)
    assert '"test.nudge": 1' in capsys.readouterr().out


def test_snoozed_duties_wake(rules):
    store = make_store()
    services.plan(rule_key="test.sign", subject_ids=[store.pk], now=NOW)
    Duty.objects.update(state="snoozed", snoozed_until=NOW + DAY)
    services.run_due(now=NOW)
    assert Duty.objects.get().state == "snoozed"
    services.run_due(now=NOW + DAY)
    assert (Duty.objects.get().state, Duty.objects.get().snoozed_until) == ("open", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-11")
def test_eight_runners_never_act_twice(rules):
    ids = [make_store(f"s{n}").pk for n in range(60)]
    services.plan(rule_key="test.nudge", subject_ids=ids, now=NOW)
    errors = []

    def runner():
        try:
            while services.run_due(now=NOW + DAY, limit=7).total:
                pass
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=runner) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    while services.run_due(now=NOW + DAY).total:  # what was skipped while locked
        pass
    assert errors == []
    assert sorted(rules["test.nudge"].acted) == sorted((pk, 0) for pk in ids)


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_leaves_the_duty_due(rules, monkeypatch):
    store = make_store()
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)

    class Killed(BaseException):
        pass

    def die(subjects, *, now, rounds):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_store SET name = 'half'")
        raise Killed

    monkeypatch.setattr(rules["test.nudge"], "act_many", die)
    with pytest.raises(Killed):
        services.run_due(now=NOW + DAY)
    monkeypatch.undo()
    store.refresh_from_db()
    assert (store.name, Duty.objects.get().state) == ("one", "planned")
    assert services.run_due(now=NOW + DAY).acted == {"test.nudge": 1}


def test_the_job_works_until_nothing_is_due(rules, monkeypatch):
    from worklist import tasks

    store = make_store()
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)
    monkeypatch.setattr(tasks, "utcnow", lambda: NOW + DAY)
    assert tasks.run_due() == 1
    assert tasks.run_due() == 0
    assert tasks.sweep()["planned"]["test.sign"] == 1
