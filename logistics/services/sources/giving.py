"""What a source tells of numbers becomes events of the parcels it is meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from core.audit import Actor
from logistics.choices import FollowState
from logistics.connectors import seventeentrack as words
from logistics.models import FollowedNumber, TrackingSource
from logistics.rules.sources import owners
from logistics.selectors import sources as selectors
from logistics.selectors.parcels import clean_number
from logistics.services.sources.wire import TRACKER
from logistics.services.tracking import events
from stores.contracts import RemoteEvent

SOURCE = "17track"


@dataclass(frozen=True)
class Told:
    """News of one number at a source."""

    number: str
    carrier: int | None
    info: Mapping[str, Any]


@dataclass
class Given:
    """What came of it: new events, numbers nobody here knows (or knows with another carrier), events of no parcel of ours."""

    events: int = 0
    unknown: set[str] = field(default_factory=set)
    strangers: int = 0


def give(*, source: TrackingSource, told: Sequence[Told], now: datetime, actor: Actor = TRACKER) -> Given:
    """Record news of numbers. Each event goes to the parcel whose hand-over fits its time; the order and the number of
    tellings do not matter. The statements do not grow with the numbers."""
    found = Given()
    with transaction.atomic():
        rows = _rows(source, told)
        meant = [one for one in told if _meant(one, rows.get(one.number, ()))]
        found.unknown = {one.number for one in told} - {one.number for one in meant}
        uses = selectors.uses_anywhere({one.number for one in meant})
        margin = selectors.margin(now)
        by_parcel: dict[int, list[RemoteEvent]] = defaultdict(list)
        for one in meant:
            for event in words.events_of(one.number, one.info):
                whose = owners(event.at, event.stage, uses.get(clean_number(one.number), ()), margin)
                found.strangers += not whose
                for parcel_id in whose:
                    by_parcel[parcel_id].append(event)
        found.events = events.record_events(parcel_events=by_parcel, source=SOURCE, now=now, actor=actor).events
        _heard(source, meant, now)
    return found


def _rows(source: TrackingSource, told: Sequence[Told]) -> dict[str, list[FollowedNumber]]:
    found: dict[str, list[FollowedNumber]] = defaultdict(list)
    numbers = sorted({one.number for one in told})
    for row in FollowedNumber._base_manager.filter(source=source, number__in=numbers).order_by("pk"):
        found[row.number].append(row)
    return found


def _meant(one: Told, rows: Sequence[FollowedNumber]) -> bool:
    """Whether the news is of a number we follow: the same number at another carrier is somebody else's parcel."""
    return any(row.carrier is None or one.carrier is None or row.carrier == one.carrier for row in rows)


def _heard(source: TrackingSource, told: Sequence[Told], now: datetime) -> None:
    """The numbers were heard of, and their carrier is known now."""
    rows = FollowedNumber._base_manager.filter(source=source, number__in=sorted({one.number for one in told}))
    rows.exclude(state=FollowState.STOPPED).filter(Q(heard_at__isnull=True) | Q(heard_at__lt=now)).update(heard_at=now)
    by_carrier: dict[int, set[str]] = defaultdict(set)
    for one in told:
        if one.carrier:
            by_carrier[one.carrier].add(one.number)
    for carrier, numbers in by_carrier.items():
        FollowedNumber._base_manager.filter(
            source=source, number__in=sorted(numbers), carrier__isnull=True, state=FollowState.REGISTERED
        ).update(carrier=carrier)
