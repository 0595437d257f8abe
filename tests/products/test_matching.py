"""Channel SKUs: what they mean is said by people, in bulk or by file, and never makes articles by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from accounts.models import Store
from core import events
from core.audit import SYSTEM, Actor
from core.errors import DomainError, NotAllowed
from core.models import ActivityEntry
from inventory.models import Reservation
from orders.models import Order
from orders.services import intake
from products import selectors
from products.events import ItemsMatched
from products.followups import ToMatch
from products.models import ChannelItem, Sku, SkuMatch
from products.rules import matching as rules
from products.services import catalogue, matching
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.remote import NOW, a_line, a_store, an_order
from worklist.models import Duty
from worklist.services import plan

pytestmark = pytest.mark.django_db
ACT: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
NOBODY = Actor(kind="user", label="warehouse", permissions=frozenset(), store_ids=None)


@pytest.fixture(autouse=True)
def _everywhere() -> Any:
    with scopes_disabled():
        yield


@pytest.fixture
def shop() -> Store:
    make_warehouse()
    return a_store()


def items(shop: Store, *codes: str, **more: Any) -> list[ChannelItem]:
    found = catalogue.ensure_items(store=shop, lines=[a_line(code) for code in codes], now=NOW, **more)
    return [found[code] for code in codes]


# --- the rules -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sku", "title", "expected"),
    [
        ("AB-12", "", [(1, "1", 1, "same_code")]), ("ab-12", "", [(1, "1", 1, "same_code")]),
        ("AB12x3", "", [(1, "0.9", 3, "similar_code")]), ("ab_12 5pcs", "", [(1, "0.9", 5, "similar_code")]),
        ("Q", "Red tea cup", [(2, "0.8", 1, "similar_title")]), ("Q", "红色茶杯", [(3, "0.8", 1, "similar_title")]),
        ("Q", "Blue garden chair", []), ("", "", []),
    ],
)  # fmt: skip
def test_suggestions_by_code_then_by_words(sku: str, title: str, expected: list[Any]) -> None:
    articles = [
        rules.Article(1, "AB-12", "Wooden box"),
        rules.Article(2, "CUP-1", "Red tea cup"),
        rules.Article(3, "CUP-2", "红色茶杯"),
    ]
    found = rules.suggest(sku, title, "", articles)
    assert [(s.pk, str(s.likeness.normalize()), s.quantity, s.reason) for s in found] == [
        (pk, str(Decimal(likeness).normalize()), n, why) for pk, likeness, n, why in expected
    ]


def test_a_line_without_a_code_keeps_one_name() -> None:
    key = rules.item_key("", "Cup", "Color: red")
    assert key == rules.item_key("", "Cup", "Color: red") != rules.item_key("", "Cup", "Color: blue")
    assert key.startswith("~") and rules.item_key("A" * 120, "x", "") == "A" * 100


def test_same_codes_only_where_one_article_has_it() -> None:
    found = rules.same_codes([(1, "85123a"), (2, "X"), (3, "Dup")], [(10, "85123A"), (11, "dup"), (12, "DUP")])
    assert found == {1: 10}


# --- services ------------------------------------------------------------------------------------------------------


@pytest.mark.covers("ORD-22")
def test_a_match_is_remembered_and_wakes_the_orders(shop: Store, django_capture_on_commit_callbacks: Any) -> None:
    from orders.services.importing import import_remote

    with django_capture_on_commit_callbacks(execute=True):
        import_remote(store=shop, remotes=[an_order(lines=(a_line("SET", 2),))], **ACT)
    order = Order.objects.get()
    assert order.stage == "to_match" and order.state == "ready"  # greeted and ready; only the note waits
    cup, box = make_sku("CUP", on_hand=20), make_sku("BOX", on_hand=1)
    assert Duty.objects.filter(rule="products.to_match", closed_at=None).count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        matching.match(item=ChannelItem.objects.get(), components=[(cup.pk, 3), (box.pk, 1)], **ACT)
    assert selectors.components([ChannelItem.objects.get().pk]) == {
        ChannelItem.objects.get().pk: [(cup.pk, 3), (box.pk, 1)]
    }
    assert set(Reservation.objects.values_list("sku__code", "wanted", "held")) == {("CUP", 6, 6), ("BOX", 2, 1)}
    assert Order.objects.get().stage == "to_approve"
    assert Duty.objects.filter(rule="products.to_match", closed_at=None).count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        import_remote(store=shop, remotes=[an_order("2", lines=(a_line("SET", 1),))], **ACT)
    assert Order.objects.get(number="2").stage == "to_approve"  # remembered per store
    assert items(a_store("other"), "SET")[0].matched is False


@pytest.mark.parametrize("components", [[], [(1, 0)], [(1, 10_001)], [(999_999, 1)], [(n, 1) for n in range(21)]])
def test_impossible_matches_are_refused(shop: Store, components: list[tuple[int, int]]) -> None:
    sku = make_sku("A")
    item = items(shop, "X")[0]
    with pytest.raises(DomainError):
        matching.match(item=item, components=[(sku.pk if pk == 1 else pk, n) for pk, n in components], **ACT)
    assert SkuMatch.objects.count() == 0


def test_matching_again_replaces_and_the_same_again_changes_nothing(shop: Store) -> None:
    a, b = make_sku("A"), make_sku("B")
    item = items(shop, "X")[0]
    matching.match(item=item, components=[(a.pk, 1)], **ACT)
    lines = ActivityEntry.objects.count()
    matching.match(item=item, components=[(a.pk, 1)], **ACT)
    assert ActivityEntry.objects.count() == lines
    matching.match(item=item, components=[(b.pk, 2)], **ACT)
    assert list(SkuMatch.objects.values_list("sku_id", "quantity")) == [(b.pk, 2)]


@pytest.mark.covers("ORD-22")
def test_many_at_once_by_code_by_file_and_as_new_articles(shop: Store) -> None:
    make_sku("A-1")
    made = items(shop, "a-1", "B-2", "C-3", "POST")
    assert matching.match_same_codes(store=shop, **ACT) == [made[0].pk]
    told = matching.match_by_file(store=shop, rows=[
        matching.FileRow(2, "B-2", "A-1", 2), matching.FileRow(3, "B-2", "nope", 1), matching.FileRow(4, "LATER", "A-1", 5),
    ], **ACT)  # fmt: skip
    assert (told.matched, sorted(told.rejected)) == (1, [2, 3])  # one bad row rejects its channel SKU
    assert Sku.objects.count() == 1
    fresh = matching.create_articles(items=ChannelItem.objects.filter(channel_sku__in=["C-3", "a-1"]), **ACT)
    assert [sku.code for sku in fresh] == ["C-3"] and Sku.objects.count() == 2
    assert matching.create_articles(items=ChannelItem.objects.filter(channel_sku="C-3"), **ACT) == []
    matching.mark_not_goods(items=[made[3]], **ACT)
    states = dict(ChannelItem.objects.values_list("channel_sku", "matched"))
    assert states == {"a-1": True, "B-2": False, "C-3": True, "POST": False, "LATER": True}
    assert [i.channel_sku for i in selectors.to_match(ChannelItem.objects.all())] == ["B-2"]


def test_not_goods_need_no_match_and_may_be_goods_again(shop: Store) -> None:
    sku = make_sku("A")
    item = items(shop, "POST")[0]
    matching.match(item=item, components=[(sku.pk, 1)], **ACT)
    matching.mark_not_goods(items=[item], **ACT)
    item.refresh_from_db()
    assert (item.not_goods, item.matched, SkuMatch.objects.count()) == (True, False, 0)
    assert selectors.unmatched([item.pk]) == set()
    matching.mark_goods(items=[item], **ACT)
    assert selectors.unmatched([item.pk]) == {item.pk}


def test_who_may_not_match_is_refused(shop: Store) -> None:
    item = items(shop, "X")[0]
    sku = make_sku("A")
    for call in (
        lambda: matching.match(item=item, components=[(sku.pk, 1)], actor=NOBODY, now=NOW),
        lambda: matching.match_same_codes(store=shop, actor=NOBODY, now=NOW),
        lambda: matching.create_articles(items=[item], actor=NOBODY, now=NOW),
        lambda: matching.mark_not_goods(items=[item], actor=NOBODY, now=NOW),
        lambda: matching.unmatch(items=[item], actor=NOBODY, now=NOW),
        lambda: catalogue.create_sku(code="N", actor=NOBODY, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_news_of_matches_name_the_items(shop: Store, django_capture_on_commit_callbacks: Any) -> None:
    make_sku("X")
    made = items(shop, "X", "Y")
    heard: list[Any] = []
    events.SUBSCRIPTIONS[ItemsMatched].append(events.Subscription(ItemsMatched, heard.append, "none"))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            matching.match_same_codes(store=shop, **ACT)
            matching.match_same_codes(store=shop, **ACT)
    finally:
        events.SUBSCRIPTIONS[ItemsMatched].pop()
    assert heard == [ItemsMatched((made[0].pk,))]


# --- the duty ------------------------------------------------------------------------------------------------------


def test_one_line_per_store_while_orders_wait(shop: Store) -> None:
    rule = ToMatch()
    items(shop, "OLD", needed=())
    assert list(rule.candidates(NOW)) == [] and rule.over(shop, NOW)
    made = items(shop, "A", "B")
    plan(rule_key=rule.key, subject_ids=[shop.pk], now=NOW)
    plan(rule_key=rule.key, subject_ids=[shop.pk], now=NOW)
    duty = Duty.objects.get()
    assert (duty.state, duty.band, duty.role, duty.store_id) == ("open", 1, "purchaser", shop.pk)
    assert "2" in rule.sentence(duty.facts) and "shop" in duty.facts["url"]
    matching.mark_not_goods(items=made[:1], **ACT)
    assert Duty.objects.get().closed_at is None
    matching.create_articles(items=made[1:], **ACT)
    assert Duty.objects.get().state == "done"


def test_history_that_is_taken_up_makes_its_items_a_duty(shop: Store) -> None:
    made = items(shop, "A", needed=())
    assert catalogue.mark_needed(item_ids=[made[0].pk], now=NOW) == 1
    assert catalogue.mark_needed(item_ids=[made[0].pk], now=NOW) == 0
    assert list(ToMatch().candidates(NOW)) == [shop]


# --- sets ----------------------------------------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_items(shop: Store) -> None:
    def count(start: int, size: int) -> tuple[int, int, int]:
        codes = [f"N{start + n}" for n in range(size)]
        with CaptureQueriesContext(connection) as ensured:
            made = items(shop, *codes)
        for code in codes[: size // 2]:
            make_sku(code)
        with CaptureQueriesContext(connection) as same:
            matching.match_same_codes(store=shop, item_ids=[i.pk for i in made], **ACT)
        with CaptureQueriesContext(connection) as articles:
            matching.create_articles(items=made, **ACT)
        return len(ensured), len(same), len(articles)

    assert count(0, 4) == count(100, 80)


def test_titles_follow_the_better_of_two_whatever_comes_first(shop: Store) -> None:
    for titles in (["Cup", "Red cup", "?"], ["?", "Red cup", "Cup"]):
        ChannelItem.objects.all().delete()
        for title in titles:
            catalogue.ensure_items(store=shop, lines=[a_line("A", title=title)], now=NOW)
        assert ChannelItem.objects.get().title == "Red cup"


def test_unknown_assessment_is_left_to_orders(shop: Store) -> None:
    assert intake.assess_many(order_ids=[], **ACT).ready == ()
