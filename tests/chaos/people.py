"""What everybody of the house has in common: a token by role, the database to look at, what was refused and is asked again."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection

from core.audit import system
from core.errors import DomainError
from core.scope import acting_scope
from tests.chaos.rest import Answer, GaveUp, Ledger, Program


class Book:
    """Looks of this process into the installation's database; asks again while the database is struck."""

    def __init__(self, patience: float, ledger: Ledger) -> None:
        self.patience, self.ledger = patience, ledger

    def do(self, act: Callable[[], Any]) -> Any:
        """Run ``act`` as the house until the database answers. Refusals are passed on."""
        until = time.monotonic() + self.patience
        while True:
            try:
                with acting_scope(system("pretend desk")):
                    return act()
            except DomainError as refusal:
                if refusal.code != "stock_busy" or time.monotonic() > until:
                    raise
                self.ledger.count("stock_busy")
                time.sleep(0.5)
            except Error as error:
                connection.close()
                self.ledger.count(f"database: {type(error).__name__} {str(error)[:50].strip()}")
                if time.monotonic() > until:
                    raise GaveUp(f"the database did not answer within {self.patience:g} s: {error}") from error
                time.sleep(0.4)


@dataclass
class People:
    """Programs in the roles of the house. ``keys``: token by role."""

    base: str
    keys: dict[str, str]
    store_id: int
    hand_store: str
    ledger: Ledger
    seed: int
    share: float = 1.0
    patience: float = 90.0
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        luck = random.Random(self.seed)
        self.luck = random.Random(luck.random())
        self.people = {
            role: Program(self.base, key, self.ledger, self.patience, random.Random(luck.random()))
            for role, key in self.keys.items()
        }
        self.book = Book(self.patience, self.ledger)
        self.count = itertools.count(1)
        self.refused: Counter[int] = Counter()
        self.again: dict[str, float] = {}  #: what was refused is asked again a little later
        self.noted: set[int] = set()

    def _key(self, what: str) -> str:
        return f"chaos-{self.seed}-{what}-{next(self.count)}"

    def _bulk(self, role: str, path: str, ids: list[int], more: dict[str, Any]) -> Answer:
        ids = [pk for pk in ids if self.again.get(f"{path}{pk}", 0) < time.monotonic()]
        if not ids:
            return Answer(200, {})
        answer = self.people[role].post(path, {"ids": [str(pk) for pk in ids], **more}, self._key(path.split("/")[-2]))
        self._went(path, answer)
        for row in answer.body.get("outcomes", []):
            if not row["ok"]:
                self.ledger.refuse(path, row["code"])
                self.again[f"{path}{row['id']}"] = time.monotonic() + 5
        return answer

    def _went(self, what: str, answer: Answer) -> bool:
        if not answer.ok:
            self.ledger.refuse(what, f"{answer.status} {answer.code}")
        return answer.ok


def done(answer: Answer) -> list[int]:
    return [int(row["id"]) for row in answer.body.get("outcomes", []) if row["ok"]]
