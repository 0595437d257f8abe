"""The buyers of the pretend shop, and the house prepared for them: what is done to the shop follows from a seed."""

from __future__ import annotations

import random
import threading
import time
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from celery import current_app

from accounts import services as accounts
from accounts.models import Store
from core import policies
from core.audit import SYSTEM
from core.clock import utcnow
from inventory import selectors as stock_selectors
from inventory.services import stock
from logistics.models import Service
from logistics.services import numbers
from products.services import catalogue
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.numbers import check_digit
from stores.services import accounts as doors
from tests.chaos.faults import patiently

ARTICLES = [f"CH-{n:02}" for n in range(1, 13)]
#: This one runs out and is delivered later.
SCARCE = ARTICLES[-1]
METHODS = ("China Post Registered Air Mail", "China Post Registered Air Mail", "EMS")
COUNTRIES = (("BR", "USD"), ("DE", "USD"), ("FR", "USD"), ("US", "USD"), ("PL", "USD"))
PULL_SECONDS = 3.0
ROLES = ("service", "warehouse", "purchaser", "supervisor", "manager")


@dataclass(frozen=True)
class House:
    """What was prepared: the connected store, the one told by hand, tokens by role, articles."""

    store: Store
    hand: Store
    keys: dict[str, str]
    skus: dict[str, int]


def prepare(shop_url: str, late_seconds: int, orders: int) -> House:
    """Fill the empty installation: stores, articles with stock, waybill numbers, tokens. In this process, by the services."""
    now = utcnow()
    common = {"currency": "USD", "time_zone": "Asia/Shanghai", "actor": SYSTEM, "now": now}
    store = accounts.create_store(code="chaos", name="Chaos", kind="sandbox", **common)
    hand = accounts.create_store(code="phone", name="Phone", kind="spreadsheet", **common)
    skus = {}
    for code in ARTICLES:
        facts = {"name_en": f"Article {code}", "customs_text": "necklace of zinc alloy", "hs_code": "711719", "origin": "CN",
                 "weight_g": Decimal(15), "cost": Decimal(1), "cost_currency": "USD"}  # fmt: skip
        skus[code] = catalogue.create_sku(code=code, actor=SYSTEM, now=now, **facts).pk
    shelf = stock_selectors.default_warehouse()
    rows = [(pk, 3 if code == SCARCE else 40 * (orders + 50), None) for code, pk in skus.items()]
    stock.receive(warehouse=shelf, rows=rows, reference="opening", actor=SYSTEM, now=now)
    first, last = "10000000", f"{10_000_000 + 4 * orders + 200}"
    numbers.add_to_pool(
        service=Service.objects.get(code="CP_REG"), text=f"RB{first}{check_digit(first)}CN .. RB{last}{check_digit(last)}CN",
        actor=SYSTEM, now=now,
    )  # fmt: skip
    Service.objects.filter(code="EMS").update(connector="sandbox")
    begin = now.date() - timedelta(days=1)
    for key, value in (("stores.late_effect_seconds", late_seconds), ("stores.calls_per_second", 100)):
        policies.set_value(key=key, text=str(value), valid_from=begin, actor=SYSTEM, now=now)
    keys = {role: accounts.create_token(program=f"chaos {role}", role=role, actor=SYSTEM, now=now)[1] for role in ROLES}
    doors.connect_sandbox(store=store, actor=SYSTEM, now=now, base_url=shop_url)
    return House(store, hand, keys, skus)


@dataclass(frozen=True)
class Deed:
    """Something a buyer does, so many seconds after the beginning."""

    at: float
    what: str  # order, change, message
    data: dict[str, Any]


