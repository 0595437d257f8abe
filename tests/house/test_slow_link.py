"""Pages on a phone with a weak processor and a slow link: what is sent, how long until one can read, what stays with the browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django_scopes import scopes_disabled

from core import kept
from tests.factories.accounts import make_person, make_store
from tests.house.rows import makers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Like 2G at its better, and like 3G; bytes a second and seconds to and fro, as a network panel counts.
SLOW, USUAL = {"rate": 250_000 / 8, "latency": 300}, {"rate": 1_600_000 / 8, "latency": 150}
WEAK = 4  # the processor of a cheap phone against this one
PAGES = ("/today/", "/orders/", "/cases/", "/stock/", "/reports/", "/settings/rules/")


class Quiet(WSGIRequestHandler):
    """No lines about requests."""

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop(settings: Any, tmp_path: Path) -> Iterator[str]:
    """The product with its files as in production (hashed, gzipped, kept by the browser), and rows in its lists."""
    settings.STATIC_ROOT = str(tmp_path / "collected")
    settings.STORAGES = {**configured.STORAGES, "staticfiles": {"BACKEND": "erp.storage.HashedStatic"}}
    kept._held.clear()
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["drf_spectacular_sidecar"])
    with scopes_disabled():
        store, boss = make_store(), make_person("manager")
        for name, rows in makers().items():
            if name in ("orders", "cases", "stock", "feedback"):
                rows.make(store, 50, boss)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
    kept._held.clear()
    connections.close_all()


class Phone:
    """A small window behind a slow link; counts what comes over it."""

    def __init__(self, chromium: Any, base: str, link: dict[str, float]) -> None:
        self.context = chromium.new_context(base_url=base, viewport={"width": 390, "height": 844}, locale="en-GB")
        client = Client()
        client.force_login(make_person("manager"))
        name = configured.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base}])
        self.page = self.context.new_page()
        self.bytes = 0
        line = self.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", self._count)
        rate = {"downloadThroughput": link["rate"], "uploadThroughput": link["rate"]}
        line.send("Network.emulateNetworkConditions", {"offline": False, "latency": link["latency"], **rate})
        line.send("Emulation.setCPUThrottlingRate", {"rate": WEAK})

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def open(self, path: str) -> dict[str, float]:
        """Go there: milliseconds until the first words and until all is loaded, and the bytes of it."""
        self.bytes = 0
        self.page.goto(path, wait_until="load")
        times: dict[str, float] = self.page.evaluate(
            "async () => ({read: await new Promise(told => { const look = () => {"
            " const words = performance.getEntriesByName('first-contentful-paint')[0];"
            " words ? told(words.startTime) : setTimeout(look, 20) }; look() }),"  # a busy machine paints after it has loaded
            " load: performance.getEntriesByType('navigation')[0].loadEventStart})"
        )
        self.page.wait_for_load_state("networkidle")
        return {**times, "bytes": self.bytes}


def best(
    chromium: Any,
    base: str,
    path: str,
    link: dict[str, float],
    what: str = "read",
    soon: tuple[float, float] = (3_500, 2_000),
) -> tuple[dict[str, float], dict[str, float]]:
    """The first visit with an empty browser and the visit after it, of five tries the quickest: the machine is shared."""

    def late(pair: tuple[dict[str, float], dict[str, float]]) -> float:
        return max(visit[what] / most for visit, most in zip(pair, soon, strict=True))

    tries = []
    for turn in range(5):
        time.sleep(turn)
        phone = Phone(chromium, base, link)
        tries.append((phone.open(path), phone.open(path)))
        fits = phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        phone.context.close()
        assert fits, path
        if late(tries[-1]) <= 1:
            break
    return min(tries, key=late)


@pytest.mark.covers("STO-06")
def test_pages_can_be_read_soon_on_a_weak_phone_and_a_slow_link(shop: str, chromium: Any) -> None:
    Client().get("/accounts/login/")
    for path in PAGES:
        first, again = best(chromium, shop, path, SLOW)
        print(path, first, again)
        assert first["bytes"] <= 120_000, (path, first)
        assert first["read"] <= 3_500, (path, first)
        assert again["bytes"] <= 25_000, (path, again)
        assert again["read"] <= 2_000, (path, again)


@pytest.mark.covers("STO-01")
def test_pages_load_within_three_seconds(shop: str, chromium: Any) -> None:
    for path in PAGES:
        first, again = best(chromium, shop, path, USUAL, "load", (3_000, 3_000))
        print(path, first, again)
        assert first["load"] <= 3_000 and again["load"] <= 3_000, (path, first, again)


def test_files_are_packed_and_stay_with_the_browser_and_pages_are_packed_and_do_not(shop: str, chromium: Any) -> None:
    phone = Phone(chromium, shop, USUAL)
    heads: dict[str, dict[str, str]] = {}
    phone.page.on("response", lambda answer: heads.setdefault(answer.url.removeprefix(shop), answer.all_headers()))
    phone.open("/orders/")
    phone.context.close()
    files = {url: head for url, head in heads.items() if url.startswith("/static/") and url.endswith((".css", ".js"))}
    assert len(files) >= 6 and not [url for url in heads if url.startswith("http")]
    for url, head in files.items():
        assert head["content-encoding"] == "gzip" and "immutable" in head["cache-control"], (url, head)
    page = heads["/orders/"]
    assert (page["content-encoding"], page["cache-control"]) == ("gzip", "no-store") and "Accept-Encoding" in page[
        "vary"
    ]
