"""Ratings come in once; silent buyers are asked once, after three days, and never after they have rated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message, Template
from core.audit import SYSTEM
from disputes import services
from disputes.models import Feedback
from disputes.rules.feedback import may_ask, tone_of
from orders.models import Order
from stores.contracts import RemoteFeedback
from stores.models import Deadline
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = make.NOW


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        for code, value in (("AE_FEEDBACK_REMIND", "3"), ("AE_FEEDBACK_WINDOW", "30")):
            Deadline.objects.get_or_create(
                rule_code=code, valid_from=datetime(2010, 1, 1).date(),
                defaults={"channel": "aliexpress", "topic": "feedback", "anchor_event": "x", "actor": "x", "value": value, "unit": "days"},
            )  # fmt: skip
        Template.objects.get_or_create(
            code="T06E", language="en", store=None,
            defaults={"base_code": "T06E", "purpose": "x", "kind": "feedback", "send_mode": "auto", "subject": "s", "body": "How was it?", "updated_at": NOW},
        )  # fmt: skip
        yield


def completed(shop: Any = None, **more: Any) -> Order:
    return make.order(shop, state="completed", completed_at=NOW, **more)


def asked(order: Order) -> int:
    return Message.objects.filter(about_id=order.pk, template_code="T06E").count()


def rating(order: Order, stars: int = 5, key: str = "r1", text: str = "nice") -> RemoteFeedback:
    return RemoteFeedback(key, order.external_id, stars, text, NOW + DAY)


@pytest.mark.covers("FBK-08")
def test_a_silent_buyer_is_asked_once_after_three_days():
    order = completed()
    worklist.run_until_done(now=NOW + 3 * DAY - timedelta(minutes=1))
    assert asked(order) == 0
    for day in (3, 4, 10, 40):
        worklist.run_until_done(now=NOW + day * DAY)
    assert asked(order) == 1


@pytest.mark.covers("FBK-08")
@pytest.mark.parametrize("case", ["rated", "history", "disputed", "late"])
def test_nobody_is_asked_without_reason(case):
    order = completed(history=case == "history", hold_reason="dispute" if case == "disputed" else "")
    worklist.sweep(now=NOW)
    if case == "rated":
        services.record_feedback(store=order.store, remotes=[rating(order)], actor=SYSTEM, now=NOW + DAY)
    worklist.run_until_done(now=NOW + (31 if case == "late" else 3) * DAY)
    assert asked(order) == 0


def test_a_rating_counts_once_and_a_changed_one_is_updated():
    order = completed()
    first = services.record_feedback(store=order.store, remotes=[rating(order, 2)], actor=SYSTEM, now=NOW)
    again = services.record_feedback(store=order.store, remotes=[rating(order, 2)], actor=SYSTEM, now=NOW)
    better = services.record_feedback(store=order.store, remotes=[rating(order, 5)], actor=SYSTEM, now=NOW)
    assert (first.created, again.created, again.unchanged, better.updated) == (1, 0, 1, 1)
    assert Feedback.objects.get().stars == 5


def test_a_rating_ends_the_question():
    order = completed()
    worklist.sweep(now=NOW)
    services.record_feedback(store=order.store, remotes=[rating(order)], actor=SYSTEM, now=NOW)
    assert Duty.objects.get(rule="disputes.ask_feedback").state == "cancelled"


def test_unknown_orders_and_bad_stars_are_named(tmp_path, capsys):
    order = completed()
    path = tmp_path / "ratings.csv"
    path.write_bytes(
        f"订单号,评分,评价,评价时间\n{order.number},5,很好,2026-03-02 10:00\n999,4,x,\n{order.number},7,x,\n{order.number},4,,nonsense\n".encode(
            "gb18030"
        )
    )
    call_command("import_feedback", store=order.store.code, file=str(path), json=True)
    out = capsys.readouterr().out
    assert '"created": 1' in out and out.count('"row"') == 3
    call_command("import_feedback", store=order.store.code, file=str(path), json=True)
    assert '"created": 0' in capsys.readouterr().out
    assert Feedback.objects.get().text == "很好"


@pytest.mark.parametrize(("stars", "tone"), [(1, "bad"), (2, "bad"), (3, "neutral"), (4, "good"), (5, "good")])
def test_tone(stars, tone):
    assert tone_of(stars) == tone


@pytest.mark.parametrize(("changes", "asks"), [
    ({}, True), ({"state": "delivered"}, False), ({"history": True}, False), ({"rated": True}, False), ({"disputed": True}, False),
    ({"days_since": 31}, False),
])  # fmt: skip
def test_may_ask(changes, asks):
    assert (
        may_ask(
            **{
                "state": "completed",
                "history": False,
                "rated": False,
                "disputed": False,
                "days_since": 3,
                "within": 30,
                **changes,
            }
        )
        is asks
    )


def test_pages_show_the_worst_first_and_take_a_file():
    person, order = make_person("service"), completed()
    other = completed(order.store)
    services.record_feedback(
        store=order.store, remotes=[rating(order, 5, "a"), rating(other, 1, "b", "broken")], actor=SYSTEM, now=NOW
    )
    client = Client()
    client.force_login(person)
    rows = client.get("/feedback/").context["rows"]
    assert [row["label"].split()[-1] for row in rows] == [other.number, order.number]
    file = SimpleUploadedFile("r.csv", f"order_no,stars,id\n{order.number},4,new\n".encode())
    assert client.post("/feedback/import/", {"store": order.store.pk, "file": file}).status_code == 302
    assert Feedback.objects.count() == 3


def test_rest_feedback():
    person, order = make_person("service"), completed()
    client = Client()
    client.force_login(person)
    body = {"order": str(order.pk), "stars": 3, "text": "so so", "given_at": "2026-03-02T10:00:00Z"}
    made = client.post("/api/v1/feedback/", body, content_type="application/json")
    again = client.post("/api/v1/feedback/", body, content_type="application/json")
    assert (made.status_code, again.status_code, made.json()["tone"]) == (201, 200, "neutral")
    assert client.post("/api/v1/feedback/", {**body, "stars": 6}, content_type="application/json").status_code in (
        400,
        422,
    )
