"""Two orders of one buyer in one parcel (DSP-25): one number, one declaration, each order's own books."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.invariants import check_all
from inventory.models import Balance
from logistics import documents
from logistics.models import Declaration, DispatchNote, Parcel, PrintBatch, TrackingEvent, WaybillNumber
from logistics.selectors import board
from logistics.selectors import dispatch as selectors
from logistics.selectors.dispatch import ADDRESS_PARTS
from logistics.services import counter, dispatch, shipping, tracking
from orders.models import Order
from orders.services import intake
from stores.contracts import RemoteEvent
from tests.factories import dispatch as make
from tests.logistics.tables import Table

pytestmark = [pytest.mark.django_db, pytest.mark.covers("DSP-25"), pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def pair() -> tuple[DispatchNote, DispatchNote]:
    """Two printed notes of the same buyer and address."""
    a, b = make.article("NK-117", bin="B-1"), make.article("ER-9", bin="B-2")
    first = make.ready_order(lines=[(a, 1)])
    other = make.ready_order(first.store, lines=[(b, 2)])
    Order.objects.filter(pk=other.pk).update(buyer=first.buyer)
    where = dict(first.address.__class__.objects.filter(order=first).values(*ADDRESS_PARTS).get())
    other.address.__class__.objects.filter(order=other).update(**where)
    notes = make.released(first), make.released(other)
    DispatchNote.objects.update(printed_at=NOW)
    for note in notes:
        note.refresh_from_db()
    return notes


def packed_together() -> tuple[DispatchNote, DispatchNote, Table, str]:
    """Both sealed in one parcel."""
    first, second = pair()
    table, number = Table(), make.number_of(first)
    assert table.all(first.number, "JOIN", "NK-117", "2*ER-9", "OK", "65 g") == [
        "note_open_pair", "together", "item_ok", "items_complete", "check_on", "weighed",
    ]  # fmt: skip
    assert table.scan(number) == "packed"
    for note in (first, second):
        note.refresh_from_db()
    return first, second, table, number


def broken_promises() -> list[str]:
    """What the promises of stock, parcels and customs say is wrong."""
    return [
        f"{v.invariant.title}: {v.samples}"
        for v in check_all(NOW)
        if v.count and v.invariant.guarantee in ("G2", "G17")
    ]


def test_one_parcel_for_two_orders_from_scan_to_books() -> None:
    first, second, _table, number = packed_together()
    box, rider = Parcel.objects.get(note=first), Parcel.objects.get(note=second)
    assert (first.state, second.state, second.together_id) == ("packed", "packed", first.pk)
    assert (rider.together_id, rider.tracking_number, box.tracking_number) == (box.pk, number, number)
    assert sorted(rider.lines.values_list("sku__code", "quantity")) == [("ER-9", 2)]
    # the second waybill number is void: its label is refused wherever it is scanned
    assert WaybillNumber.objects.filter(note=second, state__in=("reserved", "used")).count() == 0
    # one declaration of both, none of its own for the other
    told = Declaration.objects.get(note=first)
    assert told.goods_total == first.declared_value + second.declared_value
    assert sorted(told.lines.values_list("sku__code", "quantity")) == [("ER-9", 2), ("NK-117", 1)]
    assert Declaration.objects.get(note=second).revision == 0
    assert sum(row["n"] for row in board.packed_by_carrier()) == 1  # one box waits for the carrier
    assert broken_promises() == []
    made = shipping.hand_over(parcels=[box], actor=make.person("warehouse"), now=NOW)
    assert {p.pk for p in made.parcels} == {box.pk, rider.pk} and not made.refused
    assert set(Order.objects.filter(notes__in=[first, second]).values_list("state", flat=True)) == {"shipped"}
    assert dict(Balance.objects.values_list("sku__code", "on_hand")) == {"NK-117": 49, "ER-9": 48}
    assert broken_promises() == []


def test_what_happens_to_the_box_happens_to_both_orders() -> None:
    first, _second, _table, number = packed_together()
    box = Parcel.objects.get(note=first)
    shipping.hand_over(parcels=[box], actor=make.person("warehouse"), now=NOW)
    told = RemoteEvent(number, NOW, "delivered", "delivered", "São Paulo")
    tracking.record_remote(store=None, remotes=[told], source="file", actor=SYSTEM, now=NOW)
    assert TrackingEvent.objects.filter(stage="delivered").count() == 2
    assert set(Parcel.objects.values_list("state", flat=True)) == {"delivered"}


def test_declining_is_remembered_for_the_pair_from_both_sides() -> None:
    first, second = pair()
    table = Table()
    assert table.all(first.number, "APART") == ["note_open_pair", "kept_apart"]
    assert table.all("LEAVE", first.number) == ["left", "note_open"]
    assert table.all("LEAVE", second.number) == ["left", "note_open"]
    assert table.scan("JOIN") == "no_pair"


@pytest.mark.parametrize(
    "how", ["address", "not printed", "other buyer", "held", "on a table", "other service", "blocked"]
)
def test_nothing_is_offered_that_must_not_go_together(how: str) -> None:
    first, second = pair()
    if how == "address":
        DispatchNote.objects.filter(pk=second.pk).update(address_digest="x" * 64)
    elif how == "not printed":
        DispatchNote.objects.filter(pk=second.pk).update(printed_at=None)
    elif how == "other buyer":
        Order.objects.filter(pk=second.order_id).update(buyer=make.ready_order().buyer)
    elif how == "held":
        intake.hold(order=second.order, reason="dispute", actor=make.person("manager"), now=NOW)
    elif how == "on a table":
        Table().scan(second.number)
    elif how == "other service":
        DispatchNote.objects.filter(pk=second.pk).update(service=make.make_service("EMS", kind="ems"))
    else:
        dispatch.block(note=second, reason="quality", text="", actor=make.person("warehouse"), now=NOW)
    assert Table().scan(first.number) == "note_open"


def test_not_beyond_a_limit_that_each_keeps_alone() -> None:
    first, second = pair()
    first.service.value_max, first.service.value_max_currency = Decimal("15"), first.declared_currency
    first.service.save()
    DispatchNote.objects.filter(pk__in=[first.pk, second.pk]).update(declared_value=Decimal("10"))
    assert Table().scan(first.number) == "note_open"


def test_the_papers_are_printed_anew_and_its_own_number_leads_to_the_box() -> None:
    first, second = pair()
    table = Table()
    table.all(first.number, "JOIN")
    assert PrintBatch.objects.get().documents == ["labels", "customs"] and table.last.fields["batch"]
    record, problems = documents.batch_record(PrintBatch.objects.get(), NOW)
    assert problems == {} and record["labels"][0]["contents"] == "NK-117×1, ER-9×2"
    assert Table(table.actor).scan(second.number) == "in_other_parcel"
    assert table.scan(make.number_of(second)) == "other_note"


def test_undo_parts_them_and_a_sealed_box_opens_as_one() -> None:
    first, second, table, number = packed_together()
    assert table.scan("UNDO") == "undone"  # the seal
    for note in (first, second):
        note.refresh_from_db()
    assert (first.state, second.state, second.together_id) == ("released", "released", first.pk)
    assert shipping.hand_over(parcels=Parcel.objects.all(), actor=table.actor, now=NOW).parcels == []
    make.make_number(second.service)
    assert table.all("UNDO", "UNDO", "UNDO", "UNDO", "UNDO") == ["undone"] * 5  # weight, checks, articles, joining
    second.refresh_from_db()
    assert second.together_id is None and make.number_of(second)
    assert Declaration.objects.get(note=first).goods_total == first.declared_value
    assert Declaration.objects.get(note=second).revision == second.revision
    assert broken_promises() == []
    assert table.all("NK-117", "OK", "35 g", number)[-1] == "packed"
    # the other one is packed alone: its parcel of before gets the new number
    assert table.all(second.number, "2*ER-9", "OK", "50 g", make.number_of(second))[-1] == "packed"
    assert Parcel.objects.get(note=second).together_id is None and broken_promises() == []


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize("how", ["intercept", "hold", "cancel", "address"])
def test_a_stop_of_the_other_order_takes_it_out_of_the_parcel(how: str) -> None:
    first, second = pair()
    table = Table()
    table.all(first.number, "JOIN", "NK-117", "2*ER-9", "OK", "65 g")
    order = Order.objects.get(pk=second.order_id)
    if how == "intercept":
        intake.set_intercept(order=order, reason="cancel_request", actor=SYSTEM, now=NOW)
    elif how == "hold":
        intake.hold(order=order, reason="payment_risk", actor=make.person("manager"), now=NOW)
    elif how == "cancel":
        Order.objects.filter(pk=order.pk).update(state="cancelled")
    else:
        order.address.line1 = "Rua B 9"
        order.address.save()
    assert table.scan(make.number_of(first)) == "rider_stopped" and table.last.result == "refused"
    assert second.number in table.last.sentence and "basket" in table.last.sentence
    second.refresh_from_db()
    assert (second.state, second.together_id, table.note_id) == ("blocked", None, first.pk)
    # the parcel goes on alone, weighed and confirmed anew
    assert table.scan(make.number_of(first)) == "checks_missing"
    assert table.all("OK", "35 g", make.number_of(first))[-1] == "packed"


def test_a_withdrawn_order_opens_the_sealed_box() -> None:
    first, second, table, _number = packed_together()
    make.make_number(second.service)
    dispatch.withdraw(note=second, reason="cancelled", actor=make.person("supervisor"), now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.together_id) == ("released", "withdrawn", None)
    assert Parcel.objects.get(note=second).state == "closed" and broken_promises() == []
    assert Table(table.actor).scan(first.number) == "note_open"


def test_a_box_leaves_whole_or_not_at_all() -> None:
    first, second, table, number = packed_together()
    box = Parcel.objects.get(note=first)
    with connection.cursor() as cursor:  # the goods of one order are not in the books
        cursor.execute(
            "UPDATE inventory_reservation SET held = 0, state = 'open' WHERE order_ref = %s", [second.order_id]
        )
    Balance.objects.filter(sku__code="ER-9").update(reserved=0)
    made = shipping.hand_over(parcels=[box], actor=table.actor, now=NOW)
    assert made.parcels == [] and set(made.refused) == set(Parcel.objects.values_list("pk", flat=True))
    assert Balance.objects.get(sku__code="NK-117").on_hand == 50
    Order.objects.filter(pk=second.order_id).update(intercept="dispute")
    assert counter.scan(code=number, key="h1", actor=table.actor, now=NOW)[0] == "intercepted"


@pytest.mark.django_db(transaction=True)
def test_a_packer_and_who_changes_the_other_order_never_wait_for_each_other() -> None:
    first, second = pair()
    table, number = Table(), make.number_of(first)
    table.all(first.number, "JOIN", "NK-117", "2*ER-9", "OK", "65 g")
    at_table, at_desk, told = threading.Event(), threading.Event(), []

    def change() -> None:
        try:
            at_table.wait(10)
            with scopes_disabled(), transaction.atomic():
                selectors.lock_note(second.pk)
                at_desk.set()
                line = dispatch.LineChange(second.lines.get().pk, wish="blue")
                dispatch.edit(note=second, lines=[line], actor=make.person("supervisor"), now=NOW)
        except BaseException as error:
            told.append(getattr(error, "code", repr(error)))
        finally:
            connection.close()

    desk = threading.Thread(target=change)
    desk.start()
    with transaction.atomic():
        selectors.lock_note(first.pk)
        at_table.set()
        at_desk.wait(10)
        time.sleep(0.3)
        assert table.scan(number) == "packed"
    desk.join(20)
    second.refresh_from_db()
    assert told == ["box_in_hand"] and (second.state, second.revision) == ("packed", 1)
