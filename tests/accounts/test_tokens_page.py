"""The key of a new token is seen by who made it, also after a double click."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import ApiToken
from accounts.selectors import live_token
from core.clock import utcnow
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db


def once_of(page: bytes) -> str:
    found = re.search(rb'name="_once" value="([0-9a-f]+)"', page)
    assert found
    return found[1].decode()


def test_a_double_click_makes_one_token_whose_key_is_shown(client: Any) -> None:
    boss = make_person("manager")
    client.force_login(boss)
    form = client.get(reverse("accounts:token-new"))
    sent = {"program": "till", "role": "service", "scopes": ["read"], "_once": once_of(form.content)}
    first = client.post(reverse("accounts:token-new"), sent)
    second = client.post(reverse("accounts:token-new"), sent)
    token = ApiToken.objects.get()
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == reverse("accounts:token-made", args=[token.pk])
    page = client.get(second["Location"])
    key = re.search(rb"sp_[\w-]+", page.content)
    assert key and live_token(key[0].decode(), utcnow() + timedelta(seconds=1)) == token
    assert page["Cache-Control"] == "no-store"

    other = make_person("manager")
    client.force_login(other)
    assert client.get(second["Location"]).status_code == 404
    client.force_login(boss)
    cache.clear()
    over = client.get(second["Location"])
    assert over.status_code == 200 and b"sp_" not in over.content and b"revoke this token" in over.content
