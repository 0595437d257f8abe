"""One matter told to many buyers: previews, who is left out and why, each told once whatever dies in between."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import User
from conversations import services
from conversations.choices import Verdict
from conversations.models import Message, Telling, TellingRow
from conversations.services import telling
from core import longwork, policies
from core.audit import SYSTEM
from core.clock import utcnow
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.models import Job
from customers.models import Buyer
from logistics.models import Parcel
from orders.models import Order
from stores.models import OutboundCall
from stores.services import outbox
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.conversations import make_template, make_thread
from worklist.models import Duty

NOW = utcnow()
LANGUAGES = ("ru", "es", "en")
OWN = "Dear {{buyer_name}}, flight stuck: {{all_tracking_nos}}."


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def clerk(db: None) -> User:
    return make_person("service")


def texts() -> None:
    """The same matter in three languages."""
    for language, hello in (("en", "Dear"), ("ru", "Здравствуйте,"), ("es", "Hola"),):  # fmt: skip
        make_template(
            "L01", f"{hello} {{{{buyer_name}}}}: {{{{tracking_no}}}}, {{{{ship_date}}}}.", language=language, kind="parcel",
            send_mode="manual", subject="{{order_no}}", answers="person",
        )  # fmt: skip


def boxes(count: int, shop: Any = None) -> list[Parcel]:
    """Parcels under way, each of its own buyer, in three languages."""
    shop = shop or make.store()
    made = [
        make.parcel(shop, shipped=NOW - timedelta(days=9), follow=False, state="shipped", next_check_at=NOW)
        for _ in range(count)
    ]
    for n, box in enumerate(made):
        Buyer.objects.filter(pk=box.order.buyer_id).update(language=LANGUAGES[n % 3])
    return made


def begin(found: list[Parcel], clerk: User, **given: Any) -> Telling:
    wanted = given or {"template": "L01"}
    return telling.make_telling(
        about_type="logistics.parcel", about_ids=[box.pk for box in found], actor=clerk.actor, now=utcnow(), **wanted
    )


def line(made: Telling, box: Parcel) -> TellingRow:
    return TellingRow.objects.get(telling=made, buyer_id=box.order.buyer_id)


def tell(made: Telling, clerk: User) -> Telling:
    sent = telling.send_telling(telling=made, actor=clerk.actor, now=utcnow())
    assert sent.job_id and longwork.run(sent.job_id) == "done"
    made.refresh_from_db()
    return made


@contextmanager
def worker(job_id: int) -> Iterator[None]:
    """A worker in a process of its own, killed when it is no longer looked at."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            longwork.run(job_id)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers("TRK-17", "MSG-01")
def test_43_buyers_are_told_once_though_the_worker_is_killed_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.services.telling.sending.PIECE", 4)
    texts()
    clerk = make_person("service")
    found = boxes(43)
    made = begin(found, clerk)
    assert made.state == "ready" and made.rows.filter(verdict="ready").count() == 43
    sent = telling.send_telling(telling=made, actor=clerk.actor, now=utcnow())
    job = sent.job_id
    assert job is not None
    assert telling.send_telling(telling=made, actor=clerk.actor, now=utcnow()).job_id == job, (
        "a second press is the same job"
    )
    for least in (1, 20):
        with worker(job):
            end = time.monotonic() + 180
            while time.monotonic() < end and made.rows.filter(verdict="told").count() < least:
                time.sleep(0.005)
        Job.objects.filter(pk=job).update(lease_until=None)  # the lease runs out
    halfway = made.rows.filter(verdict="told").count()
    assert 0 < halfway < 43, "the kill hit the middle"
    assert longwork.run(job) == "done"
    assert telling.send_telling(telling=made, actor=clerk.actor, now=utcnow()).job_id == job, "told is told"
    rows = list(made.rows.all())
    assert Counter(row.verdict for row in rows) == {"told": 43}
    assert (
        Message.objects.filter(key__startswith=f"tell:{made.pk}:").count()
        == 43
        == len({row.message_id for row in rows})
    )
    done = Job.objects.get(pk=job)
    assert (done.done, done.failed, done.total, done.attempts) == (43, 0, 43, 3)
    made.refresh_from_db()
    assert made.state == "done" and made.finished_at
    per_buyer = Counter(OutboundCall.objects.filter(ability="send_email").values_list("payload__to", flat=True))
    assert len(per_buyer) == 43 and set(per_buyer.values()) == {1}


