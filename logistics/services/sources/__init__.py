"""Tracking sources: numbers are given to them, their news is taken in, their silence is noticed."""

from __future__ import annotations

import uuid
from datetime import datetime

from logistics.models import TrackingSource
from logistics.selectors import sources as selectors
from logistics.services.sources import asking, changing, registering
from logistics.services.sources.giving import Told, give
from logistics.services.sources.managing import (
    ask_test,
    change_source,
    create_source,
    give_up,
    pause_source,
    pick_carrier,
    resume_source,
    test_source,
    try_again,
)
from logistics.services.sources.pushes import LARGEST, forget_old, keep, note_refused, read, read_again
from logistics.services.sources.silence import looked_up, watch
from logistics.services.sources.wire import line


def walk(*, source: TrackingSource, now: datetime) -> dict[str, int]:
    """One round with a source: what is new is wanted, what ended is stopped, what waits is registered, what is quiet is asked
    about. A source in trouble answers less; the rest comes with a later round. All parcels are looked through once an hour, what was
    handed over or ended since then each time."""
    since, newest = registering.since_whole(source, now), selectors.newest_parcel()
    done = {"wanted": registering.want(source=source, now=now, since=since)}
    with line(source, uuid.uuid4().hex[:12], now) as opened:
        if opened is None:
            done["stopped"] = registering.stop(line=None, source=source, now=now, since=since)
            registering.note_whole(source, now, newest, done, since)
            return done
        asking.ask_quota(line=opened, now=now)
        done["registered"] = registering.register(line=opened, now=now)
        done["stopped"] = registering.stop(line=opened, source=source, now=now, since=since)
        done["changed"] = changing.change(line=opened, now=now)
        done["asked"] = asking.ask(line=opened, now=now)
        registering.note_whole(source, now, newest, done, since)
    return done


__all__ = [
    "LARGEST", "Told", "ask_test", "change_source", "create_source", "forget_old", "give", "give_up", "keep", "looked_up",
    "note_refused", "pause_source", "pick_carrier", "read", "read_again", "resume_source", "test_source", "try_again", "walk",
    "watch",
]  # fmt: skip
