"""Messages over REST and on pages: the same services, the same refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import User
from conversations import registry, services
from conversations.models import Conversation, Delivery, Message, Template
from core.audit import SYSTEM
from stores.contracts import RemoteMessage
from tests.factories.accounts import make_person, make_store
from tests.factories.conversations import make_message, make_template, make_thread
from tests.factories.orders import make_order
from tests.factories.stores import NOW


@pytest.fixture(autouse=True)
def facts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    known: dict[str, Any] = {"order_no": "8001"}
    monkeypatch.setitem(registry.FACTS, "orders.order", [lambda ids, language: {pk: dict(known) for pk in ids}])
    monkeypatch.setattr(registry, "WANTED", {})
    yield known


@pytest.fixture
def clerk(db: None) -> User:
    return make_person("service", username="clerk")


@pytest.fixture
def client(clerk: User) -> Client:
    made = Client(raise_request_exception=True)
    made.force_login(clerk)
    return made


def post(client: Client, url: str, body: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(url, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_a_program_writes_in_a_thread_once(client: Client) -> None:
    with scopes_disabled():
        thread = make_thread(make_store(kind="spreadsheet"))
    body = {"conversation": str(thread.pk), "body": "On its way.", "subject": "Your order"}
    first = post(client, "/api/v1/messages/", body, key="same")
    assert first.status_code == 201, first.content
    again = post(client, "/api/v1/messages/", body, key="same")
    assert again.json()["id"] == first.json()["id"]
    row = first.json()
    assert (row["state"], row["direction"], row["conversation"]) == ("ready", "out", str(thread.pk))
    assert {d["route"]: d["state"] for d in row["deliveries"]} == {"mailbox": "by_hand", "email": "queued"}
    sent = post(client, f"/api/v1/messages/{row['id']}/confirm-sent/")
    assert sent.status_code == 200, sent.content
    shown = client.get(f"/api/v1/messages/{row['id']}/").json()
    assert {d["route"]: d["state"] for d in shown["deliveries"]}["mailbox"] == "sent"


def test_a_program_sends_a_text_about_an_order_or_learns_why_not(client: Client, facts: dict[str, Any]) -> None:
    make_template("S01", body="Dear {{buyer_name}}, {{order_no}}: {{proposal}}")
    with scopes_disabled():
        order = make_order(make_store(kind="spreadsheet"))
    body = {"template": "S01", "about_type": "orders.order", "about_id": order.pk}
    refused = post(client, "/api/v1/messages/", body)
    assert refused.status_code == 409 and refused.json()["code"] == "template_refused"
    assert "proposal" in refused.json()["detail"]
    sent = post(client, "/api/v1/messages/", {**body, "facts": {"proposal": "{{order_no}} a new lamp"}})
    assert sent.status_code == 201, sent.content
    assert sent.json()["body"].endswith("8001: {{order_no}} a new lamp")
    nothing = post(client, "/api/v1/messages/", {"body": "x"})
    assert nothing.status_code == 422
    gone = post(client, "/api/v1/messages/", {**body, "about_id": 999_999})
    assert gone.status_code == 404


def test_drafts_are_changed_and_sent_over_rest(client: Client) -> None:
    with scopes_disabled():
        thread = make_thread(make_store(kind="spreadsheet"))
    made = post(client, "/api/v1/messages/", {"conversation": str(thread.pk), "body": "Draft", "draft": True}).json()
    assert made["state"] == "draft"
    url = f"/api/v1/messages/{made['id']}/"
    tag = client.get(url)["ETag"]
    change = json.dumps({"body": "Better", "subject": ""})
    assert client.patch(url, change, content_type="application/json").status_code == 428
    changed = client.patch(url, change, content_type="application/json", headers={"If-Match": tag})
    assert changed.status_code == 200, changed.content
    stale = client.patch(url, change, content_type="application/json", headers={"If-Match": tag})
    assert stale.status_code == 412
    assert post(client, url + "send/").status_code == 200
    assert client.get(url).json()["state"] == "ready"
    again = post(client, url + "send/")
    assert (again.status_code, again.json()["code"]) == (409, "not_a_draft")


def test_foreign_threads_are_not_found(db: None) -> None:
    with scopes_disabled():
        mine, theirs = make_store(), make_store()
        thread = make_thread(theirs)
        delivery = Delivery.objects.create(
            message=make_message(thread), store=theirs, route="mailbox", state="by_hand", created_at=NOW
        )
    client = Client()
    client.force_login(make_person("service", stores=[mine]))
    assert post(client, "/api/v1/messages/", {"conversation": str(thread.pk), "body": "Hi"}).status_code == 404
    for url in (
        f"/messages/threads/{thread.pk}/",
        f"/messages/by-hand/{delivery.pk}/",
        f"/api/v1/conversations/{thread.pk}/",
    ):
        assert client.get(url).status_code == 404, url
    assert client.post("/messages/write/", {"thread": thread.pk, "text": "Hi"}).status_code == 404
    with scopes_disabled():
        assert Message.objects.filter(conversation=thread).count() == 1


def test_a_clerk_may_not_let_a_text_go_out_by_itself_but_a_supervisor_may(db: None) -> None:
    row = make_template("S02", send_mode="suggest")
    url = f"/messages/templates/{row.pk}/"
    form = {
        "purpose": "test",
        "kind": "order",
        "send_mode": "auto",
        "answers": "person",
        "active": "on",
        "subject": "",
        "body": "Dear {{buyer_name}}",
    }
    for role, mode in (("service", "suggest"), ("supervisor", "auto")):
        client = Client()
        client.force_login(make_person(role))
        client.post(url, form)
        row.refresh_from_db()
        assert row.send_mode == mode


def test_own_texts_and_store_versions(client: Client) -> None:
    store = make_store("alpha")
    form = {"code": "S09", "language": "en", "purpose": "own", "kind": "order", "send_mode": "manual", "answers": "person", "active": "on",
            "body": "Hello {{buyer_name}}"}  # fmt: skip
    assert client.post("/messages/templates/new/", form).status_code == 302
    assert client.post("/messages/templates/new/", form).status_code == 422, "a second one of that code and language"
    row = Template.objects.get(code="S09")
    answer = client.post(f"/messages/templates/{row.pk}/", {"copy_for": "alpha"})
    assert answer.status_code == 302
    assert Template.objects.filter(code="S09", store=store).count() == 1
    bad = client.post("/messages/templates/new/", {**form, "code": "S10", "body": "{{ secret_key }}"})
    assert bad.status_code == 422 and "secret_key" in bad.content.decode()


def test_pages_open_for_those_who_may(db: None) -> None:
    with scopes_disabled():
        store = make_store(kind="spreadsheet")
        thread = make_thread(store)
        said = RemoteMessage("m1", thread.buyer.key, NOW, "<script>alert(1)</script> {{order_no}}")
        services.record_inbound(store=store, remotes=[said], actor=SYSTEM, now=NOW)
    make_template("S01")
    pages = [
        "/messages/",
        "/messages/?group=all&q=maria",
        "/messages/by-hand/",
        "/messages/all/",
        f"/messages/threads/{thread.pk}/",
    ]
    for role, status in (("service", 200), ("manager", 200), ("warehouse", 403)):
        client = Client()
        client.force_login(make_person(role))
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == status, (role, page)
            assert b"<script>alert(1)" not in answer.content
    with scopes_disabled():
        assert Conversation.objects.filter(waiting_since__isnull=False).count() == 1
