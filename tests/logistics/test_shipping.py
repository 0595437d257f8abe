"""The hand-over: one transaction from the parcel down to the stock and up to the channel."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from conversations.models import Message
from core.audit import SYSTEM
from core.errors import Conflict, NotAllowed
from core.invariants import check_all
from core.models import ActivityEntry
from inventory.models import Balance, Movement
from logistics.events import ParcelsShipped
from logistics.models import DispatchNote, Parcel, ScanEvent, WaybillNumber
from logistics.selectors import dispatch as selectors
from logistics.services import counter, dispatch, numbers, packing, shipping
from orders.models import Order
from stores.models import OutboundCall
from stores.services.outbox import sending
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.factories.stores import connected, running_shop, shop_order
from tests.logistics.tables import Table
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("written_house")]
NOW = make.NOW


def many(store: Any, size: int) -> list[Parcel]:
    """``size`` sealed parcels of one store."""
    sku = make.article(on_hand=size * 2)
    notes = [make.make_note(make.ready_order(store, lines=[(sku, 1)])) for _ in range(size)]
    make.fill_pool(notes[0].service, size)
    dispatch.sign_notes(notes=notes, kind="price", actor=make.person("purchaser"), now=NOW)
    dispatch.sign_notes(notes=notes, kind="note", actor=make.person("supervisor"), now=NOW)
    packer = make.person("warehouse")
    made = []
    for note in notes:
        note.refresh_from_db()
        made.append(
            packing.pack(
                note=note, items={sku.code: 1}, checks=["quality", "colour", "address"], weight_g=40, label=make.number_of(note), key=note.number,
                actor=packer, now=NOW,
            )
        )  # fmt: skip
    return made


@pytest.mark.covers("DSP-13", "DSP-15", "ORD-15", "DSP-21")
def test_one_hand_over_does_everything() -> None:
    store = make_store(kind="spreadsheet")
    parcel = make.handed_over(make.ready_order(store))
    order, note = Order.objects.get(pk=parcel.order_id), parcel.note
    assert (parcel.state, parcel.shipped_at, note and note.state) == ("shipped", NOW, "closed")
    assert parcel.next_check_at and parcel.promised_by
    assert (order.state, order.shipped_at, order.stage) == ("shipped", NOW, "to_declare")
    assert list(order.lines.values_list("shipped_quantity", flat=True)) == [2]
    issue = Movement.objects.get(kind="issue")
    assert (issue.quantity, issue.reference) == (-2, parcel.tracking_number)
    balance = Balance.objects.get()
    assert (balance.on_hand, balance.reserved) == (48, 0)
    assert WaybillNumber.objects.get(number=parcel.tracking_number).state == "used"
    text = Message.objects.get(template_code__startswith="T02")
    assert parcel.tracking_number in text.body and text.state != "draft"
    duty = Duty.objects.get(rule="logistics.declare_today")
    assert (duty.state, duty.subject_id, duty.facts["number"]) == ("open", parcel.pk, parcel.tracking_number)
    assert duty.due_at == NOW.replace(hour=15, minute=59, second=59)  # midnight in Shanghai
    assert not [v for v in check_all(NOW) if v.count]


@pytest.mark.covers("DSP-13")
def test_a_shop_without_a_program_is_told_by_a_person() -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    assert not OutboundCall.objects.filter(ability="declare_shipment").exists()
    shipping.confirm_declared(parcel=parcel, actor=make.person("service"), now=NOW + timedelta(hours=1))
    parcel.refresh_from_db()
    order = Order.objects.get(pk=parcel.order_id)
    assert (parcel.declared_at, order.declared_at, order.stage) == (
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=1),
        "shipped",
    )
    assert Duty.objects.get(rule="logistics.declare_today").state == "done"


@pytest.mark.covers("DSP-13")
def test_a_connected_shop_is_told_once_through_the_outbox() -> None:
    with running_shop() as server:
        store, control = connected(server)
        order = make.ready_order(store)
        control.put_orders([shop_order(order.external_id)], NOW)
        parcel = make.handed_over(order)
        call = OutboundCall.objects.get(ability="declare_shipment")
        assert (call.key, call.subject_id, call.payload["tracking_number"]) == (
            f"declare:{parcel.number}",
            parcel.pk,
            parcel.tracking_number,
        )
        assert not Duty.objects.filter(rule="logistics.declare_today").exists()
        sending.drain(NOW)
        parcel.refresh_from_db()
        order.refresh_from_db()
        assert parcel.declared_at and order.declared_at and order.stage == "shipped"


def test_a_declaration_the_shop_refused_becomes_a_duty() -> None:
    parcel = make.handed_over(make.ready_order(make_store(kind="spreadsheet")))
    Duty.objects.all().delete()
    call = OutboundCall.objects.create(
        store=parcel.store, ability="declare_shipment", key="k", subject_type="logistics.parcel", subject_id=parcel.pk, payload={}, state="failed",
        due_at=NOW, give_up_at=NOW, created_at=NOW,
    )  # fmt: skip
    shipping.channel_answered(call=call, now=NOW)
    assert Duty.objects.get(rule="logistics.declare_today").state == "open"


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"intercept": "cancel_request"}, "intercepted"),
        ({"state": "held", "hold_reason": "dispute"}, "held"),
        ({"state": "cancelled"}, "cancelled"),
    ],
)
def test_a_stopped_order_does_not_leave(change: dict[str, str], code: str) -> None:
    good, bad = make.pack(make.released()), make.pack(make.released())
    Order.objects.filter(pk=bad.order_id).update(**change)
    made = shipping.hand_over(parcels=[good, bad], actor=make.person("warehouse"), now=NOW)
    assert [p.pk for p in made.parcels] == [good.pk] and made.refused[bad.pk].code == code
    bad.refresh_from_db()
    assert (bad.state, bad.shipped_at) == ("packed", None)
    assert not Movement.objects.filter(kind="issue", reference=bad.tracking_number).exists()


def test_twice_is_once() -> None:
    parcel = make.handed_over()
    made = shipping.hand_over(parcels=[parcel], actor=make.person("warehouse"), now=NOW + timedelta(hours=1))
    assert (made.parcels, made.refused) == ([], {})
    assert Movement.objects.filter(kind="issue").count() == 1
    assert Message.objects.filter(template_code__startswith="T02").count() == 1


def test_only_the_warehouse_hands_over() -> None:
    parcel = make.pack(make.released())
    with pytest.raises(NotAllowed):
        shipping.hand_over(parcels=[parcel], actor=make.person("service"), now=NOW)


def test_a_shipment_is_never_declared_before_it_left() -> None:
    parcel = make.pack(make.released())
    with pytest.raises(Conflict) as refused:
        shipping.confirm_declared(parcel=parcel, actor=make.person("service"), now=NOW)
    assert refused.value.code == "not_shipped"


@pytest.mark.covers("ORD-09")
def test_the_statements_are_the_same_for_few_and_for_many() -> None:
    """P8: a fixed number of statements; the CPU of a hundred is measured by the bench."""
    store = make_store()
    counts = []
    for size in (1, 3, 30):  # the first of the day begins the list of the carrier
        parcels = many(store, size)
        with CaptureQueriesContext(connection) as asked:
            begun = time.process_time()
            made = shipping.hand_over(parcels=parcels, actor=make.person("warehouse"), now=NOW)
            spent = time.process_time() - begun
        assert (len(made.parcels), made.refused) == (size, {})
        counts.append(len(asked))
        assert spent < 0.05 + size * 0.01
    assert counts[1] == counts[2], counts


def test_the_news_is_told_after_the_hand_over(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr("logistics.services.shipping.publish", heard.append)
    parcel = make.handed_over()
    assert heard == [ParcelsShipped((parcel.pk,))]


@pytest.mark.covers("DSP-13")
def test_the_counter_takes_scanned_parcels_and_names_stopped_ones() -> None:
    packer = make.person("warehouse")
    good, bad = make.pack(make.released(), packer), make.pack(make.released(), packer)
    Order.objects.filter(pk=bad.order_id).update(intercept="dispute")

    def scan(code: str, key: str) -> str:
        return counter.scan(code=code, key=key, actor=packer, now=NOW)[0]

    assert [scan(good.tracking_number, "1"), scan(good.tracking_number, "1"), scan(good.tracking_number, "2")] == [
        "on_counter",
        "on_counter",
        "twice_on_counter",
    ]
    assert [scan(bad.tracking_number, "3"), scan("RB000000000CN", "4")] == ["intercepted", "unknown_parcel"]
    shipping.hand_over(parcels=[good], actor=packer, now=NOW)
    assert scan(good.tracking_number, "5") == "parcel_gone"
    waiting = make.released()  # its label came out of the printer, its goods were never packed
    number = make.number_of(waiting)
    answer, fields = counter.scan(code=number, key="6", actor=packer, now=NOW)
    assert answer == "not_packed" and waiting.number in str(counter.SAYS[answer]) % fields
    WaybillNumber.objects.filter(number=number).update(state="void")
    assert scan(number, "7") == "void_label"


def test_taking_off_the_counter_needs_the_right_and_leaves_a_line() -> None:
    packer = make.person("warehouse")
    parcel = make.pack(make.released(), packer)
    counter.scan(code=parcel.tracking_number, key="1", actor=packer, now=NOW)
    with pytest.raises(NotAllowed):
        counter.off_counter(parcel=parcel, actor=make.person("administrator"), now=NOW)
    for _again in range(2):
        counter.off_counter(parcel=parcel, actor=packer, now=NOW)
    assert ActivityEntry.objects.filter(verb="parcel.off_counter", subject_id=parcel.pk).count() == 1


def test_numbers_of_sealed_parcels_cannot_be_torn_up() -> None:
    parcel = make.pack(make.released())
    row = WaybillNumber.objects.get(number=parcel.tracking_number)
    with pytest.raises(Conflict) as refused:
        numbers.void(number=row, reason="x", actor=make.person("warehouse"), now=NOW)
    assert refused.value.code == "label_in_use"


def test_invariants_see_a_parcel_that_left_without_its_label() -> None:
    parcel = make.handed_over()
    Parcel.objects.filter(pk=parcel.pk).update(label_scanned_at=None)
    broken = [v.invariant.title for v in check_all(NOW) if v.count]
    assert "no parcel was handed over without a scan of its label" in broken


def test_withdrawing_a_packed_note_closes_its_parcel() -> None:
    parcel = make.pack(make.released())
    dispatch.withdraw(note=parcel.note, reason="order cancelled", actor=make.person("supervisor"), now=NOW)
    parcel.refresh_from_db()
    assert parcel.state == "closed" and SYSTEM


@pytest.mark.django_db(transaction=True)
def test_two_clerks_hand_the_same_parcels_over_once() -> None:
    parcels = many(make_store(), 8)
    start, results, faults = threading.Barrier(2), [], []

    def work() -> None:
        try:
            with scopes_disabled():
                actor = make.person("warehouse")
                start.wait()
                results.append(len(shipping.hand_over(parcels=list(parcels), actor=actor, now=NOW).parcels))
        except BaseException as error:  # a thread must tell
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == [] and sorted(results) == [0, 8]
    assert Movement.objects.filter(kind="issue").count() == 8
    assert Message.objects.filter(template_code__startswith="T02").count() == 8


@pytest.mark.django_db(transaction=True)
def test_an_order_gets_one_note_however_many_draft_it() -> None:
    store, sku = make_store(), make.article(on_hand=100)
    ids = [make.ready_order(store, lines=[(sku, 1)]).pk for _ in range(12)]
    start, faults = threading.Barrier(4), []

    def work(order: list[int]) -> None:
        try:
            with scopes_disabled():
                start.wait()
                dispatch.draft_notes(order_ids=order, actor=SYSTEM, now=NOW)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(ids[i:] + ids[:i],)) for i in (0, 3, 6, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert DispatchNote.objects.count() == 12 == DispatchNote.objects.values("order").distinct().count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("DSP-13")
def test_a_label_scanned_twice_at_once_is_one_scan() -> None:
    parcel, packer = make.pack(make.released()), make.person("warehouse")
    start, found = threading.Barrier(6), []

    def scan(key: str) -> None:
        start.wait()
        try:
            with scopes_disabled():
                found.append(counter.scan(code=parcel.tracking_number, key=key, actor=packer, now=NOW)[0])
        except BaseException as error:  # a thread must tell
            found.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=scan, args=(key,)) for key in ("same", "same", "same", "a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # one connection each under its own key, three under one: one parcel came onto the counter once
    stored = list(ScanEvent.objects.filter(kind="hand_over").values_list("answer", flat=True))
    assert len(stored) == 4 and stored.count("on_counter") == 1 and stored.count("twice_on_counter") == 3
    assert len(found) == 6 and set(found) == {"on_counter", "twice_on_counter"}


@pytest.mark.covers("DSP-22")
def test_a_number_that_was_scanned_onto_a_parcel_never_goes_back_to_the_pool() -> None:
    note, packer = make.released(), make.person("warehouse")
    parcel, table = make.pack(note, packer), Table(packer)
    number = parcel.tracking_number
    assert table.all(note.number, "UNDO") == ["already_packed", "undone"]
    ems = make.make_service("EMS", kind="ems", match_words=["ems"])
    dispatch.edit(note=note, service=ems, actor=make.person("supervisor"), now=NOW)
    assert WaybillNumber.objects.get(number=number).state == "void"  # its label sticks on something


def test_long_keys_of_two_scans_are_two_scans() -> None:
    note, table = make.released(), Table()
    assert table.scan(note.number, key="x" * 90 + "1") == "note_open"
    assert table.scan(note.lines.get().sku.code, key="x" * 90 + "2") == "item_ok"


@pytest.mark.covers("DSP-13")
def test_a_declaration_that_was_given_up_stays_a_duty_until_somebody_did_it() -> None:
    with running_shop() as server:
        store, _control = connected(server)
        parcel = make.handed_over(make.ready_order(store))
        call = OutboundCall.objects.get(ability="declare_shipment")
        OutboundCall._base_manager.filter(pk=call.pk).update(state="failed", error="refused")
        call.refresh_from_db()
        shipping.channel_answered(call=call, now=NOW)
        for _sweep in range(2):
            shipping.declare(parcels=selectors.undeclared(100), now=NOW)
            parcel.refresh_from_db()
            assert parcel.declare_call_id is None
            worklist.refresh(rule_key="logistics.declare_today", subject_ids=[parcel.pk], now=NOW)
            assert Duty.objects.get(rule="logistics.declare_today", subject_id=parcel.pk).state == "open"
        shipping.confirm_declared(parcel=parcel, actor=make.person("service"), now=NOW)
        assert Duty.objects.get(rule="logistics.declare_today", subject_id=parcel.pk).state == "done"
