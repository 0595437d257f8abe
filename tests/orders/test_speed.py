"""How much an assessment costs: thousands of orders per second is the aim, sets are the means (P7's share)."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from orders.models import Order
from orders.services import intake
from orders.services.importing import import_remote
from stores.contracts import RemoteAddress, RemoteLine, RemoteOrder
from tests.factories.accounts import make_store
from tests.factories.inventory import NOW, make_sku, make_warehouse
from tests.factories.orders import make_item

pytestmark = pytest.mark.django_db


def remotes(first, count):
    lines = tuple(RemoteLine(f"S{i}", 1 + i % 2, Decimal("2.50"), title=f"Article {i}") for i in range(3))
    return [
        RemoteOrder(
            str(n), str(n), "paid", NOW, "USD", "BR", lines, buyer_login=f"b{n}", buyer_name=f"Buyer {n}", paid_at=NOW,
            address=RemoteAddress("Ana", "", "Rua 1"), shipping_method="Post", note="red please" if n % 10 == 0 else "",
        )
        for n in range(first, first + count)
    ]  # fmt: skip


def test_an_import_with_its_assessment_is_set_based_and_quick():
    with scopes_disabled():
        make_warehouse()
        store = make_store()
        for i in range(3):
            make_item(store, f"S{i}", sku=make_sku(on_hand=100_000), title=f"Article {i}")
        import_remote(store=store, remotes=remotes(0, 50), actor=SYSTEM, now=NOW)
        with CaptureQueriesContext(connection) as few:
            import_remote(store=store, remotes=remotes(1000, 10), actor=SYSTEM, now=NOW)
        with CaptureQueriesContext(connection) as many:
            import_remote(store=store, remotes=remotes(2000, 400), actor=SYSTEM, now=NOW)
        assert len(few) == len(many)
        started = time.process_time()
        import_remote(store=store, remotes=remotes(3000, 500), actor=SYSTEM, now=NOW)
        spent = time.process_time() - started
        assert spent / 500 < 0.003  # generous: the bench measures the figure, this only catches a loop of queries
        ids = list(Order.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as again:
            intake.assess_many(order_ids=ids, actor=SYSTEM, now=NOW)
        assert len(again) <= 20
        print(f"{spent / 500 * 1000:.2f} ms of CPU per order, {len(many)} statements")
