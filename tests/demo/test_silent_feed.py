"""A store that lives with 17TRACK as its only tracking source, and days in the middle on which the source tells nothing: every
parcel it follows becomes a person's, nothing is said to buyers meanwhile, and nothing twice afterwards."""

from __future__ import annotations

import io
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django_scopes import scopes_disabled

from conversations.models import Message
from core.clock import utcnow
from core.invariants import check_all
from core.models import PolicyValue
from demo.services import life, simulation
from disputes.models import Case
from logistics.connectors.seventeentrack_standin import Office, running
from logistics.models import FollowedNumber, Parcel, TrackingSource
from logistics.selectors.tracking import base_of
from logistics.services import sources
from tests.factories.sources import KEY, make_source
from worklist.models import Duty

FULL = os.environ.get("SAMPAN_SCALE") == "full"
DAYS, PER_DAY = (180, 4) if FULL else (8, 2)
END = datetime(2026, 11, 21, 16, tzinfo=UTC)
SILENT = timedelta(days=5)
ZONE = ZoneInfo("Asia/Shanghai")
#: What the pretended carriers say, in the words of the source.
SAID = {
    "picked_up": "InTransit_PickedUp", "left_origin": "InTransit_Departure", "arrived": "InTransit_Arrival", "held":
    "InTransit_CustomsRequiringInformation", "import_customs": "InTransit_CustomsProcessing", "in_transit": "InTransit_Other",
    "ready_for_collection": "AvailableForPickup_Other", "attempted": "DeliveryFailure_NoBody", "returning": "Exception_Returning",
    "returned": "Exception_Returned", "delivered": "Delivered_Other", "out_for_delivery": "OutForDelivery_Other",
}  # fmt: skip
#: Texts about a parcel under way that go out, or wait as drafts, by themselves.
ABOUT_THE_WAY = {"T03", "T04", "T05"}


class Watch:
    """Looks at the house after every session."""

    def __init__(self, office: Office, dead_from: datetime) -> None:
        self.office, self.dead_from, self.dead_to = office, dead_from, dead_from + SILENT
        self.blind: set[int] = set()
        self.silences: set[datetime] = set()
        self.spoke_at: datetime | None = None

    def happens(self, _life: Any, one: Any) -> list[Any]:
        """An event reaches the source, not the channel."""
        told = one.told
        self.office.put_events(told["number"], [{
            "time_utc": told["at"], "time_iso": None, "description": told["description"], "location": told["location"],
            "stage": None, "sub_status": SAID[told["stage"]],
        }])  # fmt: skip
        return []

    def session(self, now: datetime, done: dict[str, int]) -> None:
        """The feed is dead or pushes; while the source counts as silent, nobody is forgotten."""
        self.office.dead = self.dead_from <= now < self.dead_to
        self.office.push(
            "",
            send=lambda url, body, sign: (
                200 if sources.keep(code="t17", body=body, sign=sign, now=now) is not None else 401
            ),
        )
        source = TrackingSource.objects.get()
        if source.silent_since is None:
            if self.silences and self.spoke_at is None:
                self.spoke_at = now
            return
        self.silences.add(source.silent_since)
        affected = set(
            FollowedNumber.objects.filter(state__in=["wanted", "registered"], parcel__state="shipped").values_list(
                "parcel_id", flat=True
            )
        )
        duties = Duty.objects.filter(rule="logistics.blind_parcel", closed_at__isnull=True)
        assert affected <= set(duties.values_list("subject_id", flat=True)), f"{now}: a parcel nobody looks up"
        self.blind |= affected


def words() -> list[tuple[int, str, date, date]]:
    """Every day that a text named: parcel, key of the text, day it was said, day the buyer was told to hear from us."""
    rows = Message.objects.filter(
        direction="out", state="ready", about_type="logistics.parcel", facts__dates__has_key="next_check_date"
    )
    told = rows.order_by("about_id", "at", "pk").values_list("about_id", "key", "at", "facts__dates__next_check_date")
    return [(about, key, at.astimezone(ZONE).date(), date.fromisoformat(day)) for about, key, at, day in told]


def early_words() -> list[Any]:
    """Texts that the clock said again before the day that the one before had named."""
    pairs = zip(known := words(), known[1:], strict=False)
    return [(a, b) for a, b in pairs if a[0] == b[0] and b[2] < a[3] and b[1].startswith("T03:") and ":check-" in b[1]]


