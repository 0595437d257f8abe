"""What every follow-up keeps, whoever declared it: complete, stops, repeats, survives a crash, never acts twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, models
from django_scopes import scopes_disabled

from accounts.choices import Role
from accounts.models import Store
from core.events import SUBSCRIPTIONS
from core.jobs import JOBS
from worklist import services
from worklist.choices import Band, Doer, Group
from worklist.models import Duty
from worklist.registry import RULES, AsDue, Every, FollowUpRule

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
REAL = sorted(RULES)
CLOCK = [key for key in REAL if RULES[key].doer == Doer.CLOCK]


def own(rule: FollowUpRule, name: str) -> bool:
    """Whether the rule itself says it."""
    return getattr(type(rule), name) is not getattr(FollowUpRule, name)


@pytest.mark.parametrize("key", REAL)
def test_a_rule_is_complete(key):
    rule = RULES[key]
    app = key.split(".")[0]
    assert type(rule).__module__.split(".")[0] == app
    assert rule.title and issubclass(rule.target, models.Model)
    assert (
        rule.doer in Doer.values
        and rule.group in Group.values
        and rule.band in Band.values
        and rule.role in Role.values
    )
    assert rule.minutes > 0 and 0 <= rule.chance <= 1
    for name in ("candidates", "due_at", "over"):
        assert own(rule, name), f"{key} does not say {name}"
    if rule.doer == Doer.CLOCK:
        assert own(rule, "act") or own(rule, "act_many"), f"{key} does nothing"
        assert rule.again is None or isinstance(rule.again, Every | AsDue)
    else:
        assert not own(rule, "act") and rule.again is None, f"{key}: people act, not the clock"
        assert own(rule, "facts"), f"{key}: a line on Today says what it is about"
    if rule.starts_on is not None:
        assert own(rule, "subject_of")


@pytest.mark.parametrize("key", REAL)
def test_events_that_start_a_rule_name_the_job_that_recovers_them(key):
    rule = RULES[key]
    events = rule.starts_on if isinstance(rule.starts_on, tuple) else (rule.starts_on,)
    for event in filter(None, events):
        assert any(s.recovered_by == "worklist.sweep" for s in SUBSCRIPTIONS[event])
    assert "worklist.sweep" in JOBS


@pytest.mark.django_db
@pytest.mark.parametrize("key", REAL)
def test_the_question_for_candidates_can_be_asked_set_wise(key, django_assert_max_num_queries):
    rule = RULES[key]
    with scopes_disabled(), django_assert_max_num_queries(6):
        found = rule.candidates(NOW)
        assert isinstance(found, models.QuerySet) and found.model is rule.target
        assert list(found.values_list("pk", flat=True)[:5]) == []
        assert rule.load([]) == []


class _Seen:
    """What the machinery did with a rule: acted, in which round."""

    def __init__(self) -> None:
        self.acts: list[tuple[int, int]] = []
        self.gone: set[int] = set()
        self.kill = 0


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """The real rule of the clock with its business taken out: subjects are stores, acts are noted in the database."""
    rule, note = RULES[request.param], _Seen()

    def act_many(subjects: list[Any], *, now: datetime, rounds: dict[int, int]) -> None:
        for subject in subjects:
            Store.objects.filter(pk=subject.pk).update(name=f"{rounds[subject.pk]}")
            note.acts.append((subject.pk, rounds[subject.pk]))
        if note.kill:
            note.kill -= 1
            raise KeyboardInterrupt

    taken = {
        "target": Store, "act_many": act_many, "load": lambda ids: list(Store.objects.filter(pk__in=list(ids)).order_by("pk")),
        "over": lambda subject, now: subject.pk in note.gone, "facts": lambda subject: {}, "stake": lambda subject: None,
        "store_of": lambda subject: subject.pk, "candidates": lambda now: Store.objects.exclude(pk__in=note.gone),
        "due_at": lambda subject, round, now: subject.created_at + timedelta(days=1 + round), "role_of": lambda s: "service",
        "band_of": lambda s: 3, "chance_of": lambda s: rule.chance,
    }  # fmt: skip
    for name, value in taken.items():
        monkeypatch.setitem(rule.__dict__, name, value)
    monkeypatch.setattr("worklist.registry.drain", [])
    whole = dict(RULES)
    RULES.clear()
    RULES[rule.key] = rule
    with scopes_disabled():
        yield rule, note
    RULES.clear()
    RULES.update(whole)


def stores(count: int) -> list[int]:
    made = [Store(code=f"f{n}", name="", kind="sandbox", currency="USD", created_at=NOW) for n in range(count)]
    return [s.pk for s in Store.objects.bulk_create(made)]


DAY = timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize("seen", CLOCK, indirect=True)
def test_it_stops_when_its_reason_has_gone(seen):
    rule, note = seen
    ids = stores(2)
    services.plan(rule_key=rule.key, subject_ids=ids, now=NOW)
    note.gone.add(ids[0])
    services.run_due(now=NOW + DAY)
    assert [pk for pk, _round in note.acts] == [ids[1]]
    note.gone.add(ids[1])
    services.run_until_done(now=NOW + 60 * DAY)
    assert len(note.acts) == 1 and not Duty.objects.filter(closed_at__isnull=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("seen", CLOCK, indirect=True)
def test_it_repeats_as_declared(seen):
    rule, note = seen
    ids = stores(1)
    services.plan(rule_key=rule.key, subject_ids=ids, now=NOW)
    for day in range(1, 40):
        services.run_due(now=NOW + day * DAY)
        services.sweep(now=NOW + day * DAY)
    rounds = [number for _pk, number in note.acts]
    if isinstance(rule.again, Every):
        assert len(rounds) == min(rule.again.rounds, 1 + 38 // rule.again.days)
    elif isinstance(rule.again, AsDue) or rule.restarts:
        assert len(rounds) > 1
    else:
        assert rounds == [0]
    assert rounds == sorted(set(rounds))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", CLOCK, indirect=True)
def test_it_survives_a_crash_in_the_middle(seen):
    rule, note = seen
    ids = stores(3)
    services.plan(rule_key=rule.key, subject_ids=ids, now=NOW)
    note.kill = 1
    with pytest.raises(KeyboardInterrupt):
        services.run_due(now=NOW + DAY)
    assert set(Store.objects.filter(pk__in=ids).values_list("name", flat=True)) == {""}  # nothing of it stayed
    note.acts.clear()
    services.run_due(now=NOW + DAY)
    assert sorted(note.acts) == sorted((pk, 0) for pk in ids)
    assert set(Store.objects.filter(pk__in=ids).values_list("name", flat=True)) == {"0"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", CLOCK, indirect=True)
def test_eight_threads_never_act_twice(seen):
    rule, note = seen
    ids = stores(24)
    services.plan(rule_key=rule.key, subject_ids=ids, now=NOW)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(6):
                services.run_due(now=NOW + DAY, limit=5)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    while services.run_due(now=NOW + DAY).total:
        pass
    assert errors == []
    assert sorted(note.acts) == sorted((pk, 0) for pk in ids)
