"""After the sale: buyers open cases and rate, the desk answers, and what must hold of it.

A case has a fate that follows from the seed: the buyer accepts the first answer, declines it and accepts the second, or
closes the case whenever he likes. What he does next he decides by looking at the shop, so he may be as slow as the house.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from core.clock import utcnow
from core.models import ActivityEntry
from disputes.models import Answer, Case, Feedback
from orders.models import Order
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.ledger import Refused
from stores.models import OutboundCall
from tests.chaos.faults import patiently
from tests.chaos.people import People
from tests.chaos.verdict import Verdict, lost, twice, unexpected

FATES = ("accept", "accept", "decline", "withdraw")
#: A reason that is gone for so long must have been noticed before anything leaves (G1c).
GRACE = timedelta(seconds=5)
NEVER = datetime.max.replace(tzinfo=UTC)
OFFERS = (("part_refund", "0.10"), ("evidence", None), ("wait", None))


@dataclass(frozen=True)
class Deed:
    """A case opened or a rating given, so many seconds after the beginning."""

    at: float
    what: str  # case, rating
    data: dict[str, Any]
    fate: str = ""
    patience: float = 0.0  #: a buyer who withdraws does so after so many seconds


def deeds(seed: int, orders: Iterable[tuple[float, str]], after: float = 1.0) -> list[Deed]:
    """Which of these orders (moment, id) get a case, which a rating; ``after``: how many of those who usually would."""
    luck, made = random.Random(seed * 7919 + 1), []
    for moment, order in orders:
        chance, at = luck.random(), moment + luck.uniform(2, 12)
        if chance < 0.35 * after:
            told = {"id": f"D{order}", "order_id": order, "kind": luck.choice(("not_received", "damaged", "not_described")),
                    "reason": "Not as I hoped", "amount": "0.10"}  # fmt: skip
            made.append(Deed(at, "case", told, luck.choice(FATES), luck.uniform(1, 9)))
        elif chance < 0.60 * after:
            stars = luck.randint(1, 5)
            told = {"id": f"F{order}", "order_id": order, "stars": stars, "text": "as I see it"}
            made.append(Deed(at, "rating", told))
    return sorted(made, key=lambda deed: (deed.at, deed.data["id"]))


@dataclass
class Claimants:
    """The buyers with a case or an opinion."""

    shop: Control
    plan: list[Deed]
    cases: dict[str, Deed] = field(default_factory=dict)
    ratings: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Open and rate as planned, go on with what is open, until told to stop."""
        began, waiting, opened = time.monotonic(), list(self.plan), {}  # type: ignore[var-annotated]
        while not self.stop.wait(0.5):
            try:
                while waiting and began + waiting[0].at <= time.monotonic():
                    deed = waiting[0]
                    self._begin(deed)
                    opened[deed.data["id"]] = time.monotonic()
                    waiting.pop(0)
                for name in [n for n in self.cases if n not in self.ended]:
                    self._go_on(self.cases[name], time.monotonic() - opened[name])
            except Refused:
                continue  # the order it is about is placed later than planned: try again
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}"[:200])

    @property
    def quiet(self) -> bool:
        """Whether every planned case was opened and has ended at the shop."""
        planned = {deed.data["id"] for deed in self.plan if deed.what == "case"}
        return planned == self.ended and len(self.ratings) == len(self.plan) - len(planned)

    def _begin(self, deed: Deed) -> None:
        now = utcnow()
        if deed.what == "case":
            patiently(lambda: self.shop.put_cases([deed.data], now), 60)
            self.cases[deed.data["id"]] = deed
        else:
            patiently(lambda: self.shop.put_feedback([{**deed.data, "at": now.isoformat()}], now), 60)
            self.ratings.add(deed.data["id"])

    def _go_on(self, deed: Deed, age: float) -> None:
        name, now = deed.data["id"], utcnow()
        told = patiently(lambda: self.shop.case(name), 60)
        change = _next(told, deed, age)
        if change is not None:
            with contextlib.suppress(Refused):  # our answer came first: look again at what it stands at
                patiently(lambda: self.shop.put_cases([{"id": name, **change}], now), 60)
        if told["status"] == "closed":
            self.ended.add(name)


def _next(told: Mapping[str, Any], deed: Deed, age: float) -> dict[str, Any] | None:
    """What the buyer does, given the case as the shop shows it."""
    if told["status"] == "closed":
        return None
    if deed.fate == "withdraw":
        return {"status": "closed", "outcome": "withdrawn"} if age >= deed.patience else None
    if told["status"] == "agreed":
        return {"status": "closed"}
    if told["status"] != "buyer":
        return None
    if deed.fate == "decline" and int(told["turn"]) == 1:
        return {"decision": "declined"}
    return {"decision": "accepted"}


# --- the house -----------------------------------------------------------------------------------------------------