def broken_words() -> list[Any]:
    """Days that were named and passed (a draft has until the next) without a word to the buyer, though the parcel was under way, nothing was disputed and no
    person was called."""
    parcels, disputed = Parcel.objects.in_bulk(), set(Case.objects.values_list("order_id", flat=True))
    said: dict[int, list[date]] = {}
    for about, at in Message.objects.filter(direction="out", state="ready", about_type="logistics.parcel").values_list(
        "about_id", "at"
    ):
        said.setdefault(about, []).append(at.astimezone(ZONE).date())
    called: dict[int, list[tuple[date, date]]] = {}
    for subject, opened, closed in Duty.objects.filter(
        rule__in=["logistics.parcel_step", "logistics.blind_parcel"]
    ).values_list("subject_id", "created_at", "closed_at"):
        called.setdefault(subject, []).append((opened.astimezone(ZONE).date(), (closed or END).astimezone(ZONE).date()))
    broken = []
    for about, key, at, day in words():
        parcel = parcels[about]
        ended = parcel.settled_at is not None and parcel.settled_at.astimezone(ZONE).date() <= day
        kept = any(at < other <= day + timedelta(days=1) for other in said[about]) or any(a <= day <= b for a, b in called.get(about, ()))
        if day < END.date() and not ended and not kept and parcel.order_id not in disputed:
            broken.append((about, key, f"{at}", f"{day}", parcel.state, parcel.tracking_state, parcel.advice_rule))
    return broken


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-11")
def test_a_feed_that_dies_for_days_forgets_no_parcel_and_tells_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPAN_DATA", str(tmp_path))
    start = END - timedelta(days=DAYS)
    call_command("load_reference", "--json", stdout=io.StringIO())
    office = Office(KEY, quota=10**6, limited=False)
    office.clock = utcnow
    watch = Watch(office, start + timedelta(days=DAYS // 2 if FULL else 2))
    monkeypatch.setitem(life.DOORS, "event", watch.happens)
    with scopes_disabled(), running(office) as server, simulation.other_side(tmp_path / "sandbox.sqlite3") as address:
        make_source("t17", base_url=server.url, created=start)
        PolicyValue.objects.create(
            key="logistics.source_calls_per_second",
            value=1000,
            valid_from=start.date(),
            created_by="",
            created_at=start,
        )
        store = simulation.store_for(code="", seed=7, now=END)
        found = simulation.simulate(
            store=store, days=DAYS, per_day=PER_DAY, seed=7, end=END, base_url=address, tell=watch.session
        )
        source = TrackingSource.objects.get()
        assert found["forgotten"] == 0 and found["parcels"] > 0
        assert len(watch.silences) == 1 and len(watch.blind) > (50 if FULL else 5)
        since = next(iter(watch.silences))
        assert watch.spoke_at is not None and source.silent_since is None
        assert watch.spoke_at - watch.dead_to < timedelta(days=1), "it was noticed the same day that it speaks again"
        assert not Duty.objects.filter(rule="logistics.blind_parcel", closed_at__isnull=True).exists()

        texts = Message.objects.filter(direction="out", about_type="logistics.parcel").exclude(template_code="")
        way = [row for row in texts.values_list("about_id", "template_code", "at") if base_of(row[1]) in ABOUT_THE_WAY]
        meanwhile = [
            row for row in way if row[0] in watch.blind and since + timedelta(hours=40) < row[2] < watch.spoke_at
        ]
        assert meanwhile == [], "something was said of a parcel nobody had news of"
        twice = {key: n for key, n in Counter((about, code, at.date()) for about, code, at in way).items() if n > 1}
        assert twice == {}
        assert early_words() == [], "a text came again before the day it had named"
        assert broken_words() == [], "the buyer was told to hear from us and did not, and no person knows of it"

        heard = Parcel.objects.filter(pk__in=watch.blind).exclude(last_event_at__isnull=True)
        told = {n.number: n.events for n in office.numbers.values()}
        for parcel in heard:
            events = [datetime.fromisoformat(e["time_utc"]) for e in told.get(parcel.tracking_number, ())]
            newest = max((at for at in events if at <= watch.dead_to), default=start)
            assert parcel.last_event_at >= newest, "what happened meanwhile was caught up with"
        broken = [(row.invariant.title, row.count, row.samples) for row in check_all(END) if row.count]
    assert broken == []
