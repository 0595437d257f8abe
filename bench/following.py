"""A million parcels under way: the clock, the lists, the jobs, the intake of pushes, the invariants (figures F1 to F6).

The database is filled by :mod:`bench.parcels`. What changes it (checks, pushes, silence) goes through the services and stays: a
second run measures what is there then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from accounts import services as people
from accounts.models import Store, User
from bench import alone, parcels
from bench.measure import Counted, Figure, in_turns, slowest_statement
from bench.pushes import body_of
from bench.rows import Row, client, fetching, row, told
from core.audit import SYSTEM
from core.clock import utcnow
from core.invariants import INVARIANTS
from core.listing import LISTINGS, views_saved
from logistics.models import FollowedNumber, Parcel, TrackingPush, TrackingSource, TransitReview
from logistics.selectors import links
from logistics.selectors import parcels as selectors
from logistics.selectors import sources as known
from logistics.services import lanes, review, sources, tracking
from logistics.services.sources import registering, silence
from worklist import services as worklist
from worklist.models import Duty

CHECK = "logistics.parcel_check"
#: Checks of one measurement, pushes read.
CHECKS, PUSHES = 20_000, 2_000
#: What people open daily: name, address after /parcels/, and how its cost is bounded (multiples of the first page).
LISTS = (
    ("under way, newest", "", 0), ("later than promised", "view=late", 1.2), ("latest of their lanes", "view=slow", 1.2),
    ("by next check", "view=next", 1.2), ("all by lateness on the lane", "view=all&ordering=-later_than", 1.2),
    ("receiving time ends", "view=ending", 1.2), ("held by customs", "view=customs", 1.2), ("to be collected", "view=collect", 1.2),
    ("no news for long", "view=silent", 1.2), ("comes back", "view=returning", 1.2), ("number not online", "view=untold", 1.2),
    ("state + country + month", "state=shipped&country=BR&shipped_at_after={month}", 1.2),
    ("store + state", "state=shipped&store=parcels-2", 1.2), ("service + country", "service=CP_REG&country=DE&state=shipped", 1.2),
    ("checks that are due", "lateness=due&ordering=next_check_at", 1.2), ("no event for 15 days", "lateness=silent", 1.2),
    ("tracking source silent", "lateness=blind", 1.2),
    ("search by number", "view=all&q={number}", 2), ("search by last six digits", "view=all&q={tail}", 2),
)  # fmt: skip


# --- F1: the clock ---------------------------------------------------------------------------------------------------------


def clock(now: datetime) -> list[Row]:
    """Due checks found and done in a process of its own, and rounds in which nothing is due."""
    due = Duty._base_manager.filter(rule=CHECK, state="planned", due_at__lte=now + timedelta(days=1)).count()
    done, cost = alone.run("bench.following:checks", now=now.isoformat())
    each = cost.cpu / max(1, done["acted"]) * 1000
    rows = [row(
        "F1", f"due checks of parcels: {done['acted']:,} of the {due:,} of a day",
        f"{done['acted'] / max(0.001, cost.wall):.0f}/s ({done['acted'] / max(0.001, cost.cpu):.0f} per CPU second; {each:.2f} ms: own "
        f"{cost.own:.1f} s + PostgreSQL {cost.database:.1f} s); {done['sql']} SQL in a round of 500, {cost.peak:.0f} MiB",
        goal="a day's checks within an hour of one processor, memory bounded", reached=each * due <= 3_600_000 and cost.peak <= 250,
    )]  # fmt: skip
    return rows + _jobs("F1", now, (
        ("idle", "a round of the clock with nothing due", 0.2), ("sweep", "a sweep, the first for long", 60),
        ("sweep", "the sweep every ten minutes", 10),
        ("full", "the daily full sweep", 600), ("watch", "looking after parcels every ten minutes", 2),
        ("walk", "a source's questions to the database every minute", 1), ("whole", "the same once an hour, of all parcels", 30),
    ))  # fmt: skip


def _jobs(id: str, now: datetime, works: Sequence[tuple[str, str, float]]) -> list[Row]:
    """Works of this module, each in a process of its own, with the seconds of the processor they may take."""
    rows = []
    for work, name, limit in works:
        answer, cost = alone.run(f"bench.following:{work}", now=now.isoformat())
        said = f": {answer['answer']}" if isinstance(answer["answer"], str) else ""
        rows.append(row(
            id, f"{name}{said}",
            f"{cost.cpu:.2f} s CPU ({cost.own:.2f} + PostgreSQL {cost.database:.2f}), {cost.wall:.0f} s on the wall, "
            f"{answer['sql']:,} SQL, {cost.peak:.0f} MiB",
            goal=f"≤ {limit} s CPU, ≤ 250 MiB", reached=cost.cpu <= limit and cost.peak <= 250,
        ))  # fmt: skip
    return rows


def checks(now: str) -> Callable[[], Any]:
    """For ``alone``: so many checks are due now instead of later; rounds of the clock until they are done."""
    at = datetime.fromisoformat(now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "WITH due AS (UPDATE worklist_duty SET due_at = %s WHERE id IN (SELECT id FROM worklist_duty WHERE rule = %s AND "
            "state = 'planned' ORDER BY due_at, id LIMIT %s) RETURNING subject_id) UPDATE logistics_parcel SET next_check_at = %s "
            "FROM due WHERE id = subject_id AND state = 'shipped'",
            [at, CHECK, CHECKS, at],
        )

    def work() -> dict[str, int]:
        acted, most = 0, 0
        while acted < CHECKS:
            with Counted() as counted:
                ran = worklist.run_due(now=utcnow())
            acted += ran.acted[CHECK]
            most = max(most, counted.count) if ran.acted[CHECK] == 500 else most
            if not ran.acted[CHECK]:
                break
        return {"acted": acted, "sql": most}

    return work


def _counting(work: Callable[[datetime], Any]) -> Callable[[str], Callable[[], Any]]:
    def prepared(now: str) -> Callable[[], Any]:
        at = datetime.fromisoformat(now)

        def run() -> dict[str, Any]:
            with Counted() as counted:
                answer = work(at)
            return {"sql": counted.count, "answer": answer}

        return run

    return prepared


def _sweep(at: datetime, full: bool) -> None:
    worklist.sweep(now=at, full=full)


def _watch(at: datetime) -> None:
    tracking.adopt_orders(
        order_ids=selectors.unfollowed_orders(at).values_list("pk", flat=True)[:500], actor=SYSTEM, now=at
    )
    tracking.restate(parcel_ids=selectors.gone_silent(at), actor=SYSTEM, now=at)
    worklist.refresh(rule_key=CHECK, subject_ids=selectors.misaligned(at, ahead=timedelta(hours=1)), now=at)


def _walk(at: datetime, whole: bool) -> None:
    """All a walk asks of the database; the source itself is asked nothing."""
    source = TrackingSource.objects.get(code=parcels.CODE)
    since = None if whole else known.Since(at - timedelta(hours=1), known.newest_parcel())
    registering.want(source=source, now=at, since=since)
    registering.stop(line=None, source=source, now=at, since=since)
    for rows in (known.to_change(source, at), known.to_ask(source, at)):
        list(rows[:40])


idle = _counting(lambda at: worklist.run_due(now=datetime(2000, 1, 1, tzinfo=at.tzinfo)).total)
sweep = _counting(lambda at: _sweep(at, False))
full = _counting(lambda at: _sweep(at, True))
watch = _counting(_watch)
walk = _counting(lambda at: _walk(at, False))
whole = _counting(lambda at: _walk(at, True))


# --- F2: pages -------------------------------------------------------------------------------------------------------------


def lists(now: datetime) -> list[Row]:
    """The lists of parcels beside the floor and their first page, the page of a parcel, programs, and the counts of the tabs."""
    browser = client()
    some = Parcel._base_manager.filter(state="shipped").order_by("-pk")[100]
    works = {"floor": fetching(browser, "/floor/orders/")}
    works |= {name: fetching(browser, url) for name, url in addresses(some, now).items()}
    found = in_turns(works, turns=3, repeat=3)
    floor, first = found["floor"], found[LISTS[0][0]]
    rows = []
    for name, _text, goal in LISTS:
        against = found[name].cpu_ms / (first.cpu_ms if goal else floor.cpu_ms)
        within = found[name].statements <= 8 and against <= (goal or 2)
        goal_text = f"≤ {goal} × first page, ≤ 8 SQL" if goal else "≤ 2.0 × floor, ≤ 8 SQL"
        rows.append(
            row(
                "F2",
                f"parcels: {name}",
                told(found[name]),
                told(first if goal else floor),
                f"{against:.2f}",
                goal_text,
                within,
            )
        )
    return [*rows, *_one(some, browser, now), _tabs()]


def addresses(some: Parcel, now: datetime) -> dict[str, str]:
    """The pages of :data:`LISTS`; ``some``: the parcel that is searched for."""
    month, number = (now - timedelta(days=30)).date(), some.tracking_number
    words = {"month": f"{month}", "number": quote(number), "tail": number[-6:]}
    return {name: f"/parcels/?{text.format(**words)}" for name, text, _goal in LISTS}


def _one(some: Parcel, browser: Client, now: datetime) -> Iterator[Row]:
    """One parcel for people, for programs and for its buyer; the list for programs."""
    _token, key = people.create_token(program="bench", role="manager", actor=SYSTEM, now=now)
    bearer, program = {"authorization": f"Bearer {key}"}, Client()
    full = Parcel._base_manager.select_related("store").get(pk=some.pk)
    works = {
        "floor": fetching(browser, "/floor/orders/"), "page of a parcel": fetching(browser, f"/parcels/{some.pk}/"),
        "list for programs": fetching(program, "/api/v1/parcels/?page_size=50", **bearer),
        "parcel for programs": fetching(program, f"/api/v1/parcels/{some.pk}/", **bearer),
        "page for the buyer": fetching(Client(), links.path_of(full)),
    }  # fmt: skip
    found = in_turns(works, turns=3, repeat=3)
    for name, figure in found.items():
        if name != "floor":
            yield row(
                "F2",
                name,
                f"{told(figure)}, PostgreSQL waits for {min(slowest_statement(works[name])[0] for _turn in range(3)):.0f} ms at most",
                goal="one statement ≤ 25 ms",
            )


def _tabs() -> Row:
    actor, listing = User.objects.get(username="bench").actor, LISTINGS["parcels"]
    wanted = views_saved.tabs(listing, actor)

    def work() -> dict[str, int]:
        cache.clear()
        return views_saved.counts(listing, actor, wanted)

    figure: Figure = in_turns({"tabs": work}, turns=3, repeat=2)["tabs"]
    words = f"{figure.cpu_ms:.0f} ms CPU, {figure.statements} SQL"
    return row(
        "F2", "figures of all tabs of the list, none remembered", words, goal="≤ 250 ms", reached=figure.cpu_ms <= 250
    )


# --- F3: jobs that reckon --------------------------------------------------------------------------------------------------


def jobs(now: datetime) -> list[Row]:
    """The lanes, how late each parcel is, the weekly review of the largest store."""
    return _jobs("F3", now, (
        ("reckon", "lanes reckoned", 120), ("late", "lateness of parcels written", 120), ("late", "the same again", 30),
        ("weekly", "weekly review of a store taken", 60),
    ))  # fmt: skip


def _weekly(at: datetime) -> str:
    store = Store.objects.get(code="parcels-1")
    day = at.date()
    while TransitReview._base_manager.filter(store=store, day=day).exists():
        day -= timedelta(days=1)
    found = review.open_review(store=store, day=day, at=at, now=at)
    return f"{found.found:,} of {found.in_transit:,} stand out"


def _reckoned(at: datetime) -> str:
    done = lanes.refresh_lanes(now=at)
    return f"{done.lanes} lanes, {done.days:,} days changed"


reckon = _counting(_reckoned)
late = _counting(lambda at: f"{lanes.refresh_lateness(now=at):,} rows")
weekly = _counting(_weekly)


# --- F4: a source that dies ------------------------------------------------------------------------------------------------


def silent(now: datetime) -> list[Row]:
    """The feed of all parcels is dead: each must become a person's check; then it speaks again."""
    TrackingSource.objects.filter(code=parcels.CODE).update(
        heard_at=now - timedelta(days=10), silent_since=None, busy_until=None
    )
    rows = _jobs("F4", now, (
        ("go_silent", "a source falls silent, one round of the watch", 300), ("blind_checks", "checks of blind parcels", 60),
        ("speak", "the source speaks again, one round", 300),
    ))  # fmt: skip
    _put_back(now)
    return rows


