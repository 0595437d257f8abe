"""Spare pieces of fragile goods (DSP-19) and packing material that is used up (DSP-18)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.errors import DomainError
from core.invariants import check_all
from inventory import selectors as stock_selectors
from inventory.models import Balance, Movement, Reservation
from inventory.services import stock
from logistics import documents
from logistics.models import Declaration, Parcel, SpareChoice, ValueDifference
from logistics.selectors import dispatch_record, station
from logistics.services import dispatch, packing, printing, shipping, witness
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.logistics.tables import Table
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def broken_promises() -> list[str]:
    """What the promises of stock and customs say is wrong."""
    return [
        f"{v.invariant.title}: {v.samples}"
        for v in check_all(NOW)
        if v.count and v.invariant.guarantee in ("G2", "G17")
    ]


def vase(**facts: Any) -> Any:
    """A fragile article: one spare piece for every five."""
    return make.article("VASE", fragile=True, **{"spare_pieces": 1, "spare_per": 5, **facts})


@pytest.mark.covers("DSP-19")
def test_spare_pieces_go_along_printed_promised_declared_and_booked_out() -> None:
    note = make.released(lines=[(vase(), 10)])
    line, spare = note.lines.order_by("position")
    assert (line.quantity, spare.quantity, spare.spare, spare.paid) == (10, 2, True, 0)
    assert spare.value == (line.value / 5).quantize(Decimal("0.01")) > 0  # two of ten, at what was paid for one
    assert note.declared_value == line.value + spare.value
    assert Balance.objects.get().reserved == 12
    assert stock_selectors.reserved_lines([note.order_id])[note.order_id][0][2] == 10  # the order's own pieces
    told = Declaration.objects.get(note=note)
    assert (told.goods_total, sum(told.lines.values_list("quantity", flat=True))) == (note.declared_value, 12)
    batch, _no = printing.print_notes(
        notes=[note], documents=["notes"], language="en", actor=make.person("warehouse"), now=NOW
    )
    assert batch
    record, _problems = documents.batch_record(batch, NOW)
    assert [(row["quantity"], "spare piece" in row["wish"]) for row in record["notes"][0]["lines"]] == [
        (10, False),
        (2, True),
    ]
    table = Table()
    table.all(note.number, "10*VASE", "OK", "OK", "200 g")
    assert table.scan(make.number_of(note)) == "pieces_missing"  # the spare pieces belong into the parcel
    assert table.scan("2*VASE") == "items_complete"
    assert table.all("200 g", "check:weight", make.number_of(note))[-1] == "packed"
    parcel = Parcel.objects.get(note=note)
    assert not shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW).refused
    assert (Balance.objects.get().on_hand, Balance.objects.get().reserved) == (38, 0)
    assert broken_promises() == []


@pytest.mark.covers("DSP-19")
def test_a_spare_piece_that_is_not_there_stops_nobody() -> None:
    note = make.released(lines=[(vase(on_hand=10), 10)])
    assert note.lines.count() == 1 and Balance.objects.get().reserved == 10


def test_a_machine_tells_the_pieces_of_an_article_together() -> None:
    note = make.released(lines=[(vase(), 10)])
    parcel = packing.pack(
        note=note, items={"VASE": 12}, checks=["quality", "colour", "address", "fragile", "weight"], label=make.number_of(note),
        weight_g=200, key="m1", actor=make.person("warehouse"), now=NOW,
    )  # fmt: skip
    assert sorted(parcel.lines.values_list("quantity", flat=True)) == [2, 10]


@pytest.mark.parametrize("facts", [{"fragile": False}, {"spare_pieces": 0}, {"spare_per": 11}])
def test_no_rule_no_spare(facts: dict[str, Any]) -> None:
    sku = make.article("VASE", **{"fragile": True, "spare_pieces": 1, "spare_per": 5, **facts})
    assert make.make_note(lines=[(sku, 10)]).lines.count() == 1


def test_a_withdrawn_note_lets_its_spare_pieces_go_and_a_new_one_takes_them_again() -> None:
    note = make.released(lines=[(vase(), 5)])
    assert Balance.objects.get().reserved == 6
    dispatch.withdraw(note=note, reason="wrong", actor=make.person("supervisor"), now=NOW)
    assert Balance.objects.get().reserved == 5
    again = make.make_note(note.order)
    assert again.lines.filter(spare=True).count() == 1 and Balance.objects.get().reserved == 6
    assert dispatch.refresh_lines(order_ids=[note.order_id], actor=make.person("supervisor"), now=NOW) == 0
    stock.release(order_refs=[note.order_id], actor=make.person("manager"), now=NOW)
    assert Balance.objects.get().reserved == 0 and Reservation.objects.filter(state="open").count() == 0
    assert broken_promises() == []


@pytest.mark.covers("DSP-18")
def test_the_scanned_packing_material_leaves_the_stock_at_hand_over_and_is_ordered_anew() -> None:
    bag = make.article("BAG-S", packing=True, on_hand=3, weight_g=Decimal(10))
    Balance.objects.filter(sku=bag).update(reorder_point=2)
    note = make.released(lines=[(make.article("NK-117"), 1)])
    table = Table()
    table.all(note.number, "BAG-S", "UNDO", "BAG-S", "NK-117", "OK", "25 g", make.number_of(note))
    parcel = Parcel.objects.get(note=note)
    assert parcel.packing == bag and Balance.objects.get(sku=bag).on_hand == 3
    table.all("UNDO")  # opened again and sealed again: used once
    table.scan(make.number_of(note))
    for _twice in range(2):
        shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW)
    used = Movement.objects.get(sku=bag, kind="use")
    assert list(parcel.materials.values_list("sku__code", "pieces")) == [("BAG-S", 1)]
    assert (used.quantity, used.reference, Balance.objects.get(sku=bag).on_hand) == (-1, parcel.tracking_number, 2)
    worklist.sweep(now=NOW)
    assert Duty.objects.filter(rule="inventory.low_stock", closed_at__isnull=True).count() == 1
    assert broken_promises() == []


@pytest.mark.covers("DSP-18")
def test_material_the_books_do_not_have_stops_no_parcel_but_is_named() -> None:
    bag = make.article("BAG-S", packing=True, on_hand=0)
    note = make.released(lines=[(make.article("NK-117"), 1)])
    table = Table()
    table.all(note.number, "BAG-S", "NK-117", "OK", "60 g", "check:weight", make.number_of(note))
    parcel = Parcel.objects.get(note=note)
    assert len(shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW).parcels) == 1
    from core.models import ActivityEntry

    assert ActivityEntry.objects.filter(verb="parcel.packing_missing", subject_id=parcel.pk).count() == 1
    assert Movement.objects.filter(sku=bag, kind="use").count() == 0


@pytest.mark.covers("DSP-18")
def test_several_materials_go_in_are_weighed_taken_back_and_booked_each() -> None:
    box = make.article("BOX-M", packing=True, on_hand=5, weight_g=Decimal(90))
    wrap = make.article("WRAP", packing=True, on_hand=9, weight_g=Decimal(6))
    tape = make.article("TAPE", packing=True, on_hand=1, weight_g=Decimal(2))
    note = make.released(lines=[(make.article("NK-117"), 1)])
    table = Table()
    assert table.all(note.number, "BOX-M", "2*WRAP", "TAPE", "TAPE") == [
        "note_open", "packing_taken", "packing_added", "packing_added", "packing_added",
    ]  # fmt: skip
    assert "1 × BOX-M, 2 × WRAP, 1 × TAPE, 1 × TAPE" in table.last.sentence
    assert table.scan("UNDO") == "undone"  # one of the two tapes comes out again
    assert station.table(note, NOW).verdict.expected == pytest.approx(15 + 90 + 2 * 6 + 2)
    assert table.all("NK-117", "OK", "119 g", make.number_of(note))[-2:] == ["weighed", "packed"]
    parcel = Parcel.objects.get(note=note)
    assert parcel.packing == box
    assert list(parcel.materials.values_list("sku__code", "pieces")) == [("BOX-M", 1), ("WRAP", 2), ("TAPE", 1)]
    (record,) = dispatch_record.records_of_order(note.order_id, NOW)
    assert record.reckoned_g == 15 + 90 + 12 + 2
    # opened again, one thing taken out: the books follow what is sealed
    assert table.all("UNDO", "UNDO", "UNDO", "UNDO", "UNDO")[-1] == "undone"  # label, weight, checks, article, tape
    assert table.all("NK-117", "OK", "117 g", make.number_of(note))[-1] == "packed"
    shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW)
    shipping.hand_over(parcels=[parcel], actor=table.actor, now=NOW)
    stock_now = {sku.code: Balance.objects.get(sku=sku).on_hand for sku in (box, wrap, tape)}
    assert stock_now == {"BOX-M": 4, "WRAP": 7, "TAPE": 1}
    assert witness.learn(limit=10, now=NOW) == 1 and broken_promises() == []


@pytest.mark.covers("DSP-19")
def test_another_number_of_spare_pieces_has_a_name_and_a_reason_and_is_printed() -> None:
    note, clerk = make.released(lines=[(vase(on_hand=14), 10)]), make.person("supervisor")
    line = note.lines.get(spare=False)

    def choose(pieces: int, why: str = "broke twice", actor: Any = clerk) -> None:
        dispatch.choose_spares(note=note, line_id=line.pk, pieces=pieces, reason=why, actor=actor, now=NOW)

    for given, code in (
        ({"pieces": 3, "actor": make.person("warehouse")}, "not_allowed"), ({"pieces": 3, "why": " "}, "reason_needed"),
        ({"pieces": 101}, "bad_pieces"), ({"pieces": 5}, "spares_short"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refusal:
            choose(**given)
        assert refusal.value.code == code
    assert not SpareChoice.objects.exists() and Balance.objects.get().reserved == 12
    choose(4)
    note.refresh_from_db()
    assert note.state == "draft" and note.lines.get(spare=True).quantity == 4 and Balance.objects.get().reserved == 14
    line = note.lines.get(spare=False)
    assert dispatch.refresh_lines(order_ids=[note.order_id], actor=clerk, now=NOW) == 0, "the choice stays"
    batch = printing.print_notes(
        notes=[make.sign_both(note)], documents=["notes"], language="en", actor=clerk, now=NOW
    )[0]
    assert batch
    words = [row["wish"] for row in documents.batch_record(batch, NOW)[0]["notes"][0]["lines"]]
    assert f"spare pieces: 4, {clerk.label}: broke twice" in words[1] and "spare" not in words[0]
    choose(0, "buyer wants none")
    assert note.lines.count() == 1 and Balance.objects.get().reserved == 10
    batch = printing.print_notes(
        notes=[make.sign_both(note)], documents=["notes"], language="en", actor=clerk, now=NOW
    )[0]
    assert batch
    words = [row["wish"] for row in documents.batch_record(batch, NOW)[0]["notes"][0]["lines"]]
    assert len(words) == 1 and f"spare pieces: 0, {clerk.label}: buyer wants none" in words[0]
    assert broken_promises() == []


def test_the_button_and_the_address_of_programs_choose_spare_pieces() -> None:
    note = make.released(lines=[(vase(), 10)])
    desk = Client()
    desk.force_login(make_person("supervisor"))
    assert "/spares/" in desk.get(f"/dispatch/notes/{note.pk}/").content.decode()
    given = {"line": note.lines.get(spare=False).pk, "pieces": 1, "reason": "asked by the buyer"}
    answer = desk.post(f"/api/v1/dispatch-notes/{note.pk}/spares/", given, "application/json")
    assert answer.status_code == 200, answer.content
    assert note.lines.get(spare=True).quantity == 1


@pytest.mark.covers("DSP-19")
def test_the_worth_of_a_spare_piece_is_lowered_by_two_persons() -> None:
    note = make.make_note(make.ready_order(lines=[(vase(), 10)]))
    main, spare = note.lines.get(spare=False), note.lines.get(spare=True)
    chief = make.person("supervisor")

    def ask(line: Any, value: str, reason: str) -> str:
        made = dispatch.declare_difference(
            note=note, line_id=line.pk, value=Decimal(value), reason=reason, text="corrected", document="invoice 7", actor=chief, now=NOW
        )  # fmt: skip
        return str(made.state)

    lower = f"{main.paid - 1:f}"
    assert ask(main, lower, "price_correction") == "waiting"
    assert ask(spare, "0.01", "real_value") == "waiting"
    spare.refresh_from_db()
    assert spare.value > Decimal("0.01")
    # the one question does not end the other
    assert sorted(ValueDifference.objects.filter(note=note).values_list("state", flat=True)) == ["waiting", "waiting"]
    with pytest.raises(DomainError):
        dispatch.agree_difference(
            difference=ValueDifference.objects.get(note=note, value=Decimal("0.01")), agree=True, actor=chief, now=NOW
        )
    assert ask(spare, f"{spare.value + 1:f}", "real_value") == "applied"  # upwards one person is enough
