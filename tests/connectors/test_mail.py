"""E-mail: whole, harmless, recognisable when it comes twice."""

from __future__ import annotations

import smtplib
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.test import override_settings

from stores.choices import Ability
from stores.connectors.base import Account, Effect
from stores.connectors.errors import Ambiguous, Misconfigured, Permanent, Temporary
from stores.connectors.mail import connector as post
from stores.connectors.mail.connector import Mail, message_id

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def effect(key: str = "email:k1", **payload: Any) -> Effect:
    told = {
        "to": "ana@example.org",
        "subject": "Order 8001",
        "text": "Dear Ana,\n\n你好 <b>x</b>\nBye",
        "from_name": "舢板 Shop",
    }
    return Effect(Ability.SEND_EMAIL, key, {**told, **payload}, 1, NOW)


def sender(**facts: Any) -> Mail:
    return Mail(Account("s", "Shop", reply_email=facts.pop("reply_email", "shop@example.org"), **facts))


def test_a_mail_is_text_and_html_and_answers_go_to_the_store() -> None:
    receipt = sender().send(effect())
    (letter,) = mail.outbox
    assert receipt.remote_id == letter.extra_headers["Message-ID"] and receipt.remote_id.startswith("<")
    assert letter.reply_to == ["shop@example.org"] and letter.extra_headers["Auto-Submitted"] == "auto-generated"
    (html, kind) = letter.alternatives[0]
    assert kind == "text/html" and "&lt;b&gt;x&lt;/b&gt;" in html and "<b>" not in html
    raw = letter.message().as_bytes()
    assert b"multipart/alternative" in raw and b"utf-8" in raw.lower()


@pytest.mark.parametrize("field", ["subject", "from_name"])
@pytest.mark.parametrize(
    "evil", ["Hi\r\nBcc: victim@example.org", "Hi\nX-Evil: 1", "Hi\r\n\r\nbody", "a\x00b", "x\u2028Bcc: y@z.w"]
)
def test_headers_cannot_be_broken(field: str, evil: str) -> None:
    sender().send(effect(**{field: evil}))
    message = mail.outbox[-1].message()
    assert message["Bcc"] is None and message["X-Evil"] is None
    assert [name for name in message if name.lower() in ("bcc", "x-evil")] == []
    assert mail.outbox[-1].recipients() == ["ana@example.org"]


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@example.org, x@y.z", "ana@example.org\nBcc: x@y.z", "<ana@example.org>", "a b@c.d"]
)
def test_a_wrong_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Permanent):
        sender().send(effect(to=address))
    assert mail.outbox == []


def test_the_same_effect_is_the_same_mail() -> None:
    assert message_id("a", "x@shop.example") == message_id("a", "x@shop.example") != message_id("b", "x@shop.example")
    assert message_id("a", "x@shop.example").endswith("@shop.example>")


class Sink:
    """Keeps what comes; answers as planned."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.rcpt, self.data = "250 OK", "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope.content)
        return self.data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink() -> Any:
    handler, port = Sink(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    with override_settings(
        EMAIL_BACKEND=SMTP,
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_HOST_USER="",
        EMAIL_USE_TLS=False,
        EMAIL_TIMEOUT=3,
    ):
        yield handler
    controller.stop()


def test_a_mail_server_gets_it_whole(sink: Sink) -> None:
    from email import message_from_bytes, policy

    receipt = sender().send(effect(subject="订单 8001"))
    (raw,) = sink.letters
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["Subject"] == "订单 8001" and letter["Message-ID"] == receipt.remote_id
    assert "舢板 Shop" in letter["From"] and letter["Reply-To"] == "shop@example.org"
    body = letter.get_body(("plain",))
    assert body is not None and "你好 <b>x</b>" in body.get_content()


@pytest.mark.parametrize(
    ("field", "answer", "kind"),
    [
        ("rcpt", "550 no such user", Permanent), ("rcpt", "451 later", Temporary), ("data", "554 spam", Permanent),
        ("data", "452 full", Temporary),
    ],
)  # fmt: skip
def test_refusals_of_the_mail_server(sink: Sink, field: str, answer: str, kind: type[Exception]) -> None:
    setattr(sink, field, answer)
    with pytest.raises(kind):
        sender().send(effect())


def test_a_server_that_is_away_is_temporary() -> None:
    with (
        override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=free_port()),
        pytest.raises(Temporary),
    ):
        sender().send(effect())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (smtplib.SMTPServerDisconnected("gone"), Ambiguous), (TimeoutError(), Ambiguous), (ConnectionResetError(), Ambiguous),
        (smtplib.SMTPDataError(451, b"later"), Temporary),
    ],
)  # fmt: skip
def test_gone_while_taking_the_mail_is_unclear(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    class Backend:
        def open(self) -> bool:
            return True

        def send_messages(self, messages: Any) -> int:
            raise error

        def close(self) -> None:
            raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(post, "get_connection", lambda **kwargs: Backend())
    with pytest.raises(kind):
        sender().send(effect())


def test_a_wrong_password_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    class Backend:
        def open(self) -> bool:
            raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(post, "get_connection", lambda **kwargs: Backend())
    with pytest.raises(Misconfigured):
        sender().send(effect())
