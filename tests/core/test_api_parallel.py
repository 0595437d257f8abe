"""Many at once: one effect for one key, one winner for one version."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.models import ActivityEntry, CalendarDay, IdempotencyRecord
from tests.core.sample import DayListing  # noqa: F401

pytestmark = [pytest.mark.urls("tests.core.sample"), pytest.mark.django_db(transaction=True)]


def together(count: int, work: Any) -> list[Any]:
    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def header(transactional_db: None, make_token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token()}"}


def test_copies_of_one_request_have_one_effect(header: dict[str, str]) -> None:
    days = [CalendarDay.objects.create(day=date(2027, 1, 1 + i), name=f"d{i}", working=True) for i in range(4)]

    def send(number: int) -> tuple[int, str]:
        day = days[number % 4]
        answer = Client(headers=header).post(f"/api/v1/days/{day.pk}/close/", json.dumps({"reason": "x"}), "application/json",
                                             headers={"Idempotency-Key": f"key-{day.pk}"})  # fmt: skip
        return answer.status_code, json.dumps(answer.json(), sort_keys=True)

    answers = together(32, send)
    assert {status for status, _body in answers} == {200}
    assert len({body for _status, body in answers}) == 4
    assert Counter(ActivityEntry.objects.values_list("subject_id", flat=True)) == {day.pk: 1 for day in days}
    assert IdempotencyRecord.objects.count() == 4


def test_without_a_key_the_same_copies_are_told_apart(header: dict[str, str]) -> None:
    """The negative control: the effect is one because of the service, and all others hear a refusal."""
    day = CalendarDay.objects.create(day=date(2027, 1, 1), name="d", working=True)
    sent = together(
        8,
        lambda n: (
            Client(headers=header)
            .post(f"/api/v1/days/{day.pk}/close/", json.dumps({"reason": "x"}), "application/json")
            .status_code
        ),
    )
    assert Counter(sent) == {200: 1, 409: 7}


def test_of_many_writers_with_one_version_exactly_one_wins(header: dict[str, str]) -> None:
    day = CalendarDay.objects.create(day=date(2027, 1, 1), name="d")
    url = f"/api/v1/days/{day.pk}/"
    etag = Client(headers=header).get(url)["ETag"]

    def write(number: int) -> tuple[int, Any]:
        answer = Client(headers=header).patch(
            url, json.dumps({"name": f"w{number}"}), "application/json", headers={"If-Match": etag}
        )
        return answer.status_code, answer.json()

    answers = together(16, write)
    assert Counter(status for status, _body in answers) == {200: 1, 412: 15}
    winner = next(body["name"] for status, body in answers if status == 200)
    assert CalendarDay.objects.get().name == winner
    assert all(body["changes"]["name"]["theirs"] == winner for status, body in answers if status == 412)


def test_a_double_click_makes_one_record(header: dict[str, str], person: Any) -> None:
    def click(number: int) -> str:
        browser = Client()
        browser.force_login(person)
        return browser.post("/lists/days/views/", {"name": "Mine", "query": "", "_once": "abc"})["Location"]

    assert len(set(together(6, click))) == 1
    assert person.saved_views.count() == 1


def test_a_double_click_on_a_form_that_shows_its_result_does_it_once(header: dict[str, str], person: Any) -> None:
    day = CalendarDay.objects.create(day=date(2027, 1, 1), name="d", working=True)

    def click(number: int) -> int:
        browser = Client(headers={"HX-Request": "true"})
        browser.force_login(person)
        form = {"ids": day.pk, "step": "apply", "reason": "x", "_once": "abc"}
        return browser.post("/lists/days/do/close/", form).status_code

    assert sorted(together(4, click)) == [200, 204, 204, 204]
    assert ActivityEntry.objects.count() == 1


def test_a_form_sent_again_with_other_input_is_refused(header: dict[str, str], person: Any) -> None:
    browser = Client()
    browser.force_login(person)
    form = {"name": "Mine", "query": "", "_once": "abc"}
    assert browser.post("/lists/days/views/", form)["Location"].startswith("/days/")
    browser.post("/lists/days/views/", {**form, "name": "Another"})
    assert [view.name for view in person.saved_views.all()] == ["Mine"]
    said = [str(line) for line in browser.get("/days/").wsgi_request._messages]
    assert said and "already used" in said[-1]
