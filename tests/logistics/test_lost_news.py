"""News between apps may be lost with the broker or a worker; the sweeps find what it was about."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import DomainError
from inventory.models import Reservation
from logistics.models import DispatchNote, NoteLine, NoteSignature
from logistics.services import dispatch, shipping
from logistics.services.seeding import load_reference, switch_on_approval
from logistics.tasks.dispatch import sign_missed, sweep_notes
from orders.models import Order
from orders.services import intake
from orders.tasks import rematch_missed
from products.models import ChannelItem, SkuMatch
from stores.models import OutboundCall
from tests.factories import dispatch as make
from tests.factories.accounts import make_store
from tests.factories.orders import make_item, make_order
from tests.factories.stores import connected, running_shop

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def everything_in_view() -> Any:
    with scopes_disabled():
        yield


def unmatched_note() -> tuple[DispatchNote, ChannelItem]:
    store = make_store()
    make.make_warehouse(), make.make_service()
    item = make_item(store, "LATE")
    order = make_order(store, lines=[(item, 2)], assess=True, shipping_method="registered air mail")
    return make.make_note(order), item


def match(item: ChannelItem, assess: bool = True) -> None:
    """Matched, and maybe assessed again, but nobody hears of it."""
    SkuMatch._base_manager.create(item=item, sku=make.article("FOUND"), quantity=1)
    ChannelItem._base_manager.filter(pk=item.pk).update(matched=True)
    if assess:
        intake.rematch(item_ids=[item.pk], actor=SYSTEM, now=NOW)


def test_a_note_gets_its_articles_although_the_news_of_the_match_was_lost() -> None:
    note, item = unmatched_note()
    assert sweep_notes()["followed"] == 0, "there is nothing to follow while it is not matched"
    match(item)
    assert not NoteLine.objects.filter(note=note).exists()
    assert sweep_notes()["followed"] == 1
    assert NoteLine.objects.get(note=note).quantity == 2
    assert sweep_notes()["followed"] == 0, "again changes nothing"


def test_stock_is_promised_although_the_news_of_the_match_was_lost_and_the_note_went_on() -> None:
    note, item = unmatched_note()
    match(item, assess=False)
    Order._base_manager.filter(pk=note.order_id).update(stage="to_approve")
    sweep_notes()
    assert not Reservation.objects.exists() and NoteLine.objects.filter(note=note).exists()
    assert rematch_missed() == 1
    assert Reservation.objects.get(order_ref=note.order_id).held == 2
    assert rematch_missed() == 0, "again changes nothing"


def test_a_packed_note_is_left_alone() -> None:
    note, item = unmatched_note()
    match(item)
    DispatchNote.objects.filter(pk=note.pk).update(state="packed")
    assert sweep_notes()["followed"] == 0


def test_a_rule_signs_although_the_news_of_the_goods_was_lost() -> None:
    load_reference(now=NOW)
    switch_on_approval(now=NOW)
    note = make.make_note(make.ready_order(lines=[(make.article(), 1)]))
    NoteSignature.objects.all().delete()
    DispatchNote.objects.filter(pk=note.pk).update(state="draft", released_at=None, signed_at=None)
    assert sign_missed() == 2
    note.refresh_from_db()
    assert note.state == "released"


def half_a_note(store: Any = None) -> tuple[DispatchNote, ChannelItem]:
    """An order of two articles; the second is matched after its note was drafted, and the note has not heard of it."""
    store = store or make_store()
    make.make_warehouse(), make.make_service()
    known, late = make_item(store, "KNOWN", make.article("KNOWN-1")), make_item(store, "LATE")
    order = make_order(store, lines=[(known, 2), (late, 1)], assess=True, shipping_method="registered air mail")
    return make.make_note(order), late


def test_a_note_that_has_not_followed_its_order_is_not_signed() -> None:
    note, late = half_a_note()
    match(late)
    with pytest.raises(DomainError) as refused:
        dispatch.sign(note=note, kind="price", actor=make.person("purchaser"), now=NOW)
    assert refused.value.code == "incomplete" and not NoteSignature.objects.exists()
    assert sweep_notes()["followed"] == 1
    make.sign_both(note)
    assert note.state == "released" and note.lines.count() == 2


def test_a_parcel_with_a_part_of_the_order_is_declared_as_a_part() -> None:
    """However a note came to have only some of the articles: the shop must not believe that all have left."""
    with running_shop() as server:
        store, _control = connected(server)
        note, late = half_a_note(store)
        match(late)
        sweep_notes()
        make.make_number(note.service)
        make.sign_both(note)
        note.lines.filter(order_line__item=late).delete()
        parcel = make.pack(note)
        made = shipping.hand_over(parcels=[parcel], actor=make.person("warehouse"), now=NOW)
        assert not made.refused and Order.objects.get().state == "part_shipped"
        assert OutboundCall.objects.get(ability="declare_shipment").payload["part"] is True


def test_a_step_of_the_sweep_that_fails_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    order, note = make.ready_order(), make.make_note(make.ready_order())

    def broken(**_given: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("logistics.tasks.dispatch.dispatch.draft_notes", broken)
    Order.objects.filter(pk=note.order_id).update(state="cancelled")
    with pytest.raises(ZeroDivisionError):
        sweep_notes()
    note.refresh_from_db()
    assert note.state == "withdrawn" and not DispatchNote.objects.filter(order=order).exists()
