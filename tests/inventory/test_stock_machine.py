"""Any order of promises, releases, issues, receipts and counts keeps the books right (G2), found by hypothesis."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.audit import SYSTEM
from core.errors import Conflict
from inventory import checks
from inventory.models import Balance, Reservation
from inventory.services import stock
from inventory.services.stock import Want
from tests.factories.inventory import NOW, make_sku, make_warehouse

SKUS, ORDERS = 3, 6
skus, orders, pieces = st.integers(0, SKUS - 1), st.integers(1, ORDERS), st.integers(1, 6)
ACT = {"actor": SYSTEM, "now": NOW}


class StockLife(RuleBasedStateMachine):
    """The services beside a model that only knows: goods in, goods out."""

    def __init__(self):
        super().__init__()
        self.mark = transaction.savepoint()
        self.house = make_warehouse()
        self.skus = [make_sku().pk for _ in range(SKUS)]
        self.hand = [0] * SKUS
        self.number = 0

    def teardown(self):
        transaction.savepoint_rollback(self.mark)

    def next(self):
        self.number += 1
        return f"N{self.number}"

    @rule(order=orders, wanted=st.lists(st.tuples(skus, pieces), min_size=1, max_size=3))
    def reserve(self, order, wanted):
        wants = [Want(order * 10 + i, order, self.skus[i], self.house.pk, n) for i, n in wanted]
        stock.reserve(wants=wants, **ACT)

    @rule(order=orders)
    def release(self, order):
        stock.release(order_refs=[order], **ACT)

    @rule(sku=skus, n=pieces)
    def receive(self, sku, n):
        stock.receive(warehouse=self.house, rows=[(self.skus[sku], n, None)], reference=self.next(), **ACT)
        self.hand[sku] += n

    @rule(order=orders, sku=skus, n=pieces, again=st.booleans())
    def consume(self, order, sku, n, again):
        reference = self.next()
        try:
            for _turn in range(2 if again else 1):
                stock.consume(
                    order_ref=order, reference=reference, quantities={(order * 10 + sku, self.skus[sku]): n}, **ACT
                )
        except Conflict:
            return
        self.hand[sku] -= n

    @rule(sku=skus, n=st.integers(0, 12))
    def count(self, sku, n):
        stock.set_counts(warehouse=self.house, rows=[(self.skus[sku], n, None)], reference=self.next(), **ACT)
        self.hand[sku] = n

    @invariant()
    def books_are_right(self):
        held = dict(Balance.objects.filter(sku_id__in=self.skus).values_list("sku_id", "on_hand"))
        assert [held.get(pk, 0) for pk in self.skus] == self.hand
        for check in (
            checks.balances_beside_the_ledger, checks.reserved_beside_the_promises, checks.oversold,
            checks.shipped_beside_the_ledger, checks.waiting_beside_free_goods, checks.closed_promises_that_hold,
        ):  # fmt: skip
            assert list(check(NOW)) == []
        assert not Reservation.objects.filter(state="open", wanted=0).exists()


@pytest.mark.django_db
@pytest.mark.covers("STK-12", "STK-13")
def test_any_sequence_keeps_the_books_right():
    run_state_machine_as_test(
        StockLife,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
