"""P12: the memory of a web worker after it has shown pages, measured in a process of its own as the server runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.rows import Row

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "/orders/?view=all",
    "/today/",
    "/parcels/",
    "/messages/",
    "/products/",
    "/stock/",
    "/customers/",
    "/dispatch/",
    "/settings/",
)


def web_worker(now: datetime) -> list[Row]:
    """Resident memory after some hundred pages; the bench itself is not in it."""
    from bench.rows import (  # the process that serves must start as the server does: no model before its settings
        client,
        row,
    )

    client()
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory"], check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "erp.settings"},
    )  # fmt: skip
    first, last, own = (float(word) for word in done.stdout.split()[-3:])
    return [
        row(
            "P12", f"web worker after {len(PAGES) * 25} pages",
            f"{last:.0f} MiB RSS ({first:.0f} after the start), {own:.0f} of it its own, the rest shared between the workers",
            goal="≤ 120 MiB", reached=last <= 120,
        )
    ]  # fmt: skip


def _own() -> float:
    """What of this process's memory no other one shares, MiB."""
    with open("/proc/self/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_")) / 1024


def _resident() -> float:
    with open("/proc/self/status") as status:
        line = next(text for text in status if text.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class _KitAway(MetaPathFinder):
    """Hides what is installed for developing only: some libraries take it in when it is there, and no house has it."""

    def __init__(self) -> None:
        listed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
        needed = {_plain(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", listed, re.MULTILINE)}
        self.away = {
            module for module, names in packages_distributions().items() if not needed & set(map(_plain, names))
        }

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse a module of the kit, leave all others to the next finder."""
        if name.partition(".")[0] in self.away:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _start() -> None:
    """As the web server does it: the product is loaded once, a worker is forked from it."""
    sys.meta_path.insert(0, _KitAway())
    __import__("gunicorn.app.wsgiapp")  # what a worker carries beside the product

    from erp import web
    from erp.wsgi import application

    web.when_ready(None)
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    _serve(application, _resident())


def _serve(application: Any, first: float) -> None:
    from http.cookies import SimpleCookie
    from importlib import import_module
    from io import BytesIO

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User

    person = User.objects.get(username="bench")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    cookie = SimpleCookie({settings.SESSION_COOKIE_NAME: session.session_key}).output(header="").strip()
    for address in PAGES * 25:
        path, _mark, query = address.partition("?")
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
                 "HTTP_COOKIE": cookie, "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1"}  # fmt: skip
        status: list[str] = []
        answer = application(asked, lambda code, _headers, _error=None, status=status: status.append(code))
        b"".join(answer)
        answer.close()
        assert status[0].startswith("200"), (address, status)
    print(first, _resident(), _own())


if __name__ == "__main__":
    _start()
