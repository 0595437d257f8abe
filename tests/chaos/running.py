"""One run: prepare, live and strike, heal, judge."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from django.conf import settings
from django.db import Error, connection
from django.db.models import Q
from django_scopes import scopes_disabled

from conversations.models import Message
from core.clock import utcnow
from launch.places import ROOT
from launch.servers import postgres_program
from logistics.models import DispatchNote, Parcel
from orders.models import Order
from stores.connectors.sandbox.control import Control
from stores.models import InboundRecord, OutboundCall
from tests.chaos import aftersales
from tests.chaos import verdict as judge
from tests.chaos.desk import Desk
from tests.chaos.faults import Injector, patiently, plan
from tests.chaos.life import SCARCE, Buyers, House, deeds, in_share, prepare, undisturbed
from tests.chaos.mailsink import Sink
from tests.chaos.rest import Ledger
from tests.chaos.stack import Stack
from worklist.models import Duty

#: What must never be seen, asked every half second through all faults.
SAMPLES = {
    "stock below zero or oversold": "SELECT count(*) FROM inventory_balance WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand",
    "parcels under way without a next check": "SELECT count(*) FROM logistics_parcel WHERE state = 'shipped' AND next_check_at IS NULL",
}
ASKS = Q(intercept="cancel_request") | Q(hold_reason="cancel_request")
IN_THE_HOUSE = ["draft", "signed", "released", "blocked", "packed"]


@dataclass
class Sampler:
    """Looks at the database from outside, whenever it answers."""

    stack: Stack
    seen: Counter[str] = field(default_factory=Counter)
    samples: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is told to stop."""
        link = None
        while not self.stop.wait(0.5):
            try:
                link = link or self.stack.database()
                with link.cursor() as cursor:
                    for name, question in SAMPLES.items():
                        cursor.execute(question)
                        self.seen[name] += cursor.fetchone()[0]  # type: ignore[index]
                self.samples += 1
            except psycopg2.Error:
                link = None


