"""A small stand-in for 17TRACK: what the real one is said to do, for tests and for trying a source by hand.

Numbers are kept by number and carrier. Three calls a second and forty items a call at most, a quota that registering uses
up, no news until some time after registering, pushes that are signed and tried again, and misbehaviour when asked for:
429, 500 (before or after the thing was done), reset, garbage, half (half of the items are taken, nothing is said of the
others). It listens on this machine only.

``POST /control/NAME`` (header ``X-Control: yes``): events {number: [event…]}, push {url}, fault {kind, calls}, dead {dead}.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from logistics.connectors.seventeentrack import BATCH, PER_SECOND, signature
from logistics.connectors.seventeentrack_shapes import ok, post, refusal, track_info, wrong

PREFIX = "/track/v2.2/"
LARGEST = 2 * 1024 * 1024
#: How often the carrier of one number can be changed.
CHANGES = 5
#: Pauses after which a push that was not answered with 200 is sent again (minutes); then it is dropped.
AGAIN = (10, 30, 60)
_KNOWN = (
    (r"[A-Z]{2}\d{9}CN", 3011),
    (r"[A-Z]{2}\d{9}GB", 11031),
    (r"1Z\w{16}", 100002),
    (r"YT\d{16}", 190008),
    (r"\d{12}", 100003),
)


@dataclass
class Number:
    """One followed number."""

    number: str
    carrier: int
    tag: str
    since: datetime
    events: list[dict[str, Any]] = field(default_factory=list)
    status: str = "NotFound"
    stopped: bool = False
    retracked: bool = False
    changes: int = 0
    news: bool = False


@dataclass
class Fault:
    """A planned misbehaviour of the next ``calls`` calls."""

    kind: str
    calls: int = 1
    only: str = ""


class Office:
    """What the stand-in knows. ``clock`` may be a pretended time; the bucket of calls uses the machine's."""

    def __init__(self, key: str, *, quota: int = 1000, delay: timedelta = timedelta(0), limited: bool = True) -> None:
        self.key, self.quota, self.used, self.delay, self.limited = key, quota, 0, delay, limited
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.numbers: dict[tuple[str, int], Number] = {}
        self.unknown: set[str] = set()
        self.guessed: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.dead = False
        self.calls: list[tuple[str, int]] = []
        self.pushes: list[tuple[str, int]] = []
        self.lock = threading.RLock()
        self._recent: deque[float] = deque()

    def may_call(self) -> bool:
        """Whether the caller kept to three calls a second."""
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= 1.0:
            self._recent.popleft()
        if self.limited and len(self._recent) >= PER_SECOND:
            return False
        self._recent.append(now)
        return True

    def fault_for(self, call: str) -> str:
        """The misbehaviour planned for this call."""
        for fault in self.faults:
            if fault.calls > 0 and fault.only in ("", call):
                fault.calls -= 1
                return fault.kind
        return ""

    # --- the calls ------------------------------------------------------------------------------------------------------

    def answer(self, call: str, items: Any) -> dict[str, Any]:
        """What a call answers."""
        self.calls.append((call, len(items) if isinstance(items, list) else 0))
        if call == "getquota":
            return ok({"quota_total": self.quota, "quota_used": self.used, "quota_remain": self.quota - self.used})
        if not isinstance(items, list):
            return wrong(-18010013, "Submitted data is invalid.")
        if len(items) > BATCH:
            return wrong(-18010014, "The number of submitted tracking numbers exceeds the limit of 40.")
        one = {
            "register": self.register, "gettrackinfo": self.info, "stoptrack": self.stop, "retrack": self.retrack,
            "deletetrack": self.delete, "changecarrier": self.change,
        }.get(call)  # fmt: skip
        if one is None:
            return wrong(-18010013, "Unknown call.")
        accepted: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        for item in items:
            row = one(item if isinstance(item, dict) else {})
            (rejected if "error" in row else accepted).append(row)
        return ok({"accepted": accepted, "rejected": rejected})

    def register(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Follow a number from now on."""
        number, carrier = str(item.get("number", "")).upper(), int(item.get("carrier") or 0)
        if not re.fullmatch(r"[0-9A-Z-]{5,50}", number):
            return refusal(item, -18010012, f"The format of '{number}' is invalid.")
        origin = 2 if carrier else 3 if number in self.guessed else 1
        carrier = carrier or self.guessed.get(number) or (0 if number in self.unknown else _detected(number))
        if not carrier:
            return refusal(item, -18019903, f"Carrier cannot be detected for '{number}'.")
        if (number, carrier) in self.numbers:
            return refusal(
                item,
                -18019901,
                f"The tracking number '{number}' has been registered, don't need to repeat registration.",
            )
        if self.used >= self.quota:
            return refusal(item, -18019908, "Your quota is used up.")
        self.used += 1
        tag = str(item.get("tag") or "")
        self.numbers[number, carrier] = Number(number, carrier, tag, self.clock())
        return {"origin": origin, "number": number, "carrier": carrier, "tag": tag}

    def info(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """What is known of a number."""
        held = self.held(item)
        if held is None:
            return refusal(item, -18019902, "The tracking number is not registered.")
        if not held.events or self.clock() - held.since < self.delay:
            return refusal(item, -18019909, "No tracking information at this time.")
        return {"number": held.number, "carrier": held.carrier, "tag": held.tag, "track_info": track_info(held)}

    def stop(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Follow it no longer."""
        held = self.held(item)
        if held is None:
            return refusal(item, -18019902, "The tracking number is not registered.")
        if held.stopped:
            return refusal(item, -18019906, "The tracking number is not in tracking.")
        held.stopped = True
        return {"number": held.number, "carrier": held.carrier}

    def retrack(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Follow it again; once only."""
        held = self.held(item)
        if held is None:
            return refusal(item, -18019902, "The tracking number is not registered.")
        if not held.stopped:
            return refusal(item, -18019904, "Retrack is allowed for stopped numbers only.")
        if held.retracked:
            return refusal(item, -18019905, "A number can be retracked only once.")
        held.stopped, held.retracked = False, True
        return {"number": held.number, "carrier": held.carrier}

    def delete(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Forget it."""
        held = self.held(item)
        if held is None:
            return refusal(item, -18019902, "The tracking number is not registered.")
        del self.numbers[held.number, held.carrier]
        return {"number": held.number, "carrier": held.carrier}

    def change(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Give a number another carrier: five times at most, and not before the first result after the last change."""
        number, old, new = str(item.get("number", "")).upper(), _key(item.get("carrier_old")), _key(item.get("carrier_new"))
        mine = [held for key, held in self.numbers.items() if key[0] == number and old in (0, key[1])]
        if not new:
            return refusal(item, -18019804, "The carrier to be changed to must be given.")
        if len(mine) != 1:
            return refusal(item, -18019801 if mine else -18019805, f"'{number}' is registered {len(mine)} times with this carrier.")
        held = mine[0]
        wrong_code = (
            -18019806 if held.stopped else -18019803 if new == held.carrier else -18019809 if (number, new) in self.numbers
            else -18019807 if held.changes >= CHANGES else -18019808 if not held.events else 0
        )  # fmt: skip
        if wrong_code:
            return refusal(item, wrong_code, "The carrier cannot be changed.")
        del self.numbers[number, held.carrier]
        held.carrier, held.changes = new, held.changes + 1
        self.numbers[number, new] = held
        return {"number": number, "carrier": new}

    def held(self, item: Mapping[str, Any]) -> Number | None:
        """The number meant; without a carrier the first one of that number."""
        number, carrier = str(item.get("number", "")).upper(), int(item.get("carrier") or 0)
        if carrier:
            return self.numbers.get((number, carrier))
        return next((held for key, held in self.numbers.items() if key[0] == number), None)

    # --- what happens to parcels, and pushes -----------------------------------------------------------------------------

    def put_events(self, number: str, events: Iterable[Mapping[str, Any]], *, status: str = "") -> None:
        """Something happened to a parcel (``time_utc``, ``description``, ``location``, ``stage``, ``sub_status``)."""
        with self.lock:
            for (known, _carrier), held in self.numbers.items():
                if known == number.upper():
                    held.events += [dict(event) for event in events]
                    held.status = status or held.status
                    held.news = not held.stopped

    def waiting(self) -> list[dict[str, Any]]:
        """What would be pushed now."""
        with self.lock:
            ready = [
                h for h in self.numbers.values() if h.news and not self.dead and self.clock() - h.since >= self.delay
            ]
            for held in ready:
                held.news = False
            return [
                {"event": "TRACKING_UPDATED", "data": {
                    "number": h.number, "carrier": h.carrier, "param": None, "tag": h.tag or None, "track_info": track_info(h),
                }}
                for h in ready
            ]  # fmt: skip

    def push(
        self, url: str, *, send: Callable[[str, bytes, str], int] | None = None, tries: int = 1 + len(AGAIN)
    ) -> list[int]:
        """Send what waits to ``url``, signed; what is not answered with 200 is tried again (without the real pauses)."""
        answers = []
        for told in self.waiting():
            body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
            status = 0
            for _time in range(tries):
                status = (send or post)(url, body, signature(body, self.key))
                if status == 200:
                    break
            self.pushes.append((told["data"]["number"], status))
            answers.append(status)
        return answers


def _key(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _detected(number: str) -> int:
    return next((key for pattern, key in _KNOWN if re.fullmatch(pattern, number)), 0)


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    server_version = "Standin/1"
    server: StandIn

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        """Answer, well or with the planned fault."""
        office = self.server.office
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        try:
            items = json.loads(raw or b"[]")
        except ValueError:
            return self.reply(200, wrong(-18010013, "Submitted data is invalid."))
        if self.path.startswith("/control/"):
            return self.control(self.path.removeprefix("/control/"), items)
        call = self.path.removeprefix(PREFIX)
        with office.lock:
            if office.dead:
                return self.reply(503, {"code": 503})
            if self.headers.get("17token") != office.key:
                return self.reply(401, wrong(-18010002, "Invalid security key."))
            if not office.may_call():
                return self.reply(429, wrong(429, "Too many requests."))
            fault = office.fault_for(call)
            if fault in ("429", "500"):
                return self.reply(int(fault), wrong(int(fault), "planned"))
            if fault == "reset":
                return self.hang_up()
            told = items[: len(items) // 2] if fault == "half" and isinstance(items, list) else items
            done = office.answer(call, told)
        if fault == "500_done":
            return self.reply(500, wrong(500, "planned"))
        if fault == "garbage":
            return self.raw(200, b"<html>busy</html>")
        return self.reply(200, done)

    def control(self, name: str, told: Any) -> None:
        """What a person who tries the source out asks for."""
        office = self.server.office
        if self.headers.get("X-Control") != "yes" or not isinstance(told, dict):
            return self.reply(403, {})
        done: Any = None
        if name == "events":
            for number, events in told.items():
                office.put_events(number, events)
        elif name == "push":
            done = office.push(str(told.get("url", "")))
        elif name == "fault":
            office.faults.append(Fault(str(told["kind"]), int(told.get("calls", 1)), str(told.get("only", ""))))
        elif name == "dead":
            office.dead = bool(told.get("dead", True))
        else:
            return self.reply(404, {})
        return self.reply(200, {"ok": True, "data": done})

    def reply(self, status: int, body: Mapping[str, Any]) -> None:
        """Answer with JSON."""
        self.raw(status, json.dumps(body, ensure_ascii=False).encode())

    def raw(self, status: int, body: bytes) -> None:
        """Answer with bytes; a caller that has gone is no fault."""
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def hang_up(self) -> None:
        """End the connection without a word."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class StandIn(ThreadingHTTPServer):
    """The server with its office."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], office: Office) -> None:
        super().__init__(address, Handler)
        self.office = office

    @property
    def url(self) -> str:
        """The base address for a source."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}{PREFIX.rstrip('/')}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news."""


@contextlib.contextmanager
def running(office: Office, port: int = 0) -> Any:
    """The stand-in, listening for the time of the block."""
    server = StandIn(("127.0.0.1", port), office)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="17track", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


__all__: Sequence[str] = ["AGAIN", "Fault", "Number", "Office", "StandIn", "post", "running", "track_info"]
