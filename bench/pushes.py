"""P16: pushes of a tracking source, taken by the real web server: how many a second, what each costs of the processor, and
that every one that was accepted is stored once. Replays and wrong signatures are among them."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.rows import Row

ROOT = Path(__file__).resolve().parent.parent
CODE, KEY = "bench", "the key of the bench"
SECONDS, SENDERS = 15, 8
#: Of a hundred pushes so many are replays, and so many have a wrong signature.
REPLAYS, WRONG = 10, 5


def intake(now: datetime, seconds: int = SECONDS) -> list[Row]:
    """Pushes to gunicorn with two workers for some seconds."""
    from django.db import connection

    from bench.rows import row
    from core import crypto
    from logistics.models import TrackingPush, TrackingSource

    source, _made = TrackingSource.objects.update_or_create(
        code=CODE, defaults={"name": CODE, "secrets": crypto.encrypt(json.dumps({"key": KEY})), "active": False, "created_at": now},
    )  # fmt: skip
    TrackingPush.objects.filter(source=source).delete()
    port = _free_port()
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "erp.wsgi:application", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning",
        ],
        cwd=ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "erp.settings"},
    )  # fmt: skip
    try:
        _wait(port)
        _send(port, 1)  # both workers have imported everything and hold a connection
        TrackingPush.objects.filter(source=source).delete()
        with connection.cursor() as cursor:
            before, backends = _cpu(server.pid), _backends(cursor)
            told = _send(port, seconds)
            own, database = _cpu(server.pid) - before, _grown(cursor, backends)
        stored = TrackingPush.objects.filter(source=source).count()
    finally:
        server.terminate()
        server.wait(20)
    taken, refused = told["200"], told["401"]
    good = stored == told["new"] and told["other"] == 0
    each = (own + database) / max(1, taken + refused) * 1000
    TrackingPush.objects.filter(source=source).delete()
    source.delete()
    return [
        row(
            "P16", f"signed pushes for {seconds} s, {SENDERS} senders, 2 workers",
            f"{taken / told['seconds']:.0f}/s accepted, {each:.2f} ms CPU each (PostgreSQL {database / max(1, taken) * 1000:.2f}); "
            f"{stored} new stored of {told['new']}, {told['replays']} replays, {refused} wrong signatures refused",
            goal="≥ 300/s accepted, each stored before the answer", reached=good and taken / told["seconds"] >= 300,
        )
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    for _try in range(300):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", "/healthz", headers={"Host": "localhost"})
            if link.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


def _send(port: int, seconds: int) -> dict[str, Any]:
    """The senders run in a process of their own, so that their work is not counted."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.pushes", str(port), str(seconds)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _cpu(pid: int) -> float:
    """CPU seconds of a process and its children."""
    from bench.measure import _cpu_of

    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], stdout=subprocess.PIPE, text=True, check=False
    ).stdout
    threads = [
        int(task.name) for one in [pid, *map(int, children.split())] for task in Path(f"/proc/{one}/task").iterdir()
    ]
    return sum(_cpu_of(thread) for thread in threads)


def _backends(cursor: Any) -> dict[int, float]:
    from bench.measure import _cpu_of

    cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    return {pid: _cpu_of(pid) for (pid,) in cursor.fetchall()}


def _grown(cursor: Any, before: dict[int, float]) -> float:
    return sum(max(0.0, cpu - before.get(pid, 0.0)) for pid, cpu in _backends(cursor).items())


# --- the senders ---------------------------------------------------------------------------------------------------------


def body_of(sender: int, number: int) -> bytes:
    """A push of the usual size: one parcel with a handful of events."""
    events = [
        {"time_utc": f"2026-03-{day:02}T10:00:00Z", "time_iso": f"2026-03-{day:02}T18:00:00+08:00", "description": f"Scan {day}",
         "location": "Guangzhou", "stage": None, "sub_status": "InTransit_Other",
         "address": {"country": "CN", "state": None, "city": None, "street": None, "postal_code": None}}
        for day in range(1, 7)
    ]  # fmt: skip
    info = {"latest_status": {"status": "InTransit", "sub_status": "InTransit_Other"}, "latest_event": events[-1],
            "tracking": {"providers": [{"provider": {"key": 3011, "name": "China Post"}, "events": events}]}}  # fmt: skip
    told = {
        "event": "TRACKING_UPDATED",
        "data": {"number": f"RB{sender:03}{number:06}CN", "carrier": 3011, "track_info": info},
    }
    return json.dumps(told).encode()


def _sender(port: int, sender: int, until: float, found: list[Counter[str]]) -> None:
    import hashlib

    counted: Counter[str] = Counter()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body, number = body_of(sender, 0), 0
    while time.monotonic() < until:
        number += 1
        place = number % 100
        replay, wrong = place < REPLAYS and number > REPLAYS, 50 <= place < 50 + WRONG
        if not replay:
            body = body_of(sender, number)
        sign = hashlib.sha256(body + b"/" + (b"wrong" if wrong else KEY.encode())).hexdigest()
        try:
            link.request(
                "POST",
                f"/tracking/push/{CODE}/",
                body,
                {"sign": sign, "Content-Type": "application/json", "Host": "localhost"},
            )
            answer = link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            counted["other"] += 1
            link.close()
            continue
        status = str(answer.status)
        counted[status if status in ("200", "401") else "other"] += 1
        counted["new"] += status == "200" and not replay
        counted["replays"] += status == "200" and replay
    found.append(counted)


def main() -> int:
    """``python -m bench.pushes PORT SECONDS``: send, and print what was answered."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    found: list[Counter[str]] = []
    began = time.monotonic()
    salt = int(time.time()) % 1000  # another run sends other numbers
    threads = [
        threading.Thread(target=_sender, args=(port, salt * SENDERS % 1000 + n, began + seconds, found)) for n in range(SENDERS)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total: Counter[str] = sum(found, Counter())
    names = ("200", "401", "other", "new", "replays")
    print(json.dumps({name: total[name] for name in names} | {"seconds": time.monotonic() - began}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
