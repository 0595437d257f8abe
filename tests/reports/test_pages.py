"""The manager's page, its address, its scope, and the same figures for programs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.clock import utcnow
from core.models import SystemMark
from reports import rules, services
from reports.rules import Period
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.house.test_listings import program

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Any:
    with scopes_disabled():
        yield make.store(code="one", zone="UTC")


def sell(shop: Any, count: int, **facts: Any) -> None:
    at = utcnow() - timedelta(minutes=5)
    for _n in range(count):
        make.order(
            shop, **{"placed_at": at, "paid_at": at, "shipped_at": None, "state": "new", "imported_at": at, **facts}
        )


def browser(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def tiles(answer: Any) -> dict[str, dict[str, Any]]:
    return {tile["name"]: tile for group in answer.context["groups"] for tile in group["tiles"]}


def test_it_says_so_while_nothing_was_counted(shop: Any) -> None:
    answer = browser(make_person("manager")).get("/reports/")
    assert answer.status_code == 200
    assert b"No figures yet." in answer.content


@pytest.mark.parametrize(
    ("role", "status"),
    [("manager", 200), ("supervisor", 200), ("administrator", 200), ("service", 403), ("warehouse", 403)],
)
def test_who_may_read_reports(shop: Any, role: str, status: int) -> None:
    client = browser(make_person(role))
    for url in ("/reports/", "/reports/daily/"):
        assert client.get(url).status_code == status
    assert program(role=role).get("/api/v1/reports/daily/").status_code == status


@pytest.mark.covers("OPS-11", "OPS-01")
def test_every_link_of_the_page_opens_as_many_rows_as_it_says(shop: Any) -> None:
    sell(shop, 3)
    sell(shop, 2, country="BR", total=Decimal("7"), currency="EUR")
    sell(shop, 1, state="shipped", shipped_at=utcnow() - timedelta(minutes=1), target_at=utcnow() - timedelta(hours=1))
    services.refresh(now=utcnow())
    client = browser(make_person("manager"))
    page = client.get("/reports/?period=7")
    found = tiles(page)
    assert {name: found[name]["value"] for name in ("placed", "paid", "dispatched", "clock")} == {
        "placed": "6", "paid": "6", "dispatched": "1", "clock": "0.0%",
    }  # fmt: skip
    for name in (
        "placed",
        "paid",
        "cancelled",
        "dispatched",
        "handed_over",
        "overdue",
        "cases_opened",
        "bad_ratings",
        "answer_open",
    ):
        assert str(client.get(found[name]["url"]).context["total"]) == found[name]["value"], name
    assert client.get(found["clock"]["url"]).context["total"] == 1
    in_time, late = (part["url"] for part in found["clock"]["parts"])
    assert (client.get(in_time).context["total"], client.get(late).context["total"]) == (0, 1)
    euros = next(part for part in found["revenue"]["parts"] if part["text"] == "€14.00")
    assert client.get(euros["url"]).context["total"] == 2
    day = page.context["chart"]["rows"][-1]
    assert (day["orders"], client.get(day["url"]).context["total"]) == ("6", 6)
    countries = next(t for t in page.context["tables"] if t["title"] == "By country")
    assert [row["cells"][0]["links"][0]["text"] for row in countries["rows"]] == ["4", "2"]
    assert client.get(countries["rows"][1]["cells"][0]["links"][0]["url"]).context["total"] == 2


def test_a_figure_whose_list_is_not_for_the_reader_has_no_address(shop: Any) -> None:
    sell(shop, 1)
    services.refresh(now=utcnow())
    client = browser(make_person("administrator"))
    for tile in tiles(client.get("/reports/")).values():
        assert not tile["url"] or client.get(tile["url"]).status_code == 200
    assert tiles(client.get("/reports/"))["cases_opened"]["url"] == ""
    figures = program(role="administrator").get("/api/v1/reports/summary/").json()["figures"]
    assert figures["cases_opened"]["rows"] is None and figures["placed"]["rows"]


def test_nobody_sees_the_figures_of_another_store(shop: Any) -> None:
    with scopes_disabled():
        other = make.store(code="two", zone="UTC")
        sell(shop, 2)
        sell(other, 5)
        services.refresh(now=utcnow())
        mine = make_person("manager", stores=[shop])
    client = browser(mine)
    assert tiles(client.get("/reports/"))["placed"]["value"] == "2"
    assert client.get("/reports/?store=two").context["faults"]  # there is no such store for this person
    answer = program(all_stores=False, stores=[shop]).get("/api/v1/reports/daily/").json()["results"]
    assert {row["store"] for row in answer} == {"one"}
    summary = program(all_stores=False, stores=[shop]).get("/api/v1/reports/summary/").json()
    assert summary["figures"]["placed"]["value"] == 2
    assert program(all_stores=False, stores=[shop]).get("/api/v1/reports/summary/?store=two").status_code == 404


def test_programs_read_the_same_figures_and_the_rows_behind(shop: Any) -> None:
    sell(shop, 3)
    services.refresh(now=utcnow())
    client = program()
    summary = client.get("/api/v1/reports/summary/?period=7&store=one").json()
    assert summary["figures"]["paid"]["value"] == 3 and summary["figures"]["paid"]["before"] == 0
    assert summary["revenue"]["by_currency"] == [{"amount": "73.50", "currency": "USD"}]
    assert summary["revenue"]["unpriced"] == ["USD"] and summary["shares"]["clock"]["value"] is None
    for figure in summary["figures"].values():
        rows = client.get(figure["rows"])
        assert rows.status_code == 200
        assert len(rows.json()["results"]) == figure["value"]
    day = client.get("/api/v1/reports/daily/").json()["results"][0]
    assert (day["placed"], day["money"]) == (3, [{"currency": "USD", "revenue": "73.50", "refunded": "0.00"}])


@pytest.mark.parametrize(
    ("query", "status"),
    [("period=century", 400), ("since=2026-02-02&until=2026-01-01", 400), ("since=soon", 400), ("country=Brazil", 400), ("store=none", 404), ("x=1", 400)],
)  # fmt: skip
def test_a_question_that_does_not_fit_is_refused(shop: Any, query: str, status: int) -> None:
    services.refresh(now=utcnow())
    assert program().get(f"/api/v1/reports/summary/?{query}").status_code == status
    page = browser(make_person("manager")).get(f"/reports/?{query}")
    assert page.status_code == 200
    assert bool(page.context["faults"]) == (query != "x=1")


def test_the_page_asks_as_often_for_one_order_as_for_many(shop: Any) -> None:
    client = browser(make_person("manager"))
    asked = []
    for count in (1, 30):
        sell(shop, count, country="BR")
        sell(shop, count, country="DE")
        services.refresh(now=utcnow())
        client.get("/reports/?period=12m")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/reports/?period=12m").status_code == 200
        asked.append(len(queries))
    assert asked[1] <= asked[0] <= 24  # the frame's own figures are remembered for some seconds


def test_old_figures_are_said_to_be_old(shop: Any) -> None:
    services.refresh(now=utcnow() - timedelta(hours=2))
    assert SystemMark.objects.filter(name="reports").exists()
    assert b"older than usual" in browser(make_person("manager")).get("/reports/").content


def test_a_manager_lands_on_the_reports_and_everybody_else_on_today(shop: Any) -> None:
    assert browser(make_person("manager")).get("/").url == "/reports/"
    assert browser(make_person("service")).get("/").url == "/today/"
    assert Client().get("/").url == "/today/"


def test_the_daily_table_is_exported_with_what_it_shows(shop: Any) -> None:
    sell(shop, 2)
    services.refresh(now=utcnow())
    client = browser(make_person("manager"))
    page = client.get("/reports/daily/")
    url = next(one["url"] for one in page.context["exports"] if "csv" in one["url"])
    text = b"".join(client.get(url)).decode() if client.get(url).streaming else client.get(url).content.decode()
    assert "Orders placed" in text and "49.00 USD" in text


# --- rules -----------------------------------------------------------------------------------------------------------


def test_periods_end_today_and_compare_with_as_many_days() -> None:
    from datetime import date

    today = date(2026, 3, 1)
    assert rules.period("7", None, None, today) == Period("7", date(2026, 2, 23), today)
    assert rules.period("today", None, None, today).before == Period("before", date(2026, 2, 28), date(2026, 2, 28))
    own = rules.period("own", date(2026, 1, 1), date(2026, 1, 31), today)
    assert (own.days, own.before.first, own.before.last) == (31, date(2025, 12, 1), date(2025, 12, 31))
    for first, last in ((date(2026, 2, 1), date(2026, 1, 1)), (date(2020, 1, 1), today)):
        with pytest.raises(ValueError):
            rules.period("own", first, last, today)


def test_weeks_of_a_long_period_cover_each_day_once() -> None:
    from datetime import date

    year = Period("12m", date(2025, 3, 5), date(2026, 3, 4))
    found = rules.buckets(year)
    assert (found[0], found[-1]) == ((date(2025, 3, 5), date(2025, 3, 9)), (date(2026, 3, 2), date(2026, 3, 4)))
    assert sum((last - first).days + 1 for first, last in found) == year.days == 365
    assert len(rules.buckets(Period("7", date(2026, 2, 23), date(2026, 3, 1)))) == 7


def test_changes_say_what_is_better() -> None:
    assert rules.change(12, 10, True) == rules.Change(Decimal(10), Decimal(2), Decimal("0.2"), True)
    assert rules.change(12, 10, False).better is False  # type: ignore[union-attr]
    assert rules.change(5, 0, True).share is None  # type: ignore[union-attr]
    assert rules.change(None, 3, True) is None
    assert [rules.nice_top(n) for n in (0, 1, 3, 7, 45, 81, 400)] == [1, 1, 4, 8, 60, 100, 400]
    assert rules.runs_of([]) == []
