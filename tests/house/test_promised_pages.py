"""How every page behaves, sentence by sentence (PRODUCT, "Pages"): each list and each object, whoever declared it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import User
from core.audit import subject_type
from core.listing import LISTINGS, Listing
from core.models import SavedView
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import browser
from tests.house.rows import makers

pytestmark = pytest.mark.django_db
MAKERS = makers()
PAGES = sorted(name for name, listing in LISTINGS.items() if listing.url and name in MAKERS)
OBJECTS = sorted(name for name in PAGES if LISTINGS[name].detail_url)
#: Records as they came from outside: nothing happens to them and nobody writes beside them.
RAW = {"tracking-pushes"}


@pytest.fixture
def store(db: None) -> Any:
    return make_store("alpha")


@pytest.fixture
def boss(store: Any) -> User:
    return make_person("manager")


def filled(name: str, store: Any, person: User, count: int = 3) -> Listing:
    with scopes_disabled():
        MAKERS[name].make(store, count, person)
    return LISTINGS[name]


def test_every_page_of_a_list_has_a_maker_of_rows() -> None:
    assert not {name for name, listing in LISTINGS.items() if listing.url} - set(MAKERS)


@pytest.mark.parametrize("name", PAGES)
def test_a_list_without_rows_says_what_to_do(name: str, boss: User) -> None:
    listing = LISTINGS[name]
    assert listing.empty is not None, f"{name} says nothing when it is empty"
    title, text, action, url = listing.empty
    assert str(title) and str(text) and bool(action) == bool(url)
    answer = browser(boss).get(listing.address(), {"edited": "1", "q": "zzzz-nothing"} if listing.sources else {})
    assert answer.status_code == 200
    if not answer.context["rows"]:
        assert answer.context["is_filtered"] or str(title) in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_list_offers_views_columns_sorting_and_export(name: str, store: Any, boss: User) -> None:
    listing, client = filled(name, store, boss), browser(boss)
    shown = client.get(listing.address(), {"edited": "1"}).context
    assert shown["rows"] and shown["views"] and shown["view_save"] is not None
    labels = {str(export["label"]) for export in shown["exports"]}
    assert {"CSV", "XLSX"} <= {label.split()[-1] for label in labels}, labels
    assert shown["column_choice"] or len(listing.all_columns) < 2
    chosen = list(listing.all_columns)[::-1][:3]
    client.post(reverse("core:columns", args=[name]), {"columns": chosen, "next": listing.address()})
    assert [column["name"] for column in client.get(listing.address(), {"edited": "1"}).context["columns"]] == chosen
    assert bool(shown["actions"]) == any(a.bulk for a in listing.allowed_actions(boss.actor))


@pytest.mark.parametrize("name", PAGES)
def test_views_are_saved_shared_and_counted(name: str, store: Any, boss: User) -> None:
    listing, client = filled(name, store, boss), browser(boss)
    saved = client.post(reverse("core:view-create", args=[name]), {"name": "Mine", "shared": "1", "query": ""})
    assert saved.status_code in (302, 303, 204)
    view = SavedView.objects.get(listing=name, owner=boss)
    assert view.shared
    colleague = browser(make_person("manager"))
    for one in (client, colleague):
        one.get(reverse("core:tabs", args=[name]))
        tabs = one.get(listing.address(), {"view": f"~{view.pk}"}).context["views"]
        (mine,) = [tab for tab in tabs if tab["name"] == f"~{view.pk}"]
        assert mine["active"] and int(re.sub(r"\D", "", mine["count"])) >= 3 and mine["shared"]
        assert ("delete_url" in mine) == (one is client)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_has_its_timeline_notes_and_who_is_here(name: str, store: Any, boss: User) -> None:
    listing, client = filled(name, store, boss), browser(boss)
    pk = int(client.get(listing.address(), {"edited": "1"}).context["rows"][0]["id"])
    answer = client.get(listing.detail_address(pk))
    assert answer.status_code in (200, 302)
    if answer.status_code == 302 or "timeline_url" not in (answer.context or {}):
        pytest.skip("a form or a page of work, not a page of facts")
    if name in RAW:
        assert not answer.context["timeline_url"] and not answer.context["note_url"]
        return
    page = answer.content.decode()
    assert answer.context["timeline_url"] and answer.context["here_url"] and answer.context["note_url"]
    assert answer.context["here_url"] in page and answer.context["note_url"] in page
    assert client.post(answer.context["note_url"], {"text": f"Look @{boss.username}"}).status_code == 302
    assert "Look @" in client.get(answer.context["timeline_url"]).content.decode()
    with scopes_disabled():
        assert subject_type(listing.model)


def _kinds() -> Iterator[str]:
    yield from ("", "message", "tracking", "note", "audit")


@pytest.mark.parametrize("kind", list(_kinds()))
def test_the_timeline_of_an_order_holds_all_kinds_in_one(kind: str, store: Any, boss: User) -> None:
    listing, client = filled("orders", store, boss), browser(boss)
    pk = int(client.get(listing.address(), {"edited": "1"}).context["rows"][0]["id"])
    answer = client.get(reverse("core:timeline", args=["orders", pk]), {"kind": kind})
    assert answer.status_code == 200 and [chip["active"] for chip in answer.context["chips"]].count(True) == 1
