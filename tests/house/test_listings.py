"""What every list keeps, whoever declared it: a new declaration is tested the moment it exists."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django_scopes import scopes_disabled

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS
from core.checks import faults
from core.listing import LISTINGS, Listing
from core.listing.query import ListQuery
from core.listing.rest import RESOURCES
from core.scope import acting_scope
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import browser, program
from tests.house.rows import makers

MAKERS = makers()
NAMES = sorted(LISTINGS)
FILLED = [name for name in NAMES if name in MAKERS]
OWNED = [name for name in FILLED if MAKERS[name].owned]

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(db: None) -> Any:
    return make_store("alpha")


@pytest.fixture
def boss(store: Any) -> User:
    """Sees everything."""
    return make_person("manager")


def fill(name: str, store: Any, count: int, person: User) -> None:
    with scopes_disabled():
        MAKERS[name].make(store, count, person)


def page_url(listing: Listing) -> str:
    try:
        return listing.address()
    except NoReverseMatch:
        return ""


def resource_of(listing: Listing) -> Any:
    reverse("api:schema")  # the addresses are loaded
    return next((r for r in RESOURCES.values() if r.listing == listing.name), None)


def page_ids(client: Client, url: str, query: dict[str, Any]) -> list[str]:
    found: list[str] = []
    address = f"{url}?{urlencode({**query, 'edited': '1', 'page_size': 200}, doseq=True)}"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.content[:300])
        found += [str(row["id"]) for row in answer.context["rows"]]
        address = answer.context["next_url"]
    return found


def rest_ids(client: Client, path: str, query: dict[str, Any]) -> list[str]:
    found: list[str] = []
    address = f"/api/v1/{path}/?{urlencode({**query, 'page_size': 200}, doseq=True)}"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.content[:300])
        found += [row["id"] for row in answer.json()["results"]]
        address = answer.json()["next"]
    return found


def seen_ids(listing: Listing, person: User, query: dict[str, Any]) -> list[str]:
    """The ids the list itself answers, read in one piece."""
    params = QueryDict(urlencode(query, doseq=True))
    with acting_scope(person.actor):
        return [str(pk) for pk in ListQuery(listing, person.actor, params, strict=True).ids(10_000)]


def values_of(listing: Listing, name: str) -> Iterator[dict[str, Any]]:
    """Some values for each parameter of a filter: its choices, else what the rows hold."""
    made = listing.filterset_class.base_filters[name]
    offered = made.extra.get("choices") or ()
    choices = [str(key) for key, _label in (offered() if callable(offered) else offered) if key not in ("", None)]
    parameters = listing.filter_parameters[name]
    if choices:
        yield from ({parameters[0]: choice} for choice in choices[:3])
        if type(made).__name__.endswith("MultipleChoiceFilter"):
            yield {parameters[0]: choices[:2]}
        return
    kind = type(made).__name__
    if "Boolean" in kind:
        yield from ({parameters[0]: value} for value in ("true", "false"))
        return
    held: list[Any] = []
    if made._method is None:
        with scopes_disabled():
            lookup = (
                f"{made.field_name}__{made.extra['to_field_name']}"
                if made.extra.get("to_field_name")
                else made.field_name
            )
            held = list(
                listing.model._base_manager.exclude(**{f"{lookup}__isnull": True})
                .values_list(lookup, flat=True)
                .distinct()[:2]
            )
    for value in held or ["x"]:
        text = value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else str(value)
        if kind in ("CharFilter",) or held:
            yield from ({parameter: text} for parameter in parameters)


@pytest.mark.parametrize("name", NAMES)
def test_its_declaration_has_no_fault(name: str) -> None:
    assert list(faults(LISTINGS[name])) == []


def test_every_list_can_be_filled() -> None:
    assert [name for name in NAMES if name not in MAKERS] == [], (
        "say in tests/factories/<app>.py LISTING_ROWS how to make rows"
    )


@pytest.mark.parametrize("name", FILLED)
def test_page_and_rest_show_the_same_rows_for_every_filter(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    fill(name, store, 12, boss)
    resource, url = resource_of(listing), page_url(listing)
    client = browser(boss)
    everything = seen_ids(listing, boss, {})
    assert everything
    for query in [
        {},
        *itertools.chain.from_iterable(values_of(listing, filter_name) for filter_name in listing.filter_names),
    ]:
        expected = seen_ids(listing, boss, query) if query else everything
        if url:
            assert page_ids(client, url, query) == expected, query
        if resource is not None:
            assert rest_ids(client, resource.at, query) == expected, query


FULL = os.environ.get("SAMPAN_SCALE") == "full"
NASTY = [
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "'",
        '"',
        "\\",
        "%",
        "_",
        "--",
        "$1",
        "{}",
        "[]",
        "9" * 40,
        "-1",
        "1e999",
        "NaN",
        "Infinity",
    ),
    *(
        "true",
        "null",
        "2026-13-45",
        "9999-12-31",
        "0000-00-00",
        "\u202e",
        "😀",
        "ﷺ" * 200,
        "a" * 9000,
        "=1+1",
        ":*",
        "&|!()",
    ),
    *("<script>alert(1)</script>", "../../etc", "١٢٣", "\ufeff", "\x7f", "\r\nX: y"),
]


@pytest.mark.parametrize("name", FILLED)
def test_no_question_breaks_it(name: str, store: Any, boss: User) -> None:
    """Filters of one kind stand in many lists: each takes its share of the texts, all of them at full size."""
    listing = LISTINGS[name]
    fill(name, store, 2, boss)
    client, resource, url = browser(boss), resource_of(listing), page_url(listing)
    whole = {"q", "ordering", "cursor"}
    asked = [*listing.parameter_names, "q", "ordering", "cursor", "page_size", "view", "columns", "nonsense"]
    for index, parameter in enumerate(asked):
        for place, text in enumerate(NASTY):
            query = urlencode({parameter: text})
            if url and (parameter == "q" or place % 5 == index % 5):
                assert client.get(f"{url}?{query}").status_code == 200, (parameter, text)
            if resource is not None and (FULL or parameter in whole or place % 3 == index % 3):
                assert client.get(f"/api/v1/{resource.at}/?{query}").status_code in (200, 400, 404), (parameter, text)


@pytest.mark.parametrize("name", FILLED)
def test_every_sort_orders_all_rows_both_ways(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    fill(name, store, 12, boss)
    everything = set(seen_ids(listing, boss, {}))
    for ordering in listing.orderings:
        up, down = (seen_all(listing, boss, f"{way}{ordering}") for way in ("", "-"))
        assert set(up) == everything and down == up[::-1], ordering


def seen_all(listing: Listing, person: User, ordering: str) -> list[str]:
    found: list[str] = []
    cursor = ""
    with acting_scope(person.actor):
        while True:
            params = QueryDict(urlencode({"ordering": ordering, "page_size": 5, "cursor": cursor}))
            page = ListQuery(listing, person.actor, params, strict=True).page()
            found += [str(row["id"]) for row in page.rows]
            if page.next is None:
                return found
            cursor = page.next


@pytest.mark.parametrize("name", FILLED)
def test_the_number_of_queries_does_not_grow_with_the_rows(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    resource, url = resource_of(listing), page_url(listing)
    client, caller = browser(boss), browser(boss)
    doors = [(client, f"{url}?edited=1")] if url else []
    doors += [(caller, f"/api/v1/{resource.at}/")] if resource is not None else []
    counts: dict[str, list[int]] = {address: [] for _client, address in doors}
    for more in (1, 2, 37):
        fill(name, store, more, boss)
        for who, address in doors:
            who.get(address)
            who.get(address)  # session, caches and counts are warm
            with CaptureQueriesContext(connection) as asked:
                assert who.get(address).status_code == 200
            counts[address].append(len(asked))
    assert all(len(set(found)) == 1 for found in counts.values()), counts
    assert all(found[0] <= 12 for found in counts.values()), counts


@pytest.mark.parametrize("name", OWNED)
def test_foreign_shops_are_hidden_from_every_door(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    other = make_store("beta")
    fill(name, store, 3, boss)
    mine = set(seen_ids(listing, boss, {}))
    fill(name, other, 3, boss)
    foreign = set(seen_ids(listing, boss, {})) - mine
    assert mine and foreign
    clerk = make_person("manager", stores=[store])
    client, caller = browser(clerk), program(stores=[store])
    resource, url = resource_of(listing), page_url(listing)
    if url:
        assert set(page_ids(client, url, {})) == mine
    if resource is not None:
        assert set(rest_ids(caller, resource.at, {})) == mine
    for pk in foreign:
        if resource is not None:
            assert caller.get(f"/api/v1/{resource.at}/{pk}/").status_code == 404
            for action in resource.actions(many=False):
                answer = caller.post(f"/api/v1/{resource.at}/{pk}/{action}/", "{}", content_type="application/json")
                assert answer.status_code in (404, 422, 403), action
        if listing.detail_url:
            assert client.get(listing.detail_address(pk)).status_code == 404
        assert client.get(f"/lists/{name}/{pk}/timeline/").status_code == 404
    answer = client.post(f"/lists/{name}/export/csv/?edited=1")
    assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) == len(mine) + 1


@pytest.mark.parametrize("name", FILLED)
def test_a_role_without_the_permission_is_kept_out(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    fill(name, store, 1, boss)
    barred = [role for role, held in ROLE_PERMISSIONS.items() if listing.permission not in held]
    resource, url = resource_of(listing), page_url(listing)
    for role in barred:
        client = browser(make_person(str(role)))
        if url:
            assert client.get(url).status_code == 403, role
        if resource is not None:
            assert client.get(f"/api/v1/{resource.at}/").status_code == 403, role
        assert client.post(f"/lists/{name}/export/csv/").status_code == 403, role
    if resource is not None:
        assert Client().get(f"/api/v1/{resource.at}/").status_code == 401


@pytest.mark.parametrize("name", FILLED)
def test_the_export_is_what_the_page_shows(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    fill(name, store, 5, boss)
    client = browser(boss)
    names = list(listing.all_columns)
    answer = client.post(f"/lists/{name}/export/csv/?edited=1&columns={','.join(names)}")
    assert answer.status_code == 200
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    with acting_scope(boss.actor):
        page = ListQuery(listing, boss.actor, QueryDict("page_size=200")).page()
    assert len(header) == len(names) and len(rows) == len(page.rows)
    url = page_url(listing)
    if url:  # all columns can be drawn, too
        client.post(f"/lists/{name}/columns/", {"columns": names})
        shown = client.get(f"{url}?edited=1&page_size=200").context
        assert [c["name"] for c in shown["columns"]] == names
        assert [str(c["label"]) for c in shown["columns"]] == header
        assert [row["id"] for row in shown["rows"]] == [row["id"] for row in page.rows]


@pytest.mark.parametrize("name", FILLED)
def test_one_object_by_rest_is_the_row_of_the_list(name: str, store: Any, boss: User) -> None:
    resource = resource_of(LISTINGS[name])
    if resource is None:
        pytest.skip("no resource")
    fill(name, store, 3, boss)
    caller = browser(boss)
    row = caller.get(f"/api/v1/{resource.at}/").json()["results"][0]
    one = caller.get(f"/api/v1/{resource.at}/{row['id']}/").json()
    assert {key: one[key] for key in row} == row
    assert isinstance(row["id"], str) and json.dumps(row)


@pytest.mark.parametrize("name", FILLED)
def test_its_pages_open_and_every_action_asks_first(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    fill(name, store, 2, boss)
    client = browser(boss)
    ids = seen_ids(listing, boss, {})
    if listing.detail_url:
        assert client.get(listing.detail_address(ids[0]), follow=True).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        for action in listing.allowed_actions(boss.actor, bulk=True):
            answer = client.post(f"/lists/{name}/do/{action.name}/", {"ids": ids})
            assert answer.status_code == 200, action.name
    assert not any(q["sql"].startswith("COMMIT") for q in asked)


@pytest.mark.parametrize("name", FILLED)
def test_personal_fields_are_blank_without_the_permission(name: str, store: Any, boss: User) -> None:
    listing = LISTINGS[name]
    resource = resource_of(listing)
    if not listing.personal or resource is None:
        pytest.skip("no personal fields")
    fill(name, store, 3, boss)
    unseeing = [
        str(role)
        for role, held in ROLE_PERMISSIONS.items()
        if listing.permission in held and listing.personal_permission not in held
    ]
    role = "manager" if listing.personal_permission == "orders.view_personal" else unseeing[0]
    blind = program(role=role, scopes=["read"]).get(f"/api/v1/{resource.at}/").json()["results"]
    seeing = program().get(f"/api/v1/{resource.at}/").json()["results"]
    for field in listing.personal:
        assert all(row[field] in (None, []) for row in blind), field
    assert any(row[field] for row in seeing for field in listing.personal)
