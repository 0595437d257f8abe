"""Every address of the product: closed to strangers, and no role gets a fault of ours from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.choices import Role
from tests.factories.accounts import make_person

#: Addresses that answer strangers on purpose.
OPEN = re.compile(r"^/(healthz|readyz|metrics|jsi18n/|i18n/setlang/|accounts/(?!2fa/|sessions/))")
#: What a stranger may be told: go and sign in, or nothing.
CLOSED = {301, 302, 400, 401, 403, 404, 405}
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_SAMPLES = {"int": "1", "slug": "x", "str": "1", "path": "x", "uuid": "00000000-0000-4000-8000-000000000000"}


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """One address for each URL pattern, arguments filled in."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + route)
        elif isinstance(pattern, URLPattern):
            filled = _ARGUMENT.sub(lambda m: _SAMPLES.get(m[1] or "str", "x"), prefix + route)
            yield re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled).replace("^", "").replace("$", "").replace("\\", "")


def told(answer: Any) -> str:
    return f"{answer.status_code} {answer.get('Location', '')}"


@pytest.mark.django_db
def test_strangers_get_in_nowhere() -> None:
    client = Client(raise_request_exception=False)
    every = set(addresses())
    for url in sorted(every):
        if OPEN.match(url):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(url)
            assert answer.status_code in CLOSED, (method, url, told(answer))
            if answer.status_code in (301, 302):
                target = answer["Location"].split("?")[0]
                # to the sign-in page, or to an address of ours that this walk finds closed as well
                closed = target in every and not OPEN.match(target)
                assert "/login/" in target or closed or target.rstrip("/") == url.rstrip("/"), (
                    method,
                    url,
                    told(answer),
                )


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role.values))
def test_no_role_gets_a_fault_from_any_address(role: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_person(role))
    faults = []
    for url in sorted(set(addresses())):
        if "logout" in url:
            continue
        answer = client.get(url)
        if answer.status_code >= 500:
            faults.append((url, answer.status_code))
    assert faults == []
