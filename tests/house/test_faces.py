"""Every page there is, in a real browser, full and empty: WCAG 2.2 AA, nothing refused by the content policy, no sideways scroll."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_scopes import scopes_disabled

from core.listing.base import LISTINGS
from tests.browser import arrived
from tests.factories.accounts import make_person, make_store
from tests.house.rows import makers
from tests.house.test_doors import addresses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
#: What answers no page.
APART = re.compile(r"^/api/v1/(?!docs/)|^/(healthz|readyz|metrics|jsi18n)|logout|/export/|/result/$|\.csv$")
_PLACE = "/987654321/"
FULL = os.environ.get("SAMPAN_SCALE") == "full"


def objects(person: Any) -> dict[str, int]:
    """The address of each object page up to its number, and the number of one object."""
    found = {}
    for listing in LISTINGS.values():
        if not listing.detail_url:
            continue
        try:
            base = reverse(listing.detail_url, args=[987654321]).split(_PLACE)[0]
        except NoReverseMatch:
            continue
        if (row := listing.queryset(person.actor).order_by("pk").first()) is not None:
            found[base] = row.pk
    return found


def faces(client: Client, known: dict[str, int], share: slice) -> Iterator[str]:
    """Of a share of all addresses those that answer whole pages."""
    for url in sorted(set(addresses()))[share]:
        if APART.search(url):
            continue
        base, one, rest = url.partition("/1/")
        filled = f"{base}/{known[base]}/{rest}" if one and base in known else url
        answer = client.get(filled)
        if answer.status_code == 200 and b"<html" in getattr(answer, "content", b"")[:4000]:
            yield filled


class Window:
    """A window in which somebody is signed in; collects what is wrong."""

    def __init__(self, chromium: Any, server: Any, person: Any, width: int) -> None:
        self.client = Client()
        self.client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        self.context = chromium.new_context(
            base_url=server.url, viewport={"width": width, "height": 900}, locale="en-GB"
        )
        self.context.add_cookies([{"name": name, "value": self.client.cookies[name].value, "url": server.url}])
        self.page = self.context.new_page()
        self.page.add_init_script(AXE.read_text())
        self.wrong: list[Any] = []
        self.at = ""
        self.page.on("console", lambda m: self.wrong.append((self.at, m.text)) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append((self.at, str(error))))

    def look(self, url: str) -> None:
        """Open it and note what is wrong."""
        self.at = url
        self.page.goto(url)
        arrived(self.page)
        found = self.page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        self.wrong += [(url, v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]]
        if not self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            self.wrong.append((url, "scrolls sideways"))


@pytest.mark.parametrize(
    ("turn", "width", "theme", "language", "full"),
    [(0, 1440, "light", "zh-hans", True), (1, 390, "dark", "en", True), (2, 1024, "dark", "zh-hans", False)],
)
def test_every_page_is_fit_to_be_seen(
    chromium: Any, live_server: Any, turn: int, width: int, theme: str, language: str, full: bool
) -> None:
    """The three looks share the pages between them, so that each is seen; at full size each look sees all."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed")
    with scopes_disabled():
        store = make_store() if full else None
        person = make_person("manager", theme=theme, language=language)
        for rows in makers().values() if full else ():
            rows.make(store, 3, person)
        known = objects(person)
    window = Window(chromium, live_server, person, width)
    seen = list(faces(window.client, known, slice(None) if FULL else slice(turn, None, 3)))
    for url in seen:
        window.look(url)
    window.context.close()
    assert window.wrong == [], json.dumps(window.wrong, indent=1, default=str, ensure_ascii=False)
    assert len(seen) > (100 if full else 70) / (1 if FULL else 3), seen
