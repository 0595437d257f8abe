"""The door: wrong passwords, second factor, sessions."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from accounts import services
from core.audit import SYSTEM
from tests.factories.accounts import NOW, make_person

pytestmark = pytest.mark.django_db
PASSWORD, LOGIN, SECOND = "x", "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def fresh() -> Any:
    cache.clear()
    yield
    cache.clear()


def knock(person: Any, password: str = PASSWORD, address: str = "10.0.0.1", client: Client | None = None) -> bool:
    """Whether the door opened."""
    client = client or Client()
    client.post(LOGIN, {"login": person.username, "password": password}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


def code(secret: str, at: float | None = None) -> str:
    return str(format_hotp_value(hotp_value(secret, int((at or time.time()) // 30))))


def test_a_stranger_cannot_lock_a_clerk_out() -> None:
    clerk = make_person("service", email="clerk@example.org")
    for _try in range(12):
        assert not knock(clerk, "wrong", "10.9.9.9")
    assert not knock(clerk, PASSWORD, "10.9.9.9"), "the guesser's address is closed, also for a right guess"
    assert knock(clerk, PASSWORD, "10.0.0.1")
    by_mail = Client()
    by_mail.post(LOGIN, {"login": clerk.email, "password": PASSWORD}, REMOTE_ADDR="10.9.9.9")
    assert "_auth_user_id" not in by_mail.session, "another name of the same login is no second chance"


def test_guesses_from_many_addresses_are_slowed_down_for_the_login() -> None:
    clerk, other = make_person("service"), make_person("service")
    for number in range(10):
        knock(clerk, "wrong", f"10.1.0.{number}")
    assert not knock(clerk, PASSWORD, "10.0.0.1")
    assert knock(other, PASSWORD, "10.0.0.1")


def test_right_passwords_are_not_counted() -> None:
    clerk = make_person("service")
    assert all(knock(clerk) for _try in range(15))


def test_the_session_is_a_new_one_after_signing_in() -> None:
    client, clerk = Client(), make_person("service")
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    assert knock(clerk, client=client)
    assert client.session.session_key != planted and not Session.objects.filter(session_key=planted).exists()
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert stolen.get("/settings/you/").status_code == 302


def test_signing_out_ends_the_session_for_every_copy() -> None:
    client, clerk = Client(), make_person("service")
    assert knock(clerk, client=client)
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/accounts/logout/")
    assert copy.get("/settings/you/").status_code == 302


def test_the_second_factor_stands_between_password_and_house() -> None:
    clerk, secret = make_person("service"), generate_totp_secret()
    TOTP.activate(clerk, secret)
    client = Client()
    assert not knock(clerk, client=client)
    assert client.get("/settings/you/").status_code == 302, "the password alone opens nothing"
    assert client.get("/api/v1/orders/").status_code in (401, 403)
    assert client.get(SECOND).status_code == 200
    client.post(SECOND, {"code": "000000"})
    assert "_auth_user_id" not in client.session
    right = code(secret)
    client.post(SECOND, {"code": right})
    assert client.session["_auth_user_id"] == str(clerk.pk)
    again = Client()
    knock(clerk, client=again)
    again.post(SECOND, {"code": right})
    assert "_auth_user_id" not in again.session, "a code opens once"


def test_codes_are_not_guessed_and_recovery_codes_open_once() -> None:
    clerk, secret = make_person("service"), generate_totp_secret()
    TOTP.activate(clerk, secret)
    codes = RecoveryCodes.activate(clerk).get_unused_codes()
    first, second = Client(), Client()
    knock(clerk, client=first)
    first.post(SECOND, {"code": codes[0]})
    assert "_auth_user_id" in first.session
    knock(clerk, client=second)
    second.post(SECOND, {"code": codes[0]})
    assert "_auth_user_id" not in second.session
    guesser = Client()
    knock(clerk, client=guesser)
    for _try in range(8):
        guesser.post(SECOND, {"code": "123456"})
    guesser.post(SECOND, {"code": code(secret)})
    assert "_auth_user_id" not in guesser.session, "after five wrong codes no code counts for a while"
    assert Authenticator.objects.filter(user=clerk).count() == 2


def test_who_leaves_is_out_at_once() -> None:
    clerk, client = make_person("service"), Client()
    assert knock(clerk, client=client) and client.get("/settings/you/").status_code == 200
    services.change_person(person=clerk, active=False, actor=SYSTEM, now=NOW)
    assert client.get("/settings/you/").status_code == 302
    assert not knock(clerk)
