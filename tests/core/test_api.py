"""The REST door: who may, what is answered, what is refused and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.test import Client
from rest_framework import serializers

from accounts.roles import ROLE_PERMISSIONS
from core import longwork
from core.api import errors
from core.api.auth import narrowed
from core.api.schema import form_field
from core.audit import Actor
from core.models import CalendarDay, IdempotencyRecord, Job
from tests.core.conftest import NOW
from tests.core.sample import DayListing  # noqa: F401

pytestmark = pytest.mark.urls("tests.core.sample")

DAYS = "/api/v1/days/"


def post(api: Client, url: str, body: Any = None, **headers: str):
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return api.post(url, content, content_type="application/json", headers=headers)


def problem(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code and body["detail"] and body["title"] and body["type"]
    return answer.status_code, body["code"]


# --- reading -----------------------------------------------------------------------------------------------------------


def test_a_list_has_next_previous_results_and_walks_both_ways(api: Client, days: list) -> None:
    first = api.get(DAYS + "?page_size=5").json()
    assert set(first) == {"next", "previous", "results"} and first["previous"] is None
    assert first["results"][0] == {"id": str(days[0].pk), "name": "a", "date": "2027-01-04", "working": True, "loud": "A",
                                   "marks": [f"m{days[0].pk}"] if days[0].pk % 2 else []}  # fmt: skip
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    seen = [row["name"] for page in (first, second, third) for row in page["results"]]
    assert "".join(seen) == "abcdefghijkl" and third["next"] is None
    assert api.get(third["previous"]).json()["results"] == second["results"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?working=true", "adgj"),
        ("?view=worked", "adgj"),
        ("?ordering=-name&page_size=2", "lk"),
        ("?q=c", "c"),
        ("?day_after=2027-01-14", "kl"),
    ],
)
def test_a_list_takes_the_filters_of_the_page(api: Client, days: list, query: str, shown: str) -> None:
    assert "".join(row["name"] for row in api.get(DAYS + query).json()["results"]) == shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?page_size=0", (400, "bad_page_size")), ("?page_size=201", (400, "bad_page_size")), ("?page_size=x", (400, "bad_page_size")),
        ("?ordering=secret", (400, "unknown_ordering")), ("?cursor=zzz", (400, "bad_cursor")), ("?nonsense=1", (400, "unknown_parameter")),
        ("?day_after=yesterday", (400, "bad_filter")), ("?name=%00", (400, "bad_request")),
        ("?ordering=name&cursor=WyJkYXRlIiwiMjAyNy0wMS0wNCIsMSwwXQ", (400, "bad_cursor")),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused(api: Client, days: list, query: str, expected: tuple[int, str]) -> None:
    assert problem(api.get(DAYS + query)) == expected


@pytest.mark.parametrize("pk", ["0", "999999", "x", "9" * 40, "-1", "%00", "1e3", "１"])
def test_what_does_not_exist_or_is_hidden_is_not_found(api: Client, days: list, pk: str) -> None:
    assert problem(api.get(f"{DAYS}{pk}/"))[0] in (404, 400)
    assert problem(api.get(f"{DAYS}{CalendarDay.objects.get(name='secret').pk}/")) == (404, "not_found")


def test_one_object_has_an_etag_and_answers_not_modified(api: Client, days: list) -> None:
    answer = api.get(f"{DAYS}{days[0].pk}/")
    assert answer.json()["name"] == "a"
    assert api.get(f"{DAYS}{days[0].pk}/", headers={"If-None-Match": answer["ETag"]}).status_code == 304


# --- who ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x y", "Bearer sp_wrong", "Bearer " + "a" * 1000, "Basic eDp4", "Bearer é"]
)
def test_without_a_valid_token_nothing_is_told(days: list, header: str) -> None:
    answer = Client(headers={"Authorization": header} if header else {}).get(DAYS)
    assert problem(answer)[0] == 401 and answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_program_is_not_given_a_session_with_each_request(days: list, api: Client) -> None:
    answer = api.get(DAYS)
    assert answer.status_code == 200 and not answer.cookies
    assert Session.objects.count() == 0


@pytest.mark.parametrize("facts", [{"expires_at": NOW}, {"revoked_at": NOW}])
def test_an_ended_token_is_refused(days: list, make_token: Callable[..., str], facts: dict) -> None:
    assert Client(headers={"Authorization": f"Bearer {make_token(**facts)}"}).get(DAYS).status_code == 401


@pytest.mark.parametrize(
    ("role", "scopes", "method", "url", "status"),
    [
        ("manager", ("read",), "get", DAYS, 200),
        ("manager", ("read",), "post", "/api/v1/stores/", 403),
        ("manager", ("write",), "get", DAYS, 403),
        ("service", ("read", "write"), "post", "/api/v1/stores/", 403),
        ("service", ("read", "write"), "get", "/api/v1/nothing/", 404),
    ],
)
def test_role_and_scopes_decide(
    days: list, make_token: Callable[..., str], role: str, scopes: tuple, method: str, url: str, status: int
) -> None:
    client = Client(headers={"Authorization": f"Bearer {make_token(role, scopes)}"})
    answer = client.get(url) if method == "get" else post(client, url, {"code": "x"})
    assert answer.status_code == status
    if status >= 400:
        problem(answer)


def test_personal_data_needs_its_scope() -> None:
    role = Actor("token", "x", permissions=ROLE_PERMISSIONS["manager"])
    assert not narrowed(role, ["read", "write"]).has_perm("orders.view_personal")
    assert narrowed(role, ["personal-data"]).permissions == {"orders.view_personal"}
    assert all(".view_" in p or ".export_" in p for p in narrowed(role, ["read"]).permissions)


def test_a_person_writes_only_with_the_csrf_token(person: Any, days: list) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.get(DAYS).status_code == 200
    assert problem(post(browser, DAYS, {"day": "2028-01-01", "name": "x"}))[0] == 403


def test_the_caller_is_held_back_after_its_limit(api: Client, days: list, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    answers = [api.get(DAYS) for _ in range(5)]
    assert [a.status_code for a in answers].count(429) >= 1
    assert int(answers[-1]["Retry-After"]) in range(1, 62)


# --- writing -----------------------------------------------------------------------------------------------------------


def test_create_answers_the_object_its_place_and_once(api: Client, days: list) -> None:
    body = {"day": "2028-01-01", "name": "new", "working": True}
    made = post(api, DAYS, body)
    pk = made.json()["id"]
    assert (made.status_code, made["Location"]) == (201, f"{DAYS}{pk}/")
    assert made["ETag"] == api.get(f"{DAYS}{pk}/")["ETag"]
    assert post(api, DAYS, body).status_code == 200  # the service found it


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"day", "name"}),
        ({"day": "x", "name": "y"}, {"day"}),
        ({"day": "2028-01-01", "name": "bad"}, {"name"}),
        ({"day": "2028-01-01", "name": "n" * 101}, {"name"}),
    ],
)
def test_input_is_refused_by_field(api: Client, days: list, body: dict, fields: set[str]) -> None:
    answer = post(api, DAYS, body)
    assert problem(answer)[0] == 422 and set(answer.json()["errors"]) == fields


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "application/json", 400),
        (b'{"name":"a\\u0000"}', "application/json", 400),
        (b'{"name":"\\ud800"}', "application/json", 400),
        (b'{"name":NaN}', "application/json", 400),
        (b'{"name":1e999999}', "application/json", 400),
        (b'{"name":' + b"9" * 5000 + b"}", "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"x", "text/plain", 415),
        (b"", "application/json", 422),
        (b"x" * (11 * 1024 * 1024), "application/json", 413),
    ],
)
def test_bodies_that_are_none_are_refused(api: Client, days: list, content: bytes, kind: str, status: int) -> None:
    assert problem(api.post(DAYS, content, content_type=kind))[0] == status


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_not_allowed(api: Client, days: list, method: str) -> None:
    answer = getattr(api, method)(DAYS)
    assert problem(answer) == (405, "method_not_allowed") and answer["Allow"] == "GET, HEAD, POST"


def test_change_needs_the_version_one_read(api: Client, days: list) -> None:
    url = f"{DAYS}{days[0].pk}/"
    etag = api.get(url)["ETag"]

    def patch(body: dict, **headers: str):
        return api.patch(url, json.dumps(body), content_type="application/json", headers=headers)

    assert problem(patch({"name": "mine"})) == (428, "precondition_required")
    done = patch({"name": "mine"}, **{"If-Match": etag})
    assert (done.status_code, done.json()["name"]) == (200, "mine")
    stale = patch({"name": "yours"}, **{"If-Match": etag})
    assert problem(stale) == (412, "stale")
    assert stale.json()["changes"] == {"name": {"theirs": "mine", "yours": "yours"}}
    assert patch({"name": "yours"}, **{"If-Match": done["ETag"]}).status_code == 200


# --- actions -----------------------------------------------------------------------------------------------------------


def test_an_action_answers_the_object_and_its_outcome(api: Client, days: list) -> None:
    answer = post(api, f"{DAYS}{days[0].pk}/close/", {"reason": "x"})
    body = answer.json()
    assert (body["working"], body["outcome"]["ok"], body["outcome"]["message"]) == (False, True, "a closed.")
    again = post(api, f"{DAYS}{days[0].pk}/close/", {"reason": "x"})
    assert problem(again) == (409, "not_worked")
    assert (again.json()["detail"], again.json()["params"]) == ("a is not worked.", {"name": "a"})


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [("close", {}, (422, "invalid_input")), ("open", {}, (409, "open_already")), ("nonsense", {}, (404, "not_found"))],
)
def test_an_action_is_refused_with_the_sentence_of_the_page(
    api: Client, days: list, action: str, body: dict, expected: tuple
) -> None:
    assert problem(post(api, f"{DAYS}{days[0].pk}/{action}/", body)) == expected


def test_bulk_answers_row_by_row_and_dry_run_changes_nothing(api: Client, days: list) -> None:
    chosen = [str(days[i].pk) for i in (0, 1)]
    dry = post(api, f"{DAYS}bulk/close/", {"ids": chosen, "reason": "x", "dry_run": True}).json()
    assert (dry["done"], dry["refused"]) == (1, 1) and CalendarDay.objects.get(pk=days[0].pk).working
    real = post(api, f"{DAYS}bulk/close/", {"ids": chosen, "reason": "x"}).json()
    assert [(o["id"], o["ok"], o["code"]) for o in real["outcomes"]] == [
        (chosen[0], True, "done"),
        (chosen[1], False, "not_worked"),
    ]
    rest = post(api, f"{DAYS}bulk/close/", {"filter": {"working": True}, "reason": "x"}).json()
    assert rest["done"] == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [({"reason": "x"}, 422), ({"ids": ["x"], "reason": "x"}, 422), ({"ids": "1", "reason": "x"}, 422), ({"ids": [1.5], "reason": "x"}, 422),
     ({"filter": {"nonsense": 1}, "reason": "x"}, 400), ({"filter": [], "reason": "x"}, 422), ({"ids": [True], "reason": "x"}, 422)],
)  # fmt: skip
def test_a_wrong_selection_is_refused(api: Client, days: list, body: dict, status: int) -> None:
    assert problem(post(api, f"{DAYS}bulk/close/", body))[0] == status


def test_many_rows_are_accepted_as_a_job(api: Client, days: list) -> None:
    CalendarDay.objects.bulk_create(
        CalendarDay(day=days[0].day + timedelta(days=100 + i), name="x") for i in range(250)
    )
    answer = post(api, f"{DAYS}bulk/rename/", {"filter": {}})
    job = Job.objects.get()
    assert answer.status_code == 202 and answer["Location"] == f"/api/v1/jobs/{job.pk}/"
    assert api.get(answer["Location"]).json()["total"] == 262
    longwork.run(job.pk)
    assert api.get(answer["Location"]).json()["state"] == "done"
    assert b"".join(api.get(f"/api/v1/jobs/{job.pk}/result/").streaming_content).count(b"\n") == 263


# --- once --------------------------------------------------------------------------------------------------------------


def test_the_same_key_answers_the_first_result(api: Client, days: list) -> None:
    url = f"{DAYS}{days[0].pk}/close/"
    first = post(api, url, {"reason": "x"}, **{"Idempotency-Key": "k1"})
    again = post(api, url, {"reason": "x"}, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (200, first.json(), "true")
    assert problem(post(api, url, {"reason": "y"}, **{"Idempotency-Key": "k1"})) == (422, "idempotency_key_reused")


def test_created_places_and_versions_are_answered_again(api: Client, days: list) -> None:
    body = {"day": "2029-01-01", "name": "n"}
    first, again = (post(api, DAYS, body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert [again.status_code, again["Location"], again["ETag"]] == [201, first["Location"], first["ETag"]]


def test_keys_belong_to_their_caller(api: Client, days: list, make_token: Callable[..., str]) -> None:
    other = Client(headers={"Authorization": f"Bearer {make_token()}"})
    for client, status in ((api, 200), (other, 409)):
        assert (
            post(client, f"{DAYS}{days[0].pk}/close/", {"reason": "x"}, **{"Idempotency-Key": "k"}).status_code
            == status
        )


def test_a_refusal_is_not_kept(api: Client, days: list) -> None:
    assert post(api, DAYS, {"name": "n"}, **{"Idempotency-Key": "k"}).status_code == 422
    assert not IdempotencyRecord.objects.exists()
    assert post(api, DAYS, {"name": "n", "day": "2029-01-01"}, **{"Idempotency-Key": "k"}).status_code == 201


@pytest.mark.parametrize("key", ["", "é", "x" * 201])
def test_a_key_has_a_form(api: Client, days: list, key: str) -> None:
    assert problem(post(api, DAYS, {}, **{"Idempotency-Key": key}))[0] == 400


# --- schema ------------------------------------------------------------------------------------------------------------


def test_choices_read_from_tables_stand_in_no_schema(days: list[CalendarDay]) -> None:
    shown = form_field(forms.ModelChoiceField(queryset=CalendarDay.objects.all(), label="Day"))
    assert isinstance(shown, serializers.CharField) and len(days) > 2
    fixed = form_field(forms.ChoiceField(choices=[("", "any"), ("a", "A")]))
    assert isinstance(fixed, serializers.ChoiceField) and list(fixed.choices) == ["a"]


def test_schema_and_docs_need_a_login_and_describe_every_refusal(api: Client, page: Client) -> None:
    assert Client().get("/api/v1/schema/").status_code == 401
    assert Client().get("/api/v1/docs/").status_code == 302
    docs = page.get("/api/v1/docs/?group=days")
    assert docs.status_code == 200 and "unsafe-inline" not in docs["Content-Security-Policy"]
    assert "/api/v1/days/{id}/close/" in docs.content.decode() and page.get("/api/v1/docs/?group=no").status_code == 404
    schema = api.get("/api/v1/schema/").json()
    assert schema["openapi"] == "3.1.0"
    close = schema["paths"]["/api/v1/days/{id}/close/"]["post"]
    assert {"200", "400", "401", "403", "404", "409", "415", "422", "429"} <= set(close["responses"])
    assert close["requestBody"]["required"] and close["operationId"] == "days_close"
    names = [p["name"] for p in schema["paths"]["/api/v1/days/"]["get"]["parameters"]]
    assert {"cursor", "page_size", "ordering", "q", "working", "day_after", "day_before"} <= set(names)
    assert "Forbidden" not in json.dumps(schema["paths"]["/api/v1/days/{id}/close/"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("lock timeout"), 503),
        (DatabaseError("server closed the connection unexpectedly"), 503),
        (ProgrammingError("x"), 500),
    ],
)
def test_a_database_that_is_away_is_busy_and_a_wrong_statement_is_our_fault(error: Exception, status: int) -> None:
    answer = errors.problem(error)
    assert answer is not None and answer.status_code == status
