"""Customs of notes: reviews, values with reasons, declarations, gaps, packs; no declared value without a name."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import scopes_disabled

from accounts.models import Store
from core import policies, rates
from core.audit import SYSTEM
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from logistics import documents
from logistics.models import (
    CustomsReview,
    Declaration,
    DispatchNote,
    NoteLine,
    NoteSignature,
    TaxNumber,
    ValueDifference,
)
from logistics.selectors.customs.declarations import for_print
from logistics.services import dispatch, shipping
from logistics.services.customs import filling, medians, reviews, tables
from logistics.services.seeding import load_reference, switch_on_approval
from orders.models import Order
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.factories.customs import codes, own_shop
from worklist.models import Duty

NOW = make.NOW
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_scope() -> Any:
    with scopes_disabled():
        yield


# --- no value without a name --------------------------------------------------------------------------------------


def forget_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")


def history(line: NoteLine) -> list[tuple[Decimal, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, pgh_context ->> 'actor', pgh_context ->> 'actor_kind' FROM logistics_notelinehistory "
            "WHERE pgh_obj_id = %s ORDER BY pgh_id", [line.pk],
        )  # fmt: skip
        return list(cursor.fetchall())


def test_the_database_refuses_a_declared_value_from_nobody() -> None:
    line = make.make_note().lines.get()
    forget_name()
    for statement in (
        lambda: NoteLine.objects.filter(pk=line.pk).update(value=1),
        lambda: connection.cursor().execute("UPDATE logistics_noteline SET value = 1 WHERE id = %s", [line.pk]),
        lambda: NoteLine.objects.bulk_update([NoteLine(pk=line.pk, value=Decimal(1))], ["value"]),
    ):
        with pytest.raises(DatabaseError, match="somebody with a name"), transaction.atomic():
            statement()
    NoteLine.objects.filter(pk=line.pk).update(value=line.value, wish="red")  # the same value is no change
    assert NoteLine.objects.get(pk=line.pk).value == line.value


def test_every_way_to_a_declared_value_leaves_a_name_in_the_history() -> None:
    note = make.make_note()
    line = note.lines.get()
    boss = make_person("supervisor")
    dispatch.edit(note=note, actor=boss.actor, now=NOW, lines=[dispatch.LineChange(line.pk, value=Decimal(50))])
    told = history(line)
    assert [(value, who) for value, who, _kind in told] == [(Decimal(10), "Sampan"), (Decimal(50), boss.actor.label)]
    kept = ValueDifference.objects.get(note=note)
    assert (kept.entered_by, kept.before, kept.value, kept.reason, kept.state) == (
        boss,
        10,
        50,
        "real_value",
        "applied",
    )
    assert not [r for r in broken() if "nobody" in r]
    forget_name()
    NoteLine.objects.create(
        note=note, order_line=line.order_line, sku=line.sku, position=9, quantity=1, value=0, paid=0, unit_value=0
    )
    assert [r for r in broken() if "nobody" in r]


def broken() -> list[str]:
    """Violations of what customs promise."""
    from logistics.checks import customs as checks
    from logistics.checks import dispatch as more

    return [
        str(v)
        for check in (checks.nameless_values, checks.declarations_of_their_own, checks.false_content, more.wrong_values)
        for v in check(NOW)
    ]


# --- values with reasons ------------------------------------------------------------------------------------------


def test_a_lower_value_needs_a_paper_and_a_second_person() -> None:
    note = make.make_note()
    line = note.lines.get()
    first, second = make_person("supervisor"), make_person("manager")
    ask: dict[str, Any] = {"note": note, "line_id": line.pk, "value": Decimal(8), "now": NOW}
    with pytest.raises(NotAllowed):
        dispatch.declare_difference(
            **ask, reason="price_correction", text="x", document="y", actor=make.person("service")
        )
    for reason, text, document, code in (
        ("because", "x", "y", "bad_reason"), ("real_value", "x", "y", "value_below_paid"),
        ("free_replacement", "x", "y", "value_below_paid"), ("price_correction", "", "", "paper_missing"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            dispatch.declare_difference(**ask, reason=reason, text=text, document=document, actor=first.actor)
        assert refused.value.code == code
    row = dispatch.declare_difference(
        **ask, reason="price_correction", text="2 dollars given back", document="refund 77", actor=first.actor
    )
    line.refresh_from_db()
    assert (row.state, line.value) == ("waiting", 10)
    duty = Duty.objects.get(rule="logistics.value_second_person", subject_id=row.pk)
    assert (duty.state, duty.role, duty.store_id) == ("open", "supervisor", note.store_id)
    with pytest.raises(Conflict) as same:
        dispatch.agree_difference(difference=row, agree=True, actor=first.actor, now=NOW)
    assert same.value.code == "second_person"
    dispatch.agree_difference(difference=row, agree=True, actor=second.actor, now=NOW)
    line.refresh_from_db(), note.refresh_from_db(), duty.refresh_from_db()
    assert (line.value, note.declared_value, note.revision, duty.state) == (8, 8, 2, "done")
    assert "DECL_BELOW_PAID" not in codes(note) and broken() == []
    assert [who for _value, who, _kind in history(line)][-1] == second.actor.label
    with pytest.raises(Conflict):
        dispatch.agree_difference(difference=row, agree=False, actor=second.actor, now=NOW)


def test_a_refused_value_changes_nothing() -> None:
    note = make.make_note()
    line = note.lines.get()
    row = dispatch.declare_difference(
        note=note, line_id=line.pk, value=Decimal(8), reason="price_correction", text="x", document="y",
        actor=make.person("supervisor"), now=NOW,
    )  # fmt: skip
    dispatch.agree_difference(difference=row, agree=False, actor=make.person("manager"), now=NOW)
    line.refresh_from_db()
    assert (row.pk, line.value, ValueDifference.objects.get(pk=row.pk).state) == (row.pk, 10, "refused")


def test_an_accepted_value_stays_while_price_and_article_stay() -> None:
    order = make.ready_order(lines=[(make.article(), 2), (make.article(), 1)])
    note = make.make_note(order)
    line = note.lines.order_by("position").first()
    assert line is not None
    dispatch.edit(
        note=note, actor=make.person("supervisor"), now=NOW, lines=[dispatch.LineChange(line.pk, value=Decimal(30))]
    )
    from orders.models import OrderLine

    other = order.lines.order_by("position").last()
    OrderLine.objects.filter(pk=other.pk).update(quantity=2)
    dispatch.follow(order_ids=[order.pk], actor=SYSTEM, now=NOW)
    note.refresh_from_db()
    held = note.lines.order_by("position").first()
    assert held is not None and held.value == 30 and note.declared_value == sum(x.value for x in note.lines.all())
    OrderLine.objects.filter(pk=line.order_line_id).update(total=20, unit_price=10)
    Order.objects.filter(pk=order.pk).update(goods_total=25, total=25)
    dispatch.follow(order_ids=[order.pk], actor=SYSTEM, now=NOW)
    assert ValueDifference.objects.get(note=note).state == "void"
    assert broken() == []


# --- reviews ------------------------------------------------------------------------------------------------------


def look_note(store: Store | None = None, **facts: Any) -> DispatchNote:
    """A note with exactly one thing to look at: the weight is not known."""
    return make.make_note(make.ready_order(store, lines=[(make.article(weight_g=None), 2)], country="FR", **facts))


def test_the_signature_of_the_supervisor_keeps_that_he_looked() -> None:
    note = look_note()
    assert codes(note) == {"NO_WEIGHT": "review", "RATE_MISSING": "info"}
    dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    boss = make_person("supervisor")
    dispatch.sign(note=note, kind="note", actor=boss.actor, now=NOW)
    row = CustomsReview.objects.get(note=note)
    assert (row.user, row.keys, row.reason, row.revision) == (boss, ["NO_WEIGHT:1"], reviews.WITH_SIGNATURE, 1)


def test_a_house_may_want_a_written_reason_first() -> None:
    note = look_note()
    policies.set_value(key="logistics.review_reason", text="true", valid_from=date(2026, 1, 1), actor=SYSTEM, now=NOW)
    boss = make.person("supervisor")
    with pytest.raises(Conflict) as refused:
        dispatch.sign(note=note, kind="note", actor=boss, now=NOW)
    assert refused.value.code == "customs_review"
    with pytest.raises(NotAllowed):
        reviews.approve(notes=[note], reason="weighed", actor=make.person("service"), now=NOW)
    with pytest.raises(Invalid):
        reviews.approve(notes=[note], reason="  ", actor=boss, now=NOW)
    done, no = reviews.approve(notes=[note], reason="weighed by hand", actor=boss, now=NOW)
    assert (len(done), no) == (1, {})
    dispatch.sign(note=note, kind="note", actor=boss, now=NOW)
    assert CustomsReview.objects.get(note=note).reason == "weighed by hand"
    _done, again = reviews.approve(notes=[note], reason="again", actor=boss, now=NOW)
    assert again[note.pk].code == "nothing_to_review"


def test_an_edit_asks_for_the_review_again_and_its_writer_does_not_give_it() -> None:
    note = look_note()
    boss, other = make_person("supervisor"), make_person("manager")
    reviews.approve(notes=[note], reason="fine", actor=boss.actor, now=NOW)
    line = note.lines.get()
    dispatch.edit(note=note, actor=boss.actor, now=NOW, lines=[dispatch.LineChange(line.pk, value=Decimal(60))])
    _done, refused = reviews.approve(notes=[note], reason="fine", actor=boss.actor, now=NOW)
    assert refused[note.pk].code == "second_person"
    with pytest.raises(Conflict) as error:
        dispatch.sign(note=note, kind="note", actor=boss.actor, now=NOW)
    assert error.value.code == "second_person"
    assert not reviews.approve(notes=[note], reason="fine", actor=other.actor, now=NOW)[1]
    dispatch.sign(note=note, kind="note", actor=boss.actor, now=NOW)


def test_no_rule_signs_what_a_person_must_look_at() -> None:
    load_reference(now=NOW)
    switch_on_approval(now=NOW)
    from logistics.models import ApprovalRule

    ApprovalRule.objects.update(conditions={"in_stock": True})
    note = look_note(shipping_method="registered air mail")
    assert set(NoteSignature.objects.filter(note=note).values_list("kind", flat=True)) == {"price"}


# --- the record ---------------------------------------------------------------------------------------------------


def test_the_declaration_is_filled_from_the_signed_note() -> None:
    load_reference(now=NOW)
    store = own_shop()
    tables.save_number(
        row=TaxNumber(), changes={"scheme": "IOSS", "number": "IM 2760000001", "valid_from": date(2026, 1, 1), "store": store},
        actor=make.person("manager"), now=NOW,
    )  # fmt: skip
    tables.save_number(
        row=TaxNumber(), changes={"scheme": "EORI", "number": "FR123", "valid_from": date(2026, 1, 1)},
        actor=make.person("manager"), now=NOW,
    )  # fmt: skip
    note = make.released(make.ready_order(store, country="FR", currency="EUR", shipping_method="registered air mail"))
    row = Declaration.objects.get(note=note)
    line = row.lines.get()
    assert (row.form, row.tax_scheme, row.tax_number, row.sender_eori, row.goods_total, row.currency) == (
        "CN22", "IOSS", "IM2760000001", "FR123", note.declared_value, "EUR",
    )  # fmt: skip
    assert (line.description, line.hs_code, line.value, line.net_weight_g, line.origin) == (
        "necklace of zinc alloy", "711719", note.lines.get().value, Decimal(30), "CN",
    )  # fmt: skip
    before = documents.customs_record([for_print(note.pk)])["parcels"][0]
    assert before["gross"] == "50 g", "what is printed before the scale: the articles and the usual bag of 20 g"
    parcel = make.pack(note)
    row.refresh_from_db()
    assert documents.customs_record([for_print(note.pk)])["parcels"][0]["gross"] == "60 g"
    assert (row.gross_weight_g, row.item_number) == (60, parcel.tracking_number)
    assert broken() == []


def test_the_united_states_get_their_ten_digits() -> None:
    load_reference(now=NOW)
    note = make.released(make.ready_order(country="US"))
    assert Declaration.objects.get(note=note).lines.get().hs_code == "7117199000"
    other = make.make_note(make.ready_order(lines=[(make.article(hs_code="420231"), 1)], country="US"))
    with pytest.raises(Conflict) as refused:
        dispatch.sign(note=other, kind="note", actor=make.person("supervisor"), now=NOW)
    assert refused.value.code == "customs_block"


def test_papers_are_entered_once_and_refused_when_unknown() -> None:
    note = make.make_note()
    boss = make.person("supervisor")
    filling.change(note=note, actor=boss, now=NOW, incoterm="DDP", battery="PI967, 2 cells", non_delivery="abandon")
    for wrong in ({"incoterm": "EXW"}, {"non_delivery": "burn"}, {"goods_total": 1}, {"insurance": Decimal(-1)}):
        with pytest.raises(Invalid):
            filling.change(note=note, actor=boss, now=NOW, **wrong)
    make.make_number(note.service)
    make.sign_both(note)
    row = Declaration.objects.get(note=note)
    assert (row.incoterm, row.battery, row.non_delivery, row.revision) == ("DDP", "PI967, 2 cells", "abandon", 1)


def test_data_goes_to_the_carrier_before_the_parcel() -> None:
    policies.set_value(key="logistics.advance_data", text="CP_REG", valid_from=date(2026, 1, 1), actor=SYSTEM, now=NOW)
    note = make.released()
    parcel = make.pack(note)
    clerk = make.person("warehouse")
    made = shipping.hand_over(parcels=[parcel], actor=clerk, now=NOW)
    assert made.refused[parcel.pk].code == "data_not_sent"
    assert not filling.mark_sent(notes=[note], actor=clerk, now=NOW)[1]
    assert not shipping.hand_over(parcels=[parcel], actor=clerk, now=NOW).refused


# --- identities, numbers, parcels of one day ----------------------------------------------------------------------


@pytest.mark.covers("CUS-13")
def test_an_independent_store_is_asked_for_identity_and_tax_number() -> None:
    load_reference(now=NOW)
    rates.keep_rates(rates=[(NOW.date(), "USD", Decimal("1.1")), (NOW.date(), "BRL", Decimal(6))], source="test")
    store = own_shop()
    order = make.ready_order(store, country="BR")
    note = make.make_note(order)
    assert codes(note) == {"RECIPIENT_ID": "review", "TAX_NUMBER": "review"}
    tables.keep_recipient_id(
        order=order, number="123.456.789-09", source="platform", actor=make.person("service"), now=NOW
    )
    assert codes(note) == {"TAX_NUMBER": "review"}
    with pytest.raises(Invalid):
        tables.keep_recipient_id(order=order, number="1", source="message", actor=make.person("service"), now=NOW)
    assert codes(make.make_note(make.ready_order(country="BR"))) == {}, "the platform collects both"


def test_parcels_of_one_day_to_one_address_are_seen_together() -> None:
    load_reference(now=NOW)
    rates.keep_rates(rates=[(NOW.date(), "USD", Decimal("1.0"))], source="test")
    store = make_store()
    facts: dict[str, Any] = {"country": "IL", "currency": "USD", "lines": [(make.article(weight_g=Decimal(100)), 8)]}
    first = make.ready_order(store, **facts)
    one = make.make_note(first)
    assert "SPLIT_SUSPECT" not in codes(one)
    second = make.ready_order(store, buyer=first.buyer, **facts)
    DispatchNote.objects.all()
    from orders.models import OrderAddress

    place = OrderAddress.objects.get(order=first)
    OrderAddress.objects.filter(order=second).update(
        **{
            name: getattr(place, name)
            for name in ("recipient", "phone", "line1", "line2", "city", "state", "postcode", "country")
        }
    )
    two = make.make_note(second)
    assert codes(two)["SPLIT_SUSPECT"] == "review" and codes(one)["SPLIT_SUSPECT"] == "review"
    later = NOW + timedelta(days=1)
    DispatchNote.objects.filter(pk=two.pk).update(drafted_at=later)
    assert "SPLIT_SUSPECT" not in codes(one)


def test_the_usual_value_of_a_kilogram_is_reckoned_from_what_was_sent() -> None:
    rates.keep_rates(rates=[(NOW.date(), "USD", Decimal("1.1"))], source="test")
    policies.set_value(key="logistics.median_lines", text="1", valid_from=date(2026, 1, 1), actor=SYSTEM, now=NOW)
    parcel = make.handed_over()
    assert medians.reckon(now=NOW + timedelta(hours=1)) == 1
    store = parcel.store
    usual = make.make_note(make.ready_order(store, country="FR"))
    assert "VALUE_PER_KG" not in codes(usual)
    cheap = make.ready_order(store, lines=[(make.article(weight_g=Decimal(100)), 2)], country="FR")
    assert codes(make.make_note(cheap))["VALUE_PER_KG"] == "review"
