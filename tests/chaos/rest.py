"""A program that works over REST: asks again until it is answered, and writes down what was acknowledged (G17)."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

#: Answers after which nothing is known or nothing happened: the same request is sent again.
AGAIN = {429, 500, 502, 503, 504}
CALL_SECONDS = 20.0


@dataclass(frozen=True)
class Ack:
    """A write that was acknowledged: what it was about, and the facts by which it can be found."""

    kind: str
    facts: dict[str, Any]


@dataclass
class Ledger:
    """Everything that was acknowledged, and how the answers went."""

    acks: list[Ack] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ack(self, kind: str, /, **facts: Any) -> None:
        """Write an acknowledged write down."""
        with self.lock:
            self.acks.append(Ack(kind, facts))

    def count(self, name: str, by: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.counts[name] += by

    def refuse(self, what: str, code: str) -> None:
        """Count a refusal by what was asked and its code."""
        with self.lock:
            self.refusals[f"{what}: {code}"] += 1

    def fault(self, sentence: str) -> None:
        """A broken promise seen on the way."""
        with self.lock:
            self.broken.append(sentence)


class GaveUp(Exception):
    """No answer within the time."""


@dataclass(frozen=True)
class Answer:
    """A definite answer."""

    status: int
    body: dict[str, Any]
    replayed: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", self.status))


@dataclass
class Program:
    """One caller with its own token. ``luck`` decides which acknowledged requests are sent a second time."""

    base: str
    token: str
    ledger: Ledger
    patience: float
    luck: random.Random

    def get(self, path: str) -> Answer:
        """Read."""
        return self._until_answered("GET", path, None, None)

    def post(self, path: str, body: dict[str, Any], key: str) -> Answer:
        """Do something once. One in ten is asked again after its answer: the same answer must come, and nothing happen."""
        answer = self._until_answered("POST", path, body, key)
        if answer.ok and self.luck.random() < 0.1:
            again = self._until_answered("POST", path, body, key)
            self.ledger.count("asked twice")
            if not again.replayed or again.status != answer.status:
                self.ledger.fault(
                    f"POST {path} answered {answer.status}, the same key again {again.status}, replayed: {again.replayed}"
                )
        return answer

    def _until_answered(self, method: str, path: str, body: dict[str, Any] | None, key: str | None) -> Answer:
        until, pause = time.monotonic() + self.patience, 0.2
        while True:
            try:
                answer = self._once(method, path, body, key)
                if answer.status not in AGAIN and answer.code != "still_running":
                    return answer
                self.ledger.count(f"http {answer.status}")
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.ledger.count(f"no answer: {type(error).__name__}")
            if time.monotonic() > until:
                raise GaveUp(f"{method} {path}: no answer within {self.patience:g} s")
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)

    def _once(self, method: str, path: str, body: dict[str, Any] | None, key: str | None) -> Answer:
        parts = urlsplit(self.base)
        link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=CALL_SECONDS)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Connection": "close"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key or ""}
        try:
            link.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
            reply = link.getresponse()
            raw = reply.read()
            return Answer(
                reply.status, json.loads(raw) if raw else {}, reply.headers.get("Idempotent-Replayed") == "true"
            )
        finally:
            link.close()
