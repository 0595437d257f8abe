"""E-mail to buyers through the installation's mail server (EMAIL_URL); the console when none is set.

A mail cannot be read back. Its Message-ID follows from the key of the call, so a copy after an unclear outcome is
recognised as the same mail by the receiver.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import smtplib
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from email.utils import formataddr, parseaddr
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from stores.choices import Ability
from stores.connectors.base import Connector, Effect
from stores.connectors.errors import Ambiguous, Misconfigured, Permanent, Temporary
from stores.contracts import Receipt

#: True while a pretended past is lived: its mails reach nobody.
_pretending: ContextVar[bool] = ContextVar("mails_of_a_pretended_past", default=False)
NOBODY = "django.core.mail.backends.dummy.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


class Mail(Connector):
    """Sends one mail per call: text and HTML, answers to the store."""

    kind = "mail"
    abilities: ClassVar[frozenset[str]] = frozenset({Ability.SEND_EMAIL})
    reads_back: ClassVar[bool] = False

    def send_email(self, effect: Effect) -> Receipt:
        """Hand one mail to the mail server; the receipt's id is the Message-ID."""
        message = self.message(effect)
        backend = open_backend()
        message.connection = backend
        try:
            sent = message.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise refusal(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Ambiguous(f"the mail server went away while taking the mail: {type(error).__name__}") from error
        finally:
            _close(backend)
        if sent != 1:
            raise Ambiguous("the mail server did not say that it took the mail")
        return Receipt(str(message.extra_headers["Message-ID"]), {"to": message.to[0]})

    def message(self, effect: Effect) -> EmailMultiAlternatives:
        """The mail of a call; header values hold no control characters whatever the facts were."""
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        to = header(str(effect.payload["to"]))
        if "@" not in to or any(mark in to for mark in " ,;<>"):
            raise Permanent(f"“{to}” is not an e-mail address", code="bad_address")
        text = str(effect.payload["text"])
        message = EmailMultiAlternatives(
            subject=header(str(effect.payload["subject"])) or header(self.account.name),
            body=text,
            from_email=formataddr((header(str(effect.payload.get("from_name") or self.account.name)), sender)),
            to=[to],
            reply_to=[header(self.account.reply_email)] if self.account.reply_email else None,
            headers={"Message-ID": message_id(effect.key, sender), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(as_html(text), "text/html")
        return message


@contextlib.contextmanager
def to_nobody() -> Iterator[None]:
    """Inside, mails are written and counted as sent but leave the house by no door: pretended buyers have no mailbox."""
    mark = _pretending.set(True)
    try:
        yield
    finally:
        _pretending.reset(mark)


def open_backend() -> BaseEmailBackend:
    """The opened mail backend. What fails before a mail was handed over certainly did not send it."""
    options: dict[str, Any] = {"stream": sys.stderr} if settings.EMAIL_BACKEND == CONSOLE else {}
    backend: BaseEmailBackend = get_connection(NOBODY) if _pretending.get() else get_connection(**options)
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError as error:
        raise Misconfigured("the mail server refuses user name or password (EMAIL_URL)") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(f"the mail server cannot be reached: {type(error).__name__}") from error
    return backend


def _close(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        return


def refusal(error: smtplib.SMTPException) -> Temporary | Permanent | Ambiguous:
    """What a refusal of the mail server means: 4xx may work later, 5xx never will."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        code, text = (codes[0] if codes else 550), "the mail server refuses the address"
    else:
        code = int(getattr(error, "smtp_code", 550))
        text = "the mail server refuses the mail"
    if 400 <= code < 500:
        return Temporary(text, code=str(code))
    return Permanent(text, code=str(code))


def header(text: str, limit: int = 200) -> str:
    """Text fit for a header: one line, no control characters."""
    kept = "".join(ch if ch.isprintable() else " " for ch in text if not 0xD800 <= ord(ch) <= 0xDFFF)
    return " ".join(kept.split())[:limit]


def message_id(key: str, sender: str) -> str:
    """The stable identity of the mail of one effect."""
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def as_html(text: str) -> str:
    """The HTML part: the same words, escaped, nothing live."""
    parts = [
        html.escape(part).replace("\n", "<br>\n") for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()
    ]
    body = "".join(f"<p>{part}</p>\n" for part in parts)
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{body}</body></html>\n'