@pytest.mark.covers("TRK-17", "MSG-20")
def test_each_buyer_is_foreseen_in_their_language_and_problems_are_named(clerk: User) -> None:
    texts()
    found = boxes(12)
    dispute, capped, told, arrived, erased, unreachable, nameless, twice = found[:8]
    Order.objects.filter(pk=dispute.order_id).update(intercept="dispute")
    make_template("R09", "Please answer.")
    for box in (capped, told):
        make_thread(box.store, buyer=box.order.buyer)
    services.send_template(base_code="R09", about=capped, key="chase", actor=SYSTEM, now=NOW, is_chaser=True)
    services.send_template(base_code="L01", about=told, key="single", actor=clerk.actor, now=NOW - timedelta(days=2))
    Parcel.objects.filter(pk=arrived.pk).update(state="delivered", delivered_at=NOW)
    Buyer.objects.filter(pk=erased.order.buyer_id).update(erased_at=NOW)
    Buyer.objects.filter(pk=unreachable.order.buyer_id).update(email="")
    policies.set_value(
        key="conversations.mailbox_by_hand",
        text="false",
        valid_from=NOW.date(),
        actor=make_person("manager").actor,
        now=NOW,
    )
    Parcel.objects.filter(pk=nameless.pk).update(tracking_number="")
    second = make.parcel(twice.store, order=twice.order, follow=False, state="shipped", shipped=NOW, next_check_at=NOW)
    made = begin([*found, second], clerk)
    why = {name: line(made, box).why for name, box in {
        "dispute": dispute, "one_a_day": capped, "told_before": told, "stopped": arrived, "erased": erased, "no_address": unreachable,
        "unknown": nameless,
    }.items()}  # fmt: skip
    assert why == {name: name for name in why}
    assert line(made, nameless).detail == ["tracking_no"]
    both = line(made, twice)
    assert (both.verdict, both.about_id, both.more_ids) == ("ready", twice.pk, [second.pk])
    assert made.rows.count() == 12 and made.rows.filter(verdict="ready").count() == 5
    hello = {"ru": "Здравствуйте, ", "es": "Hola ", "en": "Dear "}
    for box in found[8:]:
        row, buyer = line(made, box), Buyer.objects.get(pk=box.order.buyer_id)
        assert row.language == buyer.language and row.body.startswith(hello[buyer.language] + buyer.name)
        assert box.tracking_number in row.body and row.subject == box.order.number
    assert not Message.objects.filter(key__startswith="tell:").exists(), "nothing is written before it is sent"

    telling.change_row(telling_row=line(made, nameless), body="Own words", actor=clerk.actor, now=utcnow())
    telling.take_in(telling_row=line(made, told), actor=clerk.actor, now=utcnow())
    telling.leave_out(telling_row=line(made, found[9]), actor=clerk.actor, now=utcnow())
    for box in (dispute, capped, erased):
        with pytest.raises(Conflict):
            telling.take_in(telling_row=line(made, box), actor=clerk.actor, now=utcnow())
        with pytest.raises(DomainError):
            telling.change_row(telling_row=line(made, box), body="x", actor=clerk.actor, now=utcnow())
    Order.objects.filter(pk=found[10].order_id).update(hold_reason="dispute")  # between the look and the press
    tell(made, clerk)
    ends = {box.pk: (line(made, box).verdict, line(made, box).why) for box in found}
    assert ends[nameless.pk] == ends[told.pk] == ends[twice.pk] == ends[found[8].pk] == ("told", "")
    assert ends[found[9].pk] == ("out", "by_person") and ends[found[10].pk] == ("out", "dispute")
    message = line(made, nameless).message
    assert message is not None and message.body == "Own words" and message.is_chaser
    assert line(made, twice).message.body.count("RB") == 1  # type: ignore[union-attr]
    again = begin(found, clerk)
    assert {line(again, box).why for box in (nameless, told, twice, found[8])} == {"told_before"}


@pytest.mark.covers("MSG-20")
def test_a_telling_answers_nobody_and_is_not_told_after_an_answer(clerk: User) -> None:
    texts()
    (box,) = boxes(1)
    thread = make_thread(box.store, buyer=box.order.buyer, waiting_since=NOW - timedelta(hours=1))
    made = tell(begin([box], clerk), clerk)
    thread.refresh_from_db()
    assert thread.waiting_since is not None, "the buyer still waits for an answer"
    thread.last_in_at = utcnow()
    thread.save()
    outbox.drain(utcnow() + timedelta(minutes=1))
    assert {d.state for d in line(made, box).message.deliveries.filter(route="email")} == {"dropped"}  # type: ignore[union-attr]


def test_own_words_are_filled_in_each_language_that_is_written(clerk: User) -> None:
    found = boxes(6)
    with pytest.raises(Invalid, match="nobody_knows"):
        begin(found, clerk, body="Dear {{nobody_knows}}")
    made = begin(found, clerk, body=OWN, subject="Delay")
    assert set(made.rows.values_list("language", flat=True)) == {"en"}
    telling.add_words(
        telling=made, language="ru", body="Рейс задержан: {{all_tracking_nos}}.", actor=clerk.actor, now=utcnow()
    )
    spoken = Counter(made.rows.values_list("language", flat=True))
    assert spoken == {"ru": 2, "en": 4} and made.rows.filter(body__startswith="Рейс").count() == 2
    other = begin(found, clerk, body="Hello")
    telling.discard(telling=other, actor=clerk.actor, now=utcnow())
    with pytest.raises(Conflict):
        telling.send_telling(telling=other, actor=clerk.actor, now=utcnow())


