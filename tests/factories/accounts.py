"""Stores, people and tokens."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from accounts.choices import Role, StoreKind
from accounts.models import ApiToken, Store, StoreMember, User
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_count = itertools.count(1)


def make_store(code: str = "", **facts: Any) -> Store:
    """A sandbox store in Shanghai that sells in dollars."""
    number = next(_count)
    given = {
        "name": f"Shop {number}",
        "kind": StoreKind.SANDBOX,
        "currency": "USD",
        "time_zone": "Asia/Shanghai",
        "created_at": NOW,
    }
    return Store.objects.create(code=code or f"shop-{number}", **{**given, **facts})


def make_person(role: str = "manager", stores: Any = None, **facts: Any) -> User:
    """Somebody with ``role`` who works in ``stores`` (None: in all) and reads English in UTC."""
    given = {"language": "en", "time_zone": "UTC", "all_stores": stores is None, **facts}
    person = User.objects.create_user(given.pop("username", f"{role}-{next(_count)}"), password="x", role=role, **given)
    StoreMember.objects.bulk_create(StoreMember(user=person, store=store) for store in stores or ())
    return person


def _stores(store: Any, count: int, person: Any) -> None:
    kinds = StoreKind.values
    for i in range(count - Store.objects.filter(closed_at__isnull=True).count()):
        make_store(kind=kinds[i % len(kinds)])


def _people(store: Any, count: int, person: Any) -> None:
    for i in range(count - User.objects.filter(is_active=True).count()):
        make_person(role=Role.values[i % len(Role.values)])


def _tokens(store: Any, count: int, person: Any) -> None:
    ApiToken.objects.bulk_create(
        ApiToken(program=f"p{next(_count)}", prefix=f"sp_{next(_count):07}", digest=f"{next(_count)}", role="service",
                 all_stores=True, scopes=["read"], created_at=NOW)
        for _ in range(count)
    )  # fmt: skip


LISTING_ROWS = {
    "stores": Rows(_stores, owned=False),
    "users": Rows(_people, owned=False),
    "tokens": Rows(_tokens, owned=False),
}