def _put_back(now: datetime) -> None:
    """What was brought forward and not checked is due in the coming fortnight again, for the next measurement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "WITH late AS (UPDATE logistics_parcel SET next_check_at = %s + random() * interval '14 days', next_check_why = 'first' "
            "WHERE state = 'shipped' AND next_check_why = 'silent' RETURNING id, next_check_at) UPDATE worklist_duty d "
            "SET due_at = late.next_check_at FROM late WHERE rule = %s AND subject_id = late.id AND d.state = 'planned'",
            [now, CHECK],
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE logistics_parcel, worklist_duty, logistics_followednumber")


def _go_silent(at: datetime) -> str:
    source = TrackingSource.objects.get(code=parcels.CODE)
    return f"{silence.watch(source=source, now=at):,} parcels in one round"


def _blind_checks(at: datetime) -> str:
    done = 0
    while done < CHECKS and (ran := worklist.run_due(now=at)).total:
        done += ran.acted[CHECK]
    blind = Duty._base_manager.filter(rule=known.BLIND, closed_at__isnull=True).count()
    return f"{done:,} checked, {blind:,} to be looked up"


def _speak(at: datetime) -> str:
    TrackingSource.objects.filter(code=parcels.CODE).update(heard_at=at)
    before = Duty._base_manager.filter(rule=known.BLIND, closed_at__isnull=True).count()
    silence.watch(source=TrackingSource.objects.get(code=parcels.CODE), now=at)
    return (
        f"{before - Duty._base_manager.filter(rule=known.BLIND, closed_at__isnull=True).count():,} of {before:,} ended"
    )


go_silent = _counting(_go_silent)
blind_checks = _counting(_blind_checks)
speak = _counting(_speak)


# --- F5: pushes become events ----------------------------------------------------------------------------------------------


def pushed(now: datetime) -> list[Row]:
    """Pushes of followed numbers read into events: six events each, one of them new to the parcel's months."""
    source = TrackingSource.objects.get(code=parcels.CODE)
    TrackingPush.objects.filter(source=source).delete()
    rows = FollowedNumber._base_manager.filter(source=source, state="registered", parcel__state="shipped").order_by("?")
    numbers = list(rows.values_list("number", flat=True)[:PUSHES])
    fresh = [
        TrackingPush(source=source, digest=f"{number} {now}", body=_body(number, now), received_at=now)
        for number in numbers
    ]
    TrackingPush.objects.bulk_create(fresh, batch_size=500)
    answer, cost = alone.run("bench.following:reading", now=now.isoformat())
    each = cost.cpu / max(1, len(numbers)) * 1000
    return [row(
        "F5", f"{answer['answer']} pushes read into events",
        f"{1000 / each:.0f} pushes and {6000 / each:.0f} events per CPU second ({each:.2f} ms a push, PostgreSQL "
        f"{cost.database / max(1, len(numbers)) * 1000:.2f}), "
        f"{answer['sql']} SQL ({answer['sql'] / max(1, -(-len(numbers) // 200)):.0f} for 200), {cost.peak:.0f} MiB",
        goal="≥ 300 pushes per CPU second", reached=each <= 1000 / 300,
    )]  # fmt: skip


