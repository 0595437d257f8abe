"""Pages for what went wrong say it in the product's own face, in words that name the way out."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from core import views
from tests.factories.accounts import make_person


def test_a_fault_of_ours_is_told_without_the_database() -> None:
    answer = views.server_error(RequestFactory().get("/orders/"))
    text = answer.content.decode()
    assert answer.status_code == 500 and "服务器出错了" in text and "Nothing you saved before is lost" in text
    assert "door-card" in text and "components" in text


def test_too_much_is_refused_with_the_limit_in_words(client: Client) -> None:
    answer = client.generic("POST", "/orders/import/", b"x", content_type="text/csv", CONTENT_LENGTH="999999999999")
    text = answer.content.decode()
    assert answer.status_code == 413 and f"{settings.LARGEST_BODY // 1024**2} MB" in text and "<html" in text


@pytest.mark.django_db
def test_a_damaged_request_and_an_unknown_address_have_pages_of_their_own() -> None:
    client = Client()
    client.force_login(make_person("manager", language="en"))
    request = RequestFactory().get("/orders/")
    bad = views.bad_request(request).content.decode()
    assert "400" in bad and "The request cannot be accepted." in bad
    gone = client.get("/nothing/")
    assert gone.status_code == 404 and "There is nothing here" in gone.content.decode()
