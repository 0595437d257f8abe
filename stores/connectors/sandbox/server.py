"""The pretend shop behind HTTP on this machine: ``manage.py sandbox_server``.

Answers are ``{"code": 0, "request_id": …, "data": …}``; a refusal comes inside HTTP 200 with another code, as channels do.
Seller calls carry ``Authorization: Bearer <token of the shop>``, calls under ``/control/`` the control key that lies in a file
only this installation can read. A header ``X-Now`` (ISO 8601) tells a simulated time.

Faults on demand: ``429`` (with Retry-After) · ``500`` (nothing done) · ``500_after`` (done, then 500) · ``timeout`` (nothing done, no
answer) · ``timeout_after`` (done, no answer) · ``half`` (done, half an answer) · ``error200`` (error inside 200, nothing done) ·
``html`` (an error page with status 200) · ``late`` (no answer, done some seconds later).
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stores.connectors.sandbox.shop import Refused, Shop

MAX_BODY = 2 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """One request to the pretend shop."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the journal tells more."""

    def do_GET(self) -> None:
        """Reads."""
        self._serve({})

    def do_POST(self) -> None:
        """Effects and control."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self._reply(413, {"code": 413, "message": "too large"})
            return
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            self._reply(400, {"code": 400, "message": "not JSON"})
            return
        self._serve(body if isinstance(body, dict) else {})

    def _serve(self, body: dict[str, Any]) -> None:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        try:
            if parts.path.startswith("/control/"):
                if not hmac.compare_digest(self._bearer(), self.server.control_key):
                    raise Refused(401, "IllegalAccessToken")
                self._reply(200, self._wrap(control(self.server.shop, parts.path, {**query, **body}, self._now())))
                return
            if parts.path == "/health":
                self._reply(200, self._wrap({"ok": True}))
                return
            self._seller(parts.path, query, body)
        except Refused as refusal:
            self._reply(200, {"code": refusal.code, "message": refusal.message, "request_id": secrets.token_hex(8)})
        except (KeyError, ValueError, TypeError) as error:
            self._reply(200, {"code": 400, "message": f"bad request: {error}", "request_id": secrets.token_hex(8)})
        except BrokenPipeError:
            pass

    def _seller(self, path: str, query: dict[str, str], body: dict[str, Any]) -> None:
        shop = self.server.shop.by_token(self._bearer())
        fault = self.server.shop.next_fault(path)
        if fault is None:
            self._reply(200, self._wrap(seller(self.server.shop, shop, self.command, path, query, body, self._now())))
            return
        kind, wait = fault
        act: Callable[[], Any] = lambda: seller(self.server.shop, shop, self.command, path, query, body, self._now())  # noqa: E731
        if kind == "429":
            self._reply(429, {"code": 7, "message": "ApiCallLimit"}, {"Retry-After": str(max(int(wait), 1))})
        elif kind == "500":
            self._reply(500, {"code": 15, "message": "UnknownRuntimeException"})
        elif kind == "500_after":
            act()
            self._reply(500, {"code": 15, "message": "UnknownRuntimeException"})
        elif kind == "error200":
            self._reply(200, {"code": 15, "message": "remote service error", "request_id": secrets.token_hex(8)})
        elif kind == "html":
            self._send(200, b"<html><body>busy</body></html>", {"Content-Type": "text/html"})
        elif kind == "half":
            whole = json.dumps(self._wrap(act())).encode()
            self._send(200, whole[: len(whole) // 2], {"Content-Length": str(len(whole))})
            self.close_connection = True
        elif kind in {"timeout", "timeout_after"}:
            if kind == "timeout_after":
                act()
            time.sleep(wait)
            self.close_connection = True
        elif kind == "late":
            threading.Timer(wait, act).start()
            self.close_connection = True
        else:
            raise Refused(400, f"unknown fault {kind}")

    def _bearer(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ").strip()

    def _now(self) -> datetime:
        given = self.headers.get("X-Now")
        return datetime.fromisoformat(given) if given else datetime.now(UTC)

    @staticmethod
    def _wrap(data: Any) -> dict[str, Any]:
        return {"code": 0, "request_id": secrets.token_hex(8), "data": data}

    def _reply(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def seller(shop: Shop, code: str, method: str, path: str, query: dict[str, str], body: dict[str, Any], now: datetime) -> Any:
    """What the seller's program asks."""
    steps = path.strip("/").split("/")
    match (method, *steps):
        case ("GET", "orders"):
            return shop.orders_since(code, query.get("since", ""), query.get("after", ""), min(int(query.get("limit", 50)), 50))
        case ("GET", "orders", order_id):
            return shop.order(code, order_id)
        case ("POST", "orders", order_id, "ship"):
            return shop.ship(code, order_id, body["number"], body.get("service", ""), body.get("ref", ""), now)
        case ("POST", "orders", order_id, "extend"):
            return shop.extend(code, order_id, body["until"], body.get("ref", ""), now)
        case ("POST", "orders", order_id, "answer-cancel"):
            return shop.answer_cancel(code, order_id, bool(body["accept"]), body.get("ref", ""), now)
        case ("POST", "messages"):
            return shop.send(code, body.get("buyer", ""), body.get("order", ""), body["text"], body.get("ref", ""), now)
        case ("GET", "messages", "unread"):
            return {"messages": shop.unread(code)}
        case ("GET", "messages"):
            return {"messages": shop.messages(code, query.get("since", ""), query.get("ref", ""))}
        case ("GET", "feedback"):
            return {"feedback": shop.feedback(code, query.get("since", ""))}
        case ("GET", "tracking"):
            return {"events": shop.events([n for n in query.get("numbers", "").split(",") if n][:40])}
        case ("POST", "waybills"):
            return shop.waybill(code, body.get("service", ""), body["ref"], now)
        case _:
            raise Refused(404, "no such method")


