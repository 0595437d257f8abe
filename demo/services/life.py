"""The pretend shop lives: buyers order, people work, parcels travel, through the real services and the workers' own jobs.

Everything is decided by a seed; the only clock is the one handed down. The other side (:mod:`demo.services.world`) speaks
through the control door of the pretend shop, our side (:mod:`demo.services.staff`) through the services that pages call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache

from accounts.models import Store, User
from core import clock
from core.audit import Actor
from core.jobs import JOBS
from core.models import ExchangeRate
from demo.services import shop, staff, world
from demo.services.world import Happening
from inventory.choices import MovementKind
from inventory.models import Balance
from inventory.selectors import default_warehouse
from inventory.services.receiving import receive
from logistics.models import Service
from products.models import Sku
from stores.connectors.sandbox.control import Control
from stores.selectors import account
from stores.services import accounts as doors
from worklist import services as worklist

ZONE = ZoneInfo("Asia/Shanghai")
#: Hours of the local day at which people come to their desks.
SESSIONS = (9, 12, 17)
#: What a channel does wrong, and where, in a life with trouble.
WRONGS = ("429", "500", "500_done", "reset", "half", "garbage", "inside", "late", "duplicate")
PLACES = ("/api/messages", "/api/orders", "/api/orders/", "/api/waybills", "/api/cases", "/api/feedback", "/api/")


@dataclass
class Life:
    """One run: the store, its other side, the people, and what is still going to happen."""

    store: Store
    control: Control
    seed: int
    house: staff.House
    per_day: int
    vary: bool = False
    trouble: int = 0
    coming: list[Happening] = field(default_factory=list)
    placed: int = 0
    #: Order number -> number of its case.
    cases: dict[str, str] = field(default_factory=dict)

    def open_case(self, order_id: str) -> bool:
        """Whether the buyer of an order has a case that is not closed."""
        case = self.cases.get(order_id)
        return case is not None and self.control.case(case)["status"] != "closed"


def begin(
    *, store: Store, seed: int, per_day: int, now: datetime, base_url: str = "", vary: bool = False, trouble: int = 0
) -> Life:
    """Connect the store to the pretend shop, fill the shelves, and answer a life that can be lived. ``vary``: good and bad
    days around ``per_day`` orders, instead of that many each day; ``trouble``: answers spoilt in each session."""
    doors.connect_sandbox(store=store, actor=shop.DEMO, now=now, base_url=base_url)
    control = Control(base_url=account(store).base_url, shop=store.code)
    people: dict[str, Actor] = {
        user.username: user.actor for user in User.objects.filter(username__in=[name for name, *_ in shop.LOGINS])
    }
    fill_shelves(store=store, now=now, per_day=per_day)
    house = staff.House(store=store, people=people, seed=seed, per_day=per_day)
    return Life(store=store, control=control, seed=seed, house=house, per_day=per_day, vary=vary, trouble=trouble)


def know_rates(*, start: datetime, end: datetime) -> None:
    """Exchange rates for every week of the pretended past (the last ones of the reference list)."""
    lines = [
        line for line in (shop.DATA / "rates.csv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    rates = [line.split(",") for line in lines[1:]]
    weeks = range((end - start).days // 7 + 2)
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                day=(start + timedelta(days=7 * week)).date(),
                currency=currency,
                rate=Decimal(rate),
                source="ECB, demonstration",
            )
            for week in weeks
            for currency, rate in rates
        ],
        ignore_conflicts=True,
    )


def fill_shelves(*, store: Store, now: datetime, per_day: int) -> None:
    """An opening stock for every article that has none, and the pretend carrier for two services."""
    held = set(Balance.objects.filter(on_hand__gt=0).values_list("sku__code", flat=True))
    bins = {row["code"]: row["bin"] for row in shop.articles()}
    rows = [
        (sku.pk, world.dice(7, sku.code).choice((4, 6, 10, 14, 18, 24)) * max(per_day, 2), bins[sku.code])
        for sku in Sku.objects.filter(code__in=bins).order_by("code")
        if sku.code not in held
    ]
    if rows:
        receive(
            warehouse=default_warehouse(), rows=rows, reference=f"OPENING-{store.code}", kind=MovementKind.OPENING,
            actor=shop.DEMO, now=now,
        )  # fmt: skip
    Service.objects.filter(code__in=["CP_REG", "EMS"]).update(connector="sandbox")


def sessions(*, start: datetime, end: datetime) -> Iterator[datetime]:
    """The times at which the house works between two moments, and the end itself, oldest first."""
    day = start.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    while day.astimezone(UTC) < end:
        for hour in SESSIONS:
            at = day.replace(hour=hour).astimezone(UTC)
            if start < at < end:
                yield at
        day = (day + timedelta(days=1)).replace(hour=0)
    yield end


def live(life: Life, *, start: datetime, end: datetime, tell: Callable[[datetime, dict[str, int]], None]) -> None:
    """Live from ``start`` to ``end``; ``tell`` hears after each session when it was and what was done."""
    before = start
    for now in sessions(start=start, end=end):
        life.coming += _orders_between(life, before, now)
        done = _session(life, now, end=end)
        tell(now, done)
        before = now


def _orders_between(life: Life, after: datetime, until: datetime) -> list[Happening]:
    """The orders that buyers place in this time, as happenings that are still without a number."""
    found = []
    day = after.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day.astimezone(UTC) - timedelta(days=1) < until:
        for place, at in enumerate(world.times_of_day(life.seed, day.astimezone(UTC), life.per_day, vary=life.vary)):
            if after < at <= until:
                found.append(Happening(at, "place", {"place": place}))
        day += timedelta(days=1)
    return found


def _session(life: Life, now: datetime, *, end: datetime) -> dict[str, int]:
    """What came since the last time, then the workers' jobs and, unless this is the very end, the people."""
    placed = life.placed
    with clock.simulated(now):
        let_happen(life, now)
        misfortune(life, now, calm=now >= end)
        tick(now)
        done = {"orders": life.placed - placed}
        if now < end:
            hour = now.astimezone(ZONE).hour
            work = life.house.work(now, hour=hour, leave=end - now <= timedelta(hours=24))
            while worklist.run_due(now=now).total:
                continue
            for sent in work.handed_over:
                life.coming += world.journey(life.seed, sent, now)
                life.coming.append(Happening(now + timedelta(days=60), "auto", {"id": sent.order_id}))
            done |= {"packed": work.packed, "parcels": len(work.handed_over), "answers": work.answers}
    return done


