"""Long work: done once, taken up again after a death, stopped when asked, given up after five faults."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import translation
from django.utils.translation import gettext_lazy

from accounts import services
from core import longwork, tasks
from core.audit import SYSTEM, Actor
from core.clock import utcnow
from core.errors import Conflict, Invalid
from core.models import Job
from core.selectors import jobs_for
from tests.core.conftest import NOW
from tests.factories.accounts import make_person, make_store

seen: list[Any] = []


@longwork.runner("test.steps", "Steps")
def steps(work: longwork.Work) -> None:
    first = work.place is None
    for number in range(work.place or 0, 6):
        if number == work.payload.get("die_at") and first:
            raise KeyboardInterrupt  # the process is killed: nothing below runs
        if number == work.payload.get("slow_at") and first:
            raise SoftTimeLimitExceeded
        if number == work.payload.get("fault_at"):
            raise RuntimeError("fault")
        if number == work.payload.get("refuse_at"):
            raise Invalid("no_more", "No more.")
        if number == work.payload.get("cancel_at"):
            longwork.cancel(job=work.job, actor=SYSTEM, now=NOW)
        seen.append((number, translation.get_language(), work.actor.label))
        work.step()
        work.save_place(number + 1)
    work.log("enough")
    work.result(sum=6)
    work.file(io.BytesIO(b"result"), "../../etc/x.txt")


@pytest.fixture
def start(db: None) -> Any:
    seen.clear()

    def make(**payload: Any) -> Job:
        with translation.override("zh-hans"):
            return longwork.start(
                "test.steps", actor=Actor("user", "Lin", store_ids=None), now=NOW, payload=payload, total=6
            )

    return make


def state(job: Job) -> tuple[str, int]:
    job.refresh_from_db()
    return job.state, job.done


def free(job: Job) -> None:
    """The lease of a dead worker has run out."""
    Job.objects.filter(pk=job.pk).update(lease_until=utcnow() - timedelta(seconds=1))


def test_it_runs_as_its_requester_and_keeps_its_result(start: Any) -> None:
    job = start()
    assert longwork.run(job.pk) == "done"
    assert state(job) == ("done", 6)
    assert {(lang, who) for _n, lang, who in seen} == {("zh-hans", "Lin")}
    assert (job.result, job.result_name, job.log[-1][1:]) == ({"sum": 6}, "../../etc/x.txt"[:200], ["info", "enough"])
    assert longwork.private_storage().open(job.result_file).read() == b"result" and ".." not in job.result_file


def test_the_kind_of_a_job_is_said_in_the_readers_language() -> None:
    longwork.runner("test.worded", gettext_lazy("Jobs"))(lambda work: None)
    with translation.override("zh-hans"):
        assert longwork.title_of("test.worded", "Jobs") == "任务"
        assert longwork.title_of("test.worded", "Print batch B-1") == "Print batch B-1"
        assert longwork.title_of("nobody.knows", "Jobs") == "Jobs"


def test_a_held_job_is_not_run_twice(start: Any) -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(state="running", lease_until=utcnow() + timedelta(seconds=60))
    assert longwork.run(job.pk) == "held" and seen == []


def test_after_a_death_another_worker_goes_on_where_it_stood(start: Any) -> None:
    job = start(die_at=4)
    with pytest.raises(KeyboardInterrupt):
        longwork.run(job.pk)
    assert state(job) == ("running", 4)
    assert list(longwork.waiting(utcnow())) == []
    free(job)
    assert tasks.sweep_jobs() == 1
    assert longwork.run(job.pk) == "done"
    assert [n for n, *_ in seen] == [0, 1, 2, 3, 4, 5] and state(job) == ("done", 6)


def test_a_time_limit_hands_the_rest_to_the_next_task(start: Any) -> None:
    job = start(slow_at=3)
    assert longwork.run(job.pk) == "continued"
    assert longwork.run(job.pk) == "done" and [n for n, *_ in seen] == [0, 1, 2, 3, 4, 5]


def test_cancel_stops_at_the_next_step_and_keeps_what_was_done(start: Any) -> None:
    job = start(cancel_at=2)
    assert longwork.run(job.pk) == "cancelled" and state(job) == ("cancelled", 2)
    waiting = start()
    longwork.cancel(job=waiting, actor=SYSTEM, now=NOW)
    assert state(waiting) == ("cancelled", 0) and longwork.run(waiting.pk) == "held"
    done = start()
    longwork.run(done.pk)
    with pytest.raises(Conflict):
        longwork.cancel(job=done, actor=SYSTEM, now=NOW)


def test_a_refusal_ends_it_with_the_sentence(start: Any) -> None:
    job = start(refuse_at=1)
    assert longwork.run(job.pk) == "failed"
    assert (
        state(job) == ("failed", 1) and job.log[-1][1:] == ["error", "No more."] and job.result == {"code": "no_more"}
    )


def test_a_fault_is_tried_five_times_and_then_given_up(start: Any) -> None:
    job = start(fault_at=0)
    answers = []
    for _ in range(5):
        answers.append(longwork.run(job.pk))
        free(job)
    assert answers == ["retry"] * 4 + ["failed"]
    assert longwork.run(job.pk) == "held"


@pytest.mark.parametrize(("facts", "answer", "who"), [({}, "done", 6), ({"is_active": False}, "failed", 0)])
def test_rights_are_those_the_person_still_has(start: Any, person: Any, facts: dict, answer: str, who: int) -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(requester=person, actor=person.actor.as_json())
    type(person).objects.filter(pk=person.pk).update(role="service", **facts)
    assert longwork.run(job.pk) == answer and len(seen) == who
    job.refresh_from_db()
    still = longwork._still(job, person.actor, NOW) if not facts else None
    assert still is None or (still.has_perm("orders.view_order") and not still.has_perm("accounts.change_people"))


def test_who_lost_the_lease_changes_nothing_more(start: Any) -> None:
    job = start()
    first = longwork._claim(job.pk, utcnow())
    assert first is not None
    free(job)
    second = longwork._claim(job.pk, utcnow())
    assert second is not None and second.attempts == 2
    with pytest.raises(longwork.Cancelled):
        longwork.Work(first, SYSTEM).step()
    longwork._finish(first, "failed")
    assert state(job)[0] == "running"


def test_work_of_other_stores_is_not_shown_even_to_keepers_of_the_audit_trail(db: None) -> None:
    here, there = make_store(), make_store()
    sue, ann = make_person("supervisor", [here]), make_person("supervisor")
    of_here, of_there, of_both, wide = (
        longwork.start("test.steps", actor=make_person("service", stores).actor, now=NOW, payload={})
        for stores in ([here], [there], [here, there], None)
    )
    mine = longwork.start("test.steps", actor=sue.actor, now=NOW, payload={})
    house = longwork.start("test.steps", actor=SYSTEM, now=NOW, payload={})
    assert set(jobs_for(sue.actor)) == {of_here, mine}
    assert set(jobs_for(ann.actor)) == {of_here, of_there, of_both, wide, mine, house}


def finished(person: Any) -> Job:
    """Work of a person that left a file."""
    job = longwork.start("test.steps", actor=person.actor, now=NOW, payload={}, total=6)
    assert longwork.run(job.pk) == "done"
    return Job.objects.get(pk=job.pk)


def page_and_rest(client: Any, job: Job) -> list[int]:
    return [
        client.get(f"/jobs/{job.pk}/result/").status_code,
        client.get(f"/api/v1/jobs/{job.pk}/result/").status_code,
    ]


def test_a_result_is_fetched_by_who_still_may(db: None, client: Any) -> None:
    here, there = make_store(), make_store()
    seen.clear()
    sue = make_person("supervisor", [here, there])
    both = finished(sue)
    client.force_login(sue)
    assert page_and_rest(client, both) == [200, 200]
    sue.current_store = here  # looks at one of her stores only
    sue.save()
    assert page_and_rest(client, both) == [200, 200]
    sue.memberships.filter(store=there).delete()
    assert page_and_rest(client, both) == [404, 404]
    only_here = finished(type(sue).objects.get(pk=sue.pk))
    assert page_and_rest(client, only_here) == [200, 200]
    type(sue).objects.filter(pk=sue.pk).update(role="warehouse")
    assert page_and_rest(client, only_here) == [404, 404]
    type(sue).objects.filter(pk=sue.pk).update(role="supervisor", is_active=False)
    assert 200 not in page_and_rest(client, only_here)


def test_work_of_a_token_that_ended_does_not_run(db: None, person: Any) -> None:
    seen.clear()
    token, _key = services.create_token(program="shop", role="supervisor", actor=SYSTEM, now=NOW)
    job = longwork.start("test.steps", actor=token.actor, now=NOW, payload={}, total=6)
    live = longwork.start("test.steps", actor=token.actor, now=NOW, payload={}, total=6)
    assert longwork.run(live.pk) == "done" and len(seen) == 6
    services.revoke_token(token=token, actor=SYSTEM, now=NOW)
    assert longwork.run(job.pk) == "failed" and len(seen) == 6
    job.refresh_from_db()
    assert job.result == {"code": "token_ended"}


@longwork.runner("test.pieces", "Pieces")
def pieces(work: longwork.Work) -> None:
    work.keep_part([["Anna Braun", "Hauptstr. 1"]])
    if work.payload["then"] == "died":
        raise KeyboardInterrupt
    if work.payload["then"] == "refused":
        raise Invalid("no_more", "No more.")
    if work.payload["then"] == "cancelled":
        longwork.cancel(job=work.job, actor=SYSTEM, now=NOW)
        work.step()


@pytest.mark.parametrize("then", ["done", "refused", "cancelled"])
def test_what_was_kept_for_the_next_worker_goes_when_there_is_none(
    db: None, then: str, django_capture_on_commit_callbacks: Any
) -> None:
    job = longwork.start("test.pieces", actor=SYSTEM, now=NOW, payload={"then": then})
    with django_capture_on_commit_callbacks(execute=True):
        longwork.run(job.pk)
    assert state(job)[0] in ("done", "failed", "cancelled") and longwork.pieces_of(job.pk) == []


def test_what_must_be_forgotten_goes_from_the_pieces_of_unfinished_work(
    db: None, django_capture_on_commit_callbacks: Any
) -> None:
    job = longwork.start("test.pieces", actor=SYSTEM, now=NOW, payload={"then": "died"})
    with pytest.raises(KeyboardInterrupt):
        longwork.run(job.pk)
    assert len(longwork.pieces_of(job.pk)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        longwork.forget_files(job_ids=[job.pk])
    assert longwork.pieces_of(job.pk) == []
