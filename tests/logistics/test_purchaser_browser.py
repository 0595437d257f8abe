"""The purchaser signs prices from Today by keys alone, without a page load."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.clock import utcnow
from logistics.models import DispatchNote, NoteSignature
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    """Keep a picture where SAMPAN_SHOTS says."""
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.covers("DSP-03", "OPS-11")
def test_a_price_is_signed_from_today_by_keys(page: Any, live_server: Any) -> None:
    with scopes_disabled():
        make.no_rule_signs()
        note = make.make_note()
        article = make.article(on_hand=0)
        make.ready_order(lines=[(article, 2)])
        worklist.sweep(now=utcnow())
        seen = set(Duty.objects.filter(role="purchaser", state="open").values_list("rule", flat=True))
    assert {"logistics.price_signature", "logistics.goods_to_buy"} <= seen
    client = Client()
    client.force_login(make_person("purchaser", language="en"))
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    page.goto("/today/")
    page.wait_for_selector("#subject [data-subject]")
    page.wait_for_selector("#subject >> text=pieces missing")
    shot(page, "today-purchaser-goods")
    page.locator("#work-rows .w-row", has_text="Sign the price").first.click()
    page.wait_for_selector("#subject >> text=still to give >> nth=0")
    shot(page, "today-purchaser-price")
    page.evaluate("window.stays = true")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] .primary:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#work-rows .w-row:has-text('Sign the price')", state="detached")
    page.wait_for_selector(".toast-s >> text=Signed")
    shot(page, "today-purchaser-signed")
    with scopes_disabled():
        assert NoteSignature.objects.filter(note=note, kind="price").exists()
        assert DispatchNote.objects.get(pk=note.pk).state == "draft"
    assert page.evaluate("window.stays") is True
    assert page.faults == []
