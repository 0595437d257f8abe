"""Today in a real browser: keys, panes, one thing done opens the next."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.clock import utcnow
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from stores.contracts import RemoteEvent
from tests.browser import arrived
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist import services
from worklist.models import Duty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page: Any, name: str) -> None:
    """Keep a picture where SAMPAN_SHOTS says."""
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def sign_in(page: Any, live_server: Any, **facts: Any) -> Any:
    """A person at the browser."""
    person = make_person("service", **facts)
    client = Client()
    client.force_login(person)
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    return person


@pytest.fixture
def day(db: Any) -> list[Duty]:
    """Three parcels to decide on."""
    with scopes_disabled():
        load_tracking(now=utcnow())
        shop, now = make.store(), utcnow()
        boxes = [make.parcel(shop, shipped=now - timedelta(days=33 + n)) for n in range(3)]
        for n, box in enumerate(boxes):
            stage, words = ("held", "Held by customs") if n == 0 else ("in_transit", "Arrived at sorting centre")
            event = RemoteEvent("", now - timedelta(days=4), stage, words, "Leipzig")
            tracking.record_events(parcel_events={box.pk: [event]}, source="file", now=now)
        tracking.check_many(parcels=boxes, actor=make_person("manager").actor, now=now)
        type(boxes[0]).objects.filter(pk__in=[b.pk for b in boxes]).update(advice="carrier_inquiry")
        facts = {b.pk: {"advice": "carrier_inquiry", "rule": "NR-09", "days": 33} for b in boxes}
        services.open_for(rule_key="logistics.parcel_step", facts=facts, now=now)
        Duty.objects.filter(rule="logistics.parcel_step").update(
            role="service", stake_house=Decimal("170"), rank=Decimal("17")
        )
        return list(Duty.objects.filter(rule="logistics.parcel_step").order_by("due_at", "pk"))


@pytest.mark.covers("ORD-01", "OPS-11")
def test_a_clerk_works_through_today_without_a_page_load(page, live_server, day):
    sign_in(page, live_server)
    page.goto("/today/?whose=do")
    page.wait_for_selector("#subject [data-subject]")
    rows = page.locator("#work-rows .w-row")
    assert rows.count() == len(day)
    shot(page, "today")
    page.keyboard.press("j")
    page.wait_for_selector("#work-rows .w-row:nth-child(2)[aria-current]")
    page.wait_for_selector("#subject >> text=Newest events")
    page.keyboard.press("e")
    page.wait_for_selector("#dialog textarea")
    page.fill("#dialog textarea", "asked the carrier by phone")
    page.click("#dialog .form-foot button")
    page.wait_for_selector(f"#work-rows .w-row:nth-child({len(day)})", state="detached")
    with scopes_disabled():
        assert (
            Duty.objects.filter(rule="logistics.parcel_step", state="done", reason="asked the carrier by phone").count()
            == 1
        )
    page.get_by_role("button", name="I take it").click()
    page.wait_for_selector("#subject button:has-text('Let go')")
    shot(page, "today-claimed")
    assert page.faults == []


@pytest.mark.covers("ORD-01", "OPS-11")
def test_done_and_put_away_at_one_key_and_taken_back(page, live_server, day):
    sign_in(page, live_server)
    page.goto("/today/")
    page.wait_for_selector("#subject [data-subject]")
    first = page.locator("#work-rows .w-row").first.get_attribute("data-id")
    page.keyboard.press("s")
    page.wait_for_selector("#dialog .quick button:focus")
    shot(page, "today-snooze")
    page.keyboard.press("1")
    page.wait_for_selector(f"#w-{first}", state="detached")
    with scopes_disabled():
        assert Duty.objects.get(pk=first).state == "snoozed"
    page.keyboard.press("z")
    page.wait_for_selector(f"#w-{first}[aria-current]")
    with scopes_disabled():
        assert Duty.objects.get(pk=first).state == "open"
    page.wait_for_selector("#subject [data-key=c]")
    page.keyboard.press("c")
    page.wait_for_selector("#subject button:has-text('Let go')")
    page.keyboard.press("e")
    page.wait_for_selector("#dialog .quick button:focus")
    page.keyboard.press("2")
    page.wait_for_selector(f"#w-{first}", state="detached")
    with scopes_disabled():
        assert (Duty.objects.get(pk=first).state, Duty.objects.get(pk=first).reason) == ("done", "Done in the channel")
    page.keyboard.press("z")
    page.wait_for_selector(f"#w-{first}[aria-current]")
    assert page.faults == []


@pytest.mark.covers("TRK-11")
@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (1024, "zh-hans"), (390, "zh-hans")])
def test_parcel_pages_at_every_width(page, live_server, day, width, language):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server, language=language)
    with scopes_disabled():
        box = make.parcel(shipped=utcnow() - timedelta(days=70))
    for address, name in (
        ("/parcels/", "parcels"),
        (f"/parcels/{box.pk}/", "parcel"),
        ("/today/", "today"),
        ("/feedback/", "feedback"),
    ):
        page.goto(address)
        arrived(page)
        shot(page, f"{name}-{width}")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        assert not wide, f"{address} is wider than the window"
    assert page.faults == []
