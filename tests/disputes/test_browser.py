"""One case as people work it: opened on the order's page, answered with a preview, given by hand, accepted, withdrawn."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.clock import utcnow
from core.models import ExchangeRate
from disputes.models import Case, Feedback
from tests.factories import parcels as make
from tests.factories.accounts import make_person

expect: Any = None
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet(page: Any) -> Any:
    """Playwright's waiting assertions; no request may outlive the test's database."""
    global expect
    expect = pytest.importorskip("playwright.sync_api").expect
    yield
    page.wait_for_load_state("networkidle")


@pytest.fixture
def order(live_server: Any) -> Any:
    now = utcnow()
    with scopes_disabled():
        for code, rate in (("USD", "1.10"), ("CNY", "7.70")):
            ExchangeRate.objects.create(day=now.date(), base="EUR", currency=code, rate=rate, source="test")
        made = make.order(make.store("spreadsheet"), placed_at=now, paid_at=now)
        Feedback.objects.create(
            store=made.store, order=made, external_id="r1", stars=1, text="broken", given_at=now, received_at=now
        )
    return made


def signed_in(page: Any, live_server: Any, role: str = "service") -> None:
    client = Client()
    client.force_login(make_person(role))
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])


def shot(page: Any, name: str) -> None:
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), caret="initial")


def case() -> Case:
    with scopes_disabled():
        return Case.objects.get()


@pytest.mark.covers("RET-11")
def test_one_case_from_opening_to_closing(order, page, live_server):
    signed_in(page, live_server)
    page.goto(f"/orders/{order.pk}/")
    opener = page.get_by_role("link", name="Open a case").or_(page.get_by_role("button", name="Open a case"))
    opener.first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Kind").select_option("damaged")
    dialog.get_by_label("Claimed amount").fill("5")
    dialog.get_by_role("button", name="Open a case").click()
    page.wait_for_url("**/cases/*/")
    expect(page.locator(".d-h")).to_contain_text("New, waits for us")
    shot(page, "case-open")
    page.goto(f"/orders/{order.pk}/")
    expect(page.locator("main")).to_contain_text("then the channel decides without us")
    page.goto("/today/")
    expect(page.locator("main")).to_contain_text("Answer a case")
    page.goto(f"/cases/{case().pk}/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/")
    page.get_by_label("Text").fill("We are sorry. Please take a part of the money back.")
    page.get_by_role("button", name="See what will happen").click()
    expect(page.locator("h1")).to_contain_text("Partial refund")
    shot(page, "case-preview")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator(".d-h")).to_contain_text("CS-")
    page.get_by_role("button", name="I have answered in the shop").click()
    expect(page.locator(".d-h")).to_contain_text("Waits for the buyer")
    page.get_by_role("link", name="The buyer accepts").or_(
        page.get_by_role("button", name="The buyer accepts")
    ).first.click()
    page.locator("dialog[open]").get_by_role("button", name="The buyer accepts").click()
    expect(page.locator(".d-h")).to_contain_text("Agreed, not closed yet")
    expect(page.locator("main")).to_contain_text("Given to the buyer")
    page.get_by_role("link", name="Close the case").or_(page.get_by_role("button", name="Close the case")).first.click()
    closing = page.locator("dialog[open]")
    closing.get_by_label("How it ended").select_option("withdrawn")
    closing.get_by_role("button", name="Close the case").click()
    expect(page.locator(".d-h")).to_contain_text("Withdrawn by the buyer")
    shot(page, "case-closed")
    assert case().state == "closed" and page.faults == []


@pytest.mark.covers("FBK-02")
def test_a_bad_rating_is_answered(order, page, live_server):
    signed_in(page, live_server)
    page.goto("/feedback/")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr a").first.click()
    page.get_by_role("link", name="Reply").or_(page.get_by_role("button", name="Reply")).first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Reply").fill("We are sorry and have written to you.")
    dialog.get_by_role("button", name="Post the reply").click()
    expect(page.locator("main")).to_contain_text("Post this reply in the shop")
    page.get_by_role("button", name="I have posted it in the shop").click()
    expect(page.locator(".d-h")).to_contain_text("Answered")
    page.goto("/feedback/")
    expect(page.locator("tbody tr")).to_have_count(0)
    assert page.faults == []
