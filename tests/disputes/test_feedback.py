"""Ratings come in once; silent buyers are asked once, after three days, and never after they have rated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from conversations import services as conversations
from conversations.models import Message, Template
from core.audit import SYSTEM
from core.errors import Conflict, Invalid
from disputes import services
from disputes.models import Feedback
from disputes.rules.feedback import may_ask, may_reply, tone_of
from disputes.services.causes import load_causes
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


@pytest.mark.covers("FBK-08", "MSG-10")
def test_a_silent_buyer_is_asked_once_after_three_days():
    order = completed()
    worklist.run_until_done(now=NOW + 3 * DAY - timedelta(minutes=1))
    assert asked(order) == 0
    for day in (3, 4, 10, 40):
        worklist.run_until_done(now=NOW + day * DAY)
    assert asked(order) == 1


def test_planning_to_ask_takes_as_many_statements_for_one_as_for_many():
    shop, counted = make.store(), []
    for count in (1, 1, 12):  # the first reads the house rules
        ids = [completed(shop).pk for _n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            assert worklist.plan(rule_key="disputes.ask_feedback", subject_ids=ids, now=NOW) == count
        counted.append(len(seen))
    assert counted[1] == counted[2]


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


# --- the one reply -----------------------------------------------------------------------------------------------------


def rated(stars: int = 2, shop: Any = None, key: str = "r1", **more: Any) -> Feedback:
    order = completed(shop or make.store("spreadsheet"), **more)
    services.record_feedback(store=order.store, remotes=[rating(order, stars, key)], actor=SYSTEM, now=NOW + DAY)
    return Feedback.objects.get(order=order)


def open_duties(rule: str) -> int:
    return Duty.objects.filter(rule=f"disputes.{rule}", state="open").count()


@pytest.mark.covers("FBK-01", "FBK-02")
def test_every_rating_is_a_duty_until_it_is_answered_bad_ones_first():
    bad, good = rated(2), rated(5)
    assert (open_duties("answer_bad_feedback"), open_duties("answer_feedback")) == (1, 1)
    assert (
        Duty.objects.get(rule="disputes.answer_bad_feedback").band
        < Duty.objects.get(rule="disputes.answer_feedback").band
    )
    clerk = make_person("service").actor
    for row in (bad, good):
        services.reply(feedback=row, text="We are sorry.", actor=clerk, now=NOW + DAY)
    assert (open_duties("answer_bad_feedback"), open_duties("answer_feedback"), open_duties("reply_by_hand")) == (
        0,
        0,
        2,
    )
    services.confirm_reply(feedback=bad, actor=clerk, now=NOW + 2 * DAY)
    assert (open_duties("reply_by_hand"), Feedback.objects.get(pk=bad.pk).reply_state) == (1, "sent")


@pytest.mark.covers("FBK-04")
def test_a_rating_has_one_reply_of_a_length_the_channel_takes():
    row, clerk = rated(), make_person("service").actor
    for text, code in (("", "empty"), ("  ", "empty"), ("x" * 501, "too_long")):
        with pytest.raises(Invalid) as refusal:
            services.reply(feedback=row, text=text, actor=clerk, now=NOW)
        assert refusal.value.code == code
    services.reply(feedback=row, text="x" * 500, actor=clerk, now=NOW)
    services.confirm_reply(feedback=row, actor=clerk, now=NOW)
    with pytest.raises(Conflict):
        services.reply(feedback=row, text="again", actor=clerk, now=NOW)


@pytest.mark.parametrize(("state", "text", "fault"), [
    ("", "Hello", ""), ("failed", "Hello", ""), ("sent", "Hello", "answered"), ("queued", "Hello", "answered"), ("", " ", "empty"),
    ("", "123456", "too_long"),
])  # fmt: skip
def test_may_reply(state, text, fault):
    assert may_reply(text, state=state, longest=5) == fault


def test_a_revised_rating_keeps_what_it_said_and_an_old_version_changes_nothing():
    order = completed()
    first, better = rating(order, 1, text="bad"), rating(order, 5, text="solved")
    for remote, version in ((first, 1), (better, 3), (first, 2), (first, 1), (better, 3)):
        told = RemoteFeedback(
            remote.external_id, remote.order_external_id, remote.stars, remote.text, remote.at, version=version
        )
        services.record_feedback(store=order.store, remotes=[told], actor=SYSTEM, now=NOW + DAY)
    row = Feedback.objects.get()
    assert (row.stars, row.first_stars, row.text, row.channel_version) == (5, 1, "solved", 3)
    assert [(v.stars, v.text) for v in row.versions.all()] == [(1, "bad")]
    assert (open_duties("answer_bad_feedback"), open_duties("answer_feedback")) == (0, 1)


def test_old_ratings_and_those_of_history_ask_nobody():
    rated(1, history=True)
    order = completed()
    old = RemoteFeedback("r9", order.external_id, 1, "old", NOW - 40 * DAY)
    services.record_feedback(store=order.store, remotes=[old], actor=SYSTEM, now=NOW)
    worklist.sweep(now=NOW)
    assert open_duties("answer_bad_feedback") == 0


@pytest.mark.covers("RMD-08")
def test_a_bad_rating_has_a_root_cause():
    load_causes()
    row = rated()
    services.set_feedback_cause(feedback=row, cause="quality", actor=make_person("service").actor, now=NOW)
    assert Feedback.objects.get().cause == "quality"


@pytest.mark.covers("RMD-08", "FBK-02")
def test_an_answered_bad_rating_comes_back_every_day_until_it_is_revised():
    load_causes()
    clerk, row = make_person("service").actor, rated(2)
    services.reply(feedback=row, text="Sorry", actor=clerk, now=NOW)
    if Feedback.objects.get().reply_state == "by_hand":
        services.confirm_reply(feedback=row, actor=clerk, now=NOW)
    worklist.sweep(now=NOW)
    assert open_duties("follow_bad_feedback") == 0 and open_duties("name_rating_cause") == 1
    services.set_feedback_cause(feedback=row, cause="quality", actor=clerk, now=NOW)
    assert open_duties("name_rating_cause") == 0
    for day in (1, 2, 3):
        worklist.sweep(now=NOW + day * DAY)
        assert open_duties("follow_bad_feedback") == 1
        services.look_at_feedback(rows=[row], actor=clerk, now=NOW + day * DAY)
        assert open_duties("follow_bad_feedback") == 0
    worklist.sweep(now=NOW + 4 * DAY)
    better = RemoteFeedback(row.external_id, row.order.external_id, 5, "fine now", NOW + 4 * DAY)
    services.record_feedback(store=row.store, remotes=[better], actor=SYSTEM, now=NOW + 4 * DAY)
    assert open_duties("follow_bad_feedback") == 0 and Feedback.objects.get().next_look_at is None
    worklist.sweep(now=NOW + 6 * DAY)
    assert open_duties("follow_bad_feedback") == 0


def test_the_house_thanks_many_at_once():
    Template.objects.create(
        code="T06B", language="en", store=None, base_code="T06B", purpose="x", kind="feedback", send_mode="suggest", subject="",
        body="Dear {{buyer_name}}, thank you.", updated_at=NOW,
    )  # fmt: skip
    client, rows = Client(), [rated(5, key=f"k{n}") for n in range(2)]
    client.force_login(make_person("service"))
    body = {"ids": [str(row.pk) for row in rows]}
    told = client.post("/api/v1/feedback/bulk/thank/", body, content_type="application/json").json()
    assert [o["ok"] for o in told["outcomes"]] == [True, True]
    assert all(row.reply.startswith("Dear Buyer") for row in Feedback.objects.all())


def test_the_page_of_a_rating_and_its_reply():
    row, client = rated(), Client()
    client.force_login(make_person("service"))
    page = client.get(f"/feedback/{row.pk}/")
    assert page.status_code == 200 and page.context["steps"][0]["label"] == "Reply"
    pane = client.get(f"/feedback/{row.pk}/pane/")
    assert pane.status_code == 200 and f"/lists/feedback/{row.pk}/here/" in pane.content.decode()
    assert client.post(f"/feedback/{row.pk}/reply/", {"text": "x" * 600}).status_code == 422
    assert client.post(f"/feedback/{row.pk}/reply/", {"text": "Sorry"}).status_code == 302
    assert Feedback.objects.get().reply == "Sorry"
    other = Client()
    other.force_login(make_person("service", stores=[make.store()]))
    assert other.get(f"/feedback/{row.pk}/").status_code == 404
    assert other.post(f"/feedback/{row.pk}/reply/", {"text": "x"}).status_code == 404
    guest = Client()
    guest.force_login(make_person("warehouse"))
    assert guest.post(f"/feedback/{row.pk}/reply/", {"text": "x"}).status_code == 403


def test_a_public_reply_speaks_of_a_private_text_only_when_there_was_one():
    for code, body in (("T06DP", "We have written to you privately."), ("T06D", "Dear {{buyer_name}}, we are sorry.")):
        Template.objects.create(
            code=code, language="en", store=None, base_code=code, purpose="x", kind="feedback", send_mode="suggest", subject="s", body=body,
            updated_at=NOW,
        )  # fmt: skip
    row = rated(1, make.store())
    assert services.house_text(feedback=row, actor=SYSTEM, now=NOW) == ""
    assert [e.code for e in services.thank(rows=[row], actor=SYSTEM, now=NOW).values()] == ["no_text"]
    conversations.send_template(base_code="T06D", about=row.order, key="k", actor=SYSTEM, now=NOW, as_draft=False)
    assert "privately" in services.house_text(feedback=row, actor=SYSTEM, now=NOW)
