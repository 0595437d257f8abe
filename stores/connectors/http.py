"""A careful HTTP client for channels: time limits on everything, no redirects, no more bytes than expected.

A request ends in a decoded JSON object or in one of ``errors``: refused before it left = ``Temporary``, anything
unclear after it left = ``Ambiguous``.
"""

from __future__ import annotations

import gzip
import http.client
import io
import json
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from stores.connectors.errors import Ambiguous, Misconfigured, Permanent, Temporary

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
LARGEST = 8 * 1024 * 1024
RETRY_LATER = {408, 425, 429}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON object."""

    status: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Client:
    """One base address with fixed headers."""

    base_url: str
    headers: dict[str, str]
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read. A fault on the way is ``Temporary``: reading again harms nobody."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        try:
            return self.request("GET", f"{path}?{urlencode(asked, doseq=True)}" if asked else path).data
        except Ambiguous as error:
            raise Temporary(str(error), code=error.code) from error

    def post(self, path: str, data: dict[str, Any] | list[Any]) -> dict[str, Any]:
        """Change something."""
        return self.request("POST", path, data).data

    def request(self, method: str, path: str, data: dict[str, Any] | list[Any] | None = None) -> Answer:
        """One exchange. Raises one of ``errors`` unless the answer is a 2xx with a JSON object."""
        deadline = time.monotonic() + self.total_seconds
        link = self._open()
        body = None if data is None else json.dumps(data, ensure_ascii=False).encode()
        sent = {**self.headers, "Accept": "application/json", "Accept-Encoding": "gzip", "Connection": "close"}
        if body is not None:
            sent["Content-Type"] = "application/json; charset=utf-8"
        try:
            link.request(method, urlsplit(self.base_url).path.rstrip("/") + path, body, sent)
            wire = link.sock  # the connection lets go of it once the head was read
            _limit(wire, deadline)
            answer = link.getresponse()
            raw = _read(answer, wire, deadline)
        except (OSError, http.client.HTTPException, TimeoutError) as error:
            raise Ambiguous(f"no whole answer: {type(error).__name__}") from error
        finally:
            link.close()
        return _judge(answer, raw)

    def _open(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Misconfigured(f"“{self.base_url}” is not an address")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise Misconfigured(
                "without encryption only this machine may be asked: the address must begin with https://"
            )
        link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.connect_seconds)
        if parts.scheme == "https":
            trusted = ssl.create_default_context()
            link = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=self.connect_seconds, context=trusted
            )
        try:
            link.connect()
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured("the certificate of the channel cannot be trusted") from error
        except OSError as error:
            raise Temporary(f"the channel cannot be reached: {type(error).__name__}") from error
        return link


def _limit(wire: socket.socket | None, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if wire is not None:
        wire.settimeout(left)


def _read(answer: http.client.HTTPResponse, wire: socket.socket | None, deadline: float) -> bytes:
    pieces, size = [], 0
    while True:
        _limit(wire, deadline)
        piece = answer.read1(65536)
        if not piece:
            break
        size += len(piece)
        if size > LARGEST:
            raise Ambiguous("the answer is too large", code="too_large")
        pieces.append(piece)
    if answer.length not in (None, 0):
        raise Ambiguous("the answer was cut short", code="cut_short")
    raw = b"".join(pieces)
    if answer.headers.get("Content-Encoding", "").lower() != "gzip":
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            open_text = packed.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise Ambiguous("the answer cannot be unpacked", code="bad_gzip") from error
    if len(open_text) > LARGEST:
        raise Ambiguous("the answer is too large", code="too_large")
    return open_text


def _judge(answer: http.client.HTTPResponse, raw: bytes) -> Answer:
    status = answer.status
    data = _object(raw)
    code, text = str((data or {}).get("code", status)), str((data or {}).get("message", "") or f"HTTP {status}")
    if status in RETRY_LATER or (status == 503 and answer.headers.get("Retry-After")):
        raise Temporary(text, code=code, retry_after=_seconds(answer.headers.get("Retry-After")))
    if status in (401, 403):
        raise Misconfigured(f"the channel refuses our key: {text}", code=code)
    if 300 <= status < 400:
        raise Misconfigured("the channel answers with another address; set the right one", code=code)
    if 400 <= status < 500:
        raise Permanent(text, code=code)
    if status >= 500:
        raise Ambiguous(text, code=code)
    if data is None:
        raise Ambiguous("the answer is not what was agreed", code="unreadable")
    return Answer(status, data)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return 60.0