class Run:
    """Everything of one run. ``asked``: faults, seconds, rate, seed, late, settle."""

    def __init__(self, stack: Stack, sink: Sink, asked: Namespace) -> None:
        self.stack, self.sink, self.asked = stack, sink, asked
        self.verdict, self.ledger, self.sampler = judge.Verdict(), Ledger(), Sampler(stack)
        self.injector: Injector
        self.settled: float | None = None
        self.waiting: list[str] = []

    def whole(self) -> judge.Verdict:
        """From the empty house to the verdict."""
        asked, began = self.asked, time.monotonic()
        with scopes_disabled():
            self.house: House = prepare(self.stack.shop_url, asked.late, int(asked.rate * asked.seconds))
        connection.close()
        self.shop = Control(self.stack.shop_url, self.house.store.code)
        late = max(1.0, asked.late * 0.6)
        self.injector = Injector(
            self.stack, self.shop, self.sink, plan(asked.seed, asked.faults, asked.seconds), late, unclear=asked.unclear
        )
        self.buyers = Buyers(self.shop, self.house.store.pk, deeds(asked.seed, asked.rate, asked.seconds, asked.after))
        wronged = undisturbed(self.buyers.plan)
        self.claimants = aftersales.Claimants(self.shop, aftersales.deeds(asked.seed, wronged, asked.after))
        self.desk = Desk(
            self.stack.url,
            self.house.keys,
            self.house.store.pk,
            self.house.hand.code,
            self.ledger,
            asked.seed,
            asked.share,
        )
        self._live()
        self._heal()
        self.desk.close()
        self.buyers.stop.set()
        self.claimants.stop.set()
        self.sampler.stop.set()
        with scopes_disabled():
            self._judge()
        self.verdict.figures["started s"] = round(self.stack.started, 1)
        self.verdict.figures["seconds of the run"] = round(time.monotonic() - began, 1)
        self._stop()
        return self.verdict

    # --- life and misfortune ---------------------------------------------------------------------------------------

    def _live(self) -> None:
        work = [self.buyers.run, self.buyers.ring, self.sampler.run, self.injector.run, self._phone, self.claimants.run]
        threads = {fn.__name__ + str(n): threading.Thread(target=fn, daemon=True) for n, fn in enumerate(work)}
        self.desk.start()
        for thread in threads.values():
            thread.start()
        for name in ("run0", "run3"):  # the buyers' plan and the faults; the others go on
            threads[name].join(self.asked.seconds + 300)
        ends = [record.ended for record in self.injector.struck if record.ended]
        self.last_fault = max(ends, default=time.monotonic())
        self.sink.calm()
        patiently(self.shop.calm, 30)

    def _phone(self) -> None:
        """Now and then somebody calls, and goods arrive once."""
        for turn in range(int(self.asked.seconds / 3)):
            time.sleep(3)
            try:
                self.desk.type_in()
                if turn == int(self.asked.seconds / 6):
                    self.desk.receive([SCARCE], 40 * int(self.asked.rate * self.asked.seconds + 50), "late delivery")
            except Exception as error:
                self.desk.errors.append(f"phone: {type(error).__name__}: {error}")
        connection.close()

    # --- healing ---------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        until = time.monotonic() + self.asked.settle
        quiet = 0
        while time.monotonic() < until:
            try:
                with scopes_disabled():
                    self.waiting = self._open()
            except (Error, OSError) as error:
                connection.close()
                self.waiting = [f"{type(error).__name__}"]
            quiet = 0 if self.waiting else quiet + 1
            if quiet == 2:
                self.settled = time.monotonic() - self.last_fault - 1.0
                return
            time.sleep(1.0)

    def _open(self) -> list[str]:
        """What is still to be done, in words; empty when everything has settled."""
        store, now = self.house.store.pk, utcnow()
        inside = set(Order.objects.filter(store_id=store).values_list("external_id", flat=True))
        counts: dict[str, int] = {
            "orders not imported": len(self.buyers.orders - inside),
            "buyers' messages missing": len(self.buyers.messages) - Message.objects.filter(store_id=store, direction="in").count(),
            "records to read": InboundRecord.objects.filter(state="new").count(),
            "calls under way": OutboundCall.objects.filter(state__in=judge.OPEN_CALLS).count(),
            "duties of the clock due": Duty._base_manager.filter(state="planned", doer="clock", due_at__lte=now).count(),
            "orders not greeted": Order.objects.filter(greeted_at=None, state__in=["new", "ready", "shipped"]).count(),
            "orders ready without a note": Order.objects.filter(store_id=store, state="ready", notes=None).count(),
            "notes in the house": self._notes_in_the_house(),
            "parcels not declared": Parcel.objects.filter(store_id=store, shipped_at__isnull=False, declared_at=None).count(),
            "wishes to cancel": Order.objects.filter(ASKS, store_id=store, state__in=["new", "ready", "held"]).count(),
            "processes missing": sum(self.stack.missing().values()) + len(self.stack.missing()),
            **aftersales.unsettled(store, self.claimants),
        }  # fmt: skip
        return [f"{name}: {count}" for name, count in counts.items() if count]

    def _notes_in_the_house(self) -> int:
        """Notes of the orders this house sends that have not left."""
        notes = DispatchNote.objects.filter(store_id=self.house.store.pk, state__in=IN_THE_HOUSE).exclude(
            order__state="held"
        )
        return sum(in_share(order, self.asked.share) for order in notes.values_list("order__external_id", flat=True))

    def _details(self) -> list[str]:
        """Examples of what did not settle."""
        rows = Order.objects.filter(greeted_at=None, state__in=["new", "ready", "shipped"])[:5]
        duties = Duty._base_manager.filter(subject_type="orders.order", subject_id__in=[row.pk for row in rows])
        found = [f"ungreeted {o.number}: {o.state}, {o.stage}, imported {o.imported_at:%H:%M:%S}" for o in rows]
        found += [
            f"duty {d.rule} {d.subject_id}: {d.state}, due {d.due_at:%H:%M:%S}, {d.attempts} {d.last_error}"
            for d in duties
        ]
        calls = OutboundCall.objects.filter(state__in=judge.OPEN_CALLS)[:5]
        return found + [
            f"call {c.key}: {c.state}, due {c.due_at:%H:%M:%S}, {c.attempts} attempts, {c.error}" for c in calls
        ]

    # --- the verdict -----------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        v, store = self.verdict, self.house.store.pk
        v.check("not settled in time", [*self.waiting, *self._details()] if self.settled is None else [])
        v.check("buyers' plan cut short", [self.buyers.error] if self.buyers.error else [])
        told = [patiently(lambda o=o: self.shop.order(o), 30) for o in sorted(self.buyers.orders)]  # type: ignore[misc]
        journal = patiently(self.shop.journal, 30)
        judge.orders(v, store, told)
        judge.effects(v, store, journal)
        judge.mail(
            v, settings.DEFAULT_FROM_EMAIL, list(self.sink.mails), dict(self.sink.forced), len(self.injector.struck)
        )
        judge.inbound(v, store, self.buyers.messages)
        cases = [patiently(lambda c=c: self.shop.case(c), 30) for c in sorted(self.claimants.cases)]  # type: ignore[misc]
        fates = {name: deed.fate for name, deed in self.claimants.cases.items()}
        answers = patiently(lambda: self.shop.journal("case_answer"), 30)
        aftersales.judge(v, store, cases, self.claimants.ratings, fates, answers, journal)
        v.check("buyers after the sale that could not act", self.claimants.errors)
        judge.rest_state(v, aftersales.late_refusals())
        judge.acknowledged(v, self.ledger.acks)
        v.check("answers that broke a promise", self.ledger.broken)
        v.check("work of the house that failed", self.desk.errors)
        v.check(
            "faults that could not be done", (f"{r.fault.kind}: {r.error}" for r in self.injector.struck if r.error)
        )
        v.check("not ready again", (r.fault.kind for r in self.injector.struck if r.ready_after is None))
        for name in SAMPLES:
            v.check(f"seen: {name}", [str(self.sampler.seen[name])] if self.sampler.seen[name] else [])
        v.check("processes without a supervisor", map(str, self.stack.orphans()))
        v.check("promises broken (check_invariants)", self._invariants())
        self._figures()

    def _invariants(self) -> list[str]:
        env = {**self.stack.env, "DATABASE_URL": self.stack.where.database_url, "REDIS_URL": self.stack.where.redis_url}
        done = subprocess.run(
            [sys.executable, "manage.py", "check_invariants", "--json"], cwd=ROOT, env={**env, "LOG_LEVEL": "ERROR"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        try:
            found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return [f"check_invariants ended with {done.returncode}: {done.stderr[-500:]}"]
        self.verdict.figures["invariants checked"] = found["checked"]
        broken = [row for row in found["invariants"] if row["violations"]]
        return [f"{row['guarantee']} {row['title']}: {row['violations']} {row['samples']}" for row in broken]

    def _figures(self) -> None:
        figures = self.verdict.figures
        kinds: dict[str, list[float]] = defaultdict(list)
        for record in self.injector.struck:
            kinds[record.fault.kind].append(record.ready_after if record.ready_after is not None else float("inf"))
        times = sorted(t for found in kinds.values() for t in found)
        calls = OutboundCall.objects.filter(sent_at__isnull=False).values_list("created_at", "sent_at")
        unclear, resolved = _unclear()
        waits = sorted((sent - made).total_seconds() for made, sent in calls)
        figures |= {
            "seed": self.asked.seed, "faults": len(self.injector.struck), "faults by kind": {k: len(f) for k, f in sorted(kinds.items())},
            "ready by kind (longest, s)": {k: round(max(f), 1) for k, f in sorted(kinds.items())},
            "ready p50 s": _share(times, 0.5), "ready p95 s": _share(times, 0.95), "ready longest s": _share(times, 1.0),
            "settled s after the last fault": None if self.settled is None else round(self.settled, 1),
            "requests and mails to be spoilt": dict(sorted(self.injector.planned.items())),
            "unclear outcomes": unclear, "unclear outcomes resolved": resolved, "from written to sent p50 s": _share(waits, 0.5),
            "from written to sent p99 s": _share(waits, 0.99), "from written to sent longest s": _share(waits, 1.0),
            "samples of the database": self.sampler.samples, "REST": dict(sorted(self.ledger.counts.items())),
            "refusals met": dict(sorted(self.ledger.refusals.items())),
        }  # fmt: skip

    def _stop(self) -> None:
        """The end of the house: asked to stop it leaves nothing behind; in a long run it is killed and leaves nothing either."""
        connection.close()
        if self.verdict.broken and self.asked.dump:
            tool = postgres_program(self.stack.where, "pg_dump")
            subprocess.run(
                [tool, "--file", str(self.asked.dump), self.stack.where.database_url], check=False, capture_output=True
            )
        self.verdict.figures["stopped s"] = round(self.stack.stop(), 1)


def _unclear() -> tuple[int, int]:
    """Calls that were once in the state "nobody knows", counted from the table's history, and those of which it is known now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT pgh_obj_id FROM stores_outboundcallhistory WHERE state = 'unknown'")
        ids = [row[0] for row in cursor.fetchall()]
    return len(ids), OutboundCall.objects.filter(pk__in=ids, state__in=["sent", "dropped"]).count()


def _share(values: list[float], part: float) -> float | None:
    """The value below which ``part`` of them lie."""
    if not values:
        return None
    if len(values) == 1:
        return round(values[0], 2)
    return round(
        statistics.quantiles(values, n=1000, method="inclusive")[min(998, int(part * 1000) - 1)]
        if part < 1
        else values[-1],
        2,
    )
