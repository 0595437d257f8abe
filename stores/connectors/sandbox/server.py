"""The pretend shop's small HTTP server: a marketplace to talk to, and to misbehave when asked.

Sellers use ``/api/`` with ``Authorization: Bearer KEY`` and ``X-Shop: CODE`` (a new key opens a new shop). ``X-Now`` tells
the time of the caller, so a simulated year takes minutes. Answers are ``{"ok": true, "data": {...}}`` or, with status 200
as well, ``{"ok": false, "code": "...", "message": "..."}``.

    GET  /api/ping                              GET  /api/messages/unread     (shown once)
    GET  /api/orders?since=&limit=              GET  /api/messages?since=&direction=&ref=
    GET  /api/orders/ID                         POST /api/messages            buyer, order_id, subject, text, ref
    POST /api/orders/ID/ship                    GET  /api/feedback?since=
    POST /api/orders/ID/change-shipment         GET  /api/tracking?numbers=A,B
    POST /api/orders/ID/extend                  POST /api/waybills            reference, service, country
    POST /api/orders/ID/answer-cancel           GET  /api/waybills?reference=
    GET  /api/cases?since=                      GET  /api/cases/ID
    POST /api/cases/ID/answer                   POST /api/feedback/ID/reply   (once)
    GET  /api/feedback/ID

The pretend carrier answers on the same door (a carrier is a shop of its own there; a reference is taken once):

    POST /api/carrier/parcels                   reference, service, country   GET  /api/carrier/parcels?reference=
    GET  /api/carrier/parcels/NUMBER/label      (PDF, base64)                 GET  /api/carrier/parcels/NUMBER
    POST /api/carrier/parcels/NUMBER/cancel

``/control/`` (header ``X-Control: yes``) is for simulations and tests: orders, messages, feedback, cases, events, faults, calm,
journal, revoke, reset. Kinds of faults: 429, 401, 500, 500_done, hang, reset, half, garbage, inside, late, duplicate, redirect,
empty, huge.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from stores.connectors.sandbox.ledger import Refused
from stores.connectors.sandbox.shop import Shop

LARGEST_BODY = 1024 * 1024
ACTIONS = {"ship": "ship", "change-shipment": "change_shipment", "extend": "extend", "answer-cancel": "answer_cancel"}
#: Faults whose effect has happened although the caller does not learn it.
DONE = {"500_done", "half", "garbage", "empty", "huge"}


class Unknown(Exception):
    """No such address."""


def twice(value: Any) -> Any:
    """Each element of a list two times; other values as they are."""
    return [item for item in value for _time in (0, 1)] if isinstance(value, list) else value


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_version = "PretendShop/1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Silent; the journal remembers."""

    def do_GET(self) -> None:
        """Read."""
        self.answer(None)

    def do_POST(self) -> None:
        """Change."""
        try:
            size = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
            data = json.loads(self.rfile.read(size) or b"{}")
        except ValueError:
            self.reply(400, {"ok": False, "code": "bad_json", "message": "the body is not JSON"})
            return
        self.answer(data if isinstance(data, dict) else {})

    def answer(self, data: dict[str, Any] | None) -> None:
        """Find out who asks, suffer a planned fault, do it, answer."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            if parts.path.startswith("/control/"):
                if self.headers.get("X-Control") != "yes":
                    raise PermissionError("control needs its header")
                self.reply(200, {"ok": True, "data": self.server.control(parts.path, query, data)})
            elif parts.path.startswith("/api/"):
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                code = self.server.shop.open_shop(token, self.headers.get("X-Shop", ""))
                self.serve(code, parts.path, query, data)
            else:
                raise Unknown
        except PermissionError as error:
            self.reply(401, {"ok": False, "code": "bad_key", "message": str(error)})
        except Refused as error:
            self.reply(200, {"ok": False, "code": error.code, "message": str(error)})
        except Unknown:
            self.reply(404, {"ok": False, "code": "unknown_address", "message": "there is no such address"})
        except (KeyError, ValueError, TypeError) as error:
            self.reply(400, {"ok": False, "code": "bad_request", "message": f"{type(error).__name__}: {error}"})

    def serve(self, code: str, path: str, query: dict[str, str], data: dict[str, Any] | None) -> None:
        """Do one thing for a shop, well or with its fault."""
        now, fault = self.now(), self.server.shop.fault_for(code, path, writes=data is not None)
        kind = str(fault["kind"]) if fault else ""
        if fault is not None and self.instead(kind, fault, code, path, data, now):
            return
        if fault is not None and kind == "hang":
            time.sleep(float(fault.get("seconds", 30)))
        done = self.server.api(code, path, query, data, now)
        if kind == "duplicate":
            done = {name: twice(value) for name, value in done.items()}
        if kind in DONE:
            self.spoil(kind, {"ok": True, "data": done})
            return
        self.reply(200, {"ok": True, "data": done})

    def instead(
        self, kind: str, fault: dict[str, Any], code: str, path: str, data: dict[str, Any] | None, now: datetime
    ) -> bool:
        """Faults that happen instead of the thing asked for; True when the request is over."""
        if kind in ("429", "500", "401"):
            headers = {"Retry-After": str(fault.get("retry_after", 1))} if kind == "429" else {}
            self.reply(int(kind), {"ok": False, "code": f"fault_{kind}", "message": "planned"}, headers)
        elif kind == "inside":
            self.reply(200, {"ok": False, "code": str(fault.get("code", "busy")), "message": "planned"})
        elif kind == "redirect":
            self.reply(302, {}, {"Location": "http://127.0.0.1:9/"})
        elif kind in ("reset", "late"):
            if kind == "late" and data is not None:
                with self.server.shop.lock:
                    due = now + timedelta(seconds=float(fault.get("seconds", 5)))
                    self.server.shop.put_late(due, code, path, data)
            self.hang_up()
        else:
            return False
        return True

    def spoil(self, kind: str, answer: dict[str, Any]) -> None:
        """Answers nobody can use, although the thing was done."""
        raw = json.dumps(answer).encode()
        if kind == "500_done":
            self.reply(500, {"ok": False, "code": "fault", "message": "planned"})
        elif kind == "garbage":
            self.raw(200, b"<html><body>Please log in</body></html>", "text/html")
        elif kind == "empty":
            self.raw(200, b"", "application/json")
        elif kind == "huge":
            self.raw(200, b'{"ok": true, "data": "' + b"x" * (20 * 1024 * 1024) + b'"}', "application/json")
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[: len(raw) // 2])
            self.wfile.flush()
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection without another word."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def now(self) -> datetime:
        """The caller's time, else the machine's."""
        told = self.headers.get("X-Now")
        return datetime.fromisoformat(told) if told else datetime.now(UTC)

    def reply(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.raw(status, json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8", headers)

    def raw(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        """Answer with bytes; a caller that has gone is no fault."""
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """The server with its shop; listens on this machine only."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], path: Path | str) -> None:
        super().__init__(address, Handler)
        self.shop = Shop(path)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news."""

    def server_close(self) -> None:
        """Stop and let the file go."""
        super().server_close()
        self.shop.close()

    def api(
        self, code: str, path: str, query: dict[str, str], data: dict[str, Any] | None, now: datetime
    ) -> dict[str, Any]:
        """One thing a seller asks for."""
        shop = self.shop
        with shop.lock:
            shop.settle_late(now, lambda held, where, late: self.change(held, where, late, now))
            if data is not None:
                return self.change(code, path, data, now)
            if path == "/api/ping":
                return {"shop": code}
            if path == "/api/orders":
                return shop.orders(code, int(query.get("since", 0)), int(query.get("limit", 50)))
            if path.startswith("/api/orders/"):
                return shop.order(code, unquote(path.removeprefix("/api/orders/")))
            if path == "/api/messages/unread":
                return shop.unread(code)
            if path == "/api/messages":
                return shop.history(code, query.get("since", ""), query.get("direction", ""), query.get("ref", ""))
            if path == "/api/feedback":
                return shop.feedback(code, int(query.get("since", 0)))
            if path.startswith("/api/feedback/"):
                return shop.one_feedback(code, unquote(path.removeprefix("/api/feedback/")))
            if path == "/api/cases":
                return shop.cases(code, int(query.get("since", 0)))
            if path.startswith("/api/cases/"):
                return shop.case(code, unquote(path.removeprefix("/api/cases/")))
            if path == "/api/tracking":
                return shop.tracking([number for number in query.get("numbers", "").split(",") if number][:40])
            if path == "/api/waybills":
                return shop.waybills(code, query.get("reference", ""))
            if path == "/api/carrier/parcels":
                return shop.carrier_parcels(code, query.get("reference", ""))
            if path.startswith("/api/carrier/parcels/"):
                number, _slash, what = path.removeprefix("/api/carrier/parcels/").partition("/")
                return (shop.carrier_label if what == "label" else shop.carrier_state)(code, unquote(number))
        raise Unknown

    def change(self, code: str, path: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
        """One thing a seller changes."""
        if path == "/api/messages":
            row = self.shop.put_message(code, data, now, "out")
            return {"id": row["id"]}
        if path == "/api/waybills":
            return self.shop.waybill(code, data, now)
        if path == "/api/carrier/parcels":
            return self.shop.take_parcel(code, data, now)
        if path.startswith("/api/carrier/parcels/") and path.endswith("/cancel"):
            return self.shop.cancel_parcel(code, unquote(path.split("/")[4]), now)
        for place, action, change in (
            ("cases", "answer", self.shop.answer_case),
            ("feedback", "reply", self.shop.reply_feedback),
        ):
            if path.startswith(f"/api/{place}/") and path.endswith(f"/{action}"):
                key = unquote(path.removeprefix(f"/api/{place}/").removesuffix(f"/{action}"))
                return change(code, key, data, now)
        order_id, _slash, action = path.removeprefix("/api/orders/").rpartition("/")
        if path.startswith("/api/orders/") and action in ACTIONS:
            done: dict[str, Any] = getattr(self.shop, ACTIONS[action])(code, unquote(order_id), data, now)
            return done
        raise Unknown

    def control(self, path: str, query: dict[str, str], data: dict[str, Any] | None) -> Any:
        """What simulations and tests ask for."""
        shop, told = self.shop, data or {}
        code = str(told.get("shop", query.get("shop", "")))
        moment = told.get("now")
        now = datetime.fromisoformat(moment) if moment else datetime.now(UTC)
        with shop.lock:
            match path.removeprefix("/control/"):
                case "orders":
                    return [shop.put_order(code, order, now) for order in told["orders"]]
                case "messages":
                    return [shop.put_message(code, message, now, "in") for message in told["messages"]]
                case "feedback":
                    return [shop.put_feedback(code, feedback, now) for feedback in told["feedback"]]
                case "cases":
                    return [shop.put_case(code, case, now) for case in told["cases"]]
                case "case":
                    return shop.case(code, query["id"])
                case "events":
                    return {number: shop.put_events(number, events) for number, events in told["events"].items()}
                case "faults":
                    return shop.plan_fault(told)
                case "calm":
                    return shop.forget_faults(code)
                case "journal":
                    return shop.journal(code, query.get("kind", ""))
                case "order":
                    return shop.order(code, query["id"])
                case "revoke":
                    return shop.revoke(code)
                case "reset":
                    return shop.reset()
        raise Unknown
