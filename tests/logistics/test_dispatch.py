"""Notes: what they are drafted from, who signs, what voids a signature, how they follow their orders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.services.seeding import load_reference as load_templates
from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from logistics.models import ApprovalRule, DispatchNote, NoteLine, NoteSignature, WaybillNumber
from logistics.services import dispatch
from logistics.services.seeding import UNEXCEPTIONAL, load_reference, switch_on_approval
from orders.models import Order, OrderLine, Wish
from orders.services import intake
from products.models import SkuMatch
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.orders import make_item, make_order
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
HOUR = timedelta(hours=1)


@pytest.mark.covers("DSP-01")
def test_a_note_carries_what_the_order_says() -> None:
    sku = make.article("NK-117", fragile=True)
    order = make.ready_order(lines=[(sku, 3)], ship_by=NOW + 48 * HOUR)
    line = order.lines.get()
    OrderLine.objects.filter(pk=line.pk).update(assort=True)
    Wish.objects.create(order=order, line=line, kind="colour", text="not green", created_at=NOW)
    note = make.make_note(order)
    got = note.lines.get()
    assert (note.state, note.country, note.declared_currency, note.content_type) == (
        "draft",
        "BR",
        "USD",
        "sale_of_goods",
    )
    assert note.service and note.service.code == "CP_REG"
    assert (got.sku, got.quantity, got.wish, got.assort, got.fragile) == (sku, 3, "not green", True, True)
    assert (got.value, got.unit_value, note.declared_value) == (Decimal(15), Decimal(5), Decimal(15))
    assert note.due_at and note.pickup_at and note.number.startswith("DN-")


@pytest.mark.covers("DSP-11")
@pytest.mark.parametrize(
    ("lines", "fee", "discount", "values"),
    [
        ([(3, "3.3333")], "0", "0", ["10.00"]),
        ([(1, "10"), (2, "5"), (1, "10")], "4", "1", ["9.67", "9.67", "9.66"]),
        ([(1, "7"), (1, "2.99")], "0", "0", ["7", "2.99"]),
        ([(1, "10"), (1, "0")], "0", "0", ["10", "0"]),
    ],
)
def test_the_declared_value_is_what_was_paid_to_the_cent(
    lines: Any, fee: str, discount: str, values: list[str]
) -> None:
    rows = [(make.article(), pieces) for pieces, _price in lines]
    order = make.ready_order(lines=rows)
    goods = Decimal(0)
    for line, (pieces, price) in zip(order.lines.order_by("position"), lines, strict=True):
        total = (Decimal(price) * pieces).quantize(Decimal("0.01"))
        OrderLine.objects.filter(pk=line.pk).update(unit_price=Decimal(price), total=total)
        goods += total
    total = goods + Decimal(fee) - Decimal(discount)
    Order.objects.filter(pk=order.pk).update(
        goods_total=goods, shipping_fee=Decimal(fee), discount=Decimal(discount), total=total
    )
    note = make.make_note(order)
    assert [line.value for line in note.lines.order_by("position")] == [Decimal(v) for v in values]
    assert note.declared_value == total - Decimal(fee)


def test_a_price_the_channel_does_not_tell_is_shared_out_not_invented() -> None:
    a, b = make.article(cost=Decimal(3)), make.article(cost=Decimal(1))
    order = make.ready_order(lines=[(a, 1), (b, 1)])
    OrderLine.objects.filter(order=order).update(unit_price=None, total=None)
    Order.objects.filter(pk=order.pk).update(goods_total=Decimal(20), total=Decimal(20))
    note = make.make_note(order)
    assert [line.value for line in note.lines.order_by("position")] == [Decimal(15), Decimal(5)]


def test_a_bundle_becomes_its_articles_and_postage_stays_out() -> None:
    store = make_store()
    a, b = make.article("A", cost=Decimal(2)), make.article("B", cost=Decimal(1))
    item = make_item(store, "SET", a, 1)
    SkuMatch._base_manager.create(item=item, sku=b, quantity=2)
    postage = make_item(store, "POST", not_goods=True)
    make.make_warehouse(), make.make_service()
    order = make_order(
        store,
        lines=[{"item": item, "quantity": 2, "unit_price": "8"}, {"item": postage, "quantity": 1, "unit_price": "4"}],
        assess=True,
    )
    note = make.make_note(order)
    assert [(line.sku.code, line.quantity, line.value) for line in note.lines.order_by("position")] == [
        ("A", 2, 8),
        ("B", 4, 8),
    ]
    assert note.declared_value == 16


@pytest.mark.parametrize("state", ["unpaid", "held", "cancelled", "shipped"])
def test_orders_that_may_not_be_sent_get_no_note(state: str) -> None:
    order = make.ready_order()
    Order.objects.filter(pk=order.pk).update(state=state, hold_reason="other")
    assert dispatch.draft_notes(order_ids=[order.pk], actor=SYSTEM, now=NOW) == []


def test_history_gets_no_note_and_nobody_gets_two() -> None:
    order = make.ready_order()
    Order.objects.filter(pk=order.pk).update(history=True)
    assert dispatch.draft_notes(order_ids=[order.pk], actor=SYSTEM, now=NOW) == []
    with pytest.raises(Conflict) as refused:
        dispatch.draft_one(order=Order.objects.get(pk=order.pk), actor=SYSTEM, now=NOW)
    assert refused.value.code == "history"
    Order.objects.filter(pk=order.pk).update(history=False)
    assert len(dispatch.draft_notes(order_ids=[order.pk], actor=SYSTEM, now=NOW)) == 1
    assert dispatch.draft_notes(order_ids=[order.pk], actor=SYSTEM, now=NOW) == []


def test_drafting_takes_the_same_statements_for_few_and_for_many() -> None:
    store, sku = make_store(), make.article(on_hand=500)
    counts = []
    for size in (2, 12):
        ids = [make.ready_order(store, lines=[(sku, 1)]).pk for _ in range(size)]
        with CaptureQueriesContext(connection) as asked:
            assert len(dispatch.draft_notes(order_ids=ids, actor=SYSTEM, now=NOW)) == size
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1


# --- the clocks ---------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-23", "DSP-02")
@pytest.mark.parametrize(
    ("ready", "due", "pickup"),
    [
        ("2026-11-20T09:59", "2026-11-20T12:00", "2026-11-20T17:00"),
        ("2026-11-20T10:00", "2026-11-20T12:00", "2026-11-20T17:00"),
        ("2026-11-20T10:01", "2026-11-20T16:30", "2026-11-20T17:00"),
        ("2026-11-20T16:00", "2026-11-20T16:30", "2026-11-20T17:00"),
        ("2026-11-20T16:01", "2026-11-21T10:30", "2026-11-21T17:00"),
        ("2026-11-22T08:00", "2026-11-23T10:30", "2026-11-23T17:00"),  # Sunday
    ],
)
def test_three_clocks_in_the_warehouse_zone(ready: str, due: str, pickup: str) -> None:
    zone = "+08:00"
    at = datetime.fromisoformat(f"{ready}:00{zone}")
    order = make.ready_order()
    Order.objects.filter(pk=order.pk).update(ready_at=at)
    note = make.make_note(order, now=at)
    assert note.due_at == datetime.fromisoformat(f"{due}:00{zone}")
    assert note.pickup_at == datetime.fromisoformat(f"{pickup}:00{zone}")


# --- signatures ---------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-03")
def test_two_different_people_sign_and_the_note_goes_to_the_warehouse() -> None:
    note = make.make_note()
    make.make_number(note.service)
    with pytest.raises(NotAllowed):
        dispatch.sign(note=note, kind="note", actor=make.person("purchaser"), now=NOW)
    dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    assert note.state == "draft"
    dispatch.sign(note=note, kind="note", actor=make.person("supervisor"), now=NOW)
    assert (note.state, note.signed_at, note.released_at) == ("released", NOW, NOW)
    assert WaybillNumber.objects.get(note=note).state == "reserved"
    order = Order.objects.get(pk=note.order_id)
    assert order.stage == "to_print"


@pytest.mark.parametrize("one_signer", [False, True])
def test_the_same_person_signs_twice_only_where_the_store_allows_it(one_signer: bool) -> None:
    note = make.make_note(ready := make.ready_order(make_store(one_signer=one_signer)))
    boss = make.person("manager")
    dispatch.sign(note=note, kind="price", actor=boss, now=NOW)
    if one_signer:
        dispatch.sign(note=note, kind="note", actor=boss, now=NOW)
        assert note.state == "released" and ready
    else:
        with pytest.raises(Conflict) as refused:
            dispatch.sign(note=note, kind="note", actor=boss, now=NOW)
        assert refused.value.code == "same_signer"


@pytest.mark.covers("ORD-22")
def test_an_unmatched_article_blocks_both_signatures_until_it_is_matched() -> None:
    store = make_store()
    make.make_warehouse(), make.make_service()
    item = make_item(store, "UNKNOWN")
    order = make_order(store, lines=[(item, 1)], assess=True, shipping_method="registered air mail")
    note = make.make_note(order)
    assert note.lines.count() == 0
    with pytest.raises(Conflict) as refused:
        dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    assert refused.value.code == "unmatched"
    SkuMatch._base_manager.create(item=item, sku=make.article("FOUND"), quantity=2)
    type(item)._base_manager.filter(pk=item.pk).update(matched=True)
    intake.rematch(item_ids=[item.pk], actor=SYSTEM, now=NOW)
    dispatch.follow(order_ids=[order.pk], actor=SYSTEM, now=NOW)
    line = NoteLine.objects.get(note=note)
    assert (line.sku.code, line.quantity) == ("FOUND", 2)
    dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)


def test_a_short_reservation_does_not_block_the_signatures() -> None:
    note = make.sign_both(make.make_note(make.ready_order(lines=[(make.article(on_hand=1), 5)])))
    assert note.state == "released"
    assert Order.objects.get(pk=note.order_id).stage == "short"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"intercept": "cancel_request"}, "intercepted"), ({"state": "held", "hold_reason": "other"}, "order_not_ready")],
)
def test_a_stopped_order_is_not_signed(change: dict[str, str], code: str) -> None:
    note = make.make_note()
    Order.objects.filter(pk=note.order_id).update(**change)
    with pytest.raises(Conflict) as refused:
        dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    assert refused.value.code == code


def test_bulk_signing_answers_row_by_row() -> None:
    good, bad = make.make_note(), make.make_note()
    Order.objects.filter(pk=bad.order_id).update(intercept="dispute")
    signed, refused = dispatch.sign_notes(notes=[good, bad], kind="price", actor=make.person("purchaser"), now=NOW)
    assert [n.pk for n in signed] == [good.pk] and refused[bad.pk].code == "intercepted"
    again, refused = dispatch.sign_notes(notes=[good], kind="price", actor=make.person("purchaser"), now=NOW)
    assert (again, refused) == ([], {})
    assert NoteSignature.objects.filter(note=good).count() == 1


# --- edits --------------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-05")
@pytest.mark.parametrize("what", ["service", "supply", "wish", "cost"])
def test_every_edit_voids_the_signatures(what: str) -> None:
    note = make.released()
    line, number = note.lines.get(), make.number_of(note)
    ems = make.make_service("EMS", kind="ems", match_words=["ems"])
    changes: dict[str, Any] = {
        "service": {"service": ems}, "supply": {"supply": "production"},
        "wish": {"lines": [dispatch.LineChange(line.pk, wish="two bags")]},
        "cost": {"lines": [dispatch.LineChange(line.pk, unit_cost=Decimal("2.5"))]},
    }[what]  # fmt: skip
    assert dispatch.edit(note=note, actor=make.person("supervisor"), now=NOW, **changes) is True
    assert (note.state, note.revision, note.released_at) == ("draft", 2, None)
    assert not NoteSignature.objects.filter(note=note, void_at__isnull=True).exists()
    state = WaybillNumber.objects.get(number=number).state
    assert state == ("free" if what == "service" else "reserved")
    assert dispatch.edit(note=note, actor=make.person("supervisor"), now=NOW, supply=note.supply) is False


@pytest.mark.covers("DSP-11")
def test_the_declared_value_is_raised_by_a_reviewer_and_never_lowered() -> None:
    note = make.make_note()
    line = note.lines.get()
    with pytest.raises(NotAllowed):
        dispatch.edit(
            note=note, actor=make.person("purchaser"), now=NOW, lines=[dispatch.LineChange(line.pk, value=Decimal(50))]
        )
    with pytest.raises(Conflict) as refused:
        dispatch.edit(
            note=note,
            actor=make.person("supervisor"),
            now=NOW,
            lines=[dispatch.LineChange(line.pk, value=Decimal("9.99"))],
        )
    assert refused.value.code == "value_below_paid"
    dispatch.edit(
        note=note, actor=make.person("supervisor"), now=NOW, lines=[dispatch.LineChange(line.pk, value=Decimal(50))]
    )
    assert (note.declared_value, note.lines.get().unit_value) == (50, 25)


def test_a_line_worth_nothing_blocks_the_signature_until_its_real_value_is_entered() -> None:
    order = make.ready_order()
    OrderLine.objects.filter(order=order).update(unit_price=0, total=0)
    Order.objects.filter(pk=order.pk).update(goods_total=0, total=0)
    note = make.make_note(order)
    with pytest.raises(Conflict) as refused:
        dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    assert refused.value.code == "customs_block"
    dispatch.edit(
        note=note,
        actor=make.person("supervisor"),
        now=NOW,
        lines=[dispatch.LineChange(note.lines.get().pk, value=Decimal(4))],
    )
    dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)


def test_a_service_that_may_not_carry_the_value_is_refused() -> None:
    note = make.make_note()
    cheap = make.make_service("CHEAP", value_max=Decimal(5), value_max_currency="USD")
    with pytest.raises(Conflict) as refused:
        dispatch.edit(note=note, actor=make.person("supervisor"), now=NOW, service=cheap)
    assert refused.value.code == "service_value"


def test_an_address_changed_on_a_draft_is_taken_over() -> None:
    note = make.make_note()
    order = Order.objects.get(pk=note.order_id)
    intake.edit_address(order=order, actor=make.person("manager"), now=NOW, line1="Rua B 2")
    before = note.address_digest
    dispatch.follow(order_ids=[order.pk], actor=SYSTEM, now=NOW)
    note.refresh_from_db()
    assert note.address_digest != before and note.state == "draft"


# --- problems and taking back -------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-06")
def test_the_warehouse_reports_upward_and_goes_on_when_it_is_solved() -> None:
    note = make.released()
    packer = make_person("warehouse")
    with pytest.raises(Invalid):
        dispatch.block(note=note, reason="nonsense", text="", actor=packer.actor, now=NOW)
    dispatch.block(note=note, reason="quality", text="scratched", actor=packer.actor, now=NOW)
    assert (note.state, note.block_reason, note.blocked_by, note.blocked_at) == ("blocked", "quality", packer, NOW)
    duty = Duty.objects.get(rule="logistics.blocked_note", subject_id=note.pk)
    assert (duty.state, duty.role) == ("open", "supervisor")
    dispatch.unblock(note=note, actor=make.person("supervisor"), now=NOW)
    duty.refresh_from_db()
    assert (note.state, duty.state) == ("released", "done")


def test_withdrawing_needs_a_reason_and_gives_the_number_back() -> None:
    note = make.released()
    number = make.number_of(note)
    with pytest.raises(Invalid):
        dispatch.withdraw(note=note, reason=" ", actor=make.person("supervisor"), now=NOW)
    dispatch.withdraw(note=note, reason="wrong warehouse", actor=make.person("supervisor"), now=NOW)
    assert note.state == "withdrawn"
    row = WaybillNumber.objects.get(number=number)
    assert (row.state, row.note) == ("free", None)
    assert Order.objects.get(pk=note.order_id).stage == "to_approve"
    assert len(dispatch.draft_notes(order_ids=[note.order_id], actor=SYSTEM, now=NOW + HOUR)) == 1


def test_a_cancelled_order_takes_its_note_back() -> None:
    note = make.released()
    order = Order.objects.get(pk=note.order_id)
    intake.cancel(order=order, reason="buyer", actor=make.person("manager"), now=NOW)
    assert dispatch.withdraw_for_cancelled(order_ids=[order.pk], actor=SYSTEM, now=NOW) == 1
    note.refresh_from_db()
    assert note.state == "withdrawn"


# --- approval rules -----------------------------------------------------------------------------------------------


@pytest.mark.covers("ORD-25")
@pytest.mark.parametrize(
    ("case", "signed"),
    [
        ("plain", True),
        ("wish", False),
        ("short", False),
        ("thin", False),
        ("no cost", False),
        ("customs", False),
        ("other service", False),
    ],
)
def test_the_starting_rule_signs_only_what_is_unexceptional(case: str, signed: bool) -> None:
    load_reference(now=NOW)
    switch_on_approval(now=NOW)
    facts: dict[str, Any] = {
        "thin": {"cost": Decimal("4.9")}, "no cost": {"cost": None}, "customs": {"customs_text": "gift"}, "short": {"on_hand": 1},
    }.get(case, {})  # fmt: skip
    order = make.ready_order(
        lines=[(make.article(**facts), 2)], shipping_method="DHL" if case == "other service" else "registered air mail"
    )
    if case == "wish":
        Wish.objects.create(order=order, line=order.lines.get(), kind="colour", text="red", created_at=NOW)
    if case == "other service":
        make.Service.objects.filter(code="DHL").update(active=False)
    note = make.make_note(order)
    note.refresh_from_db()
    assert note.state == ("released" if signed else "draft")
    assert NoteSignature.objects.filter(note=note, rule__name=UNEXCEPTIONAL).count() == (2 if signed else 0)


def test_a_rule_that_is_switched_off_signs_nothing() -> None:
    load_reference(now=NOW)
    assert make.make_note().state == "draft"


def test_a_rule_may_give_one_signature_and_leave_the_other_to_people() -> None:
    ApprovalRule.objects.create(
        name="prices", kinds=["price"], conditions={"country": ["BR", "DE"], "value": {"lte": 100}}
    )
    note = make.make_note()
    assert set(NoteSignature.objects.filter(note=note).values_list("kind", flat=True)) == {"price"}
    dispatch.sign(note=note, kind="note", actor=make.person("supervisor"), now=NOW)
    assert note.state == "released"


# --- the third day ------------------------------------------------------------------------------------------------


@pytest.mark.covers("DSP-07", "DSP-08")
def test_after_three_working_days_both_clerks_are_asked_and_a_reserved_number_alarms() -> None:
    note = make.released(number=False, lines=[(make.article(on_hand=0), 2)])
    worklist.plan(rule_key="logistics.three_days", subject_ids=[note.pk], now=NOW)
    clock = Duty.objects.get(rule="logistics.three_days", subject_id=note.pk)
    assert clock.due_at == datetime.fromisoformat("2026-11-24T10:00:00+08:00")  # Friday, Saturday, Monday, Tuesday
    worklist.run_due(now=clock.due_at - HOUR)
    assert not Duty.objects.filter(rule="logistics.goods_missing").exists()
    worklist.run_due(now=clock.due_at + HOUR)
    roles = dict(
        Duty.objects.filter(rule__in=["logistics.goods_missing", "logistics.find_goods"]).values_list("rule", "role")
    )
    assert roles == {"logistics.goods_missing": "service", "logistics.find_goods": "warehouse"}
    with pytest.raises(Conflict):
        dispatch.reserve_number(note=note, actor=make.person("service"), now=NOW)
    make.make_number(note.service)
    row = dispatch.reserve_number(note=note, actor=make.person("service"), now=NOW)
    assert row and row.state == "reserved"
    order = Order.objects.get(pk=note.order_id)
    assert (order.state, order.declared_at) == ("ready", None)
    assert Duty.objects.get(rule="logistics.number_waiting").state == "open"
    assert Duty.objects.get(rule="logistics.goods_missing").state == "done"


@pytest.mark.covers("DSP-08")
def test_the_buyer_is_asked_by_a_draft_and_a_substitute_must_be_in_stock() -> None:
    load_templates(now=NOW)
    note = make.released(lines=[(make.article(on_hand=0), 2)], ship_by=NOW + 30 * HOUR)
    clerk = make.person("service")
    with pytest.raises(Invalid):
        dispatch.ask_buyer(note=note, new_date=date(2026, 11, 20), actor=clerk, now=NOW)
    with pytest.raises(Conflict) as refused:
        dispatch.ask_buyer(
            note=note, new_date=date(2026, 11, 28), actor=clerk, now=NOW, substitute=make.article(on_hand=0)
        )
    assert refused.value.code == "substitute_short"
    message = dispatch.ask_buyer(
        note=note, new_date=date(2026, 11, 28), actor=clerk, now=NOW, substitute=make.article("SUB", name_en="Blue hat")
    )
    assert message and message.state == "draft" and "Blue hat" in message.body and message.template_code == "X16A"


def test_open_notes_are_unique_in_the_database() -> None:
    note = make.make_note()
    with pytest.raises(Exception, match="one_open_note"):
        DispatchNote.objects.create(
            number="DN-X", store=note.store, order=note.order, warehouse=note.warehouse, country="BR", declared_value=1,
            declared_currency="USD", address_digest="", drafted_at=NOW,
        )  # fmt: skip
