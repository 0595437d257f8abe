"""A small rule set of its own, so that the machinery is proven without the business on top."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scopes_disabled

from accounts.models import Store, User
from worklist import registry
from worklist.choices import Band, Doer
from worklist.registry import AsDue, Every, FollowUpRule

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class Nudge(FollowUpRule):
    """The clock speaks once to each store."""

    key, title, target = "test.nudge", "Nudge", Store
    acted: list[tuple[int, int]]
    broken: set[int]
    settled: set[int]

    def __init__(self) -> None:
        self.acted, self.broken, self.settled = [], set(), set()

    def candidates(self, now: datetime) -> Any:
        return Store.objects.exclude(pk__in=self.settled)

    def due_at(self, subject: Store, round: int, now: datetime) -> datetime | None:
        return subject.created_at + timedelta(days=1)

    def over(self, subject: Store, now: datetime) -> bool:
        return subject.pk in self.settled

    def store_of(self, subject: Store) -> int:
        return subject.pk

    def act(self, subject: Store, *, now: datetime, round: int) -> None:
        self.acted.append((subject.pk, round))
        if subject.pk in self.broken:
            raise RuntimeError("no")

    def stake(self, subject: Store) -> tuple[Decimal, str]:
        return Decimal("100"), "CNY"


class Daily(Nudge):
    key, again = "test.daily", Every(days=1, rounds=3)


class Watch(Nudge):
    """Repeats at a time the subject itself keeps (the store's creation moves)."""

    key, again = "test.watch", AsDue()


class Sign(Nudge):
    key, title, doer, band, role = "test.sign", "Sign", Doer.PERSON, Band.WAITING, "service"

    def facts(self, subject: Store) -> dict[str, Any]:
        return {"number": subject.code}


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Only the rules of this file, fresh for each test."""
    made = {rule.key: rule() for rule in (Nudge, Daily, Watch, Sign)}
    monkeypatch.setattr(registry, "drain", [])
    whole = dict(registry.RULES)
    registry.RULES.clear()
    registry.RULES.update(made)
    yield made
    registry.RULES.clear()
    registry.RULES.update(whole)


def make_store(code: str = "one") -> Store:
    return Store.objects.create(code=code, name=code, kind="sandbox", currency="USD", created_at=NOW)


def make_user(name: str, role: str = "service") -> User:
    return User.objects.create(username=name, role=role, all_stores=True, language="en")
