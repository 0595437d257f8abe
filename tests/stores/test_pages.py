"""Pages and REST of the doors, and the promises that any database can prove."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import Store
from core.invariants import INVARIANTS, check_all
from stores import selectors
from stores.choices import CallState, InboundState
from stores.connectors.sandbox.control import Control
from stores.models import Connection, Deadline, InboundRecord, MailLane, OutboundCall
from stores.services import deadlines, inbound, outbox, seeding
from tests.factories.accounts import make_person, make_store
from tests.factories.stores import NOW, make_call, shop_order
from worklist.models import Duty

Door = tuple[Store, Control]


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    client.force_login(make_person("manager"))
    return client


def test_connecting_pausing_and_disconnecting_by_page(boss: Client, db: None) -> None:
    store = make_store("box")
    url = "/stores/connections/box/"
    assert "Not connected" in boss.get("/stores/connections/").content.decode()
    assert boss.post(url, {"do": "sandbox"}).status_code == 302
    held = Connection._base_manager.get(store=store)
    assert held.secrets and "token" not in held.secrets, "encrypted at rest"
    page = boss.get(url).content.decode()
    assert "Works" in page and selectors.account(store).secrets["token"] not in page
    boss.post(url, {"do": "pause", "lane": "channel", "reason": "holiday"})
    assert "holiday" in boss.get(url).content.decode()
    boss.post(url, {"do": "pause", "lane": "mail", "reason": "spam"})
    assert MailLane._base_manager.get(store=store).paused_reason == "spam"
    for lane in ("channel", "mail"):
        boss.post(url, {"do": "resume", "lane": lane})
    assert Duty._base_manager.get(rule="stores.paused").state == "done"
    boss.post(url, {"do": "disconnect"})
    held.refresh_from_db()
    assert held.secrets == ""


def test_kinds_without_a_connector_say_that_they_work_by_hand(boss: Client) -> None:
    for kind in ("spreadsheet", "aliexpress", "shopify", "woocommerce"):
        make_store(f"s-{kind}", kind=kind)
        page = boss.get(f"/stores/connections/s-{kind}/").content.decode()
        assert "no connector yet" in page and "Connect to the pretend shop" not in page
        refused = boss.post(f"/stores/connections/s-{kind}/", {"token": "x" * 20, "base_url": ""})
        assert refused.status_code == 422


def test_connecting_over_rest(boss: Client) -> None:
    store = make_store("box")
    url = f"/api/v1/stores/{store.pk}/"

    def act(name: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": uuid4().hex}
        return boss.post(f"{url}{name}/", json.dumps(body), content_type="application/json", headers=headers)

    assert act("connect").status_code == 200
    assert boss.get(url).json()["connection"] == {"connected": True, "paused_reason": "", "last_pull_at": None}
    assert act("pause", reason="holiday").status_code == 200
    assert boss.get(url).json()["connection"]["paused_reason"] == "holiday"
    assert act("resume").status_code == 200
    assert act("disconnect").status_code == 200
    assert boss.get(url).json()["connection"]["connected"] is False


def test_only_those_who_may_see_the_doors(db: None) -> None:
    make_store("box")
    for role in ("service", "warehouse", "purchaser"):
        client = Client()
        client.force_login(make_person(role))
        for url in (
            "/stores/connections/",
            "/stores/connections/box/",
            "/stores/calls/",
            "/stores/inbound/",
            "/stores/deadlines/",
        ):
            assert client.get(url).status_code == 403, (role, url)


def test_a_dead_letter_is_seen_and_tried_again(boss: Client, door: Door) -> None:
    store, _control = door
    with scopes_disabled():
        call = make_call(
            store,
            state=CallState.FAILED,
            error="refused (unknown_order)",
            payload={"order_id": "801", "tracking_number": "R1"},
        )
    assert "unknown_order" in boss.get("/stores/calls/").content.decode()
    assert "unknown_order" in boss.get(f"/stores/calls/{call.pk}/").content.decode()
    headers = {"Idempotency-Key": uuid4().hex}
    answer = boss.post(
        f"/api/v1/settings/outgoing-calls/{call.pk}/retry/", "{}", content_type="application/json", headers=headers
    )
    assert answer.status_code == 200, answer.content
    call.refresh_from_db()
    assert call.state == CallState.QUEUED


def test_an_unreadable_record_is_read_again_after_a_mend(
    boss: Client, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, control = door
    control.put_orders([shop_order("801", status="unheard of")], NOW)
    with scopes_disabled():
        inbound.fetch(store=store, kind="orders", now=NOW)
        record = InboundRecord.objects.get(remote_id="801")
        assert record.state == InboundState.FAILED and "unheard of" in record.error
        assert Duty.objects.get(rule="stores.unreadable").state == "open"
    assert "unheard of" in boss.get(f"/stores/inbound/{record.pk}/").content.decode()
    from stores.connectors.sandbox import connector

    monkeypatch.setitem(connector.STATUS, "unheard of", "paid")
    headers = {"Idempotency-Key": uuid4().hex}
    url = f"/api/v1/settings/inbound-records/{record.pk}/retry/"
    assert boss.post(url, "{}", content_type="application/json", headers=headers).status_code == 200
    with scopes_disabled():
        inbound.process(store=store, kind="orders", now=NOW)
    record.refresh_from_db()
    assert record.state == InboundState.DONE


def test_clocks_are_dated_and_belong_to_channels(db: None) -> None:
    assert seeding.load_reference(now=NOW) > 60
    assert seeding.load_reference(now=NOW) == 0
    ali, own = make_store(kind="aliexpress"), make_store(kind="shopify")
    found = selectors.deadline(ali, "AE_MESSAGE_REPLY", NOW)
    assert found is not None and (found.value, found.unit) == ("24", "hours")
    assert selectors.deadline(own, "AE_MESSAGE_REPLY", NOW) is None
    assert selectors.deadline(own, "INDEP_FIRST_REPLY", NOW) is not None
    assert selectors.deadline(ali, "SHOP_PAY_CUTOFF", NOW) is not None
    assert selectors.deadline(ali, "NO_SUCH", NOW) is None
    actor = make_person("manager").actor
    later = NOW.date() + timedelta(days=10)
    deadlines.set_deadline(
        deadline=found, value="12", unit="hours", valid_from=later, warn_before=Decimal(2), actor=actor, now=NOW
    )
    assert selectors.deadline(ali, "AE_MESSAGE_REPLY", NOW).value == "24"
    assert selectors.deadline(ali, "AE_MESSAGE_REPLY", later).value == "12"
    assert seeding.load_reference(now=NOW) == 0, "what staff set stays"


@pytest.mark.parametrize(
    ("value", "unit", "field"),
    [
        ("-1", "days", "value"),
        ("x", "hours", "value"),
        ("Infinity", "hours", "value"),
        ("1e9", "days", "value"),
        ("25:00", "time", "value"),
        ("5", "weeks", "unit"),
        ("1", "months", "unit"),
        ("2", "times", "unit"),
        ("2026-12-01", "date", "unit"),
        ("1.5", "days", "value"),
        ("NaN", "days", "value"),
        ("Infinity", "days", "value"),
    ],
)
def test_clocks_refuse_nonsense(boss: Client, value: str, unit: str, field: str) -> None:
    seeding.load_reference(now=NOW)
    row = Deadline.objects.get(rule_code="AE_MESSAGE_REPLY")
    form = {"value": value, "unit": unit, "valid_from": "2027-01-01"}
    answer = boss.post(f"/stores/deadlines/{row.pk}/", form)
    assert answer.status_code == 422
    assert Deadline.objects.filter(rule_code="AE_MESSAGE_REPLY").count() == 1


def broken(title: str) -> int:
    with scopes_disabled():
        return next(v.count for v in check_all(timezone.now()) if v.invariant.title == title)


def test_broken_promises_are_found(door: Door) -> None:
    store, _control = door
    now = timezone.now()
    with scopes_disabled():
        before = now - timedelta(days=1)
        plant = {
            "what was sent has a receipt with the channel's id": {"state": CallState.SENT, "sent_at": now, "created_at": before},
            "no effect left before its time": {
                "state": CallState.SENT, "sent_at": now, "created_at": now + timedelta(days=1), "receipt": {"remote_id": "1"},
            },
            "no due call waits for more than a quarter of an hour while its channel is open": {"due_at": now - timedelta(hours=1)},
            "no worker that died keeps a call": {"state": CallState.LEASED, "lease_until": now - timedelta(hours=1)},
            "a call that was given up is a duty of a person": {"state": CallState.FAILED},
        }  # fmt: skip
        titles = {item.title for item in INVARIANTS}
        for title, facts in plant.items():
            assert title in titles
            assert broken(title) == 0, title
            call = make_call(store, **facts)
            assert broken(title) == 1, title
            OutboundCall.objects.filter(pk=call.pk).delete()
        call = make_call(store, due_at=now - timedelta(hours=1))
        outbox.pause(store=store, lane=outbox.CHANNEL, reason="holiday", actor=make_person("manager").actor, now=now)
        assert broken("no due call waits for more than a quarter of an hour while its channel is open") == 0
        InboundRecord.objects.create(
            store=store, kind="orders", remote_id="1", digest="1", payload={}, received_at=now - timedelta(hours=1)
        )
        assert broken("every record of a channel is read, or a person is told") == 1
