"""People, a program and days for the tests of the machinery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, User
from core import crypto
from core.audit import Actor
from core.listing import LISTINGS
from core.models import CalendarDay
from tests.core.sample import DAYS

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MONDAY = date(2027, 1, 4)


@pytest.fixture(autouse=True)
def sample_list(request: pytest.FixtureRequest) -> Iterator[None]:
    """The sample list exists only for the tests that name its addresses."""
    marker = request.node.get_closest_marker("urls")
    if marker is None or marker.args[0] != "tests.core.sample":
        yield
        return
    LISTINGS["days"] = DAYS
    yield
    LISTINGS.pop("days", None)


@pytest.fixture
def person(db: None) -> User:
    """A manager of all stores who reads English in UTC."""
    return User.objects.create_user(
        "chief", password="x", role="manager", all_stores=True, language="en", time_zone="UTC"
    )


@pytest.fixture
def actor(person: User) -> Actor:
    """The manager as actor."""
    return person.actor


@pytest.fixture
def page(person: User) -> Client:
    """A browser in which the manager is signed in."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def make_token(db: None) -> Callable[..., str]:
    """Makes a program's key."""

    def make(role: str = "manager", scopes: tuple[str, ...] = ("read", "write", "personal-data"), **facts: Any) -> str:
        key = f"sp_{crypto.new_key()}"
        facts.setdefault("all_stores", True)
        ApiToken.objects.create(program="robot", prefix=key[:12], digest=crypto.digest(key), role=role, scopes=list(scopes),
                                created_at=NOW, **facts)  # fmt: skip
        return key

    return make


@pytest.fixture
def api(make_token: Callable[..., str]) -> Client:
    """A program with a manager's token."""
    return Client(headers={"Authorization": f"Bearer {make_token()}"})


@pytest.fixture
def days(db: None) -> list[CalendarDay]:
    """Twelve days: every third worked, names a to l, one hidden from everybody."""
    made = [CalendarDay(day=MONDAY + timedelta(days=i), name="abcdefghijkl"[i], working=i % 3 == 0) for i in range(12)]
    made.append(CalendarDay(day=MONDAY + timedelta(days=40), name="secret"))
    return CalendarDay.objects.bulk_create(made)[:12]
