"""A whole pretended past: the stage, the clock that stands still for everybody else, the days, and what came of them."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count

from accounts import services as accounts
from accounts.choices import StoreKind
from accounts.models import Store
from core import jobs
from core.errors import Conflict
from core.models import SystemMark
from demo.services import digest, life, shop
from logistics.models import WaybillNumber
from orders.choices import OrderState
from orders.models import Order
from stores.connectors.sandbox.moving import adopt, set_counters
from stores.connectors.sandbox.server import Server
from stores.selectors import account
from stores.services import accounts as doors
from stores.services import outbox
from worklist.choices import ALIVE
from worklist.models import Duty


@contextlib.contextmanager
def standing_still(now: Callable[[], datetime]) -> Iterator[Callable[[], None]]:
    """While the past is lived the real clock holds its hands still. What is given must be called now and then: a life that
    was killed gives no sign any more, and the house goes on by itself."""

    def breathe() -> None:
        SystemMark.objects.update_or_create(name=jobs.SIMULATION, defaults={"value": {"alive_at": now().isoformat()}})

    if jobs.time_stands_still("demo"):
        raise Conflict(
            "already_simulating", "Another pretended past is being lived in this database. Wait until it has ended."
        )
    breathe()
    try:
        yield breathe
    finally:
        go_on()


@contextlib.contextmanager
def other_side(keep: Path) -> Iterator[str]:
    """The address of a pretend shop of our own for the time of the simulation; what it knows is kept in the file ``keep``
    afterwards, where the installation's own pretend shop finds it. No number is given that this database has already."""
    with tempfile.TemporaryDirectory(prefix="pretend-shop-") as folder:
        path = Path(folder) / "shop.sqlite3"
        server = Server(("127.0.0.1", 0), path)
        set_counters(server.shop, order=Order._base_manager.count(), waybill=WaybillNumber.objects.count())
        thread = threading.Thread(target=server.serve_forever, name="pretend shop", daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
            adopt(into=keep, source=path)


def move_home(store: Store, *, now: datetime) -> None:
    """From now on the store talks to the pretend shop of this installation, with the key it has."""
    held = account(store)
    doors.connect(store=store, secrets=held.secrets, actor=shop.DEMO, now=now)


def go_on() -> None:
    """Take away the mark of a past that nobody lives any more."""
    SystemMark.objects.filter(name=jobs.SIMULATION).delete()


def store_for(*, code: str, seed: int, now: datetime) -> Store:
    """The pretend store to live in: the demonstration's own while nothing was ordered there, else a new one named after the
    seed. Refuses databases that people work in, and a store that has lived already."""
    if not SystemMark.objects.filter(name="demo").exists():
        if not shop.is_empty():
            raise Conflict("not_empty", "This database is in use and no demonstration: a simulation would mix the two.")
        shop.set_stage(now=now)
    wanted = [code] if code else [shop.SANDBOX, *(f"sim{seed}{'' if n == 1 else f'-{n}'}" for n in range(1, 100))]
    for name in wanted:
        store = Store.objects.filter(code=name).first()
        if store is None:
            return accounts.create_store(
                code=name, name=f"Simulation {seed}", kind=StoreKind.SANDBOX, currency="USD", time_zone=str(life.ZONE),
                actor=shop.DEMO, now=now, reply_email=f"{name}@example.com",
            )  # fmt: skip
        if not Order._base_manager.filter(store=store).exists():
            return store
    raise Conflict("store_in_use", f"The store {wanted[0]} has orders already. Choose another code.")


def simulate(
    *, store: Store, days: int, per_day: int, seed: int, end: datetime, base_url: str,
    tell: Callable[[datetime, dict[str, int]], None], vary: bool = False, trouble: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Let the store live ``days`` days of ``per_day`` orders (``vary``: about so many) up to ``end``, with ``trouble`` spoilt
    answers of the channel in each session. Answers counts, digests and what is left over.

    Deterministic: the same seed, days, rate and end in an equal database end in the same digest.
    """
    start = end - timedelta(days=days)
    life.know_rates(start=start, end=end)
    story = life.begin(
        store=store, seed=seed, per_day=per_day, now=start, base_url=base_url, vary=vary, trouble=trouble
    )
    totals: dict[str, int] = {}

    def add(now: datetime, done: dict[str, int]) -> None:
        for name, count in done.items():
            totals[name] = totals.get(name, 0) + count
        tell(now, done)

    with outbox.to_nobody():
        life.live(story, start=start, end=end, tell=add)
    return {"store": store.code, "seed": seed, "from": start, "to": end, **totals, **outcome(store)}


def outcome(store: Store) -> dict[str, Any]:
    """How the orders of a store stand, how many of them are forgotten, and the digests of all tables."""
    states = dict(
        Order._base_manager.filter(store=store).values_list("state").annotate(n=Count("id")).order_by("state")
    )
    return {"states": states, "forgotten": forgotten(store), "digest": digest.fingerprint(store)}


def forgotten(store: Store) -> int:
    """Orders that are not settled and that no duty, no parcel under way and no note in the house looks after."""
    watched = set(
        Duty._base_manager.filter(store=store, subject_type="orders.order", state__in=ALIVE).values_list(
            "subject_id", flat=True
        )
    )
    unsettled = Order._base_manager.filter(store=store, history=False).exclude(
        state__in=[OrderState.COMPLETED, OrderState.CANCELLED]
    )
    looked_after = unsettled.filter(parcels__next_check_at__isnull=False) | unsettled.filter(
        notes__state__in=["draft", "signed", "released", "blocked", "packed"]
    )
    rest = unsettled.exclude(pk__in=watched).exclude(pk__in=looked_after.values("pk"))
    rest = rest.exclude(state=OrderState.HELD, hold_until__isnull=False)  # on its day it is somebody's
    return rest.count()


def sandbox_url() -> str:
    """The pretend shop of this installation."""
    return str(settings.SANDBOX_URL)
