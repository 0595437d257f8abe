"""A mail server that remembers every mail it took, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Mail:
    """One mail that was taken."""

    message_id: str
    to: str
    subject: str
    at: float


class Sink:
    """Kinds of trouble: ``busy`` refuses for now (451), ``deaf`` takes the mail and hangs up without a word, ``slow`` waits
    before it answers, ``gone`` hangs up before the mail."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.trouble: deque[str] = deque()
        self.forced: Counter[str] = Counter()  #: mails whose acceptance the sender could not learn, by Message-ID
        self.lock = threading.Lock()
        self.port = _free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)

    def __enter__(self) -> Sink:
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    def plan(self, kind: str, times: int) -> None:
        """Misbehave for the next mails."""
        with self.lock:
            self.trouble.extend([kind] * times)

    def calm(self) -> None:
        """No more trouble."""
        with self.lock:
            self.trouble.clear()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one mail."""
        with self.lock:
            kind = self.trouble.popleft() if self.trouble else ""
        if kind == "busy":
            return "451 4.3.0 try again later"
        if kind == "gone":
            server.transport.abort()
            return "421 gone"
        if kind == "slow":
            await asyncio.sleep(2.0)
        found = email.message_from_bytes(envelope.content)
        mail = Mail(str(found["Message-ID"]), str(envelope.rcpt_tos[0]), str(found["Subject"]), time.time())
        with self.lock:
            self.mails.append(mail)
            if kind == "deaf":
                self.forced[mail.message_id] += 1
        if kind == "deaf":
            server.transport.abort()
            return "421 gone"
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