class Care(People):
    """Answers cases, approves what is above the author's limit, replies to ratings."""

    def care(self) -> None:
        """Everything that waits for us now."""
        self._answer_cases()
        self._approve()
        self._reply_to_ratings()

    def _answer_cases(self) -> None:
        found = self.people["service"].get("cases/?view=ours&page_size=50")
        rows = found.body.get("results", []) if found.ok else []
        for row in rows:
            if row["going"] and row["going"] != "failed":
                continue
            kind, amount = OFFERS[(int(row["id"]) + row["turn"]) % len(OFFERS)]
            words = f"We are sorry. [{self._key('case')}]"
            body = {"kind": kind, "text": words, **({"amount": amount} if amount else {})}
            if self._asked_again("case", row["id"]):
                continue
            answer = self.people["service"].post(f"cases/{row['id']}/answer/", body, words[-80:])
            if self._went("case answer", answer):
                self.ledger.ack("case answer", words=words)
            else:
                self._later("case", row["id"])

    def _approve(self) -> None:
        rows = self.book.do(lambda: list(
            Answer.objects.filter(store_id=self.store_id, state="proposed").values_list("pk", "case_id")[:20]
        ))  # fmt: skip
        for pk, case in rows:
            if self._asked_again("approve", pk):
                continue
            answer = self.people["manager"].post(f"cases/{case}/approve/", {}, self._key("approve"))
            if self._went("approve", answer):
                self.ledger.ack("approve", answer=pk)
            else:
                self._later("approve", pk)

    def _reply_to_ratings(self) -> None:
        found = self.people["service"].get("feedback/?reply=open&page_size=50")
        rows = found.body.get("results", []) if found.ok else []
        for row in rows:
            if self._asked_again("rating", row["id"]):
                continue
            words = f"Thank you for your words. [{self._key('rating')}]"
            answer = self.people["service"].post(f"feedback/{row['id']}/reply/", {"text": words}, words[-80:])
            if self._went("feedback reply", answer):
                self.ledger.ack("feedback reply", words=words)
            else:
                self._later("rating", row["id"])

    def _asked_again(self, what: str, pk: Any) -> bool:
        return self.again.get(f"{what}{pk}", 0) > time.monotonic()

    def _later(self, what: str, pk: Any) -> None:
        self.again[f"{what}{pk}"] = time.monotonic() + 3


# --- what is still open, and what must hold ------------------------------------------------------------------------


def unsettled(store_id: int, buyers: Claimants) -> dict[str, int]:
    """What is still to be done after the sale."""
    ours = Feedback.objects.filter(store_id=store_id)
    return {
        "buyers with an open case": int(not buyers.quiet),
        "cases not imported": len(buyers.cases) - Case.objects.filter(store_id=store_id).count(),
        "cases not ended": Case.objects.filter(store_id=store_id).exclude(state="closed").count(),
        "ratings not imported": len(buyers.ratings) - ours.count(),
        "ratings without a reply": ours.exclude(reply_state="sent").count(),
    }


def judge(verdict: Verdict, store_id: int, told: Sequence[Mapping[str, Any]], ratings: Iterable[str],
          fates: Mapping[str, str], answers: Sequence[Mapping[str, Any]], journal: Sequence[Mapping[str, Any]]) -> None:  # fmt: skip
    """Cases and ratings are here as at the shop; every answer and reply is there once, none without or after its reason."""
    rows = list(Case.objects.filter(store_id=store_id))
    ours = {row.external_id: row for row in rows}
    verdict.check("cases missing", lost((t["id"] for t in told), ours))
    verdict.check(
        "cases twice or invented", [*twice(r.external_id for r in rows), *unexpected((t["id"] for t in told), ours)]
    )
    verdict.check("cases that differ", (
        f"{t['id']}: {row.state} turn {row.turn}, the shop says {t['status']} turn {t['turn']}"
        for t in told if (row := ours.get(t["id"])) and (row.state, row.turn) != (t["status"], t["turn"])
    ))  # fmt: skip
    replies = [entry for entry in journal if entry["kind"] == "feedback_reply"]
    verdict.check(
        "case answers twice",
        [*twice(e["ref"] for e in answers), *twice(f"{e['case']} turn {e['turn']}" for e in answers)],
    )
    verdict.check(
        "case answers lost", [*sent_but_not_there("answer_case", store_id, answers), *_turns_unanswered(told, fates)]
    )
    verdict.check("case answers without their reason", without_reason("answer_case", store_id, answers))
    verdict.check("case answers other than written", altered(answers))
    verdict.check("case answers after the case had ended", after_its_end(store_id, answers))
    found = list(Feedback.objects.filter(store_id=store_id).values_list("external_id", flat=True))
    verdict.check(
        "ratings missing, twice or invented", [*lost(ratings, found), *twice(found), *unexpected(ratings, found)]
    )
    verdict.check("replies to ratings twice", twice(str(e["feedback"]) for e in replies))
    verdict.check("replies to ratings lost", [
        *sent_but_not_there("reply_feedback", store_id, replies), *lost(ratings, (str(e["feedback"]) for e in replies)),
    ])  # fmt: skip
    verdict.check("replies to ratings without their reason", without_reason("reply_feedback", store_id, replies))
    verdict.check("texts and declarations after the order was cancelled", after_cancelling(store_id, journal))
    verdict.figures["cases"], verdict.figures["ratings"] = len(rows), len(found)


