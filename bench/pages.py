"""What a page costs beside its floor: the order list (P1, P2), searches (P3), programs (P5) and Today (P13)."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db import connection, transaction
from django.test import Client
from django_scopes import scopes_disabled

from accounts import services as people
from accounts.models import User
from bench.measure import in_turns, slowest_statement
from bench.rows import Row, client, fetching, row, told
from core.audit import SYSTEM
from logistics.models import Parcel
from orders.models import Order
from products.models import ChannelItem
from worklist.models import Duty


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
        "floor": fetching(browser, "/floor/orders/"),
        "first": fetching(browser, "/orders/?view=all"),
        "filtered": fetching(browser, f"/orders/?view=all&state=ready&country=BR&placed_after={month}"),
        "deep": fetching(browser, deep),
    }
    found = in_turns(works)
    floor, first = found["floor"], found["first"]
    ratio = first.cpu_ms / floor.cpu_ms
    rows = [
        row(
            "P1", "order list, 50 rows", told(first), told(floor), f"{ratio:.2f}", "≤ 2.0 × floor, ≤ 8 SQL, ≤ 80 kB",
            ratio <= 2 and first.statements <= 8 and first.size <= 80_000, ratio,
        )
    ]  # fmt: skip
    for name, text in (("filtered", "state + country + date"), ("deep", "page 21")):
        against = found[name].cpu_ms / first.cpu_ms
        rows.append(
            row(
                "P2",
                f"order list, {text}",
                told(found[name]),
                told(first),
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
        filled = Order.objects.exclude(number__regex="^(BF|API)")  # what other figures made since has words of its own
        some = list(filled.order_by("-id").values_list("number", "buyer_name")[100:2100:50])
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
    works = {"floor": fetching(browser, "/floor/orders/"), "first": fetching(browser, "/orders/?view=all")}
    works |= {name: fetching(browser, found[0]) for name, found in addresses.items()}
    found = in_turns(works)
    rows = []
    for name in terms:
        against = found[name].cpu_ms / found["first"].cpu_ms
        rows.append(
            row(
                "P3", f"search by {name}", told(found[name]), told(found["first"]), f"{against:.2f}", "page ≤ 2 × first page",
                against <= 2, found[name].cpu_ms / found["floor"].cpu_ms,
            )
        )  # fmt: skip
    taken = [slowest_statement(fetching(browser, url)) for found_ in addresses.values() for url in found_]
    wall, cpu = (statistics.quantiles(column, n=20)[-1] for column in zip(*taken, strict=True))
    sentence = f"p95 {wall:.1f} ms, largest {max(taken)[0]:.1f} ms; of PostgreSQL's processor p95 {cpu:.1f} ms"
    reached = min(wall, cpu) <= 25
    return [*rows, row("P3", f"SQL of {len(taken)} searches", sentence, goal="p95 ≤ 25 ms at 1M", reached=reached)]


def rest(now: datetime) -> list[Row]:
    """P5: API list of 50 with lines, and detail."""
    browser = client()
    _token, key = people.create_token(program="bench", role="manager", actor=SYSTEM, now=now)
    program = Client()
    newest = Order.objects.order_by("-id").values_list("pk", flat=True)[50]
    bearer = {"authorization": f"Bearer {key}"}
    works = {
        "floor list": fetching(browser, "/floor/api/"),
        "list": fetching(program, "/api/v1/orders/?page_size=50", **bearer),
        "floor detail": fetching(browser, f"/floor/api/{newest}/"),
        "detail": fetching(program, f"/api/v1/orders/{newest}/", **bearer),
    }
    found = in_turns(works)
    listed = found["list"].cpu_ms / found["floor list"].cpu_ms
    one = found["detail"].cpu_ms / found["floor detail"].cpu_ms
    return [
        row(
            "P5",
            "API list of 50 orders with lines",
            told(found["list"]),
            told(found["floor list"]),
            f"{listed:.2f}",
            "≤ 2 × floor",
            listed <= 2,
            listed,
        ),
        row(
            "P5",
            "API detail",
            told(found["detail"]),
            told(found["floor detail"]),
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
    found = in_turns({"floor": fetching(browser, "/floor/orders/"), "today": fetching(browser, "/today/")})
    ratio = found["today"].cpu_ms / found["floor"].cpu_ms
    mine = Duty._base_manager.filter(owner=clerk, state="open").count()
    of = Duty._base_manager.filter(state="open", doer="person").count()
    return [
        row(
            "P13", f"Today of a clerk with {mine:,} of {of:,} open duties", told(found["today"]), told(found["floor"]), f"{ratio:.2f}",
            "as P1", ratio <= 2 and found["today"].statements <= 8 and found["today"].size <= 80_000, ratio,
        )
    ]  # fmt: skip
