"""Which misfortunes happen when: a plan that follows from a seed, and the hand that carries it out."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stores.connectors.errors import ConnectorError
from stores.connectors.sandbox.control import Control
from tests.chaos.mailsink import Sink
from tests.chaos.stack import Stack

#: What one request of the channel may suffer. Refusals that people must mend (401, 302) are not among them: the shop is
#: paused by them on purpose.
CHANNEL = ("429", "500", "500_done", "reset", "half", "garbage", "inside", "late", "duplicate", "empty", "hang")
MAIL = ("busy", "deaf", "gone", "slow")
#: Each kind of fault: what it strikes and how.
KINDS: tuple[str, ...] = (
    "kill web", "kill worker", "kill postgres", "channel trouble", "freeze worker", "kill beat", "kill worker child", "kill valkey",
    "mail trouble", "wipe valkey", "cut postgres", "second worker", "end web", "freeze postgres", "kill sandbox", "end worker",
    "freeze web", "kill backend", "cut valkey", "second beat", "kill web child", "freeze valkey", "kill keeper", "slow postgres",
    "end beat", "freeze sandbox", "slow valkey", "freeze beat",
)  # fmt: skip
#: The small plan: one of each family, those that take longest to heal from first.
SMALL: tuple[str, ...] = (
    "kill worker child", "channel trouble", "kill worker", "mail trouble", "kill postgres", "freeze worker", "kill web", "wipe valkey",
    "kill beat", "cut postgres", "second worker", "kill valkey",
)  # fmt: skip
#: How an answer gets lost.
UNCLEAR = ("500_done", "reset", "half", "late")
LONGEST_FREEZE = 10.0
READY_SECONDS = 90.0


@dataclass(frozen=True)
class Fault:
    """One misfortune: when it strikes (seconds after the beginning), what it is, how long it lasts, its own luck."""

    at: float
    kind: str
    seconds: float
    luck: int


def plan(seed: int, count: int, seconds: float, kinds: tuple[str, ...] = KINDS) -> list[Fault]:
    """``count`` faults over ``seconds``: each kind as often as the others, in an order and at times that follow from the
    seed. Up to ``len(SMALL)`` faults are the small plan in its order."""
    luck = random.Random(seed)
    if count <= len(SMALL):
        chosen = list(SMALL[:count])
    else:
        chosen = []
        while len(chosen) < count:
            more = list(kinds)
            luck.shuffle(more)
            chosen += more
    gap = seconds / max(1, count)
    return [
        Fault(round(gap * index + luck.uniform(0, gap * 0.8), 2), kind, _length(kind, luck), luck.randrange(2**31))
        for index, kind in enumerate(chosen[:count])
    ]


def _length(kind: str, luck: random.Random) -> float:
    verb = kind.split()[0]
    if verb == "freeze":
        return round(luck.choice((0.5, 2.0, 5.0, LONGEST_FREEZE)) * luck.uniform(0.6, 1.0), 2)
    longest = {"slow": 5.0, "second": 10.0, "channel": 10.0, "mail": 10.0}.get(verb, 0.0)
    return round(longest * luck.uniform(0.4, 1.0), 2)


@dataclass
class Struck:
    """What became of a fault: when it was over, and how long the installation then took to be ready (None = it did not)."""

    fault: Fault
    ended: float = 0.0
    ready_after: float | None = None
    error: str = ""


@dataclass
class Injector:
    """Carries a plan out, at most ``overlap`` faults at a time."""

    stack: Stack
    shop: Control
    sink: Sink
    faults: list[Fault]
    late_seconds: float
    overlap: int = 2
    unclear: float = 0.0  #: share of the requests that change something whose answers get lost, besides the plan
    struck: list[Struck] = field(default_factory=list)
    planned: dict[str, int] = field(default_factory=dict)  #: requests and mails that were to be spoilt, by kind

    def run(self) -> None:
        """From the first fault to the last; returns when the last is over and its recovery was watched."""
        began, slots, threads = time.monotonic(), threading.Semaphore(self.overlap), []
        self.drizzle()
        for fault in self.faults:
            time.sleep(max(0.0, began + fault.at - time.monotonic()))
            slots.acquire()
            record = Struck(fault)
            self.struck.append(record)
            thread = threading.Thread(target=self._one, args=(record, slots), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(READY_SECONDS + 60)

    def drizzle(self) -> None:
        """From now on lose the answers of some requests that change something: it happened, it did not, or it happens later,
        and nobody can tell (the unclear outcomes of G1). To be said again after each calm."""
        for kind in UNCLEAR if self.unclear else ():
            more = {"seconds": self.late_seconds / 2} if kind == "late" else {}
            chance = self.unclear / len(UNCLEAR)
            patiently(lambda k=kind, m=more: self.shop.fault(k, times=10**6, writes=True, chance=chance, **m), 30)  # type: ignore[misc]

    def _one(self, record: Struck, slots: threading.Semaphore) -> None:
        try:
            self.strike(record.fault)
        except Exception as error:
            record.error = f"{type(error).__name__}: {error}"[:200]
        finally:
            record.ended = time.monotonic()
            slots.release()
        time.sleep(0.2)
        if self.stack.wait(self.stack.whole, READY_SECONDS):
            record.ready_after = time.monotonic() - record.ended

    def strike(self, fault: Fault) -> None:
        """Do one."""
        verb, _space, what = fault.kind.partition(" ")
        luck = random.Random(fault.luck)
        numbers = {"kill": signal.SIGKILL, "end": signal.SIGTERM}
        if what == "trouble":
            (self._channel if verb == "channel" else self._mail)(luck)
            time.sleep(fault.seconds)
            self.calm_channel() if verb == "channel" else self.sink.calm()
        elif verb in numbers and what.endswith(" child"):
            self.stack.signal(what.removesuffix(" child"), numbers[verb], main=False)
        elif verb in numbers:
            self.stack.signal(what, numbers[verb])
        elif verb == "second":
            helper = self.stack.add(what)
            time.sleep(fault.seconds)
            self.stack.remove(helper, luck.choice((signal.SIGKILL, signal.SIGTERM)))
        else:
            {"freeze": lambda: self.stack.freeze(what, fault.seconds), "slow": lambda: self.stack.slow(what, fault.seconds),
             "wipe": self.stack.wipe, "cut": lambda: self.stack.cut(what)}[verb]()  # fmt: skip

    def calm_channel(self) -> None:
        """The planned trouble is over, the usual losses go on."""
        patiently(self.shop.calm, 30)
        self.drizzle()

    def _channel(self, luck: random.Random) -> None:
        kinds = luck.sample(CHANNEL, 4)
        for kind in kinds:
            times = 1 if kind == "hang" else luck.randint(1, 6)
            path = luck.choice(
                (
                    "/api/messages",
                    "/api/orders/",
                    "/api/orders",
                    "/api/waybills",
                    "/api/cases",
                    "/api/feedback",
                    "/api/",
                )
            )
            more = {"retry_after": luck.randint(1, 4)} if kind == "429" else {}
            seconds = {"hang": 17.0, "late": luck.uniform(1, self.late_seconds)}.get(kind)
            self._plan(kind, path, times, {**more, **({"seconds": seconds} if seconds else {})})

    def _plan(self, kind: str, path: str, times: int, more: dict[str, float]) -> None:
        patiently(lambda: self.shop.fault(kind, path=path, times=times, **more), 30)
        self.planned[kind] = self.planned.get(kind, 0) + times

    def _mail(self, luck: random.Random) -> None:
        for kind in luck.sample(MAIL, 2):
            times = luck.randint(1, 3)
            self.sink.plan(kind, times)
            self.planned[f"mail {kind}"] = self.planned.get(f"mail {kind}", 0) + times


def patiently(act: Callable[[], Any], seconds: float) -> Any:
    """Ask the pretend shop's other side until it answers; it may have been struck itself."""
    until = time.monotonic() + seconds
    while True:
        try:
            return act()
        except ConnectorError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)