def misfortune(life: Life, now: datetime, *, calm: bool) -> None:
    """What goes wrong until the next session in a life with trouble: so many answers of the channel are refusals, nonsense,
    late, doubled or lost on the way, and now and then everything the house only remembers for a while is wiped."""
    if not life.trouble:
        return
    life.control.calm()
    throw = world.dice(life.seed, "trouble", now.isoformat())
    for _wrong in range(0 if calm else life.trouble):
        kind = throw.choice(WRONGS)
        more: dict[str, Any] = {}
        if kind in ("429", "late"):
            more = {"retry_after": throw.randint(1, 4)} if kind == "429" else {"seconds": throw.uniform(1, 30)}
        life.control.fault(kind, path=throw.choice(PLACES), skip=throw.randrange(15), **more)
    if throw.random() < 0.2:
        cache.clear()


def tick(now: datetime) -> None:
    """Everything the workers do by themselves, once, at the pretended time: the very jobs of the schedule, and the duties of
    the clock until none is due."""
    for spec in list(JOBS.values()):
        if spec.every and not spec.name.startswith(("core.", "worklist.")):
            spec.function()
    worklist.run_until_done(now=now)


def let_happen(life: Life, now: datetime) -> None:
    """Tell the pretend shop everything whose time has come, in order."""
    while True:
        due, life.coming = world.in_order(life.coming, now)
        if not due:
            return
        for one in due:
            life.coming += DOORS[one.what](life, one)


