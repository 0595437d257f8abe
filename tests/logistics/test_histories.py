"""Ten thousand lives of parcels: whatever is told in whatever order, to workers that are killed, none is forgotten, the same
events end in the same state, nobody is told twice, and what a person said last counts until there is newer news."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Message
from core import remembering
from core.invariants import check_all
from logistics.models import Parcel, TrackingEvent
from logistics.rules.tracking import AHEAD, standing
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups
from stores import selectors as doors
from tests.logistics.histories import REST, World
from tests.logistics.tracking_stage import set_house
from worklist import registry
from worklist.models import Duty

pytestmark = pytest.mark.django_db
FULL = os.environ.get("SAMPAN_SCALE") == "full"
#: Worlds, histories in each, and how many of a hundred pieces of work are killed.
WORLDS, EACH, KILLS = (20, 500, 10) if FULL else (1, 24, 25)
#: Texts the clock says by itself, and what lies between two of them at least: the two days of the quickest row of the tables, less
#: the hours by which a check may come early. "Out for delivery" is told of each try.
SAID_ALONE = {"T03": timedelta(hours=42), "T05": timedelta(hours=42), "T05D": timedelta(hours=1)}
STANDING = (
    "state", "tracking_state", "last_event_at", "last_event_text", "held_since", "waiting_since", "post_office",
)  # fmt: skip


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Tables and texts; one shop lengthens by program, one by hand, one has no receiving time; nothing leaves the house."""
    monkeypatch.setattr(registry, "drain", [])
    program = frozenset({"extend_delivery", "send_email", "send_message"})
    monkeypatch.setattr(doors, "abilities", lambda store: program if store.kind == "sandbox" else frozenset())
    with scopes_disabled():
        from tests.logistics.histories import BEGIN

        set_house(BEGIN)
        yield


def look(world: World, now: datetime, ran: bool) -> None:
    """Each day: no parcel under way without a next check and a living duty; after a whole round of the clock everything that
    was told by then has had its effect, and no check is planned later than the parcel says."""
    alive = selectors.parcels_under_way()
    assert not alive.filter(next_check_at__isnull=True).exists()
    if not ran:
        return
    lost = [p.pk for p in selectors.unwatched(now, older_than=timedelta(minutes=30))]
    assert lost == [], world.story(lost[0])
    assert selectors.misaligned(now) == []
    rows = selectors.with_all(alive.values_list("pk", flat=True))
    tables, seen = lookups.tables(now), selectors.seen_events([p.pk for p in rows])
    for parcel in rows:
        stand = standing(
            seen[parcel.pk],
            coverage=tables.reach(parcel),
            now=now,
            stalled_days=tables.stalled_days(parcel.store),
            ends_after=parcel.ends_after,
        )
        assert stand.settled == "" and stand.tracking_state == parcel.tracking_state, (
            now,
            stand.tracking_state,
            parcel.tracking_state,
            parcel.next_check_at,
            world.story(parcel.pk),
        )
        assert parcel.next_check_at is not None and parcel.next_check_at > now, (now, world.story(parcel.pk))


def judge(world: World, now: datetime) -> None:
    """The end: who said what counts, each event lies with its own use of the number, twins are alike, nobody heard twice."""
    parcels = {p.pk: p for p in Parcel.objects.filter(store__in=world.stores)}
    kept: dict[int, set[tuple[Any, ...]]] = {pk: set() for pk in parcels}
    for event in TrackingEvent.objects.filter(parcel__in=parcels):
        kept[event.parcel_id].add((event.occurred_at, event.description, event.location))
    for pk, told in world.expected_events().items():
        assert kept[pk] <= told, f"an event of another use\n{world.story(pk)}"
        assert told - kept[pk] == set(), f"an event was lost\n{world.story(pk)}"
    for history in world.histories:
        for use, box in enumerate(history.parcels):
            state = parcels[box.pk].state
            assert ("" if state == "shipped" else state) == world.outcome(history, use), world.story(box.pk)
        if history.twin is not None and not history.decided and not world.histories[history.twin].decided:
            for mine, other in zip(history.parcels, world.histories[history.twin].parcels, strict=True):
                left, right = ({name: getattr(parcels[p.pk], name) for name in STANDING} for p in (mine, other))
                assert left == right, f"{world.story(mine.pk)}\n{world.story(other.pk)}"
                times = [parcels[p.pk].delivered_at for p in (mine, other)]  # never later than it was heard
                assert times[0] == times[1] or abs(times[0] - times[1]) < AHEAD, world.story(mine.pk)
                world.counted["twins"] += 1
    told_twice(world, parcels)
    ours = [row for row in check_all(now) if row.invariant.search.__module__.split(".")[0] in ("logistics", "worklist")]
    broken = [(row.invariant.title, row.count, row.samples) for row in ours if row.count]
    assert len(ours) > 10
    assert broken == []


def told_twice(world: World, parcels: dict[int, Parcel]) -> None:
    """No buyer hears the same of a parcel twice within days, whatever brought the checks forward (but for what a person
    lengthened)."""
    about = Message.objects.filter(direction="out", about_type="logistics.parcel", about_id__in=parcels)
    rows = about.filter(state="ready").exclude(template_code="")
    said: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for parcel_id, code, at, key in rows.values_list("about_id", "template_code", "at", "key"):
        base = lookups.base_of(code)
        if base in SAID_ALONE and ":hand-" not in key:
            said[parcel_id, base].append(at)
    world.counted["texts"] += rows.count()
    twice = [key for key, days in said.items() if any(b - a < SAID_ALONE[key[1]] for a, b in pairwise(sorted(days)))]
    keys = list(rows.filter(about_id__in=[pk for pk, *_ in twice]).order_by("about_id", "at").values_list("key", "at"))
    assert twice == [], "\n".join(
        [f"{len(twice)}", *(f"{key} {at:%m-%d %H:%M}" for key, at in keys), world.story(twice[0][0])]
    )


def lives(dice: random.Random, count: int, kills: int, *, first: int = 0, every: int = 1) -> World:
    world = World(dice, count, kills=kills, first=first, every=every)
    world.remember()
    now = world.live(look)
    judge(world, now)
    return world


@pytest.mark.covers("TRK-11", "TRK-01", "TRK-02")
@pytest.mark.parametrize("number", range(WORLDS))
def test_histories_in_any_order_end_alike_and_nothing_is_forgotten_or_said_twice(number: int) -> None:
    world = lives(random.Random(f"histories {number}"), EACH, KILLS, first=number * 10_000, every=1 if FULL else 2)
    found = world.counted
    assert found["kills"] > 10 and found["replays"] > 0 and found["texts"] > EACH / 10 and found["twins"] > EACH / 10
    assert Duty.objects.filter(rule="logistics.parcel_check").exists() and REST > 100
    print(f"{EACH} histories: {dict(found)}")


@pytest.mark.covers("TRK-11")
@settings(
    max_examples=60 if FULL else 2, deadline=None, derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
@given(dice=st.randoms(use_true_random=False))
def test_a_short_history_that_hypothesis_can_shrink(dice: random.Random) -> None:
    from django.db import transaction

    remembering.forget_all()  # the source of the history before
    with transaction.atomic():
        lives(dice, 2, 20, every=1 if FULL else 4)
        transaction.set_rollback(True)
