"""@login in an internal note: a line on Today for who may see the object, closed when it is opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.roles import ROLE_PERMISSIONS
from core.clock import utcnow
from core.models import ActivityEntry
from core.timeline import write_note
from tests.factories.accounts import make_person, make_store
from tests.factories.orders import make_order
from worklist import tasks
from worklist.models import Duty
from worklist.services import free_claims, mentions

RULE = "worklist.mention"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unscoped() -> Any:
    with scopes_disabled():
        yield


@pytest.fixture
def house(monkeypatch: Any) -> Any:
    """An order of one store; Ann and Bob work there, Zed elsewhere, Adm's role does not see orders."""
    monkeypatch.setitem(ROLE_PERMISSIONS, "administrator", frozenset({"worklist.view_duty"}))
    here, there = make_store(), make_store()
    people = {
        "ann": make_person("service", [here], username="ann", display_name="Ann Li"),
        "bob": make_person("supervisor", [here], username="bob.k"),
        "zed": make_person("service", [there], username="zed"),
        "adm": make_person("administrator", [here], username="adm"),
    }
    return make_order(here), people


def note(order: Any, author: Any, text: str) -> ActivityEntry:
    return write_note(subject=order, text=text, actor=author.actor, now=utcnow())


def owners() -> list[str]:
    alive = Duty._base_manager.filter(rule=RULE, closed_at__isnull=True).order_by("owner__username")
    return list(alive.values_list("owner__username", flat=True))


def test_who_sees_the_object_gets_a_line(house: Any) -> None:
    order, people = house
    note(order, people["ann"], "@BOB.K. please call; @zed @nobody @adm @ann look too")
    assert owners() == ["bob.k"]
    duty = Duty._base_manager.get(rule=RULE)
    assert (duty.state, duty.store_id, duty.facts["number"]) == ("claimed", order.store_id, order.number)
    assert duty.facts["fields"]["by"] == "Ann Li" and "please call" in duty.facts["fields"]["note"]


def test_chinese_goes_on_after_the_name(house: Any) -> None:
    order, people = house
    note(order, people["bob"], "@ann请看一下")
    assert owners() == ["ann"]


def test_it_stands_on_today_and_ends_when_opened(house: Any, client: Any) -> None:
    order, people = house
    entry = note(order, people["ann"], "@bob.k call the buyer")
    client.force_login(people["bob"])
    assert "call the buyer" in client.get(reverse("worklist:today")).content.decode()
    rows = client.get("/api/v1/duties/", {"rule": RULE}).json()["results"]
    assert [row["rule"] for row in rows] == [RULE]
    address = reverse("worklist:mention", args=[entry.pk])
    client.force_login(people["zed"])
    assert client.get(address).status_code == 404
    client.force_login(people["ann"])
    assert client.get(address).status_code == 302 and owners() == ["bob.k"], "a colleague's look ends nobody's line"
    client.force_login(people["bob"])
    answer = client.get(address)
    assert answer["Location"] == f"{reverse('orders:detail', args=[order.pk])}#timeline" and owners() == []
    assert tasks.find_mentions() == 0 and owners() == [], "it does not come back"


def test_lost_news_is_found_once(house: Any, monkeypatch: Any) -> None:
    order, people = house
    monkeypatch.setattr("core.timeline.publish", lambda event: None)
    note(order, people["ann"], "@bob.k call")
    assert owners() == []
    assert (tasks.find_mentions(), tasks.find_mentions()) == (1, 0) and owners() == ["bob.k"]


def test_who_loses_the_store_loses_the_line(house: Any) -> None:
    order, people = house
    entry = note(order, people["ann"], "@bob.k call")
    people["bob"].memberships.all().delete()
    free_claims(now=utcnow())
    tasks.find_mentions()
    assert owners() == []
    assert mentions.take_up(entry_ids=[entry.pk], now=utcnow() + timedelta(days=60)) == 0


def test_suggestions_hold_only_people_who_see_the_object(house: Any, client: Any) -> None:
    order, people = house
    client.force_login(people["ann"])
    about = reverse("core:note", args=["orders", order.pk])

    def offered(typed: str, **asked: str) -> list[str]:
        found = client.get(reverse("worklist:colleagues"), {"about": about, "q": typed, **asked})
        return [p["login"] for p in found.json()["people"]] if found.status_code == 200 else [str(found.status_code)]

    assert offered("") == ["bob.k"] and offered("BOB") == ["bob.k"] and offered("zed") == offered("adm") == []
    client.force_login(people["bob"])
    assert offered("Li") == ["ann"]
    client.force_login(people["zed"])
    assert offered("") == []
    assert offered("", about="/settings/you/") == ["404"] and offered("", about="//x") == ["404"]
