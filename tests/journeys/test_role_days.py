"""The days of those who buy, sign, lead and administer: their first page, their lists, their acts and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django_scopes import scopes_disabled

from accounts.models import User
from core.clock import utcnow
from core.models import PolicyValue
from logistics.models import DispatchNote, NoteSignature
from logistics.services import dispatch
from reports import services as reports
from tests.browser import arrived
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.journeys.clerk import sign_in
from worklist import services as worklist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(page: Any) -> Iterator[Any]:
    """Two drafted notes and an article of which nothing is left."""
    page.set_default_timeout(30_000)
    with scopes_disabled():
        make.no_rule_signs()
        now = utcnow()
        notes = [make.make_note(make.ready_order(placed_at=now - timedelta(hours=3)), now=now) for _n in range(2)]
        make.ready_order(lines=[(make.article("LAMP-GONE", on_hand=0), 2)])
        worklist.sweep(now=now)
        yield notes
        page.wait_for_load_state("networkidle")
    page.faults[:] = [fault for fault in page.faults if "403" not in fault]


def comes_in(page: Any, live_server: Any, role: str, language: str) -> User:
    """Signed in, on the page their day begins with."""
    person = make_person(role, language=language, username=role)
    sign_in(page, live_server, person)
    page.goto("/")
    arrived(page)
    assert page.get_attribute("html", "lang") == {"zh-hans": "zh-Hans", "en": "en"}[language]
    return person


def bulk(page: Any, letter: str) -> None:
    """All rows of the page, the letter of the act, the preview, done."""
    page.locator("#rows tbody tr").first.wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.press(letter)
    go = page.locator("#dialog [name=step][value=apply]")
    go.or_(page.locator("#dialog [name=step][value=preview]")).first.wait_for()
    if not go.count():
        page.locator("#dialog [name=step][value=preview]").click()
    go.click()
    page.locator("#dialog a.primary[data-close]").wait_for()
    page.keyboard.press("Enter")
    page.locator("#dialog[open]").wait_for(state="hidden")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_purchaser_signs_prices_and_sees_what_lacks(page: Any, live_server: Any, house: Any, language: str) -> None:
    comes_in(page, live_server, "purchaser", language)
    assert page.url.endswith("/today/")
    lines = page.locator("#work-rows .w-row")
    assert lines.count() >= 2
    page.goto("/dispatch/notes/?view=to-sign")
    bulk(page, "s")
    assert NoteSignature.objects.filter(kind="price", note__in=house).count() == 2
    assert not NoteSignature.objects.filter(kind="note").exists()  # the other signature is another's
    page.goto("/stock/")
    page.locator("#rows tr", has_text="LAMP-GONE").first.wait_for()
    page.goto("/stock/receive/")
    page.locator("input[name=row-0-sku]").fill("LAMP-GONE")
    page.locator("input[name=row-0-quantity]").fill("5")
    page.fill("#main input[name=reference]", "PO-9")
    page.locator("#main .form-foot button.primary").click()
    page.wait_for_load_state("networkidle")
    page.goto("/stock/")
    assert "5" in page.locator("#rows tr", has_text="LAMP-GONE").first.inner_text()


def test_the_supervisor_signs_from_today_and_releases(page: Any, live_server: Any, house: Any) -> None:
    buyer = make_person("purchaser").actor
    for note in house:
        dispatch.sign(note=note, kind="price", actor=buyer, now=utcnow())
    worklist.sweep(now=utcnow())
    comes_in(page, live_server, "supervisor", "zh-hans")
    assert page.url.endswith("/today/")
    page.locator("#work-rows .w-row").first.wait_for()
    page.goto("/dispatch/notes/?view=to-sign")
    bulk(page, "s")
    assert NoteSignature.objects.filter(kind="note", note__in=house).count() == 2
    states = set(DispatchNote.objects.filter(pk__in=[note.pk for note in house]).values_list("state", flat=True))
    assert states == {"released"}  # signed by both, it goes to the warehouse
    page.goto("/reports/")
    page.locator("h1").wait_for()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_manager_opens_a_figure_and_changes_a_rule(page: Any, live_server: Any, house: Any, language: str) -> None:
    reports.refresh(now=utcnow())
    comes_in(page, live_server, "manager", language)
    assert page.url.endswith("/reports/")
    figure = page.locator("a[data-figure][href*='/orders/']:visible").first
    shown = figure.inner_text().strip()
    figure.click()
    page.locator("#list").wait_for()
    if shown.isdigit():
        assert page.locator("#rows tbody tr").count() == int(shown)
    page.goto("/settings/rules/orders.fresh_days/")
    assert (
        page.input_value("#main form[data-guard] [name=valid_from]") == f"{utcnow().date():%Y-%m-%d}"
    )  # in every language
    page.fill("#main form[data-guard] [name=value]", "21")
    page.locator("#main form[data-guard] button.primary").click()
    page.wait_for_load_state("networkidle")
    assert PolicyValue.objects.filter(key="orders.fresh_days", value=21).exists()


def test_the_administrator_makes_people_and_signs_nothing(page: Any, live_server: Any, house: Any) -> None:
    comes_in(page, live_server, "administrator", "en")
    assert page.url.endswith("/today/")
    page.goto("/settings/people/new/")
    page.fill("#main input[name=username]", "nina")
    page.fill("#main input[name=display_name]", "Nina")
    page.select_option("#main select[name=role]", "warehouse")
    page.fill("#main input[name=password]", "a-long-first-password-7")
    page.check("#main input[name=all_stores]")
    page.locator("#main form[data-guard] button.primary").click()
    page.wait_for_load_state("networkidle")
    assert User.objects.filter(username="nina", role="warehouse").exists()
    page.goto("/dispatch/notes/?view=all")
    page.locator("#rows tbody tr").first.wait_for()
    assert page.locator("#bulk [data-key=s]").count() == 0
    assert page.evaluate("fetch('/dispatch/station/').then(answer => answer.text().then(() => answer.status))") == 403
