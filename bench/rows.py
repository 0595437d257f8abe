"""What every figure is made of: a row of the table, the browser that asks, and a cost in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts import services as people
from accounts.models import User
from bench.measure import Figure
from core.audit import SYSTEM
from core.clock import utcnow
from core.listing import LISTINGS, views_saved

Row = dict[str, str]


def client() -> Client:
    """A signed-in manager of all stores; English, so that rows are comparable."""
    user = User.objects.filter(username="bench").first() or people.create_person(
        username="bench", password="bench", role="manager", actor=SYSTEM, now=utcnow(), all_stores=True, language="en",
        check_password=False,
    )  # fmt: skip
    views_saved.choose_columns(listing=LISTINGS["orders"], columns=[], actor=user.actor)  # those of the house
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def fetching(browser: Client, url: str, **headers: str) -> Callable[[], Any]:
    """A call that fetches a page and insists on 200."""

    def call() -> Any:
        answer = browser.get(url, headers=headers)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    return call


def row(
    id: str,
    work: str,
    product: str,
    floor: str = "",
    ratio: str = "",
    goal: str = "",
    reached: bool | None = None,
    grows: float = 0,
) -> Row:
    """One line of the table. ``grows``: its cost in multiples of the floor, which P4 compares between sizes."""
    mark = "" if reached is None else ("yes" if reached else "NO")
    made = {"id": id, "work": work, "product": product, "floor": floor, "ratio": ratio, "goal": goal, "reached": mark}
    return {**made, "grows": f"{grows:.4f}"} if grows else made


def told(figure: Figure) -> str:
    """What a page cost, in words."""
    return f"{figure.cpu_ms:.1f} ms CPU, {figure.statements} SQL, {figure.size / 1000:.0f} kB"
