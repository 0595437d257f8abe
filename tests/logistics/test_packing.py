"""The packing table by scans: what is accepted, what is refused with which words, what survives repeats and second hands."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from core import policies
from core.audit import SYSTEM, Actor
from core.errors import Conflict, NotAllowed
from inventory.services import stock
from logistics.models import DispatchNote, Parcel, ScanEvent, WaybillNumber
from logistics.selectors import dispatch as dispatch_reads
from logistics.services import dispatch, numbers, packing, shipping
from orders.models import Order
from orders.services import intake
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
_keys = itertools.count(1)


class Table:
    """A packer at the table: scans one after the other, as the browser does."""

    def __init__(self, actor: Actor | None = None) -> None:
        self.actor = actor or make.person("warehouse")
        self.note_id: int | None = None
        self.last: packing.Scanned | None = None

    def scan(self, code: str, key: str = "", now: Any = NOW) -> str:
        """Scan and answer the code of the answer."""
        self.last = packing.scan(
            code=code, key=key or f"t{next(_keys)}", actor=self.actor, now=now, note_id=self.note_id
        )
        if not self.last.repeated:
            self.note_id = self.last.note_id
        return self.last.code

    def all(self, *codes: str) -> list[str]:
        """Scan many."""
        return [self.scan(code) for code in codes]


def two_lines() -> DispatchNote:
    """Two necklaces and a fragile vase, released and numbered."""
    a = make.article("NK-117", barcode="6901234567892", bin="B-02-4")
    b = make.article("VASE", fragile=True, bin="B-02-5")
    return make.released(lines=[(a, 2), (b, 1)])


@pytest.mark.covers("DSP-09", "DSP-10", "DSP-17", "DSP-22", "DSP-04")
def test_the_whole_way_by_scanner_only() -> None:
    note, table = two_lines(), Table()
    number = make.number_of(note)
    assert table.all(note.number, "6901234567892", "nk-117", "VASE") == [
        "note_open",
        "item_ok",
        "item_ok",
        "items_complete",
    ]
    # one command confirms the list, the fragile vase wants one of its own, a third has nothing left to confirm
    assert table.all("ok", "ok", "ok", "65 g", number) == ["check_on", "check_on", "all_confirmed", "weighed", "packed"]
    parcel = Parcel.objects.get(note=note)
    note.refresh_from_db()
    assert (note.state, parcel.state, parcel.tracking_number, parcel.weight_g) == ("packed", "packed", number, 65)
    assert parcel.label_scanned_at == NOW and set(parcel.checks) == {
        "quality",
        "colour",
        "article",
        "fragile",
        "address",
    }
    assert sorted(parcel.lines.values_list("sku__code", "quantity")) == [("NK-117", 2), ("VASE", 1)]
    assert Order.objects.get(pk=note.order_id).stage == "to_hand_over"
    assert ScanEvent.objects.filter(note=note).count() == 9


@pytest.mark.parametrize(
    ("scans", "code", "words"),
    [
        (["ER-9"], "foreign_bin", "Put it back to C-09-9"),
        (["3*NK-117"], "too_many_at_once", "only 2 more"),
        (["2*NK-117", "NK-117"], "too_many_bin", "Put this one back to B-02-4"),
        (["NOBODY"], "unknown_code", "Nobody knows"),
        (["LABEL"], "pieces_missing", "3 pieces"),
        (["2*NK-117", "VASE", "LABEL"], "checks_missing", "4 checks"),
        (["2*NK-117", "VASE", "ok", "ok", "ok", "ok", "LABEL"], "weight_missing", "Weigh"),
        (["0 g"], "bad_weight", "no weight"),
        (["weight:999999"], "bad_weight", "no weight"),
        (["check:nonsense"], "no_such_check", "no such check"),
        (["undo"], "nothing_to_undo", "nothing"),
    ],
)
def test_refusals_say_what_to_do(scans: list[str], code: str, words: str) -> None:
    note, table = two_lines(), Table()
    make.article("ER-9", bin="C-09-9")
    number = make.number_of(note)
    table.scan(note.number)
    found = table.all(*[number if scan == "LABEL" else scan for scan in scans])
    assert found[-1] == code and table.last and words in table.last.sentence
    event = ScanEvent.objects.filter(note=note).latest("pk")
    assert (event.ok, event.answer) == (False, code)


@pytest.mark.covers("DSP-17")
def test_the_label_of_another_note_is_named() -> None:
    first, second = two_lines(), make.released()
    table = Table()
    table.all(first.number, "2*NK-117", "VASE", "ok", "ok", "ok", "ok", "65g")
    assert table.scan(make.number_of(second)) == "other_note"
    assert table.last and second.number in table.last.sentence and make.number_of(first) in table.last.sentence
    assert table.scan(make.number_of(first)) == "packed"


@pytest.mark.covers("DSP-22")
def test_a_voided_label_is_refused() -> None:
    note = two_lines()
    old = WaybillNumber.objects.get(note=note)
    numbers.void(number=old, reason="wet", actor=make.person("warehouse"), now=NOW)
    make.make_number(note.service)
    numbers.reserve_for(notes=[note], actor=SYSTEM, now=NOW)
    table = Table()
    table.all(note.number, "2*NK-117", "VASE", "ok", "ok", "ok", "ok", "65g")
    assert table.scan(old.number) == "void_label"
    assert table.scan(make.number_of(note)) == "packed"


def test_a_second_parcel_is_not_possible() -> None:
    note = make.released()
    make.pack(note)
    table = Table()
    assert table.scan(note.number) == "already_packed"
    assert table.last and Parcel.objects.get(note=note).number in table.last.sentence
    assert Parcel.objects.filter(note=note).count() == 1


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("intercept", "intercepted"),
        ("hold", "intercepted"),
        ("cancel", "cancelled"),
        ("address", "intercepted"),
        ("silent address", "address_changed"),
    ],
)
def test_a_stop_after_release_is_seen_at_the_next_scan(how: str, code: str) -> None:
    note, table = two_lines(), Table()
    order, boss = Order.objects.get(pk=note.order_id), make.person("manager")
    assert table.all(note.number, "NK-117") == ["note_open", "item_ok"]
    Order.objects.filter(pk=order.pk).update(stage="to_hand_over")
    order.refresh_from_db()
    if how == "intercept":
        intake.set_intercept(order=order, reason="cancel_request", actor=SYSTEM, now=NOW)
    elif how == "hold":
        intake.hold(order=order, reason="dispute", actor=boss, now=NOW)
    elif how == "cancel":
        intake.cancel(order=order, reason="buyer", actor=boss, now=NOW)
    elif how == "address":
        intake.edit_address(order=order, actor=boss, now=NOW, line1="Rua B 9")
    else:
        order.address.line1 = "Rua B 9"
        order.address.save()
    assert table.scan("NK-117") == code
    assert "basket" in table.last.sentence or code == "cancelled"  # type: ignore[union-attr]
    note.refresh_from_db()
    assert (note.state, note.block_reason) == ("blocked", "intercepted")
    assert Table().scan(note.number) != "note_open"


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize(
    "code",
    ["NK-117", "OK", "check:quality", "60 g", "LABEL", "BAG-S", "JOIN", "APART", "BLOCK:QUALITY", "NOBODY", "NOTE"],
)
def test_every_input_asks_again(code: str) -> None:
    note, table = two_lines(), Table()
    make.article("BAG-S", packing=True)
    scanned = {"LABEL": make.number_of(note), "NOTE": note.number}.get(code, code)
    table.all(note.number, "2*NK-117", "VASE", "OK", "OK")
    Order.objects.filter(pk=note.order_id).update(intercept="cancel_request")
    assert table.scan(scanned) == "intercepted" and table.note_id is None
    note.refresh_from_db()
    assert (note.state, note.block_reason) == ("blocked", "intercepted")


def test_a_lifted_interception_lets_the_warehouse_go_on() -> None:
    note, table = two_lines(), Table()
    table.scan(note.number)
    Order.objects.filter(pk=note.order_id).update(intercept="dispute")
    assert table.scan("NK-117") == "intercepted"
    Order.objects.filter(pk=note.order_id).update(intercept="")
    assert dispatch.resume(order_ids=[note.order_id], actor=SYSTEM, now=NOW) == 1
    assert Table().scan(note.number) == "note_open"


def test_a_note_signed_at_the_moment_of_a_dispute_is_released_when_the_order_goes_on() -> None:
    note, _table = two_lines(), Table()
    DispatchNote.objects.filter(pk=note.pk).update(state="signed", released_at=None)
    Order.objects.filter(pk=note.order_id).update(intercept="dispute")
    assert note.order_id not in dispatch_reads.orders_to_resume(9, NOW)
    assert dispatch.resume(order_ids=[note.order_id], actor=SYSTEM, now=NOW) == 0
    Order.objects.filter(pk=note.order_id).update(intercept="")
    assert dispatch_reads.orders_to_resume(9, NOW) == [note.order_id]
    assert dispatch.resume(order_ids=[note.order_id], actor=SYSTEM, now=NOW) == 1
    note.refresh_from_db()
    assert note.state == "released"
    DispatchNote.objects.filter(pk=note.pk).update(state="signed", released_at=None)
    policies.set_value(key="logistics.release_when_signed", text="false", valid_from=NOW.date(), actor=SYSTEM, now=NOW)
    assert dispatch_reads.orders_to_resume(9, NOW) == [], "where people release, the note waits for them"
    assert dispatch.resume(order_ids=[note.order_id], actor=SYSTEM, now=NOW) == 0


def test_missing_goods_block_packing_until_they_arrive() -> None:
    sku = make.article("RARE", on_hand=1)
    note, table = make.released(lines=[(sku, 2)]), Table()
    assert table.scan(note.number) == "short" and "1 piece of" in table.last.sentence  # type: ignore[union-attr]
    stock.receive(
        warehouse=note.warehouse, rows=[(sku.pk, 5, None)], reference="R1", kind="receipt", actor=SYSTEM, now=NOW
    )
    assert table.scan(note.number) == "note_open"


def test_the_same_scan_again_answers_the_same_and_counts_once() -> None:
    note, table = two_lines(), Table()
    table.scan(note.number)
    first = packing.scan(code="NK-117", key="same", actor=table.actor, now=NOW, note_id=note.pk)
    again = packing.scan(code="NK-117", key="same", actor=table.actor, now=NOW, note_id=note.pk)
    assert (first.code, again.code, again.repeated, again.sentence) == ("item_ok", "item_ok", True, first.sentence)
    assert ScanEvent.objects.filter(kind="item").count() == 1


def test_undo_takes_back_step_by_step_until_the_hand_over() -> None:
    note, table = make.released(), Table()
    sku = note.lines.get().sku.code
    number = make.number_of(note)
    assert table.all(note.number, f"2*{sku}", "ok", "ok", "ok", "50g", number)[-1] == "packed"
    assert table.scan("undo") == "undone"
    note.refresh_from_db()
    parcel = Parcel.objects.get(note=note)
    assert (note.state, parcel.label_scanned_at) == ("released", None)
    assert (
        shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW).refused[parcel.pk].code == "label_not_scanned"
    )
    assert table.all("undo", "undo") == ["undone", "undone"]  # weight, last check
    assert table.all("ok", "55g", number) == ["check_on", "weighed", "packed"]
    parcel.refresh_from_db()
    assert (parcel.weight_g, Parcel.objects.filter(note=note).count()) == (55, 1)
    shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW)
    assert table.scan("undo") == "already_handed_over"


def test_a_check_can_be_taken_back() -> None:
    note, table = make.released(), Table()
    table.all(note.number, f"2*{note.lines.get().sku.code}")
    assert table.all("check:quality", "check:quality off", "check:quality") == ["check_on", "check_off", "check_on"]


def test_an_edit_makes_the_scans_void() -> None:
    note, table = two_lines(), Table()
    table.all(note.number, "2*NK-117")
    dispatch.edit(note=note, supply="purchase", actor=make.person("supervisor"), now=NOW)
    assert table.scan("VASE") == "not_released"
    make.sign_both(note)
    assert table.all(note.number, "VASE")[-1] == "item_ok"  # the necklaces must be scanned again


@pytest.mark.covers("ORD-21")
def test_two_packers_do_not_pack_one_note() -> None:
    note, first, second = two_lines(), Table(), Table(make_person("warehouse", display_name="Wang").actor)
    assert second.scan(note.number) == "note_open"
    assert first.scan(note.number) == "being_packed" and "Wang" in first.last.sentence  # type: ignore[union-attr]
    assert second.scan("leave") == "left" and second.note_id is None
    assert first.scan(note.number) == "note_open"
    assert second.scan("NK-117") == "scan_note_first"


def test_a_note_comes_back_when_its_packer_is_gone() -> None:
    from datetime import timedelta

    note, first, second = two_lines(), Table(), Table()
    first.scan(note.number)
    assert second.scan(note.number, now=NOW + timedelta(minutes=9)) == "being_packed"
    assert second.scan(note.number, now=NOW + timedelta(minutes=11)) == "note_open"
    assert first.scan("NK-117", now=NOW + timedelta(minutes=12)) == "taken_over"


@pytest.mark.django_db(transaction=True)
def test_two_scanners_at_once_count_every_piece_once() -> None:
    """Two tablets of one login scan the same ten pieces at the same moment with the same keys, and ten others: never more
    than wanted, each key once."""
    note = make.released(lines=[(make.article("MANY", on_hand=50), 12)])
    packer = make.person("warehouse")
    packing.scan(code=note.number, key="open", actor=packer, now=NOW)
    answers: list[str] = []
    start = threading.Barrier(2)

    def work(own: str) -> None:
        try:
            with scopes_disabled():
                start.wait()
                for i in range(10):
                    answers.append(
                        packing.scan(code="MANY", key=f"shared{i}", actor=packer, now=NOW, note_id=note.pk).code
                    )
                    answers.append(
                        packing.scan(code="MANY", key=f"{own}{i}", actor=packer, now=NOW, note_id=note.pk).code
                    )
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    accepted = ScanEvent.objects.filter(note=note, kind="item", ok=True)
    assert accepted.count() == 12 and len(answers) == 40
    assert ScanEvent.objects.filter(key__contains=":shared").count() == 10


def test_a_label_opens_its_note_and_foreign_stores_stay_closed() -> None:
    note = make.released()
    table = Table()
    assert table.scan(make.number_of(note)) == "note_open"
    mine = make_store()
    stranger = make_person("warehouse", stores=[mine]).actor
    from core.scope import acting_scope

    with acting_scope(stranger):
        answer = packing.scan(code=note.number, key="x", actor=stranger, now=NOW)
    assert answer.code == "no_such_note"


def test_only_packers_pack() -> None:
    with pytest.raises(NotAllowed):
        packing.scan(code="x", key="y", actor=make.person("service"), now=NOW)


def test_a_machine_packs_in_one_call_or_not_at_all() -> None:
    note = two_lines()
    number, robot = make.number_of(note), make.person("warehouse")
    given: dict[str, Any] = {
        "note": note,
        "items": {"NK-117": 2, "VASE": 1},
        "label": number,
        "key": "r1",
        "actor": robot,
        "now": NOW,
    }
    with pytest.raises(Conflict) as refused:
        packing.pack(**given, checks=["quality"], weight_g=60)
    assert refused.value.code == "checks_missing"
    assert ScanEvent.objects.filter(note=note).count() == 0
    parcel = packing.pack(**given, checks=["quality", "colour", "fragile", "address"], weight_g=60)
    assert parcel.weight_g == 60
