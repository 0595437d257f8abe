"""P15: pages in a browser whose processor is four times slower: what comes over the line, whether the page jumps, how soon a
touch is answered. Needs a Chromium and the kit for developing; without them the figure is left out."""

from __future__ import annotations

import os
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from bench.rows import Row, client, row

SLOWER = 4
PAGES = ("/orders/?view=all", "/today/", "/parcels/", "/reports/")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Sums the shifts of the layout nobody caused, and keeps how long each touch or key waited for the next picture.
WATCH = """
window.__jump = 0; window.__waits = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.__jump += e.value })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (e.interactionId) window.__waits.push(e.duration) })
  .observe({type: 'event', durationThreshold: 16, buffered: true});
"""


@dataclass(frozen=True)
class Seen:
    """What two visits of a page gave: bytes of each, how far the page jumped, milliseconds each touch waited."""

    first: int
    later: int
    jump: float
    waits: list[float]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """No lines about requests."""


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def in_browser(now: datetime) -> list[Row]:
    """Bytes of the first visit and of a later one, shifts of the layout, and the longest answer to ticking rows and opening a chip."""
    path = os.environ.get("SAMPAN_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        return []
    session = client().cookies[settings.SESSION_COOKIE_NAME].value
    with _served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        seen = {address: _visits(browser, base, address, session) for address in PAGES}
        browser.close()
    first, later = max(found.first for found in seen.values()), max(found.later for found in seen.values())
    jump = max(found.jump for found in seen.values())
    worst = next(address for address, found in seen.items() if found.jump == jump)
    waits = [wait for found in seen.values() for wait in found.waits]
    slowest = max(waits, default=0.0)
    words = f"first visit {first / 1000:.0f} kB, later {later / 1000:.0f} kB, layout shift {jump:.3f} ({worst}), "
    touches = f"{len(waits)} touches answered within {slowest:.0f} ms (median {statistics.median(waits or [0]):.0f})"
    return [
        row(
            "P15", f"{len(PAGES)} pages in the browser, processor {SLOWER} x slower, the largest of each", words + touches,
            goal="≤ 170 kB, ≤ 30 kB, no shift, ≤ 200 ms",
            reached=first <= 170_000 and later <= 30_000 and jump < 0.01 and bool(waits) and slowest <= 200,
        )
    ]  # fmt: skip


def _visits(browser: Any, base: str, address: str, session: str) -> Seen:
    context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
    context.add_init_script(WATCH)
    page, came = context.new_page(), [0]
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes, jump = [], 0.0
    for _visit in range(2):
        came.clear()
        page.goto(address, wait_until="load")
        page.wait_for_load_state("networkidle")
        sizes.append(sum(came))
        jump = max(jump, page.evaluate("window.__jump"))
    for place in (
        "tbody input[name=ids] >> nth=0",
        "tbody input[name=ids] >> nth=1",
        "details summary:visible >> nth=0",
    ):
        found = page.locator(place)
        if found.count():
            found.click(force=True)
            page.wait_for_timeout(300)
    waits: list[float] = page.evaluate("window.__waits")
    context.close()
    return Seen(sizes[0], sizes[1], jump, waits)
