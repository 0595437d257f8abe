"""A simulated past: same seed, same rows; nothing forgotten; every promise of the house kept."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scopes_disabled

from core import jobs
from core.invariants import check_all
from core.models import SystemMark
from demo.services import life, simulation, world
from orders.models import Order
from stores.models import OutboundCall
from tests.factories.accounts import make_person

FULL = os.environ.get("SAMPAN_SCALE") == "full"
DAYS, PER_DAY = (60, 50) if FULL else (9, 3)
END = datetime(2026, 11, 21, 16, tzinfo=UTC)
#: What the first life of a seed came to, for the second one.
LIVED: dict[int, dict[str, Any]] = {}


def live(folder: Path, monkeypatch: pytest.MonkeyPatch, *, seed: int, trouble: int = 0) -> dict[str, Any]:
    """Run the command in an empty database and answer what it printed."""
    monkeypatch.setenv("SAMPAN_DATA", str(folder))
    call_command("load_reference", "--json", stdout=io.StringIO())
    out = io.StringIO()
    call_command(
        "simulate", "--days", str(DAYS), "--orders-per-day", str(PER_DAY), "--seed", str(seed), "--until", END.isoformat(), "--json",
        "--trouble", str(trouble), stdout=out,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.covers("OPS-01")
def test_the_same_seed_is_the_same_past(turn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = live(tmp_path, monkeypatch, seed=4)
    assert found["orders"] == DAYS * PER_DAY
    assert found["parcels"] > 0
    assert found["forgotten"] == 0, "an order nobody looks after"
    with scopes_disabled():
        assert Order.objects.count() == found["orders"]
        broken = [(row.invariant.title, row.count, row.samples) for row in check_all(END) if row.count]
    assert broken == []
    assert not jobs.time_stands_still("demo"), "the clock goes on after the past was lived"
    assert (tmp_path / "sandbox.sqlite3").exists(), "the pretend shop keeps what it knows"
    before = LIVED.setdefault(4, found)
    assert found["digest"] == before["digest"]


@pytest.mark.skipif(not FULL, reason="two more lives, half a minute; part of make proof")
@pytest.mark.django_db(transaction=True)
def test_another_seed_is_another_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.demo.test_simulation.DAYS", 2)
    assert live(tmp_path, monkeypatch, seed=5)["digest"] != live(tmp_path, monkeypatch, seed=6)["digest"]


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_misbehaves_all_the_time_breaks_no_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = live(tmp_path, monkeypatch, seed=8, trouble=8)
    assert found["orders"] == DAYS * PER_DAY and found["parcels"] > 0 and found["forgotten"] == 0
    with scopes_disabled():
        assert OutboundCall.objects.filter(attempts__gt=1).exists(), "nothing went wrong: the run proves nothing"
        broken = [(row.invariant.title, row.count, row.samples) for row in check_all(END) if row.count]
    assert broken == []


@pytest.mark.django_db
def test_a_database_people_work_in_is_refused() -> None:
    make_person("manager")
    with pytest.raises(CommandError, match="no demonstration"):
        call_command("simulate", "--days", "1", "--json", stdout=io.StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "orders"), [("0", "5"), ("5", "0"), ("1001", "5")])
def test_sizes_out_of_range_are_refused(days: str, orders: str) -> None:
    with pytest.raises(CommandError, match="1 to"):
        call_command("simulate", "--days", days, "--orders-per-day", orders, stdout=io.StringIO())


@pytest.mark.django_db
def test_a_second_past_waits_and_a_dead_one_holds_nobody() -> None:
    now = datetime.now(UTC)
    with simulation.standing_still(lambda: now):
        assert jobs.time_stands_still("orders.refresh")
        assert not jobs.time_stands_still("core.beat")
        with pytest.raises(Exception, match="Another pretended past"), simulation.standing_still(lambda: now):
            pass
        SystemMark.objects.filter(name=jobs.SIMULATION).update(
            value={"alive_at": (now - timedelta(hours=1)).isoformat()}
        )
        assert not jobs.time_stands_still("orders.refresh")
    assert not SystemMark.objects.filter(name=jobs.SIMULATION).exists()


def test_dice_do_not_depend_on_who_threw_before() -> None:
    first = [world.dice(1, "a", n).random() for n in range(5)]
    world.dice(1, "b").random()
    assert first == [world.dice(1, "a", n).random() for n in range(5)]
    assert first != [world.dice(2, "a", n).random() for n in range(5)]


@pytest.mark.parametrize("country", sorted(world.buyers()))
def test_every_country_has_a_lane_addresses_and_words(country: str) -> None:
    assert country in world.lanes()
    told = world.buyers()[country]
    words = world.phrases()[told["language"]]
    assert set(words) == set(world.phrases()["en"])
    assert all(sentences and all(sentences) for sentences in words.values())
    assert told["names"]
    assert told["addresses"]


def test_sessions_are_working_hours_and_the_end() -> None:
    start, end = END - timedelta(days=2), END + timedelta(hours=2)
    times = list(life.sessions(start=start, end=end))
    assert times == sorted(set(times))
    assert times[-1] == end
    assert {at.astimezone(life.ZONE).hour for at in times[:-1]} == set(life.SESSIONS)
    assert len(times) == 2 * len(life.SESSIONS) + 1


@pytest.mark.parametrize("seed", range(20))
def test_a_way_is_told_in_order_and_ends_once(seed: int) -> None:
    """Whatever the dice say: picked up first, nothing after the end, confirmed only after arrival."""
    now = datetime(2026, 9, 1, 9, tzinfo=UTC)
    for number in range(40):
        sent = world.Sent(f"{number}", f"RB{number}CN", "BR", "postal_registered", "br1", "Sao Paulo")
        told = list(world.journey(seed, sent, now))
        events = [one for one in told if one.what == "event"]
        assert events == sorted(events, key=lambda one: one.at)
        assert events[0].told["stage"] == "picked_up"
        ends = [one for one in events if one.told["stage"] in {"delivered", "returned"}]
        assert len(ends) <= 1
        assert not ends or events[-1] == ends[0]
        arrived = [one.at for one in events if one.told["stage"] == "delivered"]
        for one in told:
            if one.what in {"finish", "rate"}:
                assert arrived
                assert one.at > arrived[0]
