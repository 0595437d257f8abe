"""Pages of messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message
from tests.factories.accounts import make_person
from tests.factories.conversations import make_thread

pytestmark = pytest.mark.django_db


def test_a_double_click_sends_one_message() -> None:
    with scopes_disabled():
        thread = make_thread()
    browser = Client(headers={"HX-Request": "true"})
    browser.force_login(make_person("service"))
    form: dict[str, Any] = {"thread": thread.pk, "text": "Hello", "_once": "abc"}
    answers = [browser.post("/messages/write/", form).status_code for _click in range(3)]
    with scopes_disabled():
        assert Message.objects.filter(conversation=thread).count() == 1
    assert answers == [200, 204, 204]