def deeds(seed: int, rate: float, seconds: float, after: float = 1.0) -> list[Deed]:
    """Everything the buyers do: orders at a rate, some paid later or under payment check, some wish to cancel, many write
    (``after``: how many of those who usually would)."""
    luck, made = random.Random(seed), []
    for index in range(int(rate * seconds)):
        at, order = index / rate, _order(luck, seed, index)
        chance = luck.random()
        if chance < 0.10:
            order["status"] = "awaiting_payment"
            paid = {"id": order["id"], "status": "to_ship", "pay": True}
            made.append(Deed(at + luck.uniform(3, 8), "change", paid))
        elif chance < 0.14:
            order["status"] = "risk_control"
            made.append(Deed(at + luck.uniform(3, 8), "change", {"id": order["id"], "status": "to_ship"}))
        elif chance < 0.22:
            made.append(Deed(at + luck.uniform(2, 10), "change", {"id": order["id"], "cancel_requested": True}))
        made.append(Deed(at, "order", order))
        for number in range(luck.choice((0, 0, 1, 1, 2))):
            if after < 1 and luck.random() >= after:
                continue
            text = {"id": f"in-{seed}-{index}-{number}", "buyer": order["buyer"]["id"], "buyer_name": order["buyer"]["name"],
                    "order_id": order["id"], "text": f"Where is my order {order['id']}? ({number})"}  # fmt: skip
            made.append(Deed(at + luck.uniform(0, 8), "message", text))
    return sorted(made, key=lambda deed: (deed.at, deed.data["id"]))


def _order(luck: random.Random, seed: int, index: int) -> dict[str, Any]:
    order_id = f"8{seed % 1000:03}{index:011}"
    country, currency = luck.choice(COUNTRIES)
    lines = [
        {"id": str(n), "sku": code, "title": f"Article {code}", "quantity": luck.randint(1, 3),
         "price": f"{luck.randint(100, 2000) / 100:.2f}", "discount": luck.choice(("0", "0", "0.25"))}
        for n, code in enumerate(luck.sample(ARTICLES, luck.choice((1, 1, 2, 3))), start=1)
    ]  # fmt: skip
    return {
        "id": order_id, "number": order_id, "status": "to_ship", "currency": currency, "country": country,
        "buyer": {"id": f"b{order_id}", "login": f"buyer{order_id}", "name": "Ana Lima", "email": f"b{order_id}@example.org"},
        "address": {"recipient": "Ana Lima", "line1": f"Rua {index}", "city": "Cidade", "postcode": "01310-100", "phone": "+5511987654321"},
        "lines": lines, "shipping_fee": luck.choice(("0", "3.00")), "discount": luck.choice(("0", "0.50")),
        "shipping_method": luck.choice(METHODS), "note": "",
    }  # fmt: skip


def in_share(order: str, share: float) -> bool:
    """Whether the house sends this order in this run; the others are greeted and wait for their signatures."""
    return share >= 1 or zlib.crc32(order.encode()) % 1000 < 1000 * share


def undisturbed(plan: list[Deed]) -> list[tuple[float, str]]:
    """Orders that are paid at once and that nobody wishes to cancel: moment and id. Cases and ratings are about these."""
    changed = {deed.data["id"] for deed in plan if deed.what == "change"}
    return [(d.at, d.data["id"]) for d in plan if d.what == "order" and d.data["id"] not in changed]


@dataclass
class Buyers:
    """Do what the plan says, patiently: the shop itself may be struck. Also rings the bell of the house, as a webhook would."""

    shop: Control
    store_id: int
    plan: list[Deed]
    orders: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    error: str = ""

    def run(self) -> None:
        """From the first deed to the last."""
        began = time.monotonic()
        try:
            for deed in self.plan:
                time.sleep(max(0.0, began + deed.at - time.monotonic()))
                patiently(lambda deed=deed: self._do(deed, utcnow()), 60)  # type: ignore[misc]
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    def _do(self, deed: Deed, now: datetime) -> None:
        data = dict(deed.data)
        if deed.what == "message":
            self.shop.put_messages([{**data, "at": now.isoformat()}], now)
            self.messages.add(data["id"])
            return
        if data.pop("pay", False) or (deed.what == "order" and data["status"] != "awaiting_payment"):
            data["paid_at"] = now.isoformat()
        if deed.what == "order":
            data["placed_at"] = now.isoformat()
        self.shop.put_orders([data], now)
        self.orders.add(data["id"])

    def ring(self) -> None:
        """Hurry the house every few seconds, as the webhook of a shop would; a lost ring costs only time."""
        while not self.stop.wait(PULL_SECONDS):
            hurry("stores.pull_store", store_id=self.store_id)


def hurry(job: str, **ids: Any) -> None:
    """Send a job by name; a broker that is away is no matter."""
    try:
        current_app.send_task(job, kwargs=ids, retry=False, ignore_result=True, expires=20)
    except Exception:
        return