def _body(number: str, now: datetime) -> bytes:
    """A push of a number with six events of the last days."""
    told = json.loads(body_of(0, 0))
    told["data"]["number"] = number
    info = told["data"]["track_info"]
    events = info["tracking"]["providers"][0]["provider"]
    listed = info["tracking"]["providers"][0]["events"]
    for place, event in enumerate(listed):
        at = now - timedelta(hours=6 * (len(listed) - place))
        event["time_utc"], event["time_iso"] = f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%dT%H:%M:%S+00:00}"
    events["key"], told["data"]["carrier"] = parcels.CARRIER, parcels.CARRIER
    info["latest_event"] = listed[-1]
    return json.dumps(told).encode()


reading = _counting(lambda at: sources.read(now=at))


# --- F6: invariants ----------------------------------------------------------------------------------------------------------


def promises(now: datetime) -> list[Row]:
    """What ``check_invariants`` asks about parcels."""
    names = [
        (place, item.title)
        for place, item in enumerate(INVARIANTS)
        if item.search.__module__ == "logistics.checks.parcels"
    ]
    rows = []
    for place, title in names:
        answer, cost = alone.run("bench.following:invariant", now=now.isoformat(), place=place)
        rows.append(
            row(
                "F6",
                title,
                f"{answer} found, {cost.cpu:.1f} s CPU, {cost.peak:.0f} MiB",
                goal="≤ 60 s CPU",
                reached=cost.cpu <= 60,
            )
        )
    return rows


def invariant(now: str, place: int) -> Callable[[], Any]:
    """For ``alone``: search one promise."""
    from core.invariants import check_all

    def work() -> int:
        chosen, INVARIANTS[:] = [INVARIANTS[place]], [INVARIANTS[place]]
        return sum(verdict.count for verdict in check_all(datetime.fromisoformat(now))) if chosen else 0

    return work
