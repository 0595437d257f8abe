"""Remote orders come in: once, exactly, never backwards."""

from __future__ import annotations

import itertools
import random
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Store
from core.audit import SYSTEM
from core.models import ActivityEntry, PolicyValue
from core.policies import forget
from customers.models import Buyer
from customers.services import blacklist, erase_buyer
from inventory.models import Balance, Reservation
from orders.models import Order, OrderAddress, OrderLine
from orders.rules import importing as rules
from orders.services import intake
from orders.services.importing import import_remote
from products.models import ChannelItem, Sku
from products.services import matching
from stores.contracts import RemoteAddress, RemoteOrder, RemoteShipment
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.remote import NOW, a_line, a_store, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everywhere() -> Any:
    with scopes_disabled():
        yield


@pytest.fixture
def shop() -> Store:
    make_warehouse()
    return a_store()


def bring(shop: Store, *remotes: RemoteOrder, **more: Any) -> Any:
    return import_remote(store=shop, remotes=remotes, actor=SYSTEM, now=more.pop("now", NOW), **more)


def picture() -> list[Any]:
    """Everything an import decides, without ids and the moments of our own work."""
    orders = Order._base_manager.order_by("external_id")
    columns = ("external_id", "number", "state", "stage", "history", "buyer__key", "buyer_name", "country", "currency", "goods_total",
               "shipping_fee", "discount", "total", "pieces", "shipping_method", "note", "placed_at", "paid_at", "shipped_at",
               "delivered_at", "completed_at", "cancelled_at", "channel_status", "channel_updated_at", "search", "hold_reason")  # fmt: skip
    lines = OrderLine._base_manager.order_by("order__external_id", "position")
    line_columns = ("order__external_id", "position", "external_id", "item__channel_sku", "title", "attributes", "quantity",
                    "unit_price", "discount", "total", "buyer_note")  # fmt: skip
    addresses = OrderAddress._base_manager.order_by("order__external_id")
    return [
        list(orders.values_list(*columns)), list(lines.values_list(*line_columns)),
        list(addresses.values_list("order__external_id", "recipient", "phone", "line1", "city", "postcode", "country")),
        list(Buyer._base_manager.order_by("key").values_list("key", "login", "name", "email", "phone", "country", "language")),
        list(ChannelItem._base_manager.order_by("channel_sku").values_list("channel_sku", "title", "attributes")),
        list(Reservation._base_manager.filter(state="open").order_by("order_ref", "sku_id").values_list("sku_id", "wanted", "held")),
        list(Balance._base_manager.order_by("sku_id").values_list("sku_id", "on_hand", "reserved")),
    ]  # fmt: skip


