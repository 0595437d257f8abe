"""Workers of parcels that the machine kills: a process of its own does the work and dies by kill -9 before some statement, wherever
that is; the next one goes on. Nothing is lost, nothing is there twice, nobody is told twice."""

from __future__ import annotations

import json
import os
import random
import signal
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django_scopes import scopes_disabled

from conversations.models import Message
from core import copying
from core.audit import SYSTEM
from logistics.connectors.seventeentrack import signature
from logistics.models import FollowedNumber, Parcel, TrackingEvent, TrackingPush
from logistics.selectors import parcels as selectors
from logistics.services import sources, tracking
from logistics.services.sources import registering
from stores.contracts import RemoteEvent
from tests.factories import parcels as make
from tests.factories.sources import KEY, make_source
from tests.logistics.histories import BEGIN, DAY, HOUR, SUBS
from tests.logistics.tracking_stage import set_house
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

KILLS = 200 if os.environ.get("SAMPAN_SCALE") == "full" else 25
WAY = ("picked_up", "left_origin", "arrived", "ready_for_collection", "attempted", "delivered")


def in_a_process(work: Callable[[], Any], dies_before: int | None) -> int:
    """Do the work in a child with a connection of its own; answers the signal that ended it (0 = it came to its end)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons warn of threads; the child uses none of theirs
        child = os.fork()
    if child == 0:
        code = 1
        try:
            kept = connection.connection  # noqa: F841 - the parent's: closing it here would end it there
            connection.connection = None
            if dies_before is not None:
                die_before(dies_before)
            with scopes_disabled():
                work()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work itself failed"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def die_before(statement: int) -> None:
    """From now on count the statements of this process, COPY included, and be killed before the so-many-th."""
    left, whole = [statement], copying._copy

    def count() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def told(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        count()
        return execute(sql, params, many, context)

    def copied(*args: Any) -> int:
        count()
        return whole(*args)

    copying._copy = copied
    connection.execute_wrappers.append(told)


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-11")
def test_a_worker_killed_anywhere_loses_and_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "drain", [])
    monkeypatch.setattr(
        current_app, "send_task", lambda *args, **more: None
    )  # the hurry is lost: the rows are the truth
    dice, killed = random.Random(11), 0
    with scopes_disabled():
        set_house(BEGIN)
        shop, source = make.store("spreadsheet"), make_source("kill", created=BEGIN)
        boxes = [make.parcel(shop, "EMS" if n % 2 else "CP_REG") for n in range(6)]
        registering.want(source=source, now=BEGIN)
        FollowedNumber.objects.update(state="registered", registered_at=BEGIN, asked_at=BEGIN, next_try_at=None)
        for turn in range(KILLS):
            now = BEGIN + (turn + 1) * 45 * DAY / KILLS
            stage = WAY[min(len(WAY) - 1, turn * len(WAY) // KILLS)]
            told = RemoteEvent("", now - HOUR, stage, f"{stage} {turn}", "Post 7")
            keep_pushes(boxes[:3], told, now)

            def work(now: datetime = now, told: RemoteEvent = told) -> None:
                remotes = [
                    RemoteEvent(box.tracking_number, told.at, told.stage, told.description, told.location)
                    for box in boxes[3:]
                ]
                tracking.record_remote(store=shop, remotes=remotes, source="channel", actor=SYSTEM, now=now)
                sources.read(now=now)
                worklist.run_due(now=now)

            killed += in_a_process(work, dice.randrange(0, 160)) == signal.SIGKILL
            if turn % 3 == 2 or turn == KILLS - 1:
                in_a_process(work, None)  # one that lives: what its killed predecessors were told is told again
                for before in range(max(0, turn - 2), turn):
                    again(boxes[3:], shop, BEGIN + (before + 1) * 45 * DAY / KILLS, before, now)
        assert killed > KILLS / 2, "hardly anybody died: the run proves nothing"
        end = now + HOUR
        worklist.run_due(now=end)
        assert not TrackingPush.objects.exclude(state="done").exists()
        kept = Counter(TrackingEvent.objects.values_list("parcel_id", "description"))
        assert set(kept.values()) == {1} and len(kept) == 6 * KILLS, "each event once"
        assert {p.state for p in Parcel.objects.all()} == {"delivered"}
        assert list(selectors.unwatched(end, older_than=0 * HOUR)) == []
        assert not Duty.objects.filter(rule="logistics.parcel_check", closed_at__isnull=True).exists()
        texts = Counter(Message.objects.filter(direction="out").values_list("about_id", "template_code", "at"))
        assert texts and set(texts.values()) == {1}


def keep_pushes(boxes: list[Parcel], told: RemoteEvent, now: datetime) -> None:
    """The source pushes: stored before it is answered."""
    for box in boxes:
        event = {
            "time_utc": told.at.isoformat(),
            "description": told.description,
            "location": told.location,
            "sub_status": SUBS[told.stage],
        }
        data = {
            "number": box.tracking_number,
            "carrier": 3011,
            "track_info": {"tracking": {"providers": [{"events": [event]}]}},
        }
        body = json.dumps({"event": "TRACKING_UPDATED", "data": data}).encode()
        assert sources.keep(code="kill", body=body, sign=signature(body, KEY), now=now) is True


def again(boxes: list[Parcel], shop: Any, then: datetime, turn: int, now: datetime) -> None:
    """The channel shows its whole list of events at the next asking: also those whose reader was killed."""
    stage = WAY[min(len(WAY) - 1, turn * len(WAY) // KILLS)]
    remotes = [RemoteEvent(box.tracking_number, then - HOUR, stage, f"{stage} {turn}", "Post 7") for box in boxes]
    tracking.record_remote(store=shop, remotes=remotes, source="channel", actor=SYSTEM, now=now)
