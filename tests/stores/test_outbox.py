"""Each outgoing effect happens once: faults, unclear outcomes, dead workers, many workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from accounts.models import Store
from core.audit import SYSTEM, Actor
from core.errors import Conflict, NotAllowed
from stores import registry
from stores.choices import Ability, CallState
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.server import Server
from stores.models import Connection, OutboundCall
from stores.services import accounts, outbox
from stores.services.outbox import lanes, sending, settling
from tests.factories.stores import NOW, connected, declare, make_call, shop_order
from worklist.models import Duty

Door = tuple[Store, Control]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The outbox alone: no app above listens, every store is in view."""
    for table in (registry.WANTED, registry.SETTLED, registry.MOVED):
        for ability in Ability.values:
            monkeypatch.setitem(table, ability, [])
    with scopes_disabled():
        yield


def orders(control: Control, *ids: str) -> None:
    control.put_orders([shop_order(order_id) for order_id in ids], NOW)


def state(call: OutboundCall) -> str:
    call.refresh_from_db()
    return call.state


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.covers("DSP-15")
def test_a_call_is_carried_out_and_its_receipt_kept(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    assert outbox.send_due(now=NOW) == {"sent": 1}
    assert state(call) == CallState.SENT
    assert call.receipt["remote_id"].startswith("S")
    assert call.attempts == 1 and call.sent_at >= NOW
    assert [entry["number"] for entry in control.journal("ship")] == ["RB801CN"]
    assert outbox.send_due(now=after(3600)) == {}


def test_the_same_key_is_one_call(door: Door) -> None:
    store, control = door
    orders(control, "801")
    assert declare(store, "801").pk == declare(store, "801").pk
    outbox.drain(NOW)
    assert len(control.journal("ship")) == 1


def test_many_calls_are_written_with_the_same_number_of_statements(
    door: Door, django_assert_max_num_queries: Any
) -> None:
    store, _control = door
    specs = [outbox.CallSpec(store, "declare_shipment", f"k{i}", "accounts.store", store.pk, {}) for i in range(300)]
    with django_assert_max_num_queries(6):
        assert len(outbox.enqueue_many(calls=specs, now=NOW)) == 300


def test_nothing_leaves_before_its_time_or_from_a_transaction_that_fails(door: Door) -> None:
    store, control = door
    orders(control, "801", "802")
    declare(store, "801", due_at=after(60))
    with pytest.raises(RuntimeError), transaction.atomic():
        declare(store, "802")
        raise RuntimeError
    assert outbox.send_due(now=after(59)) == {}
    assert outbox.send_due(now=after(60)) == {"sent": 1}


def test_refused_by_the_channel_becomes_a_duty_and_can_be_tried_again(door: Door) -> None:
    store, control = door
    call = declare(store, "999")
    assert outbox.send_due(now=NOW) == {"failed": 1}
    assert state(call) == CallState.FAILED and "unknown_order" in call.error
    duty = Duty.objects.get(rule="stores.dead_letter", subject_id=call.pk)
    assert duty.state == "open"
    orders(control, "999")
    with pytest.raises(NotAllowed):
        outbox.retry(call=call, actor=Actor("user", "clerk"), now=after(10))
    outbox.retry(call=call, actor=SYSTEM, now=after(10))
    duty.refresh_from_db()
    assert duty.state == "done"
    assert outbox.send_due(now=after(10)) == {"sent": 1}


def test_a_done_call_cannot_be_tried_again(door: Door) -> None:
    store, _control = door
    call = make_call(store, state=CallState.SENT, sent_at=NOW)
    with pytest.raises(Conflict):
        outbox.drop(call=call, actor=SYSTEM, now=NOW, reason="no")


def test_retry_after_holds_the_whole_lane(door: Door) -> None:
    store, control = door
    orders(control, "801", "802")
    declare(store, "801")
    declare(store, "802")
    control.fault("429", retry_after=30)
    assert outbox.send_due(now=NOW) == {"later": 1}
    assert Connection.objects.get(store=store).hold_until >= after(30)
    assert outbox.send_due(now=after(29)) == {}
    assert outbox.send_due(now=after(31)) == {"sent": 2}


def test_a_call_without_luck_pauses_longer_and_longer_then_waits_for_a_person(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault("inside", times=10_000, path="/api/orders/801/ship")
    moment, tries = NOW, []
    while state(call) != CallState.FAILED:
        Connection.objects.filter(store=store).update(hold_until=None, failures=0)
        moment = max(moment + timedelta(seconds=1), call.due_at)
        outbox.send_due(now=moment)
        tries.append(moment)
        assert len(tries) < 60
    assert moment >= after(72 * 3600)
    assert call.attempts <= 50
    assert Duty.objects.filter(rule="stores.dead_letter", subject_id=call.pk).exists()


UNCLEAR = ["500_done", "half", "garbage", "empty", "huge"]


@pytest.mark.parametrize("kind", UNCLEAR)
def test_done_but_unclear_is_read_back_and_never_done_twice(door: Door, kind: str) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault(kind, path="/api/orders/801/ship")
    assert outbox.send_due(now=NOW) == {"unknown": 1}
    assert state(call) == CallState.UNKNOWN and call.doubtful
    assert outbox.send_due(now=after(50)) == {}, "waits longer than a late effect"
    outbox.send_due(now=after(70))
    assert state(call) == CallState.SENT and not call.doubtful
    assert len(control.journal("ship")) == 1


@pytest.mark.parametrize("kind", ["500", "reset"])
def test_not_done_and_unclear_is_read_back_then_sent(door: Door, kind: str) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault(kind, path="/api/orders/801/ship")
    assert outbox.send_due(now=NOW) == {"unknown": 1}
    outbox.drain(after(70))
    assert state(call) == CallState.SENT
    assert call.attempts == 2
    assert len(control.journal("ship")) == 1


def test_an_effect_that_comes_late_is_not_repeated(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault("late", seconds=40, path="/api/orders/801/ship")
    outbox.drain(NOW)
    assert control.journal("ship") == []
    outbox.drain(after(70))
    assert state(call) == CallState.SENT
    assert len(control.journal("ship")) == 1


def test_negative_control_without_reading_back_an_unclear_text_is_sent_twice(door: Door, monkeypatch: Any) -> None:
    """The same misfortune with reading back switched off must show a duplicate, or the tests above prove nothing."""
    from stores.connectors.sandbox.connector import Sandbox

    store, control = door
    monkeypatch.setattr(Sandbox, "find_effect", lambda self, effect: None)
    control.fault("500_done", path="/api/messages")
    outbox.enqueue(
        store=store, ability=Ability.SEND_MESSAGE, key="m", subject=store, payload={"buyer": "b", "text": "Hi"}, now=NOW
    )
    outbox.drain(NOW)
    outbox.drain(after(70))
    assert len(control.journal("message")) == 2


def test_reading_back_that_fails_goes_on_reading_back(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault("500_done", path="/api/orders/801/ship")
    outbox.drain(NOW)
    control.fault("500", path="/api/orders/801", times=1)
    outbox.drain(after(70))
    assert state(call) == CallState.UNKNOWN
    outbox.drain(after(700))
    assert state(call) == CallState.SENT
    assert len(control.journal("ship")) == 1


def test_a_doubtful_call_that_was_given_up_is_read_back_when_tried_again(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    control.fault("500_done", path="/api/orders/801/ship")
    outbox.drain(NOW)
    OutboundCall.objects.filter(pk=call.pk).update(give_up_at=after(1))
    control.fault("500", path="/api/orders/801")
    outbox.drain(after(70))
    assert state(call) == CallState.FAILED and call.doubtful
    outbox.retry(call=call, actor=SYSTEM, now=after(100))
    assert state(call) == CallState.UNKNOWN
    outbox.drain(after(101))
    assert state(call) == CallState.SENT
    assert len(control.journal("ship")) == 1


def test_a_wrong_key_pauses_the_store_and_harms_no_call(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    assert accounts.check(store=store, now=NOW) == ""
    control.revoke()
    outbox.drain(NOW)
    assert state(call) == CallState.QUEUED and call.attempts == 0
    held = Connection.objects.get(store=store)
    assert held.paused_reason
    assert Duty.objects.filter(rule="stores.paused", subject_id=held.pk, state="open").exists()
    assert outbox.drain(after(3600)) == {}
    accounts.connect_sandbox(store=store, actor=SYSTEM, now=after(3600), base_url=held.base_url)
    orders(control, "801")
    outbox.drain(after(3601))
    assert state(call) == CallState.SENT, call.error
    assert Duty.objects.get(rule="stores.paused", subject_id=held.pk).state == "done"


def test_breaker_opens_probes_with_one_call_and_lets_everything_go_when_healed(door: Door) -> None:
    store, control = door
    ids = [str(n) for n in range(801, 811)]
    orders(control, *ids)
    calls = [declare(store, order_id) for order_id in ids]
    control.fault("inside", times=4, path="/api/orders/")
    assert outbox.send_due(now=NOW) == {"later": 3}
    assert outbox.send_due(now=after(3)) == {}, "the breaker is open"
    assert outbox.send_due(now=after(16)) == {"later": 1}, "one probe"
    outbox.send_due(now=after(60))
    outbox.drain(after(61))
    assert {state(call) for call in calls} == {CallState.SENT}
    assert max(call.attempts for call in calls) <= 3


def test_a_bad_channel_does_not_touch_another_store_nor_the_mail(
    shop_server: Server, db: None, mailoutbox: Any
) -> None:
    bad, bad_control = connected(shop_server)
    good, good_control = connected(shop_server)
    orders(bad_control, "801")
    orders(good_control, "801")
    bad_control.fault("500", times=50)
    declare(bad, "801")
    fine = declare(good, "801", "RB2CN")
    outbox.drain(NOW)
    assert state(fine) == CallState.SENT, fine.error


def test_a_reason_that_has_gone_drops_the_call(door: Door, monkeypatch: Any) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    monkeypatch.setitem(registry.WANTED, Ability.DECLARE_SHIPMENT, [lambda call, *, now: "the order was cancelled"])
    assert outbox.send_due(now=NOW) == {"dropped": 1}
    assert state(call) == CallState.DROPPED and call.error == "the order was cancelled"
    assert control.journal("ship") == []


def test_disconnecting_takes_back_what_waits(door: Door) -> None:
    store, _control = door
    call = declare(store, "801")
    accounts.disconnect(store=store, actor=SYSTEM, now=NOW)
    assert state(call) == CallState.DROPPED
    late = declare(store, "802")
    outbox.drain(NOW)
    assert state(late) == CallState.DROPPED


def test_settled_hooks_run_in_the_settling_transaction(door: Door, monkeypatch: Any) -> None:
    store, control = door
    orders(control, "801")
    seen = []

    def listen(call: OutboundCall, *, now: Any) -> None:
        seen.append((call.state, connection.in_atomic_block))

    monkeypatch.setitem(registry.SETTLED, Ability.DECLARE_SHIPMENT, [listen])
    declare(store, "801")
    outbox.drain(NOW)
    assert seen == [("sent", True)]


def claimed(store: Store, token: str, now: Any = NOW) -> list[OutboundCall]:
    return settling.claim(store_id=store.pk, lane=lanes.CHANNEL, token=token, now=now, limit=10)


def test_a_worker_that_dies_before_sending_leaves_the_call_to_the_next(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    claimed(store, "dead")
    assert state(call) == CallState.LEASED
    assert outbox.send_due(now=after(59)) == {}
    assert outbox.send_due(now=after(61)) == {"sent": 1}
    assert state(call) == CallState.SENT and call.attempts == 1


@pytest.mark.parametrize("happened", [True, False])
def test_a_worker_that_dies_while_sending_leads_to_reading_back(door: Door, happened: bool) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    claimed(store, "dead")
    effect = settling.begin(call, token="dead", now=NOW)
    assert effect is not None
    if happened:
        sending.selectors.connector(store).send(effect)
    outbox.drain(after(61))
    outbox.drain(after(125))
    assert state(call) == CallState.SENT
    assert call.attempts == (1 if happened else 2)
    assert len(control.journal("ship")) == 1


def test_a_frozen_worker_cannot_send_what_another_took_over(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    frozen = claimed(store, "frozen")
    outbox.drain(after(61))
    assert state(call) == CallState.SENT
    assert settling.begin(frozen[0], token="frozen", now=after(62)) is None
    assert len(control.journal("ship")) == 1


def test_a_worker_frozen_after_confirming_its_lease_does_not_send(door: Door, monkeypatch: Any) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")

    class Frozen(sending.Ticker):
        calls = 0

        def now(self) -> Any:
            Frozen.calls += 1
            return self.start + timedelta(seconds=45 if Frozen.calls > 3 else 0)

    with monkeypatch.context() as frozen:
        frozen.setattr(sending, "Ticker", Frozen)
        outbox.send_lane(store_id=store.pk, lane=lanes.CHANNEL, now=NOW, pace=False)
    assert control.journal("ship") == []
    outbox.drain(after(200))
    outbox.drain(after(300))
    assert state(call) == CallState.SENT
    assert len(control.journal("ship")) == 1


def test_a_late_answer_settles_a_call_that_was_taken_back(door: Door) -> None:
    """The slow worker's success counts even when the sweep made the call unclear meanwhile."""
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    claimed(store, "slow")
    effect = settling.begin(call, token="slow", now=NOW)
    assert effect is not None
    receipt = sending.selectors.connector(store).send(effect)
    outbox.sweep(now=after(61))
    assert state(call) == CallState.UNKNOWN
    assert settling.succeeded(call, receipt, now=after(62))
    assert not settling.succeeded(call, receipt, now=after(63))
    assert state(call) == CallState.SENT


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run ``work`` in so many threads at once, each with its own database connection."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def run(index: int) -> None:
        try:
            barrier.wait()
            with scopes_disabled():
                results[index] = work(index)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_call_once(shop_server: Server) -> None:
    store, control = connected(shop_server)
    ids = [str(n) for n in range(801, 861)]
    orders(control, *ids)
    control.fault("500_done", path="/api/orders/", times=5, skip=3)
    for order_id in ids:
        declare(store, order_id)
    for seconds in (0, 70, 140, 300):
        in_threads(8, lambda index, seconds=seconds: outbox.drain(after(seconds)))
    shipped = Counter(entry["order"] for entry in control.journal("ship"))
    assert shipped == dict.fromkeys(ids, 1)
    assert OutboundCall.objects.exclude(state=CallState.SENT).count() == 0


@pytest.mark.django_db(transaction=True)
def test_parallel_claims_never_overlap_even_without_the_lane(shop_server: Server) -> None:
    store, _control = connected(shop_server)
    for number in range(40):
        declare(store, str(900 + number))
    found = in_threads(8, lambda index: [call.pk for call in claimed(store, f"w{index}")])
    everybody = [pk for mine in found for pk in mine]
    assert len(everybody) == len(set(everybody)) == 40


@pytest.mark.django_db(transaction=True)
def test_negative_control_claims_without_locks_overlap(shop_server: Server) -> None:
    """Reading without the lock lets two workers take the same calls: the test above would notice."""
    store, _control = connected(shop_server)
    for number in range(40):
        declare(store, str(900 + number))
    barrier = threading.Barrier(4)

    def careless(index: int) -> list[int]:
        mine = list(lanes.calls_of(store.pk, lanes.CHANNEL).filter(state=CallState.QUEUED).order_by("pk")[:10])
        barrier.wait()
        OutboundCall.objects.filter(pk__in=[c.pk for c in mine]).update(state=CallState.LEASED, lease_until=after(60))
        return [call.pk for call in mine]

    everybody = [pk for mine in in_threads(4, careless) for pk in mine]
    assert len(everybody) > len(set(everybody))


def test_doubt_is_read_back_first_then_what_has_a_clock_then_texts(door: Door) -> None:
    store, _control = door
    texts = [make_call(store, key=f"text:{n}", ability=Ability.SEND_MESSAGE) for n in range(2)]
    shipped, doubtful = make_call(store, key="ship"), make_call(store, key="doubt", ability=Ability.REPLY_FEEDBACK)
    OutboundCall.objects.filter(pk=shipped.pk).update(due_at=after(5))
    OutboundCall.objects.filter(pk=doubtful.pk).update(
        due_at=after(9), state=CallState.UNKNOWN, doubtful=True, begun_at=NOW
    )
    found = settling.claim(store_id=store.pk, lane=lanes.CHANNEL, token="a", now=after(10), limit=3)
    assert [call.key for call in found] == ["doubt", "ship", texts[0].key]


def test_a_sign_of_life_is_written_now_and_then_and_a_lane_taken_over_is_left(door: Door, monkeypatch: Any) -> None:
    store, _control = door
    row = lanes.take(store.pk, lanes.CHANNEL, "a", NOW)
    assert row is not None
    ends = row.busy_until
    assert lanes.keep(lanes.CHANNEL, row, "a", after(3))
    row.refresh_from_db()
    assert row.busy_until == ends, "not before each call"
    assert lanes.keep(lanes.CHANNEL, row, "a", after(6))
    row.refresh_from_db()
    assert row.busy_until == after(6) + lanes.BUSY
    assert lanes.take(store.pk, lanes.CHANNEL, "b", after(60)) is not None
    assert not lanes.keep(lanes.CHANNEL, row, "a", after(61))


def test_one_worker_walks_a_lane(door: Door) -> None:
    store, _control = door
    first = lanes.take(store.pk, lanes.CHANNEL, "a", NOW)
    assert first is not None
    assert lanes.take(store.pk, lanes.CHANNEL, "b", after(29)) is None
    assert lanes.take(store.pk, lanes.CHANNEL, "b", after(31)) is not None, "a dead worker is not waited for"
    lanes.free(lanes.CHANNEL, first, "a")
    assert lanes.take(store.pk, lanes.CHANNEL, "c", after(32)) is None, "who lost the lane cannot free it for others"


def test_a_simulated_clock_that_was_cut_short_blocks_nobody(door: Door) -> None:
    store, control = door
    orders(control, "801", "802")
    ahead = after(31 * 86_400)
    call = declare(store, "801", now=ahead)
    lanes.take(store.pk, lanes.CHANNEL, "simulation", ahead)
    claimed(store, "simulation", ahead)
    Connection.objects.filter(store=store).update(hold_until=ahead + timedelta(hours=1))
    declare(store, "802")
    assert outbox.send_due(now=NOW) == {"sent": 1}
    assert state(call) == CallState.QUEUED
    assert outbox.drain(ahead + timedelta(hours=2)) == {"sent": 1}


def test_a_resumed_lane_sends_what_waited(door: Door) -> None:
    store, control = door
    orders(control, "801")
    call = declare(store, "801")
    outbox.pause(store=store, lane=lanes.CHANNEL, reason="holiday", actor=SYSTEM, now=NOW)
    assert outbox.drain(after(10)) == {}
    outbox.resume(store=store, lane=lanes.CHANNEL, actor=SYSTEM, now=after(20))
    outbox.drain(after(20))
    assert state(call) == CallState.SENT


def killed_worker(server: Server, now: Any, effects: int) -> None:
    """A worker of its own process, killed as soon as so many more effects have happened at the shop: right between an
    effect and its receipt, or shortly after."""
    connection.close()
    before = server.shop.rows("SELECT count(*) FROM journal")[0][0]
    child = os.fork()
    if child == 0:
        try:
            with scopes_disabled():
                outbox.drain(now)
        finally:
            os._exit(0)
    end = time.monotonic() + 120
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > end or server.shop.rows("SELECT count(*) FROM journal")[0][0] >= before + effects:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return
        time.sleep(0.0005)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_killed_between_effect_and_receipt_lose_nothing_and_do_nothing_twice(shop_server: Server) -> None:
    """Texts to a channel that knows no keys; fifteen kills; unclear outcomes on top."""
    store, control = connected(shop_server)
    keys = [f"text-{n}" for n in range(60)]
    for key in keys:
        payload = {"buyer": "b", "text": key}
        outbox.enqueue(store=store, ability=Ability.SEND_MESSAGE, key=key, subject=store, payload=payload, now=NOW)
    control.fault("500_done", path="/api/messages", times=3, skip=4)
    control.fault("late", path="/api/messages", times=2, skip=9, seconds=20)
    moment, caught = 0.0, 0
    for turn in range(15):
        killed_worker(shop_server, after(moment), 1 + turn % 3)
        caught += OutboundCall.objects.filter(state=CallState.LEASED, begun_at__isnull=False).count()
        moment += 70
    assert caught, "no kill hit a call that was under way: the test would prove nothing"
    for _round in range(60):
        if not OutboundCall.objects.exclude(state=CallState.SENT).exists():
            break
        outbox.drain(after(moment))
        moment += 70
    assert Counter(entry["ref"] for entry in control.journal("message")) == dict.fromkeys(keys, 1)
    assert set(OutboundCall.objects.values_list("state", flat=True)) == {CallState.SENT}
