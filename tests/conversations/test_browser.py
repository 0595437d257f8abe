"""Messages as a person works them: answer, refuse, copy by hand, edit a text."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scopes_disabled

from conversations import services
from conversations.models import Conversation, Delivery, Message, Template
from conversations.services import seeding
from core.audit import SYSTEM
from core.clock import utcnow
from stores.contracts import RemoteMessage
from tests.factories.accounts import make_person, make_store
from tests.factories.orders import make_order

expect: Any = None
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def assertions() -> None:
    """Playwright's waiting assertions, only where it is installed."""
    global expect
    expect = pytest.importorskip("playwright.sync_api").expect


def shot(page: Any, name: str) -> None:
    """A picture, when a folder for them is named."""
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), caret="initial")


@pytest.fixture
def desk(live_server: Any, page: Any) -> Any:
    """A clerk signed in, with two buyers waiting and a text to copy."""
    from django.test import Client

    now = utcnow()
    with scopes_disabled():
        seeding.load_reference(now=now)
        store = make_store(kind="spreadsheet", name="Island Lamps")
        orders = [make_order(store) for _ in range(3)]
        for index, order in enumerate(orders[:2]):
            said = RemoteMessage(
                f"m{index}",
                order.buyer.key,
                now - timedelta(hours=20 * (index + 1)),
                "Hello, where is my parcel? Olá, onde está?",
                order.external_id,
            )
            services.record_inbound(store=store, remotes=[said], actor=SYSTEM, now=now)
        services.try_send_template(base_code="X09", about=orders[2], key="x09", actor=SYSTEM, now=now, as_draft=False)
    clerk = make_person("service", username="clerk")
    client = Client()
    client.force_login(clerk)
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    yield page, orders
    page.wait_for_load_state("networkidle")  # no request may outlive the test's database


@pytest.mark.covers("MSG-29", "MSG-20")
def test_a_clerk_answers_from_the_three_panes(desk: Any) -> None:
    page, _orders = desk
    page.goto("/messages/")
    page.wait_for_selector("#subject .thread")
    assert page.locator(".w-row").count() == 2
    shot(page, "messages-inbox")
    page.select_option("#c-code", "X09")
    expect(page.locator("#reply-text")).to_have_value(re.compile("photo"))
    shot(page, "messages-composer")
    page.wait_for_load_state("networkidle")  # the list itself is drawn anew with the text
    page.select_option("#c-code", "X07")
    page.wait_for_selector("#composer .group")
    assert "⟦" in page.input_value("#reply-text")
    shot(page, "messages-refusal")
    page.click("#composer [data-send]")
    page.wait_for_selector("#subject >> text=Fill in first")
    page.faults[:] = [fault for fault in page.faults if "422" not in fault]
    page.select_option("#c-code", "")
    expect(page.locator("#composer .group")).to_have_count(0)
    page.fill("#reply-text", "It left China on Monday.")
    page.click("#composer [data-send]")
    expect(page.locator(".w-row:not(.going)")).to_have_count(1)
    with scopes_disabled():
        sent = Message.objects.get(body="It left China on Monday.")
        assert sent.author is not None and sent.author.username == "clerk"
        assert Conversation.objects.filter(waiting_since__isnull=False).count() == 1


def test_copying_by_hand_goes_on_with_the_next(desk: Any) -> None:
    page, _orders = desk
    page.goto("/messages/by-hand/")
    page.wait_for_selector("#subject [data-copy]")
    shot(page, "messages-by-hand")
    page.keyboard.press("e")
    page.wait_for_selector("text=Nothing to copy.")
    with scopes_disabled():
        assert Delivery.objects.get(route="mailbox").state == "sent"


@pytest.mark.covers("MSG-22")
def test_a_text_is_edited_with_a_live_preview(desk: Any) -> None:
    page, orders = desk
    row = Template.objects.get(code="X09", language="en")
    page.goto(f"/messages/templates/{row.pk}/")
    page.wait_for_selector("#preview .msg")
    assert orders[2].number in page.inner_text("#preview")
    shot(page, "template-editor")
    page.fill("#id_body", "Dear {{buyer_nmae}}, a photo please.")
    page.wait_for_selector("#preview >> text=buyer_nmae")
    page.click("#template-form .primary")
    page.wait_for_selector("text=cannot be kept")
    page.faults[:] = [fault for fault in page.faults if "422" not in fault]
    page.fill("#id_body", "Dear {{buyer_name}}, a photo of {{order_no}} please.")
    page.click("#template-form .primary")
    page.wait_for_selector("text=Saved.")
    row.refresh_from_db()
    assert row.body == "Dear {{buyer_name}}, a photo of {{order_no}} please."


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_messages_at_every_width(desk: Any, width: int) -> None:
    page, _orders = desk
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/messages/?group=all")
    page.wait_for_selector(".w-row")
    shot(page, f"messages-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    with scopes_disabled():
        thread = Conversation.objects.order_by("pk").first()
    assert thread is not None
    page.goto(f"/messages/threads/{thread.pk}/")
    page.wait_for_selector(".thread")
    shot(page, f"thread-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


@pytest.mark.covers("MSG-26", "MSG-21")
def test_a_ready_text_comes_at_one_key_with_its_facts(desk: Any) -> None:
    page, _orders = desk
    page.goto("/messages/")
    page.wait_for_selector("#subject .thread [data-unanswered]")
    expect(page.locator("#subject .clock")).to_contain_text("left to answer")
    page.keyboard.press("r")
    page.keyboard.type(";")
    page.wait_for_selector("[data-texts-box][open] input:focus")
    page.keyboard.type("X09")
    shot(page, "messages-ready-texts")
    page.keyboard.press("Enter")
    expect(page.locator("#reply-text")).to_have_value(re.compile("photo"))
    page.fill("#reply-text", "Hello, one moment please.")
    page.locator("#reply-text").press("End")
    page.keyboard.type(" ;")
    page.wait_for_selector("[data-texts-box][open] input:focus")
    page.keyboard.type("X09")
    page.keyboard.press("Enter")
    expect(page.locator("#reply-text")).to_have_value(re.compile("^Hello, one moment please.*photo", re.S))
    page.keyboard.type(" 1;2")
    expect(page.locator("#reply-text")).to_have_value(re.compile("1;2"))
    assert page.faults == []


@pytest.mark.covers("MSG-29")
def test_two_clerks_see_that_the_other_writes(desk: Any, chromium: Any, live_server: Any) -> None:
    from django.test import Client

    page, _orders = desk
    page.goto("/messages/")
    page.wait_for_selector("#subject .thread")
    page.fill("#reply-text", "I am on it")
    client = Client()
    client.force_login(make_person("service", username="second"))
    window = chromium.new_context(base_url=live_server.url, locale="en-GB")
    window.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    other = window.new_page()
    page.wait_for_timeout(300)
    other.goto("/messages/")
    expect(other.locator("#subject .here")).to_contain_text("Is writing")
    shot(other, "messages-somebody-writes")
    other.wait_for_load_state("networkidle")
    window.close()
