"""The figures of PERFORMANCE, each beside its floor."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.test import Client
from django_scopes import scopes_disabled

from accounts import services as people
from accounts.models import User
from bench.measure import Figure, in_turns, slowest_statement
from core.audit import SYSTEM
from core.listing import LISTINGS, views_saved
from logistics.models import Parcel
from orders.models import Order
from products.models import ChannelItem
from worklist.models import Duty

Row = dict[str, str]


def measure(*, only: set[str], now: datetime) -> list[Row]:
    """All figures whose id is in ``only`` (all when empty)."""
    from bench import batches, browser, imports, memory, pushes, reports, work  # imports the whole product

    parts: dict[str, Callable[[], list[Row]]] = {
        "P1": partial(pages, now), "P3": partial(searches, now), "P5": partial(rest, now), "P8": partial(batches.hand_over, now),
        "P9": partial(batches.print_batches, now), "P13": partial(today, now),
        "P6": partial(work.create_orders, now), "P7": partial(imports.import_files, now), "P12": partial(memory.web_worker, now),
        "P11": partial(batches.due_duties, now), "P10": partial(reports.dashboard, now),
        "P15": partial(browser.in_browser, now), "P16": partial(pushes.intake, now),
    }  # fmt: skip
    also = {"P2": "P1", "P4": "P1"}
    wanted = {also.get(name, name) for name in only} or set(parts)
    rows: list[Row] = []
    for name, part in parts.items():
        if name in wanted:
            rows += part()
    return rows


def client() -> Client:
    """A signed-in manager of all stores; English, so that rows are comparable."""
    user = User.objects.filter(username="bench").first() or people.create_person(
        username="bench", password="bench", role="manager", actor=SYSTEM, now=_now(), all_stores=True, language="en",
        check_password=False,
    )  # fmt: skip
    views_saved.choose_columns(listing=LISTINGS["orders"], columns=[], actor=user.actor)  # those of the house
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def _now() -> datetime:
    from core.clock import utcnow

    return utcnow()


def _get(browser: Client, url: str, **headers: str) -> Callable[[], Any]:
    def call() -> Any:
        answer = browser.get(url, headers=headers)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    return call


def row(
    id: str,
    work: str,
    product: str,
    floor: str = "",
    ratio: str = "",
    goal: str = "",
    reached: bool | None = None,
    grows: float = 0,
) -> Row:
    """One line of the table. ``grows``: its cost in multiples of the floor, which P4 compares between sizes."""
    mark = "" if reached is None else ("yes" if reached else "NO")
    made = {"id": id, "work": work, "product": product, "floor": floor, "ratio": ratio, "goal": goal, "reached": mark}
    return {**made, "grows": f"{grows:.4f}"} if grows else made


def _ms(figure: Figure) -> str:
    return f"{figure.cpu_ms:.1f} ms CPU, {figure.statements} SQL, {figure.size / 1000:.0f} kB"


def pages(now: datetime) -> list[Row]:
    """P1 and P2: the order list, filtered, and deep."""
    browser = client()
    month = (now - timedelta(days=60)).date().isoformat()
    deep = "/orders/?view=all"
    for _ in range(20):
        answer = browser.get(deep)
        following = answer.context["next_url"] if answer.context else ""
        if not following:
            break
        deep = following
    works = {
        "floor": _get(browser, "/floor/orders/"),
        "first": _get(browser, "/orders/?view=all"),
        "filtered": _get(browser, f"/orders/?view=all&state=ready&country=BR&placed_after={month}"),
        "deep": _get(browser, deep),
    }
    found = in_turns(works)
    floor, first = found["floor"], found["first"]
    ratio = first.cpu_ms / floor.cpu_ms
    rows = [
        row(
            "P1", "order list, 50 rows", _ms(first), _ms(floor), f"{ratio:.2f}", "≤ 2.0 × floor, ≤ 8 SQL, ≤ 80 kB",
            ratio <= 2 and first.statements <= 8 and first.size <= 80_000, ratio,
        )
    ]  # fmt: skip
    for name, text in (("filtered", "state + country + date"), ("deep", "page 21")):
        against = found[name].cpu_ms / first.cpu_ms
        rows.append(
            row(
                "P2",
                f"order list, {text}",
                _ms(found[name]),
                _ms(first),
                f"{against:.2f}",
                "≤ 1.2 × first page",
                against <= 1.2,
                found[name].cpu_ms / floor.cpu_ms,
            )
        )
    return rows


def searches(now: datetime) -> list[Row]:
    """P3: by prefix of words, by number, by the last six digits, by tracking number and SKU; and the SQL of two hundred searches."""
    browser = client()
    with scopes_disabled():
        some = list(Order.objects.order_by("-id").values_list("number", "buyer_name")[100:2100:50])
        parcels = list(Parcel.objects.order_by("-id").values_list("tracking_number", flat=True)[100:2100:50])
        skus = list(ChannelItem.objects.order_by("id").values_list("channel_sku", flat=True)[:40])
    terms = {
        "last six digits": [number[-6:] for number, _buyer in some],
        "number prefix": [number[:9] for number, _buyer in some],
        "tracking number": parcels,
        "buyer word": [buyer.split()[-1].lower()[:5] for _number, buyer in some],
        "SKU": skus,
    }
    addresses = {
        name: [f"/orders/?view=all&q={quote(term)}" for term in found if term] for name, found in terms.items()
    }
    works = {"floor": _get(browser, "/floor/orders/"), "first": _get(browser, "/orders/?view=all")}
    works |= {name: _get(browser, found[0]) for name, found in addresses.items()}
    found = in_turns(works)
    rows = []
    for name in terms:
        against = found[name].cpu_ms / found["first"].cpu_ms
        rows.append(
            row(
                "P3", f"search by {name}", _ms(found[name]), _ms(found["first"]), f"{against:.2f}", "page ≤ 2 × first page",
                against <= 2, found[name].cpu_ms / found["floor"].cpu_ms,
            )
        )  # fmt: skip
    taken = [slowest_statement(_get(browser, url)) for found_ in addresses.values() for url in found_]
    p95 = statistics.quantiles(taken, n=20)[-1]
    sentence = f"p95 {p95:.1f} ms, largest {max(taken):.1f} ms"
    return [*rows, row("P3", f"SQL of {len(taken)} searches", sentence, goal="p95 ≤ 25 ms at 1M", reached=p95 <= 25)]


def rest(now: datetime) -> list[Row]:
    """P5: API list of 50 with lines, and detail."""
    browser = client()
    _token, key = people.create_token(program="bench", role="manager", actor=SYSTEM, now=now)
    program = Client()
    newest = Order.objects.order_by("-id").values_list("pk", flat=True)[50]
    bearer = {"authorization": f"Bearer {key}"}
    works = {
        "floor list": _get(browser, "/floor/api/"),
        "list": _get(program, "/api/v1/orders/?page_size=50", **bearer),
        "floor detail": _get(browser, f"/floor/api/{newest}/"),
        "detail": _get(program, f"/api/v1/orders/{newest}/", **bearer),
    }
    found = in_turns(works)
    listed = found["list"].cpu_ms / found["floor list"].cpu_ms
    one = found["detail"].cpu_ms / found["floor detail"].cpu_ms
    return [
        row(
            "P5",
            "API list of 50 orders with lines",
            _ms(found["list"]),
            _ms(found["floor list"]),
            f"{listed:.2f}",
            "≤ 2 × floor",
            listed <= 2,
            listed,
        ),
        row(
            "P5",
            "API detail",
            _ms(found["detail"]),
            _ms(found["floor detail"]),
            f"{one:.2f}",
            "≤ 1.5 × floor",
            one <= 1.5,
            one,
        ),
    ]


MINE = 5_000


def _clerk_with_duties(now: datetime) -> User:
    """A clerk who holds 5,000 of the open duties of people (of 200,000 at 1M orders); the others are a colleague's."""
    clerk, other = (
        User.objects.filter(username=name).first()
        or people.create_person(username=name, password="bench", role="service", actor=SYSTEM, now=now, all_stores=True,
                                language="en", check_password=False)
        for name in ("bench-clerk", "bench-colleague")
    )  # fmt: skip
    if not Duty._base_manager.filter(owner=clerk).exists():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "WITH n AS (SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS place FROM worklist_duty "
                "WHERE state = 'open' AND doer = 'person') UPDATE worklist_duty d SET owner_id = "
                "CASE WHEN n.place <= %s THEN %s ELSE %s END, "
                """facts = '{"fields": {"store": "", "reason": "address", "note": "Bench"}}' || facts FROM n WHERE n.id = d.id""",
                [MINE, clerk.pk, other.pk],
            )
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE worklist_duty")
    return clerk


def today(now: datetime) -> list[Row]:
    """P13: the Today list of a clerk among many."""
    clerk = _clerk_with_duties(now)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    found = in_turns({"floor": _get(browser, "/floor/orders/"), "today": _get(browser, "/today/")})
    ratio = found["today"].cpu_ms / found["floor"].cpu_ms
    mine = Duty._base_manager.filter(owner=clerk, state="open").count()
    of = Duty._base_manager.filter(state="open", doer="person").count()
    return [
        row(
            "P13", f"Today of a clerk with {mine:,} of {of:,} open duties", _ms(found["today"]), _ms(found["floor"]), f"{ratio:.2f}",
            "as P1", ratio <= 2 and found["today"].statements <= 8 and found["today"].size <= 80_000, ratio,
        )
    ]  # fmt: skip