def test_an_old_look_is_taken_again_and_others_stores_stay_closed(clerk: User) -> None:
    texts()
    found = boxes(2)
    made = begin(found, clerk)
    Telling.objects.filter(pk=made.pk).update(prepared_at=utcnow() - timedelta(hours=25))
    made.refresh_from_db()
    with pytest.raises(Conflict, match="24 hours"):
        telling.send_telling(telling=made, actor=clerk.actor, now=utcnow())
    telling.prepare_again(telling=made, actor=clerk.actor, now=utcnow())
    with pytest.raises(NotAllowed):
        telling.send_telling(telling=made, actor=make_person("warehouse").actor, now=utcnow())
    stranger = make_person("service", stores=[make.store()])
    client = Client()
    client.force_login(stranger)
    assert client.get(reverse("conversations:telling", args=[made.pk])).status_code == 404
    row = made.rows.first()
    assert row is not None and client.get(reverse("conversations:telling-row", args=[row.pk])).status_code == 404


def test_judging_asks_no_more_for_more_buyers(clerk: User) -> None:
    texts()
    shop = make.store()
    counted = []
    for size in (3, 30):
        found = boxes(size, shop)
        with CaptureQueriesContext(connection) as asked:
            begin(found, clerk)
        counted.append(len(asked))
    assert counted[1] <= counted[0] + 3, counted


def test_from_the_list_and_by_rest_it_is_one_action(clerk: User, django_capture_on_commit_callbacks: Any) -> None:
    texts()
    found = boxes(5)
    client = Client()
    client.force_login(clerk)
    ids = [box.pk for box in found]
    address = reverse("core:bulk", args=["parcels", "tell"])
    shown = client.post(address, {"ids": ids, "template": "L01", "step": "preview"})
    assert shown.status_code == 200 and not Telling.objects.exists(), "the preview is taken back"
    assert "Prepare and look through · 5" in shown.content.decode(), "the button says that nobody is told yet"
    made = client.post(address, {"ids": ids, "template": "L01", "step": "apply"})
    first = Telling.objects.get()
    assert made.status_code == 302 and made.headers["Location"] == reverse("conversations:telling", args=[first.pk])
    page = client.get(made.headers["Location"])
    assert page.status_code == 200 and all(box.tracking_number in page.content.decode() for box in found)
    row = line(first, found[0])
    kept = client.post(reverse("conversations:telling-row", args=[row.pk]), {"subject": "S", "body": "Changed for you"})
    assert kept.status_code == 302 and line(first, found[0]).edited

    def call(path: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())}
        return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    answer = call("parcels/bulk/tell/", ids=[str(pk) for pk in ids], template="L01")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["done"] == 5 and told["outcomes"][0]["data"]["telling_id"]
    second = told["outcomes"][0]["data"]["telling_id"]
    rows = client.get("/api/v1/telling-rows/", {"telling": second}).json()["results"]
    assert len(rows) == 5 and {r["verdict"] for r in rows} == {"ready"}
    assert call(f"telling-rows/{rows[0]['id']}/leave-out/").status_code == 200
    with django_capture_on_commit_callbacks():
        sent = call(f"tellings/{second}/send/")
    assert sent.status_code == 200 and longwork.run(int(sent.json()["outcome"]["data"]["job_id"])) == "done"
    shown = client.get(f"/api/v1/tellings/{second}/").json()
    assert (shown["state"], shown["told"], shown["left_out"]) == ("done", 4, 1)
    result = client.get(reverse("conversations:telling", args=[second])).content.decode()
    assert (
        "Left out by a person." in client.get(f"/messages/tellings/{second}/?show=out").content.decode()
        and "Told" in result
    )


def test_a_whole_filter_of_hundreds_is_prepared_by_a_job(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    texts()
    for module in ("core.listing.actions", "core.listing.bulk", "core.listing.doors"):
        if module.endswith("bulk"):
            monkeypatch.setattr(f"{module}.DIRECT_LIMIT", 4)
    monkeypatch.setattr("conversations.services.telling.making.DIRECT", 4)
    monkeypatch.setattr("conversations.services.telling.making.PIECE", 3)
    boxes(8)
    client = Client()
    client.force_login(clerk)
    body = json.dumps({"filter": {"state": "shipped"}, "template": "L01"})
    answer = client.post(
        "/api/v1/parcels/bulk/tell/", body, content_type="application/json", headers={"Idempotency-Key": "k1"}
    )
    assert answer.status_code == 202, answer.content
    made = Telling.objects.get()
    assert answer.json()["data"]["telling_id"] == str(made.pk) and made.state == "preparing"
    assert longwork.run(int(answer.json()["job"]["id"])) == "done"
    made.refresh_from_db()
    assert made.state == "ready" and made.rows.count() == 8
    assert not Duty.objects.filter(rule="conversations.answer").exists()
    assert TellingRow.objects.filter(telling=made, verdict=Verdict.READY).count() == 8