def _keys(ability: str, store_id: int, **state: Any) -> list[str]:
    return list(OutboundCall.objects.filter(store_id=store_id, ability=ability, **state).values_list("key", flat=True))


def sent_but_not_there(ability: str, store_id: int, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Calls we hold for done of which the shop knows nothing."""
    return lost(_keys(ability, store_id, state="sent"), (entry["ref"] for entry in entries))


def without_reason(ability: str, store_id: int, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Effects at the shop of which we do not know that they happened: nobody asked, or we believe they did not arrive."""
    return unexpected(_keys(ability, store_id, state="sent"), (entry["ref"] for entry in entries))


def _turns_unanswered(told: Sequence[Mapping[str, Any]], fates: Mapping[str, str]) -> list[str]:
    """Turns that a patient buyer left to us and that have no answer of ours."""
    return [
        f"{case['id']}: {len(case['answers'])} answers in {case['turn']} turns" for case in told
        if fates.get(case["id"]) != "withdraw" and len(case["answers"]) != int(case["turn"])
    ]  # fmt: skip


def altered(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Answers that say something else at the shop than was written here."""
    rows = {row.call.key: row for row in Answer.objects.filter(call__isnull=False).select_related("call") if row.call}
    return [
        f"{entry['ref']}: {entry['kind']} {entry['amount']}" for entry in answers if (row := rows.get(entry["ref"]))
        and (row.kind, row.turn, row.amount or 0) != (entry["kind"], entry["turn"], Decimal(entry["amount"] or 0))
    ]  # fmt: skip


def after_its_end(store_id: int, answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Answers that left more than five seconds after we knew that the case had ended (G1c). The shop refuses them, so the
    attempts count as well."""
    ended = dict(Case.objects.filter(store_id=store_id, state="closed").values_list("external_id", "turned_at"))
    late = [
        f"{entry['ref']} at {entry['at']}, the case ended at {ended[entry['case']]}" for entry in answers
        if entry["case"] in ended and datetime.fromisoformat(entry["at"]) > ended[entry["case"]] + GRACE
    ]  # fmt: skip
    tried = Answer.objects.filter(
        store_id=store_id, case__state="closed", call__begun_at__gt=F("case__turned_at") + GRACE
    ).values_list("call__key", flat=True)
    return [*late, *(f"{key}: tried after the end" for key in tried)]


def after_cancelling(store_id: int, journal: Sequence[Mapping[str, Any]]) -> list[str]:
    """Greetings, “shipped” texts and declarations that left more than five seconds after we knew that the order was cancelled
    (G1c). What left before and took effect late at the shop was not to be held back."""
    lines = ActivityEntry.objects.filter(subject_type="orders.order", verb__in=["order.cancel", "order.channel_cancel"])
    names = dict(Order.objects.filter(store_id=store_id, state="cancelled").values_list("pk", "external_id"))
    known = {names[pk]: at for pk, at in lines.values_list("subject_id", "at") if pk in names}
    left = dict(OutboundCall.objects.filter(attempts=1, begun_at__isnull=False).values_list("key", "begun_at"))
    return [
        f"{entry['kind']} {entry['ref']} at {entry['at']}, cancelled at {known[name]}" for entry in journal
        if (name := _about(entry)) in known
        and min(datetime.fromisoformat(entry["at"]), left.get(entry["ref"], NEVER)) > known[name] + GRACE
    ]  # fmt: skip


def _about(entry: Mapping[str, Any]) -> str:
    """The order of a line that must not happen once the order is cancelled; "" for all others."""
    if entry["kind"] == "ship":
        return str(entry["order"])
    said = entry["kind"] == "message" and any(f":{code}:" in entry["ref"] for code in ("T01", "T02"))
    return str(entry["order_id"]) if said else ""


def late_refusals() -> Callable[[OutboundCall], bool]:
    """Tells of a given-up call whether it lost the race against the buyer's closing: the shop refused it rightly."""
    closed = set(Case.objects.filter(state="closed").values_list("pk", flat=True))
    return lambda call: call.ability == "answer_case" and call.subject_id in closed and (
        "the case is with" in call.error or "this is turn" in call.error
    )  # fmt: skip
