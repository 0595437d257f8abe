"""Many at once, multi-line in opposite orders, on real PostgreSQL: nothing is oversold, nothing deadlocks (G2).

The figure that fits every test run is small; ``make proof`` runs 64 threads x 50 rounds x 40 operations.
"""

from __future__ import annotations

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from core.audit import SYSTEM
from core.errors import Conflict
from inventory import checks
from inventory.models import Balance
from inventory.services import stock
from inventory.services.shelf import fetch
from inventory.services.stock import Want
from tests.factories.inventory import NOW, make_sku, make_warehouse

ACT = {"actor": SYSTEM, "now": NOW}
SKUS = 8


def in_threads(count, work):
    """Run ``work(i)`` in ``count`` threads that start together; answers the results, raises the first fault."""
    gate = threading.Barrier(count)

    def one(i):
        try:
            gate.wait(30)
            return work(i)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [f.result() for f in [pool.submit(one, i) for i in range(count)]]


def again(call):
    """What a client does with a retryable refusal."""
    for _turn in range(20):
        try:
            return call()
        except Conflict as refusal:
            if refusal.code != "stock_busy":
                raise
    raise AssertionError("busy for ever")


def life(house, skus, seed, operations, round_):
    """One clerk: promise several articles in random order, ship or let go, receive now and then."""
    dice = random.Random(f"{seed}-{round_}")
    busy = 0
    for step in range(operations):
        order = seed * 1_000_000 + round_ * 1_000 + step
        wanted = dice.sample(range(SKUS), dice.randint(2, 4))
        wants = [Want(order * 10 + i, order, skus[i], house.pk, dice.randint(1, 3)) for i in wanted]
        again(lambda w=wants: stock.reserve(wants=w, **ACT))
        what = dice.random()
        if what < 0.25:
            again(lambda o=order: stock.release(order_refs=[o], **ACT))
        elif what < 0.5:
            rows = [(skus[i], dice.randint(1, 4), None) for i in reversed(wanted)]
            again(lambda r=rows, o=order: stock.receive(warehouse=house, rows=r, reference=f"R{o}", **ACT))
        elif what < 0.9:
            try:
                again(lambda o=order: stock.consume(order_ref=o, reference=f"P{o}", **ACT))
            except Conflict as refusal:
                busy += refusal.code == "stock_busy"
                stock.release(order_refs=[order], **ACT)
    return busy


def prove(threads, rounds, operations):
    house = make_warehouse()
    skus = [make_sku(on_hand=40).pk for _ in range(SKUS)]
    stop, negatives, samples = threading.Event(), [], [0]

    def watch():
        try:
            while not stop.is_set():
                negatives.extend(
                    fetch(
                        "SELECT id FROM inventory_balance WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand", []
                    )
                )
                samples[0] += 1
        finally:
            connections.close_all()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for round_ in range(rounds):
            in_threads(threads, lambda i, r=round_: life(house, skus, i + 1, operations, r))
    finally:
        stop.set()
        watcher.join()
    assert negatives == []
    assert samples[0] > 10
    for check in (checks.balances_beside_the_ledger, checks.reserved_beside_the_promises, checks.oversold,
                  checks.shipped_beside_the_ledger, checks.waiting_beside_free_goods):  # fmt: skip
        assert list(check(NOW)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("STK-12", "STK-13")
def test_many_at_once_never_oversell():
    if os.environ.get("SAMPAN_SCALE") == "full":
        prove(threads=64, rounds=50, operations=40)
    else:
        prove(threads=8, rounds=1, operations=15)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_race_goes_wrong():
    """Negative control: read, think, write without a lock loses updates, so the test above can fail."""
    sku = make_sku(on_hand=40)
    both = threading.Barrier(2)

    def careless(_i):
        row = Balance.objects.get(sku=sku)
        both.wait(10)
        Balance.objects.filter(pk=row.pk).update(reserved=row.reserved + 5)

    in_threads(2, careless)
    assert Balance.objects.get(sku=sku).reserved == 5  # two promised five each
    assert list(checks.reserved_beside_the_promises(NOW)) != []


@pytest.mark.django_db(transaction=True)
def test_locking_in_opposite_order_by_hand_deadlocks():
    """Negative control: what the SKU order of the locks prevents does happen without it."""
    first, second = (make_sku(on_hand=5).pk for _ in range(2))
    both = threading.Barrier(2)

    def crosswise(i):
        order = (first, second) if i else (second, first)
        try:
            with transaction.atomic():
                for step, sku in enumerate(order):
                    list(Balance.objects.select_for_update().filter(sku_id=sku))
                    if step == 0:
                        both.wait(10)
        except OperationalError:
            return True
        return False

    assert sorted(in_threads(2, crosswise)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_a_long_wait_is_a_refusal_that_can_be_repeated(monkeypatch):
    monkeypatch.setattr("inventory.services.shelf.LOCK_TIMEOUT", "200ms")
    house, sku = make_warehouse(), make_sku(on_hand=5)
    taken, done = threading.Event(), threading.Event()

    def holder():
        try:
            with transaction.atomic():
                list(Balance.objects.select_for_update().filter(sku=sku))
                taken.set()
                done.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=holder)
    thread.start()
    taken.wait(10)
    wants = [Want(1, 10, sku.pk, house.pk, 2)]
    try:
        with pytest.raises(Conflict) as refusal:
            stock.reserve(wants=wants, **ACT)
    finally:
        done.set()
        thread.join()
    assert refusal.value.code == "stock_busy"
    stock.reserve(wants=wants, **ACT)
    assert Balance.objects.get(sku=sku).reserved == 2
    assert connection.in_atomic_block is False