def rows_everywhere() -> dict[str, int]:
    """Rows of every table but the machinery's own, history included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [row[0] for row in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM "{name}" t')
            counts[name] = cursor.fetchone()
    return counts


# --- what comes in -------------------------------------------------------------------------------------------------


def test_an_order_comes_in_with_everything_it_says(shop: Store) -> None:
    remote = an_order(
        note="red please", discount=Decimal("0.25"), shipments=(RemoteShipment("LP1", "CAINIAO", NOW),),
        lines=(a_line("A-1", 3, "1.3333", discount=Decimal("0.5"), attributes="Color: red"), a_line("B-2", 1, "0.0001")),
    )  # fmt: skip
    result = bring(shop, remote)
    assert (result.created, result.updated, result.unchanged, result.rejected) == (1, 0, 0, [])
    order = Order.objects.get(pk=result.created_ids[0])
    assert (order.goods_total, order.total, order.pieces) == (Decimal("3.5"), Decimal("6.25"), 4)
    assert (order.buyer.login, order.buyer.language, order.address.city) == ("buyer8001", "pt", "São Paulo")
    assert [line.total for line in order.lines.order_by("position")] == [Decimal("3.4999"), Decimal("0.0001")]
    assert order.channel_facts["shipments"][0]["number"] == "LP1"
    assert order.state == "ready" and order.stage == "to_match" and not order.history
    verbs = (
        ActivityEntry.objects.filter(subject_id=order.pk, subject_type="orders.order")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["order.import", "order.make_ready"]


@pytest.mark.parametrize(
    ("status", "state"),
    [("unpaid", "unpaid"), ("paid", "ready"), ("shipped", "shipped"), ("delivered", "delivered"), ("completed", "completed"),
     ("cancelled", "cancelled"), ("UNHEARD_OF", "ready")],
)  # fmt: skip
def test_status_becomes_state_and_unknown_ones_are_kept(shop: Store, status: str, state: str) -> None:
    bring(shop, an_order(status=status, channel_status=status))
    order = Order.objects.get()
    assert (order.state, order.channel_status) == (state, status)


def test_a_total_the_channel_gives_wins_and_prices_are_not_made_up(shop: Store) -> None:
    bring(
        shop,
        an_order(
            lines=(a_line("A", 2, None),), goods_total=Decimal("10"), total=Decimal("11.5"), shipping_fee=Decimal("2.5")
        ),
    )
    order = Order.objects.get()
    assert (order.goods_total, order.total, order.lines.get().unit_price, order.lines.get().total) == (
        10,
        Decimal("11.5"),
        None,
        None,
    )


def test_old_orders_are_history_by_the_policy_of_the_day(shop: Store) -> None:
    old, young = an_order("1", placed_at=NOW - timedelta(days=15)), an_order("2", placed_at=NOW - timedelta(days=13))
    bring(shop, old, young)
    assert dict(Order.objects.values_list("number", "history")) == {"1": True, "2": False}
    assert Order.objects.get(number="1").stage == "history"
    assert not Reservation.objects.filter(order_ref=Order.objects.get(number="1").pk).exists()
    assert list(ChannelItem.objects.values_list("needed_at", flat=True)) == [NOW, NOW]
    PolicyValue.objects.create(
        key="orders.fresh_days", store_ref=shop.pk, valid_from=NOW.date(), value=30, created_at=NOW
    )
    forget()
    bring(shop, an_order("3", placed_at=NOW - timedelta(days=20)))
    assert Order.objects.get(number="3").history is False
    forget()


def test_items_only_seen_in_history_are_no_duty(shop: Store) -> None:
    bring(shop, an_order(placed_at=NOW - timedelta(days=40)))
    assert list(ChannelItem.objects.values_list("needed_at", flat=True)) == [None, None]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"currency": "XXQ"}, "currency", "unknown_currency"),
    ({"country": "ZZ"}, "country", "unknown_country"),
    ({"lines": ()}, "sku", "no_lines"),
    ({"lines": (a_line("A", 0),)}, "quantity", "bad_quantity"),
    ({"lines": (a_line("A", 1, "-1"),)}, "unit_price", "negative"),
    ({"lines": (a_line("A", 1, "1.00001"),)}, "unit_price", "too_fine"),
    ({"lines": (a_line("A", 1, "NaN"),)}, "unit_price", "bad_number"),
    ({"lines": (a_line("A", 1, "99999999999"),)}, "unit_price", "too_large"),
    ({"lines": (a_line("A", 1, None),)}, "unit_price", "no_amount"),
    ({"lines": (a_line("", 1, "1", title=""),)}, "sku", "missing"),
    ({"discount": Decimal("100")}, "total", "negative"),
    ({"placed_at": NOW.replace(tzinfo=None)}, "placed_at", "naive_time"),
    ({"placed_at": NOW + timedelta(days=9)}, "placed_at", "time_out_of_range"),
    ({"note": "x" * 10_001}, "note", "too_long"),
    ({"buyer_name": "a\x00b"}, "buyer_name", "bad_character"),
    ({"buyer_name": "a\ud800b"}, "buyer_name", "bad_character"),
    ({"external_id": "", "number": ""}, "order_no", "missing"),
]


@pytest.mark.parametrize(("facts", "field", "code"), BAD)
def test_one_bad_order_is_rejected_with_row_field_and_reason(
    shop: Store, facts: dict[str, Any], field: str, code: str
) -> None:
    bad = replace(an_order("1"), source_row=7, **facts)
    result = bring(shop, bad, an_order("2"))
    assert result.created == 1 and [(r.row, r.field, r.code) for r in result.rejected] == [(7, field, code)]
    assert result.rejected[0].message and "%(" not in result.rejected[0].message
    assert list(Order.objects.values_list("number", flat=True)) == ["2"]


# --- twice is once -------------------------------------------------------------------------------------------------


def test_the_same_again_changes_no_row_anywhere(shop: Store) -> None:
    batch = [an_order(str(n), note="blue" if n % 3 else "", updated_at=NOW if n % 2 else None) for n in range(40)]
    bring(shop, *batch)
    before = rows_everywhere()
    result = bring(shop, *batch, now=NOW + timedelta(hours=5))
    assert (result.created, result.updated, result.unchanged) == (0, 0, 40)
    assert rows_everywhere() == before


def test_newer_versions_win_and_older_ones_never_do(shop: Store) -> None:
    v1 = an_order(updated_at=NOW - timedelta(hours=3), note="first", status="unpaid", paid_at=None)
    v2 = an_order(updated_at=NOW - timedelta(hours=2), note="second", status="paid")
    bring(shop, v2)
    result = bring(shop, v1)
    assert (result.unchanged, Order.objects.get().note, Order.objects.get().state) == (1, "second", "ready")
    assert bring(shop, replace(v2, updated_at=NOW - timedelta(hours=1), note="third")).updated == 1
    assert Order.objects.get().note == "third"


def test_without_a_date_of_change_states_only_advance(shop: Store) -> None:
    paid, shipped = an_order(), an_order(status="shipped", shipped_at=NOW)
    bring(shop, shipped)
    assert bring(shop, paid).unchanged == 1
    assert Order.objects.get().state == "shipped"


def test_a_corrected_file_replaces_and_the_old_one_does_not_come_back(shop: Store) -> None:
    wrong, right = an_order(), an_order(address=RemoteAddress("Ana Lima", "1", "Rua B 2", "", "Rio", "RJ", "20000"))
    bring(shop, wrong)
    assert bring(shop, right).updated == 1
    assert bring(shop, wrong).unchanged == 1
    assert OrderAddress.objects.get().city == "Rio"


def test_states_walk_every_step_and_stamps_say_when_it_happened(shop: Store) -> None:
    bring(shop, an_order(status="unpaid", paid_at=None))
    done = NOW - timedelta(hours=1)
    bring(
        shop,
        an_order(
            status="completed", paid_at=NOW - timedelta(hours=9), shipped_at=NOW - timedelta(hours=5), completed_at=done
        ),
    )
    order = Order.objects.get()
    assert (order.state, order.paid_at, order.shipped_at, order.delivered_at, order.completed_at) == (
        "completed", NOW - timedelta(hours=9), NOW - timedelta(hours=5), None, done,
    )  # fmt: skip
    verbs = (
        ActivityEntry.objects.filter(subject_id=order.pk, verb__startswith="order.")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["order.import", "order.pay", "order.ship", "order.complete", "order.update"]


def test_payment_that_arrives_makes_the_order_ready_and_reserves(shop: Store) -> None:
    bring(shop, an_order(status="unpaid", paid_at=None, lines=(a_line("A", 2),)))
    make_sku("A", on_hand=5)
    matching.match_same_codes(store=shop, actor=SYSTEM, now=NOW)
    bring(shop, an_order(status="paid", lines=(a_line("A", 2),)))
    assert Order.objects.get().state == "ready"
    assert Reservation.objects.get().held == 2


def test_a_cancelled_order_lets_its_stock_go(shop: Store) -> None:
    make_sku("A", on_hand=5)
    bring(shop, an_order(lines=(a_line("A", 2),)))
    matching.match_same_codes(store=shop, actor=SYSTEM, now=NOW)
    intake.assess_many(order_ids=[Order.objects.get().pk], actor=SYSTEM, now=NOW)
    assert Balance.objects.get().reserved == 2
    bring(shop, an_order(lines=(a_line("A", 2),), status="cancelled"))
    assert (Order.objects.get().state, Balance.objects.get().reserved) == ("cancelled", 0)


def test_lines_keep_their_ids_while_the_channel_names_them(shop: Store) -> None:
    bring(shop, an_order(lines=(a_line("A", 1), a_line("B", 1), a_line("A", 2))))
    ids = {(x.item.channel_sku, x.quantity): x.pk for x in OrderLine.objects.select_related("item")}
    bring(shop, an_order(updated_at=NOW, lines=(a_line("C", 1), a_line("A", 3), a_line("B", 1))))
    now = {(x.item.channel_sku, x.quantity): x.pk for x in OrderLine.objects.select_related("item")}
    assert now[("A", 3)] == ids[("A", 1)] and now[("B", 1)] == ids[("B", 1)] and len(now) == 3
    assert list(OrderLine.objects.order_by("position").values_list("position", "item__channel_sku")) == [
        (1, "C"),
        (2, "A"),
        (3, "B"),
    ]
    assert Order.objects.get().pieces == 5


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize("stage", ["to_number", "to_print", "to_hand_over", "short"])
def test_news_after_release_stop_the_parcel(shop: Store, stage: str) -> None:
    bring(shop, an_order())
    Order.objects.update(stage=stage)
    bring(shop, an_order(updated_at=NOW, address=RemoteAddress("Ana Lima", "1", "Rua B 2", "", "Rio", "RJ", "20000")))
    assert Order.objects.get().intercept == "address"
    Order.objects.update(stage=stage, intercept="")
    bring(shop, an_order(updated_at=NOW + timedelta(minutes=1), cancel_requested=True))
    assert Order.objects.get().intercept == "cancel_request"


def test_a_change_of_address_before_release_stops_nothing(shop: Store) -> None:
    bring(shop, an_order())
    bring(shop, an_order(updated_at=NOW, address=RemoteAddress("Ana Lima", "1", "Rua B 2", "", "Rio", "RJ", "20000")))
    assert (Order.objects.get().intercept, OrderAddress.objects.get().city) == ("", "Rio")


def test_dry_run_writes_nothing_and_says_what_would_come(shop: Store) -> None:
    bring(shop, an_order("1"))
    before = rows_everywhere()
    result = bring(shop, an_order("1", status="shipped"), an_order("2"), an_order("3", country="ZZ"), dry_run=True)
    assert (result.created, result.updated, len(result.rejected)) == (1, 1, 1)
    assert rows_everywhere() == before


def test_an_order_named_twice_in_one_batch_ends_as_the_newer(shop: Store) -> None:
    newer = an_order(updated_at=NOW, note="new")
    result = bring(shop, newer, an_order(updated_at=NOW - timedelta(hours=1), note="old"))
    assert (result.created, result.unchanged, Order.objects.get().note) == (1, 1, "new")


def test_the_same_number_in_two_stores_is_two_orders(shop: Store) -> None:
    other = a_store("other")
    bring(shop, an_order())
    assert bring(other, an_order()).created == 1
    assert Order.objects.count() == 2


@pytest.mark.covers("ORD-22")
def test_import_never_makes_articles(shop: Store) -> None:
    bring(shop, an_order())
    assert Sku.objects.count() == 0
    assert [(i.matched, i.not_goods) for i in ChannelItem.objects.all()] == [(False, False)] * 2


def test_black_sheep_and_risks_are_held(shop: Store) -> None:
    bring(shop, an_order("1"))
    blacklist(buyer=Buyer.objects.get(), reason="never paid", actor=SYSTEM, now=NOW)
    bring(shop, an_order("2", buyer_login="buyer1"), an_order("3", risk=True), an_order("4", cancel_requested=True))
    held = dict(Order.objects.filter(state="held").values_list("number", "hold_reason"))
    assert held == {"2": "blacklist", "3": "payment_risk", "4": "cancel_request"}


def test_an_erased_buyer_does_not_come_back(shop: Store) -> None:
    bring(shop, an_order("1"))
    buyer = Buyer.objects.get()
    erase_buyer(buyer=buyer, actor=SYSTEM, now=NOW)
    bring(shop, an_order("2", buyer_login="buyer1", buyer_email="buyer1@example.com", note="call me", updated_at=NOW))
    assert Buyer.objects.count() == 1
    order = Order.objects.get(number="2")
    told = [
        order.buyer_name,
        order.note,
        order.search,
        order.address.recipient,
        order.address.line1,
        order.buyer.email,
        order.buyer.name,
    ]
    assert order.buyer_id == buyer.pk and not any("Ana" in text or "Rua" in text or "@" in text for text in told)


# --- in any order --------------------------------------------------------------------------------------------------


def tellings() -> list[RemoteOrder]:
    """Three orders as a channel tells them over time: paid, changed, sent, delivered, cancelled."""
    hour = timedelta(hours=1)
    made = []
    for number, end in (("1", "completed"), ("2", "cancelled"), ("3", "delivered")):
        for step, status in enumerate(("unpaid", "paid", "shipped", end)):
            made.append(an_order(
                number, status=status, updated_at=NOW - 20 * hour + step * hour, placed_at=NOW - 30 * hour, note=f"note {step // 2}",
                buyer_login="ana", buyer_name=f"Ana {step}" if step else "", buyer_email="" if step == 2 else f"ana{step}@example.com",
                paid_at=NOW - 19 * hour if step else None, shipped_at=NOW - 18 * hour if step > 1 else None,
                completed_at=NOW - 17 * hour if status == "completed" else None,
                lines=(a_line("A-1", 1 + step % 2, title="x" * (step + 1)), a_line("B-2", 1)) if step != 1 else (a_line("B-2", 2),),
                address=RemoteAddress(f"Ana {step}", "1", f"Rua {step}", "", "Rio", "RJ", "2"),
            ))  # fmt: skip
    return made


def test_any_order_of_tellings_ends_the_same(shop: Store) -> None:
    make_sku("B-2", on_hand=50)
    events = tellings()
    pictures: set[str] = set()
    for seed in range(14):
        Order._base_manager.all().delete()
        Buyer._base_manager.all().delete()
        ChannelItem._base_manager.all().delete()
        Reservation._base_manager.all().delete()
        Balance._base_manager.update(reserved=0)
        dice = random.Random(seed)
        sequence = [*events, *dice.sample(events, 8)]
        dice.shuffle(sequence)
        while sequence:
            size = dice.randint(1, 5)
            piece, sequence = sequence[:size], sequence[size:]
            bring(shop, *piece)
        pictures.add(str(picture()))
    assert len(pictures) == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=6))
def test_rules_give_one_end_for_every_order(order: list[int], again: list[int]) -> None:
    """The pure part, much more often: winner, state and stamps of each order are the same whatever comes first."""
    events = tellings()
    ends: dict[str, Any] = {}
    for remote in [events[i] for i in [*order, *again]]:
        version = rules.version_of(remote)
        held = ends.get(remote.number)
        if held is None:
            ends[remote.number] = (version, rules.STATE_OF[remote.status], remote.shipped_at)
            continue
        wins = rules.content_wins(version, held[0], ())
        rank = max(rules.STATE_RANK[held[1]], rules.RANK[remote.status])
        state = next(s for s, r in rules.STATE_RANK.items() if r == rank)
        ends[remote.number] = (version if wins else held[0], state, rules.earliest(held[2], remote.shipped_at))
    best = {n: max(rules.version_of(e) for e in events if e.number == n) for n in ("1", "2", "3")}
    assert {n: (end[0], end[1]) for n, end in ends.items()} == {
        "1": (best["1"], "completed"), "2": (best["2"], "cancelled"), "3": (best["3"], "delivered"),
    }  # fmt: skip


@pytest.mark.parametrize(("state", "told"), list(itertools.product(rules.STATE_RANK, rules.RANK)))
def test_steps_lead_up_and_only_up(state: str, told: str) -> None:
    order_of = {
        "pay": "new",
        "ship": "shipped",
        "deliver": "delivered",
        "complete": "completed",
        "channel_cancel": "cancelled",
    }
    steps = rules.steps(state, told)
    end = order_of[steps[-1]] if steps else state
    assert rules.STATE_RANK[end] == max(rules.STATE_RANK[state], rules.RANK[told])


@pytest.mark.django_db(transaction=True)
def test_imports_at_once_do_no_harm() -> None:
    """Eight at once, each with the same orders in another order: every order once, nobody waits for ever."""
    make_warehouse()
    shop = a_store()
    batch = [
        an_order(str(n), buyer_login=f"b{n % 7}", lines=(a_line(f"S{n % 11}"), a_line(f"S{(n + 3) % 11}")))
        for n in range(60)
    ]
    results: list[Any] = []

    def work(seed: int) -> None:
        mine = list(batch)
        random.Random(seed).shuffle(mine)
        try:
            with scopes_disabled():
                for start in range(0, 60, 20):
                    results.append(import_remote(store=shop, remotes=mine[start : start + 20], actor=SYSTEM, now=NOW))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert sum(r.created for r in results) == 60 == Order.objects.count()
    assert (Buyer.objects.count(), ChannelItem.objects.count()) == (7, 11)
    assert ActivityEntry.objects.filter(verb="order.import").count() == 60


def test_statements_do_not_grow_with_the_orders(shop: Store) -> None:
    def count(start: int, size: int, **facts: Any) -> int:
        batch = [
            an_order(str(n), lines=tuple(a_line(f"S{n}-{i}") for i in range(3)), **facts)
            for n in range(start, start + size)
        ]
        with CaptureQueriesContext(connection) as found:
            bring(shop, *batch)
        return len(found)

    count(900, 2)  # what is remembered for a while (house rules, countries) is asked once
    assert count(0, 3) == count(100, 60)
    newer = {"updated_at": NOW, "note": "other", "status": "shipped", "shipped_at": NOW}
    assert count(0, 3, **newer) == count(100, 60, **newer)
    assert count(0, 3, **newer) == count(100, 60, **newer) <= 4
