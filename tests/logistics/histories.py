"""Pretended lives of parcels, thrown by dice, told to the house the way the world tells them: late, repeated, contradictory, in
wrong time zones, by several sources at once, to workers that are killed. A world lives many of them side by side, so that ten
thousand are a matter of minutes. ``dice`` is a ``random.Random`` (hypothesis hands in one that it can shrink)."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core import clock, copying
from core.audit import SYSTEM
from core.errors import DomainError
from core.jobs import JOBS
from logistics.connectors.seventeentrack import signature
from logistics.models import FollowedNumber, Parcel, TrackingEvent
from logistics.services import sources, tracking
from logistics.services.sources import registering
from orders.services import disputing
from stores.contracts import RemoteEvent
from stores.models import OutboundCall
from tests.factories import parcels as make
from tests.factories.sources import KEY, make_source
from tests.logistics.sources_stage import s10
from worklist import services as worklist

BEGIN, DAY, HOUR = make.NOW, timedelta(days=1), timedelta(hours=1)
#: Days that are lived, and days after which everything must have come to rest.
LIVED, REST = 100, 130
#: A stage in the words of 17TRACK.
SUBS = {
    "picked_up": "InTransit_PickedUp", "left_origin": "InTransit_Departure", "in_transit": "InTransit_Other", "arrived":
    "InTransit_Arrival", "import_customs": "InTransit_CustomsProcessing", "held": "InTransit_CustomsRequiringInformation",
    "out_for_delivery": "OutForDelivery_Other", "attempted": "DeliveryFailure_NoBody", "ready_for_collection":
    "AvailableForPickup_Other", "returning": "Exception_Returning", "returned": "Exception_Returned", "lost": "Exception_Lost",
    "delivered": "Delivered_Other",
}  # fmt: skip
WORDS = {stage: (f"{stage} scan", f"Item: {stage.replace('_', ' ')}") for stage in SUBS}
ZONES = (0, 0, 0, 8, -8, 5.5, 14, -11)
PLACES = ("Leipzig", "Guangzhou", "Post 7", "")
FINALS = ("delivered", "returned", "lost")


class Killed(BaseException):
    """The worker is gone in the middle of a statement: nothing of ours may catch this."""


@contextlib.contextmanager
def killed_after(statements: int | None) -> Iterator[None]:
    """The block dies before its so-many-th statement (COPY included); None = it lives."""
    if statements is None:
        yield
        return
    left, whole = [statements], copying._copy

    def count() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    def statement(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if not str(sql).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            count()
        return execute(sql, params, many, context)

    def copied(*args: Any) -> int:
        count()
        return whole(*args)

    copying._copy = copied
    try:
        with connection.execute_wrapper(statement), contextlib.suppress(Killed):
            yield
    finally:
        copying._copy = whole


@dataclass(frozen=True)
class Telling:
    """One source tells one event: when we hear of it, by whom, and what it says."""

    heard: datetime
    by: str
    use: int
    at: datetime
    stage: str
    text: str
    place: str


@dataclass
class History:
    """One number with its uses (hand-overs), what is told of them, and what people do meanwhile."""

    number: str
    store: int
    services: tuple[str, ...]
    country: str
    shipped: tuple[datetime, ...]
    tellings: list[Telling]
    acts: list[tuple[datetime, int, str]]
    twin: int | None = None
    parcels: list[Parcel] = field(default_factory=list)
    pushed: list[Telling] = field(default_factory=list)
    #: What a person said last of each parcel: when, and the outcome ("" = it goes on).
    decided: dict[int, tuple[datetime, str]] = field(default_factory=dict)

    def __str__(self) -> str:
        told = "\n".join(f"  {t.heard:%m-%d %H:%M} {t.by:7} use {t.use} {t.at:%m-%d %H:%M} {t.stage} {t.text}|{t.place}"
                         for t in sorted(self.tellings, key=lambda t: t.heard))  # fmt: skip
        acts = "\n".join(f"  {at:%m-%d %H:%M} {what} (use {use})" for at, use, what in self.acts)
        return f"{self.number} {self.services} {self.country} {self.shipped}\n{told}\n{acts}"


# --- dice ----------------------------------------------------------------------------------------------------------------


def way(dice: random.Random, shipped: datetime, longest: float) -> list[tuple[datetime, str, str]]:
    """What happens to a parcel: times, stages, places. Some ways contradict themselves, some never end."""
    stages = ["picked_up", "left_origin"]
    stages += [s for s in ("in_transit", "arrived", "import_customs", "held", "in_transit", "out_for_delivery", "attempted",
                           "ready_for_collection", "out_for_delivery") if dice.random() < 0.45]  # fmt: skip
    stages += dice.choice(
        ([], ["delivered"], ["delivered"], ["delivered"], ["lost"], ["returning", "returned"], ["returning", "delivered"],
         ["lost", "in_transit", "delivered"], ["delivered", "in_transit"], ["delivered", "lost"])
    )  # fmt: skip
    at, found = shipped, []
    for stage in stages:
        at += timedelta(minutes=dice.randint(30, int(longest * 24 * 60 / max(8, len(stages)))))
        found.append((at, stage, dice.choice(PLACES)))
    return found


def tellings(dice: random.Random, use: int, happened: list[tuple[datetime, str, str]]) -> list[Telling]:
    """Each event is told once to thrice: by the channel, pushes, a hand; later, in a wrong zone, in other words."""
    found = []
    for at, stage, place in happened:
        for _time in range(dice.choice((1, 1, 2, 3))):
            by = dice.choice(("channel", "channel", "push", "push", "hand"))
            late = timedelta(hours=dice.choice((1, 3, 12, 30, 80, 400)) * (0.2 + dice.random()))
            told = at + timedelta(hours=dice.choice(ZONES))
            found.append(Telling(at + late, by, use, told, stage, dice.choice(WORDS[stage]), place))
    return found


def throw(dice: random.Random, serial: int) -> History:
    """One history. Its number is used again in one of four; in half of them people act, too."""
    first = BEGIN + timedelta(hours=dice.randint(1, 120))
    again = dice.random() < 0.25
    shipped = (first, first + timedelta(days=dice.randint(50, 60))) if again else (first,)
    services = tuple(dice.choice(("CP_REG", "CP_ORD", "EMS", "DHL")) for _use in shipped)
    told = [
        replace(t, by="channel")
        if t.by == "push" and services[use] == "CP_ORD"
        else t  # no source follows untracked services
        for use, at in enumerate(shipped)
        for t in tellings(dice, use, way(dice, at, 24.0 if again else 60.0))
    ]
    dice.shuffle(told)
    acts = []
    if dice.random() < 0.5:
        for _act in range(dice.randint(1, 6)):
            what = dice.choice(("check", "check", "judge", "extend", "dispute", "peace", "reopen", "reopen", *FINALS))
            acts.append((first + timedelta(hours=dice.randint(10, 1900)), dice.randrange(len(shipped)), what))
    return History(
        s10(serial), dice.randrange(3), services, dice.choice(("DE", "IT", "RU", "BR")), shipped, told, sorted(acts)
    )


def twin_of(dice: random.Random, history: History, serial: int, place: int) -> History:
    """The same events of the same parcels, heard in another order and at other times."""
    told = [
        Telling(t.at + timedelta(hours=15 + dice.randint(0, 600)), t.by, t.use, t.at, t.stage, t.text, t.place)
        for t in [*history.tellings, *(t for t in history.tellings if dice.random() < 0.2)]
    ]
    dice.shuffle(told)
    return History(s10(serial), history.store, history.services, history.country, history.shipped, told, [], twin=place)


# --- the world -----------------------------------------------------------------------------------------------------------


class World:
    """Histories that are lived side by side in one house, ``every`` so many days. ``kills``: how often of a hundred times a piece of work
    dies in its middle; what it was told comes again the next day, as from a channel or a carrier that got no answer."""

    def __init__(self, dice: random.Random, count: int, *, kills: int = 10, first: int = 0, every: int = 1) -> None:
        self.kills, self.every = kills, every
        self.counted: Counter[str] = Counter()
        self.histories: list[History] = []
        while len(self.histories) < count:
            one = throw(dice, first + len(self.histories) + 1)
            self.histories.append(one)
            if not one.acts and len(self.histories) < count:
                self.histories.append(twin_of(dice, one, first + len(self.histories) + 1, len(self.histories) - 1))
        self.dice = random.Random(dice.randrange(10**6))  # who dies when is thrown apart: a history can be shrunk alone
        self.stores = [make.store("sandbox"), make.store("aliexpress"), make.store("spreadsheet")]
        self.source = make_source(f"h{first}x{self.dice.randrange(10**6)}", created=BEGIN)
        self.waiting: dict[str, list[tuple[History, Telling]]] = defaultdict(list)

    def live(self, look: Callable[[World, datetime, bool], None]) -> datetime:
        """Live all days; ``look`` is called each day with whether the clock has run undisturbed."""
        now = BEGIN
        for day in range(0, LIVED, self.every):
            now = BEGIN + day * DAY + timedelta(minutes=self.dice.randint(0, 1000))
            self.hand_over(now)
            self.act(now)
            self.hear(now + timedelta(minutes=1))
            ran = self.dice.random() < 0.85 and self.clock(now + timedelta(minutes=2), sweep=day % 3 == 0)
            look(self, now + timedelta(minutes=2), ran)
        now = BEGIN + REST * DAY
        self.kills = 0
        self.hear(now)
        self.clock(now + HOUR, sweep=True)
        look(self, now + HOUR, True)
        return now + HOUR

    def maybe(self, most: int) -> int | None:
        """After how many statements this piece of work is killed, if it is."""
        return self.dice.randint(0, most) if self.dice.random() * 100 < self.kills else None

    def survives(self, work: Callable[[], Any], most: int) -> bool:
        """Do a piece of work; False when its worker was killed in the middle."""
        done = []
        after = self.maybe(most)
        with killed_after(after):
            work()
            done.append(True)
        self.counted["kills"] += not done
        return bool(done)

    def hand_over(self, now: datetime) -> None:
        """Parcels leave the house. A number that is used again lies on no parcel under way."""
        for history in self.histories:
            use = len(history.parcels)
            if use >= len(history.shipped) or history.shipped[use] > now:
                continue
            if use and Parcel.objects.get(pk=history.parcels[0].pk).state == "shipped":
                self.decide(history, 0, "closed", now)
            at = history.shipped[use]
            parcel = make.parcel(
                self.stores[history.store], history.services[use], country=history.country, shipped=at, tracking_number=history.number
            )  # fmt: skip
            history.parcels.append(parcel)
        registering.want(source=self.source, now=now)
        FollowedNumber.objects.filter(state="wanted").update(
            state="registered", registered_at=now, asked_at=now, next_try_at=None
        )

    def act(self, now: datetime) -> None:
        """People do what they do, in the middle of everything; channels answer what they were asked."""
        for history in self.histories:
            while history.acts and history.acts[0][0] <= now:
                _at, use, what = history.acts.pop(0)
                if use < len(history.parcels):
                    with contextlib.suppress(DomainError):
                        self.one_act(history, use, what, now)
                        self.counted[what] += 1
        for call in OutboundCall.objects.filter(ability="extend_delivery", state="queued"):
            answer = self.dice.choice(({"state": "sent", "sent_at": now}, {"state": "failed", "error": "no"}, None))
            if answer is not None:
                OutboundCall.objects.filter(pk=call.pk).update(**answer)
                call.refresh_from_db()
                tracking.extension_settled(call=call, now=now)

    def one_act(self, history: History, use: int, what: str, now: datetime) -> None:
        """One deed of a person at one parcel."""
        parcel = Parcel.objects.get(pk=history.parcels[use].pk)
        if what == "check":
            tracking.check_parcel(parcel=parcel, actor=SYSTEM, now=now)
        elif what == "judge":
            tracking.judge(parcel=parcel, buyer_mood=self.dice.choice(("calm", "angry")), actor=SYSTEM, now=now)
        elif what == "extend":
            tracking.extend(parcel=parcel, days=self.dice.randint(5, 30), actor=SYSTEM, now=now)
        elif what in ("dispute", "peace"):
            disputing.mark_dispute(order_id=parcel.order_id, is_open=what == "dispute", actor=SYSTEM, now=now)
        else:
            self.decide(history, use, what, now)

    def decide(self, history: History, use: int, what: str, now: datetime) -> None:
        """A person says how the way ended, or that it has not."""
        parcel = Parcel.objects.get(pk=history.parcels[use].pk)
        if parcel.state == ("shipped" if what == "reopen" else what):
            return  # that is no new word
        if what == "reopen":
            tracking.reopen(parcel=parcel, actor=SYSTEM, now=now, reason="the buyer has nothing")
        else:
            tracking.settle(parcel=parcel, outcome=what, actor=SYSTEM, now=now, reason="a person says so")
        history.decided[use] = (now, "" if what == "reopen" else what)

    def hear(self, now: datetime) -> None:
        """What is told by now arrives; what a killed worker was told arrives again."""
        pushes: dict[int, History] = {}
        for history in self.histories:
            for one in [t for t in history.tellings if t.heard <= now and t.use < len(history.parcels)]:
                history.tellings.remove(one)
                if one.by == "push":
                    history.pushed.append(one)
                    pushes[id(history)] = history
                else:
                    self.waiting[one.by].append((history, one))
        self.push(list(pushes.values()), now)
        told, self.waiting = self.waiting, defaultdict(list)
        for place, store in enumerate(self.stores):
            mine = [pair for pair in told["channel"] if pair[0].store == place]
            if mine and not self.survives(lambda shop=store, pairs=mine: self.by_channel(shop, pairs, now), 60):
                self.waiting["channel"] += mine
        for history, one in told["hand"]:
            if not self.survives(lambda h=history, t=one: self.by_hand(h, t, now), 40):
                self.waiting["hand"].append((history, one))

    def by_channel(self, store: Any, told: list[tuple[History, Telling]], now: datetime) -> None:
        """The channel answers for many parcels at once, in any order, in its own spelling of the numbers."""
        remotes = [
            RemoteEvent(self.dice.choice((h.number, h.number.lower(), f"{h.number[:4]} {h.number[4:]}")), t.at, t.stage, t.text, t.place)
            for h, t in told
        ]  # fmt: skip
        found = tracking.record_remote(store=store, remotes=remotes, source="channel", actor=SYSTEM, now=now)
        assert found.unknown == [] and found.early == []

    def by_hand(self, history: History, one: Telling, now: datetime) -> None:
        """A person types what the carrier's page shows; what seems to be still to come is refused, and typed tomorrow."""
        try:
            tracking.record_by_hand(
                parcels=[history.parcels[one.use]], at=one.at, stage=one.stage, text=one.text, place=one.place, actor=SYSTEM, now=now
            )  # fmt: skip
        except DomainError:
            self.waiting["hand"].append((history, one))

    def push(self, said: list[History], now: datetime) -> None:
        """17TRACK pushes the whole way of each number that has news; some pushes come twice, some again after days."""
        said += [h for h in self.histories if h.pushed and self.dice.random() < 0.02]
        for history in said:
            rows = [
                {"time_utc": t.at.isoformat(), "description": t.text, "location": t.place, "stage": None, "sub_status": SUBS[t.stage]}
                for t in self.dice.sample(history.pushed, len(history.pushed))
            ]  # fmt: skip
            info = {"tracking": {"providers": [{"provider": {"key": 3011}, "events": rows}]}}
            data = {"number": history.number, "carrier": 3011, "track_info": info}
            body = json.dumps({"event": "TRACKING_UPDATED", "data": data}).encode()
            for _time in range(self.dice.choice((1, 1, 2))):
                kept = sources.keep(code=self.source.code, body=body, sign=signature(body, KEY), now=now)
                assert kept is not None
                self.counted["replays"] += not kept
        while not self.survives(lambda: sources.read(now=now), 60):
            pass

    def clock(self, now: datetime, *, sweep: bool) -> bool:
        """The clock's round and the watch job; True when nobody was killed in it."""
        with clock.simulated(now):
            whole = self.survives(JOBS["logistics.watch_parcels"].function, 40)
            whole &= self.survives(lambda: worklist.run_due(now=now, limit=10_000), 400)
            whole &= not sweep or self.survives(lambda: worklist.sweep(now=now), 400)
        return whole

    # --- what must come of it ------------------------------------------------------------------------------------------

    def expected_events(self) -> dict[int, set[tuple[datetime, str, str]]]:
        """Parcel -> what was told of it, whatever the number of times, whoever told it."""
        found: dict[int, set[tuple[datetime, str, str]]] = {}
        for history in self.histories:
            for use, parcel in enumerate(history.parcels):
                found[parcel.pk] = {(t.at, t.text, t.place) for t in self.told[id(history)] if t.use == use}
        return found

    def remember(self) -> None:
        """Keep what will be told, before it is told away."""
        self.told = {id(h): list(h.tellings) for h in self.histories}
        self.deeds = {id(h): list(h.acts) for h in self.histories}

    def story(self, parcel_id: int) -> str:
        """The history of a parcel, for whoever reads a failure."""
        for history in self.histories:
            if parcel_id in {p.pk for p in history.parcels}:
                history.tellings, history.acts = self.told[id(history)], self.deeds[id(history)]
                return f"parcel {parcel_id}, decided {history.decided}: {history}"
        return ""

    def outcome(self, history: History, use: int) -> str:
        """How the parcel must have ended, told from its kept events and the last word of a person: "" = it is under way."""
        rows = TrackingEvent.objects.filter(parcel=history.parcels[use]).order_by("occurred_at")
        when, word = history.decided.get(use, (BEGIN, ""))
        if word == "closed":
            return word
        events = list(rows.values_list("occurred_at", "stage", "received_at"))
        known = max((at for at, stage, heard in events if stage in FINALS and heard <= when), default=BEGIN - DAY)
        ends = [
            (at, FINALS[::-1].index(stage), stage)
            for at, stage, heard in events
            if stage in FINALS and heard > when and at > known
        ]
        if not ends:
            return word
        at, _rank, stage = max(ends)
        turned = any(s == "returning" and t <= at for t, s, _heard in events)
        return "returned" if stage == "delivered" and turned else stage