def control(shop: Shop, path: str, body: dict[str, Any], now: datetime) -> Any:
    """What buyers, carriers and tests do."""
    code = str(body.get("shop", ""))
    match path.removeprefix("/control/").strip("/"):
        case "open":
            return {"token": shop.open(code, str(body.get("token", "")))}
        case "place":
            return {"ids": [shop.place(code, dict(order), now) for order in body["orders"]]}
        case "change":
            shop.change(code, str(body["order"]), now, **body["facts"])
            return {}
        case "write":
            return {"message": shop.write(code, str(body.get("buyer", "")), str(body.get("order", "")), str(body["text"]), now)}
        case "rate":
            return {"feedback": shop.rate(code, str(body["order"]), int(body["stars"]), str(body.get("text", "")), now)}
        case "happen":
            for event in body["events"]:
                shop.happen(event["number"], datetime.fromisoformat(event["at"]), event["stage"], event.get("text", ""), event.get("place", ""))
            return {}
        case "journal":
            return {"journal": shop.journal(code, str(body.get("kind", "")))}
        case "faults":
            shop.plan_faults(list(body["faults"]))
            return {}
        case _:
            raise Refused(404, "no such control")


class Server(ThreadingHTTPServer):
    """The server with its shop and control key."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], shop: Shop, control_key: str):
        super().__init__(address, Handler)
        self.shop, self.control_key = shop, control_key


def key_file(folder: Path) -> Path:
    """Where the control key of this installation lies."""
    return folder / "control.key"


def control_key(folder: Path) -> str:
    """The control key, made at first use; readable by this user only."""
    path = key_file(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(24))
        new.replace(path)
    return path.read_text().strip()


def serve(folder: Path, port: int) -> Server:
    """A server on loopback over the shop kept in ``folder``; ``port`` 0 takes a free one. The caller runs it."""
    return Server(("127.0.0.1", port), Shop(folder / "shop.sqlite3"), control_key(folder))
