"""What people do with duties."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from core.audit import Actor
from core.errors import Conflict, DomainError, Invalid, Missing, NotAllowed
from tests.worklist.conftest import NOW, make_store, make_user
from worklist import rules as ranking
from worklist import services
from worklist.models import Duty

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def duty(rules):
    services.plan(rule_key="test.sign", subject_ids=[make_store().pk], now=NOW)
    return Duty.objects.get()


def test_claim_holds_until_the_browser_is_silent(duty):
    ann, bob = make_user("ann"), make_user("bob")
    services.claim(duty=duty, actor=ann.actor, now=NOW)
    with pytest.raises(Conflict, match="ann is on it"):
        services.claim(duty=duty, actor=bob.actor, now=NOW + 14 * MINUTE)
    services.beat(actor=ann.actor, now=NOW + 10 * MINUTE)
    with pytest.raises(Conflict):
        services.done(duty=duty, actor=bob.actor, now=NOW + 20 * MINUTE, reason="x")
    assert services.free_claims(now=NOW + 26 * MINUTE) == 1
    services.claim(duty=duty, actor=bob.actor, now=NOW + 26 * MINUTE)
    assert Duty.objects.get().owner == bob


def test_an_expired_claim_can_be_taken_over(duty):
    ann, bob = make_user("ann"), make_user("bob")
    services.claim(duty=duty, actor=ann.actor, now=NOW)
    services.claim(duty=duty, actor=bob.actor, now=NOW + 16 * MINUTE)
    assert Duty.objects.get().owner == bob


def test_unclaim_is_for_the_holder(duty):
    ann, bob, sue = make_user("ann"), make_user("bob"), make_user("sue", "supervisor")
    services.claim(duty=duty, actor=ann.actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.unclaim(duty=duty, actor=bob.actor, now=NOW)
    services.unclaim(duty=duty, actor=sue.actor, now=NOW)
    assert (Duty.objects.get().state, Duty.objects.get().owner) == ("open", None)


def test_snooze_needs_a_reason_and_a_time_to_come(duty):
    ann = make_user("ann")
    with pytest.raises(Invalid):
        services.snooze(duty=duty, until=NOW + MINUTE, reason=" ", actor=ann.actor, now=NOW)
    with pytest.raises(Invalid):
        services.snooze(duty=duty, until=NOW, reason="later", actor=ann.actor, now=NOW)
    services.snooze(duty=duty, until=NOW + MINUTE, reason="waits for the bank", actor=ann.actor, now=NOW)
    fresh = Duty.objects.get()
    assert (fresh.state, fresh.reason, fresh.snoozed_until) == ("snoozed", "waits for the bank", NOW + MINUTE)


def test_done_needs_a_reason_and_keeps_who(duty):
    ann = make_user("ann")
    with pytest.raises(Invalid):
        services.done(duty=duty, actor=ann.actor, now=NOW)
    services.done(duty=duty, actor=ann.actor, now=NOW, reason="by phone")
    fresh = Duty.objects.get()
    assert (fresh.state, fresh.owner, fresh.reason, fresh.closed_at) == ("done", ann, "by phone", NOW)


def test_other_roles_and_foreign_stores_are_refused(duty):
    with pytest.raises(NotAllowed):
        services.claim(duty=duty, actor=make_user("wei", "warehouse").actor, now=NOW)
    stranger = Actor(
        "user", "x", ref=1, permissions=frozenset({"worklist.work_duty"}), store_ids=frozenset({0}), role="service"
    )
    with pytest.raises(Missing):
        services.claim(duty=duty, actor=stranger, now=NOW)
    program = Actor("token", "p", ref=1, permissions=frozenset({"worklist.work_duty"}), store_ids=None, role="service")
    with pytest.raises(NotAllowed):
        services.claim(duty=duty, actor=program, now=NOW)


def test_assigned_work_stays_assigned(duty):
    ann, sue, wei = make_user("ann"), make_user("sue", "supervisor"), make_user("wei", "warehouse")
    with pytest.raises(NotAllowed):
        services.assign(duty=duty, person=ann, actor=ann.actor, now=NOW)
    with pytest.raises(Invalid):
        services.assign(duty=duty, person=wei, actor=sue.actor, now=NOW)
    services.assign(duty=duty, person=ann, actor=sue.actor, now=NOW)
    assert services.free_claims(now=NOW + timedelta(days=9)) == 0
    assert Duty.objects.get().owner == ann


def test_retry_gives_a_stuck_duty_back_to_the_clock(rules):
    store, ann = make_store(), make_user("ann")
    services.plan(rule_key="test.nudge", subject_ids=[store.pk], now=NOW)
    Duty.objects.update(state="stuck", attempts=5)
    services.retry(duty=Duty.objects.get(), actor=ann.actor, now=NOW)
    assert services.run_due(now=NOW).acted == {"test.nudge": 1}


@pytest.mark.django_db(transaction=True)
def test_sixteen_agents_take_each_step_once(rules):
    """G1d, small: the full figure is measured by the proof run."""
    ids = [make_store(f"s{n}").pk for n in range(12)]
    services.plan(rule_key="test.sign", subject_ids=ids, now=NOW)
    duties, people = list(Duty.objects.all()), [make_user(f"u{n}") for n in range(16)]
    taken: list[tuple[int, int]] = []
    strange: list[BaseException] = []

    def work(person):
        try:
            for duty in duties:
                try:
                    services.claim(duty=duty, actor=person.actor, now=NOW)
                    taken.append((duty.pk, person.pk))
                except DomainError:
                    pass
        except BaseException as error:
            strange.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(p,)) for p in people]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert strange == []
    assert sorted(pk for pk, _who in taken) == sorted(d.pk for d in duties)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "warehouse"}, {"all_stores": False}])
def test_what_somebody_holds_who_has_gone_comes_back(duty, change):
    ann, sue = make_user("ann"), make_user("sue", "supervisor")
    services.assign(duty=duty, person=ann, actor=sue.actor, now=NOW)
    assert services.free_claims(now=NOW + timedelta(days=3)) == 0  # given to a person: stays there
    for name, value in change.items():
        setattr(ann, name, value)
    ann.save()
    assert services.free_claims(now=NOW + timedelta(days=3)) == 1
    assert (Duty.objects.get().state, Duty.objects.get().owner) == ("open", None)


def test_nothing_is_given_to_somebody_who_has_left(duty):
    gone, sue = make_user("gone"), make_user("sue", "supervisor")
    gone.is_active = False
    gone.save()
    with pytest.raises(Invalid):
        services.assign(duty=duty, person=gone, actor=sue.actor, now=NOW)


def test_what_was_just_done_or_put_away_is_taken_back(duty):
    ann, bob = make_user("ann"), make_user("bob")
    services.done(duty=duty, actor=ann.actor, now=NOW, reason="by phone")
    with pytest.raises(Conflict):
        services.take_back(duty=duty, actor=bob.actor, now=NOW + MINUTE)
    with pytest.raises(Conflict):
        services.take_back(duty=duty, actor=ann.actor, now=NOW + 61 * MINUTE)
    services.take_back(duty=duty, actor=ann.actor, now=NOW + MINUTE)
    held = Duty.objects.get()
    assert (held.state, held.owner, held.closed_at, held.reason) == ("open", None, None, "")
    services.snooze(duty=duty, until=NOW + 60 * MINUTE, reason="waits", actor=ann.actor, now=NOW)
    services.take_back(duty=duty, actor=bob.actor, now=NOW + MINUTE)
    assert Duty.objects.get().state == "open"


def test_a_duty_that_came_back_by_itself_is_not_taken_back_twice(duty):
    ann = make_user("ann")
    services.done(duty=duty, actor=ann.actor, now=NOW, reason="by phone")
    services.plan(rule_key="test.sign", subject_ids=[duty.subject_id], now=NOW)
    with pytest.raises(Conflict, match="come back"):
        services.take_back(duty=duty, actor=ann.actor, now=NOW + MINUTE)


@pytest.mark.parametrize(
    ("hour", "offered"),
    [(9, ["hour", "afternoon", "tomorrow", "monday"]), (14, ["hour", "tomorrow", "monday"])],
)
def test_quick_times_lie_ahead(hour, offered):
    local = NOW.replace(hour=hour)
    found = ranking.later_choices(local)
    assert list(found) == offered and all(at > local for at in found.values())
    assert found["monday"].weekday() == 0 and found["tomorrow"].hour == 9
