"""What no browser of ours would send: an answer, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.reading import whole
from tests.factories.accounts import make_person

#: A digit to Python's eye that ``int`` cannot read; text the database refuses; more digits than it holds.
ETHIOPIC, NUL, LONG = "\u1369", "a\x00b", "9" * 5000


@pytest.fixture
def boss(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_person("manager"))
    return client


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("", None), ("-1", None), (ETHIOPIC, None), ("²", None), ("１", None), (LONG, None)],
)
def test_whole_numbers_are_read_or_nothing(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("value", [ETHIOPIC, NUL, LONG, "x", ""])
@pytest.mark.parametrize(
    ("address", "field", "more"),
    [
        ("/settings/calendar/", "remove", {}),
        ("/messages/write/", "thread", {}),
        ("/stock/receive/", "row-TOTAL_FORMS", {"more": "1"}),
        ("/orders/new/", "line-TOTAL_FORMS", {"more": "1"}),
        ("/orders/new/", "line-TOTAL_FORMS", {}),
        ("/settings/preferences/", "store", {}),
        ("/settings/preferences/", "theme", {}),
        ("/accounts/login/", "login", {"password": "x"}),
        ("/i18n/setlang/", "language", {"next": "//elsewhere.example/"}),
        ("/dispatch/station/scan/", "code", {}),
        ("/dispatch/station/scan/", "key", {"code": "DN-1"}),
        ("/dispatch/hand-over/scan/", "code", {}),
        ("/dispatch/hand-over/scan/", "key", {"code": "RB123456785CN"}),
        ("/dispatch/customs/data/", "carrier", {}),
    ],
)
def test_odd_fields_are_answered(boss: Client, address: str, field: str, more: dict[str, str], value: str) -> None:
    answer: Any = boss.post(address, {field: value, **more})
    assert answer.status_code < 500
    assert "elsewhere.example" not in answer.get("Location", "")


@pytest.mark.parametrize(
    "address",
    [
        "/messages/",
        "/today/",
        "/orders/",
        "/search/",
        "/search/typing/",
        "/parcels/",
        "/dispatch/station/",
        "/dispatch/prices/",
        "/dispatch/customs/data/",
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        "after=0001-01-01T00:00:00%2B08:00|1", "after=9999-12-31T23:59:59-08:00|1", "after=2020-01-01|1", "q=%00", "q=%ED%A0%80",
        "after=2020-01-01T00:00:00Z|" + "9" * 30, "after=2020-01-01T00:00:00Z|%E1%8D%A9", "group=%00", "cursor=%00", "view=%00", "wave=%00", "note=%C2%B2", "carrier=%00",
    ],
)  # fmt: skip
def test_odd_questions_are_answered(boss: Client, address: str, question: str) -> None:
    assert boss.get(f"{address}?{question}").status_code < 500


@pytest.mark.parametrize("address", ["/accounts/login/", "/orders/import/", "/api/v1/orders/", "/healthz"])
@pytest.mark.parametrize("length", ["999999999999", "9" * 40, "-1", "x", "115343361"])
def test_a_body_larger_than_any_file_is_refused_before_it_is_read(
    client: Client, db: None, address: str, length: str
) -> None:
    answer = client.generic("POST", address, b"x", content_type="text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == 413
    if address.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"


def test_a_file_of_numbers_that_is_no_table_is_refused(boss: Client) -> None:
    upload = SimpleUploadedFile("numbers.csv", b'1,"' + b"x" * 200_000 + b'"')
    answer = boss.post("/dispatch/numbers/file/", {"file": upload})
    assert answer.status_code == 422
