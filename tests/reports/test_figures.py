"""Figures against rows counted by hand, at the borders of days, and against the lists they open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import User
from core.audit import SYSTEM
from core.listing import LISTINGS
from core.listing.query import ListQuery
from core.models import ExchangeRate, SystemMark
from core.scope import acting_scope
from disputes.models import Case, Feedback, Remedy, RootCause
from disputes.services import add_cause, change_cause
from disputes.services.causes import load_causes
from logistics.models import Parcel
from orders.models import Order
from reports import selectors, services
from reports.choices import COLUMNS, FIGURES, OF_PERSON
from reports.models import DailyCause, DailyClerk, DailyFigure, DailyMoney
from reports.rules import Period
from reports.selectors import Question
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.conversations import make_message, make_thread

pytestmark = pytest.mark.django_db

#: Sunday 22 November 2026, ten in the morning in Shanghai, six in the evening of the day before in Los Angeles.
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
#: 23:30 on 20 November in Shanghai; 07:30 that day in Los Angeles.
LATE = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
#: An hour later: 21 November in Shanghai, still the 20th in Los Angeles.
NEXT = LATE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def shanghai() -> Any:
    return make.store(code="sh")


@pytest.fixture
def angeles() -> Any:
    return make.store(code="la", zone="America/Los_Angeles")


def order(shop: Any, **facts: Any) -> Order:
    return make.order(
        shop, **{"state": "new", "shipped_at": None, "placed_at": LATE, "paid_at": LATE, "imported_at": NOW, **facts}
    )


def row(shop: Any, day: date = DAY, country: str = "") -> dict[str, int]:
    found = DailyFigure.objects.filter(store=shop, day=day, country=country).values(*COLUMNS).first()
    return {name: n for name, n in (found or {}).items() if n}


def counted(shop: Any, name: str, day: date = DAY) -> int:
    return row(shop, day).get(name, 0)


def test_every_counted_figure_has_its_column_and_condition() -> None:
    columns = {f.name for f in DailyFigure._meta.get_fields()} - {"id", "store", "day", "country"}
    assert columns == set(COLUMNS)
    assert set(selectors.figures()) == {*COLUMNS, *OF_PERSON}
    assert {words.listing for words in FIGURES.values()} <= set(LISTINGS)


@pytest.mark.covers("OPS-01")
def test_a_row_stands_on_the_day_of_its_own_store(shanghai: Any, angeles: Any) -> None:
    for shop in (shanghai, angeles):
        order(shop, placed_at=LATE, paid_at=NEXT)
    services.refresh(now=NOW)
    assert (counted(shanghai, "placed"), counted(shanghai, "paid")) == (1, 0)
    assert counted(shanghai, "paid", DAY + timedelta(days=1)) == 1
    assert (counted(angeles, "placed"), counted(angeles, "paid")) == (1, 1)


def test_orders_of_a_day_counted_by_hand(shanghai: Any) -> None:
    order(shanghai, country="BR", total=Decimal("10.50"))
    order(shanghai, country="DE", total=Decimal("4.25"), currency="EUR")
    order(shanghai, country="DE", total=Decimal("99"), state="cancelled", cancelled_at=NEXT)
    order(shanghai, country="DE", total=Decimal("99"), state="unpaid", paid_at=None)
    order(shanghai, country="DE", total=Decimal("99"), type="resend")
    services.refresh(now=NOW)
    assert row(shanghai) == {"placed": 4, "paid": 2}
    assert row(shanghai, country="DE") == {"placed": 3, "paid": 1}
    assert row(shanghai, DAY + timedelta(days=1)) == {"cancelled": 1}
    held = DailyMoney.objects.filter(store=shanghai, day=DAY, country="").values_list("currency", "revenue")
    assert dict(held) == {"USD": Decimal("10.50"), "EUR": Decimal("4.25")}


@pytest.mark.covers("OPS-01")
def test_dispatch_is_judged_by_both_clocks(shanghai: Any) -> None:
    late, soon = LATE - timedelta(minutes=1), LATE + timedelta(minutes=1)
    order(shanghai, state="shipped", shipped_at=LATE, target_at=soon, ship_by=late)
    order(shanghai, state="shipped", shipped_at=LATE, target_at=late, ship_by=None)
    order(shanghai, state="shipped", shipped_at=LATE, target_at=LATE, ship_by=LATE)
    order(shanghai, state="shipped", shipped_at=LATE, target_at=late, ship_by=late, history=True)
    services.refresh(now=NOW)
    found = row(shanghai)
    assert found["dispatched"] == 4
    assert (found["clock_kept"], found["clock_missed"]) == (2, 1)
    assert (found["latest_kept"], found["latest_missed"]) == (1, 1)


def parcel(shop: Any, state: str, **facts: Any) -> Parcel:
    return make.parcel(
        shop,
        follow=False,
        shipped=LATE - timedelta(days=30),
        state=state,
        next_check_at=NOW if state == "shipped" else None,
        **facts,
    )


def test_promises_are_judged_on_their_own_day(shanghai: Any) -> None:
    before, after = LATE - timedelta(days=2), LATE + timedelta(hours=2)
    parcel(shanghai, "delivered", promised_by=LATE, delivered_at=before)
    parcel(shanghai, "delivered", promised_by=LATE, delivered_at=after)
    parcel(shanghai, "shipped", promised_by=LATE)
    parcel(shanghai, "lost", promised_by=LATE, settled_at=after)
    parcel(shanghai, "shipped", promised_by=NOW + timedelta(days=1))
    services.refresh(now=NOW)
    found = row(shanghai)
    assert (found["promise_kept"], found["promise_missed"], found["overdue"]) == (1, 3, 1)
    assert row(shanghai, DAY + timedelta(days=1)) == {"delivered": 1, "lost": 1}
    asked = Question(Period("own", NOW.date(), NOW.date()), None, "")
    assert selectors.overdue(SYSTEM, asked) == 1  # late now is late now, whatever the days


def test_a_parcel_becomes_late_by_the_clock_alone(shanghai: Any) -> None:
    parcel(shanghai, "shipped", promised_by=NOW + timedelta(minutes=5))
    services.refresh(now=NOW)
    assert counted(shanghai, "overdue", date(2026, 11, 22)) == 0
    services.refresh(now=NOW + timedelta(minutes=10))
    assert counted(shanghai, "overdue", date(2026, 11, 22)) == 1


def case(shop: Any, **facts: Any) -> Case:
    number = Case.objects.count()
    closed = facts.get("closed_at")
    return Case.objects.create(
        store=shop, order=make.order(shop), number=f"CS-{number}", external_id=f"D{number}", kind="damaged", currency="USD",
        **{"state": "closed" if closed else "for_buyer", "outcome": "won" if closed else "", "opened_at": LATE, "received_at": LATE,
           "turned_at": LATE, "next_check_at": None if closed else NOW, **facts},
    )  # fmt: skip


@pytest.mark.covers("RMD-08", "RET-11")
def test_cases_and_ratings_by_cause(shanghai: Any) -> None:
    case(shanghai, cause="speed")
    case(shanghai)
    case(shanghai, opened_at=LATE - timedelta(days=9), closed_at=LATE, outcome="lost")
    for stars, cause in ((1, "quality"), (3, ""), (5, ""), (5, "quality")):
        Feedback.objects.create(
            store=shanghai, order=make.order(shanghai), external_id=f"r{stars}{cause}", stars=stars, given_at=LATE, received_at=NOW, cause=cause,
        )  # fmt: skip
    services.refresh(now=NOW)
    found = row(shanghai)
    assert {name: n for name, n in found.items() if name.startswith(("case", "stars", "bad"))} == {
        "cases_opened": 2, "cases_closed": 1, "cases_lost": 1, "stars_1": 1, "stars_3": 1, "stars_5": 2,
    }  # fmt: skip
    rows = DailyCause.objects.filter(store=shanghai, country="", day=DAY).values_list("cause", "cases", "bad_ratings")
    assert set(rows) == {("speed", 1, 0), ("quality", 0, 1), ("", 1, 1)}


@pytest.mark.covers("RMD-08")
def test_the_report_by_cause_knows_the_causes_of_the_house_and_opens_their_rows(shanghai: Any) -> None:
    load_causes()
    own = add_cause(code="gold_colour", name="Gold tone", name_zh="金色偏差", actor=SYSTEM, now=NOW)
    change_cause(obj=RootCause.objects.get(code="speed"), valid_until=DAY - timedelta(days=3), actor=SYSTEM, now=NOW)
    case(shanghai, cause="speed")
    case(shanghai, cause=own.code)
    case(shanghai)
    Feedback.objects.create(
        store=shanghai, order=make.order(shanghai), external_id="r", stars=2, given_at=LATE, received_at=NOW, cause=own.code,
    )  # fmt: skip
    services.refresh(now=NOW)
    boss = make_person("manager")
    asked = Question(Period("own", DAY, DAY), None, "")
    held = {row["cause"]: (row["cases"], row["bad_ratings"]) for row in selectors.by_cause(SYSTEM, asked)}
    assert (
        held["gold_colour"] == (1, 1) and held["speed"] == (1, 0) and held[""] == (1, 0) and held["packing"] == (0, 0)
    )
    client = Client()
    client.force_login(boss)
    told = client.get(f"/api/v1/reports/summary/?period=own&since={DAY}&until={DAY}").json()
    rows = {row["cause"]: row for row in told["causes"]}
    assert rows["gold_colour"]["label"] in ("Gold tone", "金色偏差")
    for code, name, count in (
        ("gold_colour", "cases", 1),
        ("gold_colour", "bad_ratings", 1),
        ("", "cases", 1),
        ("packing", "cases", 0),
    ):
        assert len(client.get(rows[code][f"{name}_rows"]).json()["results"]) == count
    page = client.get(f"/reports/?period=own&since={DAY}&until={DAY}").content.decode()
    assert "cause=gold_colour" in page and "cause=none" in page
    other = DailyCause.objects.get(store=shanghai, country="", day=DAY, cause="speed")
    DailyCause.objects.filter(pk=other.pk).update(cases=7)
    assert any("speed" in fault for fault in services.differences(now=NOW))


def test_a_refund_counts_on_its_own_day_and_leaves_the_revenue_of_the_order(shanghai: Any) -> None:
    sold = order(shanghai, total=Decimal("24.50"))
    services.refresh(now=NOW)
    held = Case.objects.create(
        store=shanghai, order=sold, number="CS-9", kind="damaged", currency="USD", state="for_buyer", opened_at=LATE, received_at=LATE,
        turned_at=LATE, next_check_at=NOW,
    )  # fmt: skip
    Remedy.objects.create(
        store=shanghai, case=held, order=sold, key="k", kind="part_refund", amount=Decimal("4"), currency="USD", route="channel",
        actor_label="Li", given_at=NEXT,
    )  # fmt: skip
    services.refresh(now=NOW)
    money = {m.day: (m.revenue, m.refunded) for m in DailyMoney.objects.filter(store=shanghai, country="")}
    assert money == {DAY: (Decimal("24.50"), 0), DAY + timedelta(days=1): (0, Decimal("4"))}
    assert counted(shanghai, "refunds", DAY + timedelta(days=1)) == 1


def test_an_old_day_is_counted_anew_when_its_order_changes(shanghai: Any) -> None:
    long_ago = LATE - timedelta(days=200)
    old = order(shanghai, placed_at=long_ago, paid_at=long_ago)
    services.refresh(now=NOW)
    day = DAY - timedelta(days=200)
    assert row(shanghai, day) == {"placed": 1, "paid": 1}
    Order.objects.filter(pk=old.pk).update(state="cancelled", cancelled_at=NOW)
    services.refresh(now=NOW)
    assert row(shanghai, day) == {"placed": 1}
    Order.objects.filter(pk=old.pk).update(placed_at=long_ago + timedelta(days=3))
    services.refresh(now=NOW)
    assert row(shanghai, day) == {} and row(shanghai, day + timedelta(days=3)) == {"placed": 1}


def test_twice_is_once_and_a_recheck_finds_nothing(shanghai: Any) -> None:
    order(shanghai)
    first = services.refresh(now=NOW)
    assert first.changed == 1
    assert services.refresh(now=NOW).changed == 0
    before = list(DailyFigure.objects.order_by("pk").values())
    assert services.recheck(now=NOW).changed == 0
    assert list(DailyFigure.objects.order_by("pk").values()) == before
    assert services.rebuild(now=NOW).changed == 1
    assert [r["placed"] for r in DailyFigure.objects.filter(country="").values()] == [1]


def test_a_late_commit_is_read_again(shanghai: Any) -> None:
    services.refresh(now=NOW)
    order(shanghai, placed_at=LATE - timedelta(days=50), paid_at=None, state="unpaid")
    services.refresh(now=NOW + timedelta(minutes=2))
    DailyFigure.objects.all().delete()  # as if the row had been committed after its number was passed
    services.refresh(now=NOW + timedelta(minutes=4))
    assert counted(shanghai, "placed", DAY - timedelta(days=50)) == 1


@pytest.mark.covers("MSG-21")
def test_answers_within_the_hours_of_the_house(shanghai: Any) -> None:
    clerk = make_person("service")

    def said(thread: Any, direction: str, at: datetime, **facts: Any) -> None:
        state = "received" if direction == "in" else "ready"
        make_message(thread, direction=direction, state=state, at=at, template_code="", **facts)

    day = timedelta(days=1)
    quick, slow, never, machine, fresh = (make_thread(shanghai) for _ in range(5))
    said(quick, "in", LATE)
    said(quick, "in", LATE + timedelta(minutes=5))  # the same inquiry goes on
    said(quick, "out", LATE + day, author=clerk)
    said(slow, "in", LATE)
    said(slow, "out", LATE + day + timedelta(seconds=1), author=clerk)
    said(never, "in", LATE)
    said(machine, "in", LATE)
    said(machine, "out", LATE + timedelta(hours=1))  # an automatic text is no answer
    said(fresh, "in", NOW - timedelta(hours=1))
    services.refresh(now=NOW)
    assert row(shanghai) == {"answered_in_time": 1, "answered_late": 3}
    assert counted(shanghai, "answer_open", date(2026, 11, 22)) == 1
    said(never, "out", NOW, author=clerk)  # too late; a later answer judges the day of the question
    services.refresh(now=NOW)
    assert counted(shanghai, "answered_late") == 3
    assert DailyClerk.objects.filter(person=clerk).count() == 2


@pytest.mark.covers("RET-11", "RMD-08", "MSG-21", "OPS-01")
def test_every_figure_equals_the_list_it_opens(shanghai: Any, angeles: Any) -> None:
    fill(shanghai)
    fill(angeles)
    services.refresh(now=NOW)
    boss = make_person("manager")
    for shop in (shanghai, angeles, None):
        for first, last in ((DAY, DAY), (DAY - timedelta(days=3), DAY), (DAY - timedelta(days=60), NOW.date())):
            asked = Question(Period("own", first, last), shop.pk if shop else None, "")
            figures = {**selectors.counts(SYSTEM, asked), "overdue": selectors.overdue(SYSTEM, asked)}
            for name, figure in figures.items():
                query = selectors.query_of(name, first, last, store=shop.code if shop else "")
                assert len(listed(boss, name, query)) == figure, (name, first, shop)
    assert all(figures[name] for name in ("placed", "clock_missed", "promise_missed", "answered_late", "overdue"))
    assert services.differences(now=NOW) == []


def test_a_figure_of_a_country_equals_its_list(shanghai: Any) -> None:
    fill(shanghai)
    services.refresh(now=NOW)
    boss = make_person("manager")
    asked = Question(Period("own", DAY - timedelta(days=60), NOW.date()), None, "BR")
    for name, figure in selectors.counts(SYSTEM, asked).items():
        query = selectors.query_of(name, asked.period.first, asked.period.last, country="BR")
        assert len(listed(boss, name, query)) == figure, name


def test_a_changed_row_behind_the_back_of_the_figures_is_found_out(shanghai: Any) -> None:
    order(shanghai)
    services.refresh(now=NOW)
    DailyFigure.objects.filter(store=shanghai, country="").update(placed=7)
    assert services.differences(now=NOW) == ["sh 2026-11-20: placed is 7, counted 1"]


def test_money_is_priced_by_the_rate_of_each_day(shanghai: Any) -> None:
    for day, rate in ((DAY, "2"), (DAY - timedelta(days=9), "4")):
        ExchangeRate.objects.create(day=day, currency="USD", rate=Decimal(rate), source="test")
        ExchangeRate.objects.create(day=day, currency="CNY", rate=Decimal(8), source="test")
    order(shanghai, total=Decimal("10"))
    order(shanghai, total=Decimal("10"), paid_at=LATE - timedelta(days=5))
    order(shanghai, total=Decimal("10"), paid_at=LATE, currency="XXX")
    services.refresh(now=NOW)
    asked = Question(Period("own", DAY - timedelta(days=9), DAY), None, "")
    found = selectors.money(SYSTEM, asked, NOW)["revenue"]
    assert found.by_currency == {"USD": Decimal(20), "XXX": Decimal(10)}
    assert (found.house, found.unpriced, found.rate_day) == (Decimal(60), ("XXX",), DAY)  # 10 x 8/2 + 10 x 8/4
    ExchangeRate.objects.create(day=DAY, currency="XXX", rate=Decimal(1), source="test")
    services.price(now=NOW)
    found = selectors.money(SYSTEM, asked, NOW)["revenue"]
    assert (found.house, found.unpriced) == (Decimal(140), ())


def listed(person: User, name: str, query: dict[str, str]) -> list[int]:
    """The rows of the list a figure opens, as the page would ask it."""
    params = QueryDict(mutable=True)
    params.update(query)
    with acting_scope(person.actor):
        return ListQuery(LISTINGS[FIGURES[name].listing], person.actor, params, strict=True).ids(10_000)


def fill(shop: Any) -> None:
    """Rows of every kind around the borders of days."""
    clerk = make_person("service")
    causes = ["speed", "", "quality"]
    for n in range(24):
        at = LATE - timedelta(hours=7 * n)
        country = ["BR", "DE", "US"][n % 3]
        state = ["new", "shipped", "cancelled", "unpaid"][n % 4]
        sold = order(
            shop, placed_at=at, paid_at=None if state == "unpaid" else at, state=state, country=country, history=n % 5 == 0,
            shipped_at=at if state == "shipped" else None, cancelled_at=at if state == "cancelled" else None,
            target_at=at + timedelta(hours=n % 3 - 1), ship_by=at + timedelta(hours=n % 2) if n % 7 else None,
        )  # fmt: skip
        kind = ["shipped", "delivered", "lost", "returned"][n % 4]
        Parcel.objects.create(
            number=f"PF-{shop.pk}-{n}", store=shop, order=sold, state=kind, country=country, created_at=at, shipped_at=at,
            next_check_at=NOW if kind == "shipped" else None, promised_by=at + timedelta(days=n % 4 - 1),
            delivered_at=at if kind == "delivered" else None, settled_at=at if kind in ("lost", "returned") else None,
        )  # fmt: skip
        held = Case.objects.create(
            store=shop, order=sold, number=f"CF-{shop.pk}-{n}", external_id=f"F{n}", kind="damaged", currency="USD", opened_at=at,
            received_at=at, turned_at=at, cause=causes[n % 3], state="closed" if n % 2 else "for_buyer",
            outcome=("lost" if n % 4 == 1 else "won") if n % 2 else "", closed_at=at if n % 2 else None, next_check_at=None if n % 2 else NOW,
        )  # fmt: skip
        Remedy.objects.create(
            store=shop, case=held, order=sold, key=f"k{n}", kind="refund", amount=Decimal(1) if n % 3 else None, currency="USD",
            route="channel", actor_label="Li", given_at=at,
        )  # fmt: skip
        Feedback.objects.create(
            store=shop,
            order=sold,
            external_id=f"f{n}",
            stars=1 + n % 5,
            given_at=at,
            received_at=at,
            cause=causes[n % 3],
        )
        thread = make_thread(shop)
        make_message(thread, direction="in", state="received", at=at, template_code="")
        if n % 3:
            make_message(thread, at=at + timedelta(hours=20 * (n % 3)), author=clerk)


def test_a_refresh_costs_the_same_for_one_order_and_for_forty(
    shanghai: Any, django_assert_max_num_queries: Any
) -> None:
    services.refresh(now=NOW)
    for _n in range(40):
        order(shanghai)
    with django_assert_max_num_queries(60):
        services.refresh(now=NOW)
    assert counted(shanghai, "placed") == 40
    assert SystemMark.objects.filter(name=selectors.MARK).count() == 1
