"""What every connector must do, whatever its channel: run over all of them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stores.choices import Ability
from stores.connectors import CONNECTORS, MAIL, connector_class, load
from stores.connectors.base import INCOMING, OUTGOING, Account, Connector, Effect, RawPage
from stores.connectors.errors import Ambiguous, ConnectorError, Misconfigured, Permanent, Temporary
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.server import Server
from stores.contracts import Receipt, RemoteCase, RemoteEvent, RemoteFeedback, RemoteMessage, RemoteOrder
from tests.factories.stores import shop_order

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CONTRACTS = {
    Ability.ORDERS: RemoteOrder, Ability.MESSAGES_IN: RemoteMessage, Ability.TRACKING: RemoteEvent, Ability.FEEDBACK: RemoteFeedback,
    Ability.CASES: RemoteCase,
}  # fmt: skip
ALL = sorted({*CONNECTORS.values(), MAIL})
_count = itertools.count(1)


@pytest.fixture
def shop(shop_server: Server) -> tuple[Connector, Control]:
    """A sandbox connector and the other side of its shop."""
    code = f"conf-{next(_count)}"
    account = Account(code, "Shop", shop_server.url, {"token": f"token-{code}-0123456789"}, "Asia/Shanghai", "USD")
    connector = connector_class("sandbox")(account)
    connector.check(NOW)
    return connector, Control(shop_server.url, code)


def effect(ability: str, key: str = "k1", **payload: Any) -> Effect:
    return Effect(str(ability), key, payload, 1, NOW)


EFFECTS = {
    Ability.SEND_MESSAGE: {"buyer": "b801", "order": "801", "subject": "Hi", "text": "Hello"},
    Ability.DECLARE_SHIPMENT: {
        "order_id": "801",
        "tracking_number": "RB123456785CN",
        "service": "CP_REG",
        "shipped_at": NOW.isoformat(),
    },
    Ability.EXTEND_DELIVERY: {"order_id": "802", "after": (NOW + timedelta(days=90)).isoformat()},
    Ability.ANSWER_CANCEL: {"order_id": "803", "accept": True},
    Ability.WAYBILL: {"reference": "DN-1", "service": "CP_REG", "country": "BR"},
    Ability.ANSWER_CASE: {"case": "D801", "kind": "part_refund", "amount": "2.50", "text": "We are sorry.", "turn": 1},
    Ability.REPLY_FEEDBACK: {"feedback": "F801", "text": "Thank you."},
}


def prepare(control: Control) -> None:
    control.put_orders(
        [
            shop_order("801"),
            shop_order("802", status="shipped", receive_until=(NOW + timedelta(days=60)).isoformat()),
            shop_order("803", cancel_requested=True),
        ],
        NOW,
    )
    control.put_messages([{"buyer": "b801", "text": "Where is it?", "at": NOW.isoformat(), "order_id": "801"}], NOW)
    control.put_cases(
        [{"id": "D801", "order_id": "801", "kind": "not_received", "reason": "Where?", "amount": "9.00"}], NOW
    )
    control.put_feedback([{"id": "F801", "order_id": "801", "stars": 5, "text": "Good", "at": NOW.isoformat()}], NOW)
    control.put_events(
        {"RB1CN": [{"at": NOW.isoformat(), "stage": "picked_up", "description": "Accepted", "location": "Guangzhou"}]},
        NOW,
    )


@pytest.mark.parametrize("dotted", ALL)
def test_a_connector_says_what_it_can_and_refuses_the_rest(dotted: str) -> None:
    kind = load(dotted)
    connector = kind(Account("s", "Shop"))
    assert kind.kind
    assert kind.abilities <= frozenset(Ability.values)
    assert kind.read_once <= kind.abilities
    for ability in OUTGOING - kind.abilities:
        with pytest.raises(Permanent) as refusal:
            connector.send(effect(ability))
        assert refusal.value.code == "no_ability"
    for ability in OUTGOING & kind.abilities:
        assert callable(getattr(connector, ability))


def test_kinds_without_a_connector_work_by_hand() -> None:
    for kind in ("spreadsheet", "aliexpress", "shopify", "woocommerce", "something new"):
        assert connector_class(kind).abilities == frozenset()


@pytest.mark.parametrize("ability", sorted(EFFECTS))
def test_an_effect_has_a_receipt_and_can_be_found_again(shop: tuple[Connector, Control], ability: str) -> None:
    connector, control = shop
    prepare(control)
    wanted = effect(ability, f"k-{ability}", **EFFECTS[Ability(ability)])
    assert connector.find_effect(wanted) is None, "nothing has happened yet"
    done = connector.send(wanted)
    assert isinstance(done, Receipt) and done.remote_id
    found = connector.find_effect(wanted)
    assert found is not None and found.remote_id
    other = effect(ability, "another", **EFFECTS[Ability(ability)])
    if ability == Ability.SEND_MESSAGE:
        assert connector.find_effect(other) is None, "another key is another text"


@pytest.mark.parametrize("ability", sorted(EFFECTS))
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", Temporary), ("inside", Temporary), ("401", Misconfigured), ("redirect", Misconfigured), ("500", Ambiguous),
        ("500_done", Ambiguous), ("reset", Ambiguous), ("half", Ambiguous), ("garbage", Ambiguous), ("empty", Ambiguous),
        ("huge", Ambiguous),
    ],
)  # fmt: skip
def test_faults_have_the_right_kind(
    shop: tuple[Connector, Control], ability: str, fault: str, kind: type[ConnectorError]
) -> None:
    connector, control = shop
    prepare(control)
    own = {"send_message": "messages", "waybill": "waybills", "answer_case": "cases", "reply_feedback": "feedback"}
    path = f"/api/{own.get(ability, 'orders/80')}"
    skip = 1 if ability == Ability.EXTEND_DELIVERY else 0  # it reads the present value first
    control.fault(fault, path=path, skip=skip, retry_after=7)
    with pytest.raises(kind) as error:
        connector.send(effect(ability, **EFFECTS[Ability(ability)]))
    if fault == "429":
        assert isinstance(error.value, Temporary) and error.value.retry_after == 7


@pytest.mark.parametrize("ability", [*INCOMING, Ability.TRACKING])
def test_pages_are_raw_and_read_into_contracts(shop: tuple[Connector, Control], ability: str) -> None:
    connector, control = shop
    prepare(control)
    page = connector.pull(ability, {}, now=NOW, subjects=["RB1CN"])
    assert isinstance(page, RawPage) and page.records
    for record in page.records:
        assert record.remote_id
        read = connector.read(ability, record.payload)
        assert isinstance(read, CONTRACTS[Ability(ability)])


@pytest.mark.parametrize("ability", [*INCOMING, Ability.TRACKING])
@pytest.mark.parametrize("payload", [{}, {"id": 1}, [], None, "x", {"id": "1", "status": "unheard of", "at": "never"}])
def test_what_cannot_be_read_says_so(shop: tuple[Connector, Control], ability: str, payload: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        shop[0].read(ability, payload)


def test_orders_come_in_pages_that_overlap_and_end(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    control.put_orders([shop_order(str(n)) for n in range(1000, 1130)], NOW)
    cursor: dict[str, Any] = {}
    seen: list[str] = []
    for _page in range(5):
        page = connector.pull(Ability.ORDERS, cursor, now=NOW)
        seen += [record.remote_id for record in page.records]
        cursor = page.cursor
        if not page.more:
            break
    assert set(seen) == {str(n) for n in range(1000, 1130)}
    assert len(seen) > len(set(seen)), "the same order comes again"
    assert connector.pull(Ability.ORDERS, cursor, now=NOW).records == ()
    control.put_orders([{"id": "1000", "note": "please red"}], NOW)
    again = connector.pull(Ability.ORDERS, cursor, now=NOW).records
    assert again[-1].remote_id == "1000"
    assert connector.read(Ability.ORDERS, again[-1].payload).note == "please red"


def test_an_order_is_read_whole(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    control.put_orders([shop_order("801", note="red, please", total="12.00", ship_by="2026-11-27T00:00:00+00:00")], NOW)
    order = connector.read(Ability.ORDERS, connector.pull(Ability.ORDERS, {}, now=NOW).records[-1].payload)
    assert (order.external_id, order.status, order.country, order.currency) == ("801", "paid", "BR", "USD")
    assert (order.buyer_key, order.buyer_email, order.address.city) == ("b801", "b801@example.org", "São Paulo")
    assert (
        str(order.lines[0].unit_price) == "4.50" and str(order.shipping_fee) == "3.00" and str(order.total) == "12.00"
    )
    assert order.ship_by == datetime(2026, 11, 27, tzinfo=UTC) and order.updated_at is not None
    assert not order.risk and not order.cancel_requested


@pytest.mark.parametrize(
    ("status", "mapped", "risk"),
    [("risk_control", "paid", True), ("awaiting_payment", "unpaid", False), ("finished", "completed", False)],
)
def test_the_shop_s_words_are_mapped(shop: tuple[Connector, Control], status: str, mapped: str, risk: bool) -> None:
    order = shop[0].read(Ability.ORDERS, shop_order("1", status=status))
    assert (order.status, order.risk, order.channel_status) == (mapped, risk, status)


def test_messages_are_shown_once_but_stay_in_the_history(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    prepare(control)
    assert Ability.MESSAGES_IN in connector.read_once
    first = connector.pull(Ability.MESSAGES_IN, {}, now=NOW).records
    assert len(first) == 1
    assert connector.pull(Ability.MESSAGES_IN, {}, now=NOW).records == ()
    assert [r.remote_id for r in connector.history(Ability.MESSAGES_IN, NOW - timedelta(days=2), now=NOW).records] == [
        first[0].remote_id
    ]
    assert connector.history(Ability.MESSAGES_IN, NOW + timedelta(days=1), now=NOW).records == ()


def test_a_receiving_time_is_never_made_shorter_and_long_enough_is_enough(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    prepare(control)
    longer = effect(Ability.EXTEND_DELIVERY, "a", order_id="802", after=(NOW + timedelta(days=90)).isoformat())
    connector.send(longer)
    connector.send(longer)
    shorter = connector.send(
        effect(Ability.EXTEND_DELIVERY, "b", order_id="802", after=(NOW + timedelta(days=70)).isoformat())
    )
    assert datetime.fromisoformat(shorter.facts["receive_until"]) == NOW + timedelta(days=90)
    assert len(control.journal("extend")) == 1
    assert datetime.fromisoformat(control.order("802")["receive_until"]) == NOW + timedelta(days=90)


def test_the_same_number_is_one_shipment_and_another_is_refused(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    prepare(control)
    first = connector.send(effect(Ability.DECLARE_SHIPMENT, **EFFECTS[Ability.DECLARE_SHIPMENT]))
    again = connector.send(effect(Ability.DECLARE_SHIPMENT, **EFFECTS[Ability.DECLARE_SHIPMENT]))
    assert first.remote_id == again.remote_id and len(control.journal("ship")) == 1
    with pytest.raises(Permanent) as refusal:
        connector.send(effect(Ability.DECLARE_SHIPMENT, order_id="801", tracking_number="RB2CN"))
    assert refusal.value.code == "wrong_state"
    for order_id, number, code in (("nope", "X", "unknown_order"), ("801", "", "no_number")):
        with pytest.raises(Permanent) as refusal:
            connector.send(effect(Ability.DECLARE_SHIPMENT, order_id=order_id, tracking_number=number))
        assert refusal.value.code == code


def test_waybill_numbers_are_valid_and_differ(shop: tuple[Connector, Control]) -> None:
    from stores.connectors.sandbox.numbers import check_digit

    connector, _control = shop
    given = [
        connector.send(effect(Ability.WAYBILL, f"w{n}", reference=f"DN-{n}", service="CP_REG", country="BR"))
        for n in range(30)
    ]
    numbers = [receipt.facts["tracking_number"] for receipt in given]
    assert len(set(numbers)) == 30
    for number in numbers:
        assert number[:2] == "RB" and number[-2:] == "CN" and int(number[10]) == check_digit(number[2:10])
    assert check_digit("12345678") == 5


def test_no_key_is_a_setting_not_a_fault(shop_server: Server) -> None:
    connector = connector_class("sandbox")(Account("x", "X", shop_server.url))
    with pytest.raises(Misconfigured):
        connector.send(effect(Ability.SEND_MESSAGE, buyer="b", text="t"))


def test_a_shop_that_is_not_there_is_temporary() -> None:
    connector = connector_class("sandbox")(Account("x", "X", "http://127.0.0.1:9", {"token": "t" * 20}))
    with pytest.raises(Temporary):
        connector.send(effect(Ability.SEND_MESSAGE, buyer="b", text="t"))


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "", "http://169.254.169.254/latest"])
def test_other_machines_are_not_asked_without_encryption(url: str) -> None:
    connector = connector_class("sandbox")(Account("x", "X", url, {"token": "t" * 20}))
    with pytest.raises(Misconfigured):
        connector.check(NOW)


def test_an_answer_that_does_not_come_is_unclear(
    shop: tuple[Connector, Control], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    connector, control = shop
    made = connector._client(NOW)
    quick = dataclasses.replace(made, total_seconds=0.3)
    monkeypatch.setattr(type(connector), "_client", lambda self, now: quick)
    control.fault("hang", seconds=1, path="/api/messages")
    with pytest.raises(Ambiguous):
        connector.send(effect(Ability.SEND_MESSAGE, buyer="b", text="t"))


def test_a_case_has_turns_and_each_is_answered_once(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    prepare(control)
    first = EFFECTS[Ability.ANSWER_CASE]
    connector.send(effect(Ability.ANSWER_CASE, "a1", **first))
    with pytest.raises(Permanent) as refusal:
        connector.send(effect(Ability.ANSWER_CASE, "a2", **first))
    assert refusal.value.code == "not_your_turn"
    control.put_cases([{"id": "D801", "decision": "declined"}], NOW)
    with pytest.raises(Permanent) as old:
        connector.send(effect(Ability.ANSWER_CASE, "a3", **first))
    assert old.value.code == "old_turn"
    connector.send(effect(Ability.ANSWER_CASE, "a4", **{**first, "turn": 2}))
    control.put_cases([{"id": "D801", "decision": "accepted"}], NOW)
    page = connector.pull(str(Ability.CASES), {}, now=NOW)
    case = connector.read(str(Ability.CASES), page.records[-1].payload)
    assert (case.status, case.decision, str(case.refunded), case.turn) == ("agreed", "accepted", "2.50", 2)
    assert [row["turn"] for row in control.journal("case_answer")] == [1, 2]


def test_a_rating_takes_one_reply_and_keeps_it_when_it_is_revised(shop: tuple[Connector, Control]) -> None:
    connector, control = shop
    prepare(control)
    connector.send(effect(Ability.REPLY_FEEDBACK, "r1", **EFFECTS[Ability.REPLY_FEEDBACK]))
    with pytest.raises(Permanent) as refusal:
        connector.send(effect(Ability.REPLY_FEEDBACK, "r2", **EFFECTS[Ability.REPLY_FEEDBACK]))
    assert refusal.value.code == "already_replied"
    control.put_feedback([{"id": "F801", "stars": 2}], NOW)
    page = connector.pull(str(Ability.FEEDBACK), {}, now=NOW)
    told = connector.read(str(Ability.FEEDBACK), page.records[-1].payload)
    assert (told.stars, told.reply, told.version > 0) == (2, "Thank you.", True)