def _place(life: Life, one: Happening) -> list[Happening]:
    order, payment = world.new_order(life.seed, one.at, one.told["place"])
    made = life.control.put_orders([order], one.at)[0]
    life.placed += 1
    return list(world.after_placing(life.seed, made, payment))


def _order(life: Life, one: Happening) -> list[Happening]:
    life.control.put_orders([one.told], one.at)
    return []


def _close(life: Life, one: Happening) -> list[Happening]:
    if life.control.order(one.told["id"])["status"] in ("awaiting_payment", "risk_control"):
        life.control.put_orders([{**one.told, "status": "cancelled"}], one.at)
    return []


def _ask_cancel(life: Life, one: Happening) -> list[Happening]:
    if life.control.order(one.told["id"])["status"] == "to_ship":
        life.control.put_orders([{**one.told, "cancel_requested": True}], one.at)
    return []


def _write(life: Life, one: Happening) -> list[Happening]:
    life.control.put_messages([{**one.told, "at": one.at.isoformat()}], one.at)
    return []


def _event(life: Life, one: Happening) -> list[Happening]:
    told = {name: value for name, value in one.told.items() if name != "number"}
    life.control.put_events({one.told["number"]: [told]}, one.at)
    return []


def _finish(life: Life, one: Happening) -> list[Happening]:
    if life.control.order(one.told["id"])["status"] in ("shipped", "delivered"):
        life.control.put_orders(
            [{"id": one.told["id"], "status": "finished", "finished_at": one.at.isoformat()}], one.at
        )
    return []


def _auto(life: Life, one: Happening) -> list[Happening]:
    """The marketplace finishes what nobody confirmed when its receiving time is over."""
    order = life.control.order(one.told["id"])
    if life.open_case(one.told["id"]):
        return [Happening(one.at + timedelta(days=5), "auto", one.told)]
    until = order.get("receive_until")
    if until and datetime.fromisoformat(until) > one.at:
        return [Happening(datetime.fromisoformat(until), "auto", one.told)]
    return _finish(life, one)


def _rate(life: Life, one: Happening) -> list[Happening]:
    life.control.put_feedback([one.told], one.at)
    return []


def _case(life: Life, one: Happening) -> list[Happening]:
    """A buyer opens a case, unless the order has ended already."""
    order = life.control.order(one.told["order_id"])
    if order["status"] not in ("shipped", "delivered"):
        return []
    case = life.control.put_cases([{**one.told, "amount": order["total"]}], one.at)[0]
    life.cases[one.told["order_id"]] = case["id"]
    return [Happening(one.at + timedelta(days=1), "case_goes_on", {"id": case["id"]})]


def _withdraw(life: Life, one: Happening) -> list[Happening]:
    """The parcel came after all."""
    if not life.open_case(one.told["order_id"]):
        return []
    case = life.control.case(life.cases[one.told["order_id"]])
    life.control.put_cases([{"id": case["id"], "status": "closed", "outcome": "withdrawn"}], one.at)
    return _finish(life, Happening(one.at, "finish", {"id": case["order_id"]}))


def _case_goes_on(life: Life, one: Happening) -> list[Happening]:
    """The buyer or the platform takes the next step of a case, a day at a time, until it is closed."""
    case = life.control.case(one.told["id"])
    step = world.next_of_case(life.seed, case, one.at) if case["status"] != "closed" else {}
    if step:
        case = life.control.put_cases([{"id": case["id"], **step}], one.at)[0]
    if case["status"] == "closed":
        return _finish(life, Happening(one.at, "finish", {"id": case["order_id"]}))
    return [Happening(one.at + timedelta(days=1), "case_goes_on", one.told)]


#: What the other side can do, by the word of a happening.
DOORS: dict[str, Callable[[Life, Happening], list[Happening]]] = {
    "place": _place, "order": _order, "close": _close, "ask_cancel": _ask_cancel, "write": _write, "event": _event,
    "finish": _finish, "auto": _auto, "rate": _rate, "case": _case, "case_goes_on": _case_goes_on, "withdraw": _withdraw,
}  # fmt: skip
