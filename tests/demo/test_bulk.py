"""A database filled for measurements keeps every promise that can be read off a database."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from core.clock import utcnow
from core.invariants import check_all
from demo.services.bulk import fill
from logistics.services.seeding import load_reference

pytestmark = pytest.mark.django_db


def test_a_filled_database_keeps_every_promise() -> None:
    now = utcnow()
    load_reference(now=now)
    made = fill(orders=600, now=now)
    assert made["orders"] == 600 and made["reservations"] > 0 and made["balances"] == 400
    with scopes_disabled():
        broken = {found.invariant.title: found.samples for found in check_all(now) if found.count}
    assert broken == {}
