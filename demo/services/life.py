"""The pretend shop lives a few weeks, ending now: buyers order, people work, parcels travel, through the real services.

Everything is decided by a seed; the only clock is the one handed down. The other side (buyers, carrier) is played through
the control door of the pretend shop, our side through the same services that pages and workers call.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Store, User
from core import clock
from core.audit import Actor
from core.errors import DomainError
from core.jobs import JOBS
from core.models import ExchangeRate
from demo.services import shop
from inventory.choices import MovementKind
from inventory.selectors import default_warehouse
from inventory.services.receiving import receive
from logistics.choices import NoteState, NumberState, ParcelState, SignatureKind
from logistics.models import DispatchNote, Parcel, Service
from logistics.services.dispatch import release_notes, sign_notes
from logistics.services.numbers import add_to_pool, reserve_for
from logistics.services.packing import pack
from logistics.services.shipping import hand_over
from products.models import ChannelItem, Sku
from products.services.matching import match_same_codes
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.numbers import waybill_number
from stores.selectors import account
from stores.services import accounts as doors
from worklist.services import run_until_done

ZONE = ZoneInfo("Asia/Shanghai")
METHODS = (
    ("China Post Registered Air Mail", 40), ("AliExpress Standard Shipping", 25), ("China Post Ordinary Small Packet", 20),
    ("EMS", 8), ("ePacket", 7),
)  # fmt: skip
NOTES = (
    "", "", "", "", "", "", "please no green, any other colour is fine", "Quero a cor vermelha, tamanho M, obrigada!",
    "Пожалуйста, упакуйте хорошо, это подарок", "金色的，谢谢", "Please send the silver one", "sin caja por favor",
)  # fmt: skip
QUESTIONS = (
    "Hello, when will my parcel arrive?", "Здравствуйте, где моя посылка?", "Olá, quando chega o meu pedido?",
    "Can I change the colour to gold?", "Bonjour, le numéro de suivi ne fonctionne pas.",
)  # fmt: skip
PRAISE = ("Beautiful, thank you!", "Всё отлично", "Chegou rápido, adorei", "很漂亮", "Sehr schön, gerne wieder")
BLAME = ("Colour is different from the picture", "One earring was broken", "Слишком долго шло", "Falta una pieza")


@dataclass
class Life:
    """One run: the store, its other side, the dice, and what is still going to happen to parcels and orders."""

    store: Store
    control: Control
    dice: random.Random
    people: dict[str, Actor]
    coming: list[tuple[datetime, str, dict[str, Any]]] = field(default_factory=list)


def begin(*, seed: int, now: datetime, base_url: str = "") -> Life:
    """Connect the demo store to the pretend shop, fill the shelves, and answer a life that can be lived."""
    store = Store.objects.get(code=shop.SANDBOX)
    doors.connect_sandbox(store=store, actor=shop.DEMO, now=now, base_url=base_url)
    control = Control(base_url=account(store).base_url, shop=store.code)
    people = {
        user.username: user.actor for user in User.objects.filter(username__in=[name for name, *_ in shop.LOGINS])
    }
    fill_shelves(now=now)
    return Life(store, control, random.Random(seed), people)  # noqa: S311 - a repeatable pretence, no secret


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


def fill_shelves(*, now: datetime) -> None:
    """Stock for every article and a pool of waybill numbers for a service without a carrier connection."""
    bins = {row["code"]: row["bin"] for row in shop.articles()}
    dice = random.Random(7)  # noqa: S311 - a repeatable pretence
    rows = [
        (sku.pk, dice.choice((4, 220, 260, 300, 300, 350, 400, 400)), bins[sku.code])
        for sku in Sku.objects.filter(code__in=bins).order_by("code")
    ]
    receive(
        warehouse=default_warehouse(), rows=[row for row in rows if row[1]], reference="DEMO-OPENING", kind=MovementKind.OPENING,
        actor=shop.DEMO, now=now,
    )  # fmt: skip
    Service.objects.filter(code__in=["CP_REG", "EMS"]).update(connector="sandbox")
    for service in Service.objects.filter(code__in=["CP_ORD", "AE_STANDARD", "CP_EUB"]):
        if not service.numbers.filter(state=NumberState.FREE).exists():
            prefix = {"CP_ORD": "UA", "AE_STANDARD": "LV", "CP_EUB": "LX"}[service.code]
            numbers = "\n".join(waybill_number(prefix, 30_000_000 + service.pk * 1000 + i) for i in range(400))
            add_to_pool(service=service, text=numbers, actor=shop.DEMO, now=now)


def days(end: datetime, count: int) -> Iterator[datetime]:
    """The local mornings of ``count`` days that end with the day of ``end``."""
    local = end.astimezone(ZONE)
    today = local.replace(hour=9, minute=0, second=0, microsecond=0)
    if today + timedelta(hours=8) > local:  # before this day's pick-up: it ends with yesterday's
        today -= timedelta(days=1)
    for back in range(count - 1, -1, -1):
        yield (today - timedelta(days=back)).astimezone(UTC)


def live_day(life: Life, morning: datetime, *, orders: int, end: datetime) -> dict[str, int]:
    """One day: what came in overnight, the desk in the morning, the warehouse in the afternoon. Answers what was done."""
    done = {"placed": 0, "packed": 0, "shipped": 0}
    last = end - morning < timedelta(hours=24)
    buyers = json.loads((shop.DATA / "buyers.json").read_text(encoding="utf-8"))
    placed = sorted(morning - timedelta(minutes=life.dice.randrange(1, 24 * 60)) for _ in range(orders))
    for at in placed:
        life.control.put_orders([_order(life, buyers, at)], at)
    done["placed"] = len(placed)
    _let_happen(life, morning)
    for hour in (0, 3, 8):  # nine, noon, five o'clock
        now = morning + timedelta(hours=hour)
        if now > end:
            break
        with clock.simulated(now):
            tick()
            match_same_codes(store=life.store, actor=life.people["purchaser"], now=now)
            run_until_done(now=now)
            if hour == 3:
                _desk(life, now, last=last)
            if hour == 8:
                done["packed"], done["shipped"] = _warehouse(life, now, last=last)
                run_until_done(now=now)
    return done


def tick() -> None:
    """Everything the workers do by themselves, once, at the pretended time: the very jobs of the schedule."""
    for spec in list(JOBS.values()):
        if spec.every and not spec.name.startswith("core."):
            spec.function()


def _order(life: Life, buyers: dict[str, Any], at: datetime) -> dict[str, Any]:
    dice = life.dice
    country = dice.choices(
        list(buyers), weights=[12, 12, 6, 3, 3, 4, 8, 6, 6, 6, 10, 4, 4, 3, 2, 3, 2, 3, 3, 2][: len(buyers)]
    )[0]
    told = buyers[country]
    name = dice.choice(told["names"])
    street, city, state, postcode = dice.choice(told["addresses"])
    lines: list[dict[str, Any]] = []
    for row in dice.sample(shop.articles(), dice.choice((1, 1, 1, 2, 2, 3))):
        lines.append(
            {
                "sku": row["code"], "title": f"{row['name_en']} {row['variant'].split('/')[0]}", "quantity": dice.choice((1, 1, 1, 2, 3)),
                "price": row["price_usd"], "image": row["image_url"],
            }
        )  # fmt: skip
    method = dice.choices([m for m, _ in METHODS], weights=[w for _, w in METHODS])[0]
    paid = dice.random() > 0.08
    login = f"{country.lower()}{abs(hash_of(name)) % 10_000:04d}"
    fee = Decimal(dice.choice(("0", "0", "1.99", "3.50")))
    goods = sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))
    return {
        "status": ("risk_control" if dice.random() < 0.03 else "to_ship") if paid else "awaiting_payment",
        "placed_at": at.isoformat(), "paid_at": (at + timedelta(minutes=dice.randrange(2, 50))).isoformat() if paid else None,
        "currency": "USD", "country": country, "lines": lines, "shipping_fee": str(fee), "total": str(goods + fee),
        "buyer": {"id": login, "login": login, "name": name, "email": f"{login}@example.com"},
        "address": {"recipient": name, "line1": street, "city": city, "state": state, "postcode": postcode, "phone": "+1 555 0100"},
        "note": dice.choice(NOTES), "shipping_method": method, "ship_by": (at + timedelta(days=7)).isoformat(),
    }  # fmt: skip


def hash_of(text: str) -> int:
    """A stable small number of a text (``hash`` differs between processes)."""
    return sum((i + 1) * ord(c) for i, c in enumerate(text)) * 2654435761 % 2**31


def _desk(life: Life, now: datetime, *, last: bool) -> None:
    """Purchaser and supervisor sign what may be signed; on the last day some wait, so that there is work to see."""
    drafts = list(DispatchNote.objects.filter(state=NoteState.DRAFT).order_by("pk"))
    if last:
        drafts = drafts[: max(len(drafts) - 4, 0)]
    sign_notes(notes=drafts, kind=SignatureKind.PRICE, actor=life.people["purchaser"], now=now)
    sign_notes(notes=drafts, kind=SignatureKind.NOTE, actor=life.people["supervisor"], now=now)
    signed = list(DispatchNote.objects.filter(state=NoteState.SIGNED))
    release_notes(notes=signed, actor=life.people["supervisor"], now=now)
    ready = DispatchNote.objects.filter(state=NoteState.RELEASED).exclude(
        numbers__state__in=[NumberState.RESERVED, NumberState.USED]
    )
    reserve_for(notes=list(ready), actor=life.people["warehouse"], now=now)
    run_until_done(now=now)


def _warehouse(life: Life, now: datetime, *, last: bool) -> tuple[int, int]:
    """Pack what lies on the shelves and hand it over; the last day leaves some to pack and some to hand over."""
    packer = life.people["warehouse"]
    notes = list(
        DispatchNote.objects.filter(state=NoteState.RELEASED, numbers__state=NumberState.RESERVED).prefetch_related(
            "lines__sku", "numbers"
        )
    )
    if last:
        notes = notes[: max(len(notes) - 5, 0)]
    packed = 0
    for note in notes:
        number = next(n.number for n in note.numbers.all() if n.state == NumberState.RESERVED)
        items: dict[str, int] = {}
        for line in note.lines.all():
            items[line.sku.code] = items.get(line.sku.code, 0) + line.quantity
        weight = 12 + sum(int(line.quantity * (line.sku.weight_g or 5)) for line in note.lines.all())
        checks = [
            "quality",
            "colour",
            "address",
            *(["fragile"] if any(line.fragile for line in note.lines.all()) else []),
        ]
        try:
            pack(
                note=note, items=items, checks=checks, label=number, key=f"demo:{note.pk}:{now.date()}", actor=packer, now=now,
                weight_g=weight,
            )  # fmt: skip
            packed += 1
        except DomainError:
            continue  # goods missing, intercepted: it stays for a person
    parcels = list(Parcel.objects.filter(state=ParcelState.PACKED).order_by("pk"))
    if last:
        parcels = parcels[: max(len(parcels) - 3, 0)]
    handed = hand_over(parcels=parcels, actor=packer, now=now)
    for parcel in Parcel.objects.filter(pk__in=[p.pk for p in parcels], state=ParcelState.SHIPPED).select_related(
        "service", "order"
    ):
        _plan_journey(life, parcel, now)
    return packed, len(getattr(handed, "shipped", parcels))


def _plan_journey(life: Life, parcel: Parcel, now: datetime) -> None:
    """What the carrier and the buyer will do with a parcel, decided when it leaves."""
    dice, kind = life.dice, parcel.service.kind if parcel.service else "postal_untracked"
    number, order = parcel.tracking_number, parcel.order.external_id
    express = kind in {"ems", "express"}
    full = kind != "postal_untracked"
    travel = dice.lognormvariate(2.1 if express else 2.9, 0.35)
    steps = [
        (0.6, "picked_up", "Received by the post", "Guangzhou"),
        (2.0, "left_origin", "Departed from export office", "Guangzhou"),
    ]
    if full:
        steps += [
            (travel * 0.55, "arrived", "Arrived at destination country", parcel.country),
            (travel * 0.7, "import_customs", "Presented to customs", parcel.country),
        ]
    lost = dice.random() < 0.03
    if full and not lost:
        if dice.random() < 0.12:
            steps.append(
                (travel * 0.92, "ready_for_collection", "Available for pick-up at the post office", parcel.country)
            )
        steps.append((travel, "delivered", "Delivered", parcel.country))
    for after, stage, text, place in sorted(steps):
        at = now + timedelta(days=after)
        life.coming.append(
            (
                at,
                "event",
                {"number": number, "at": at.isoformat(), "stage": stage, "description": text, "location": place},
            )
        )
    if dice.random() < 0.18:
        life.coming.append(
            (
                now + timedelta(days=dice.uniform(2, 20)),
                "write",
                {"buyer": parcel.order.buyer.key, "order_id": order, "text": dice.choice(QUESTIONS)},
            )
        )
    if not lost:
        arrived = now + timedelta(days=travel + dice.uniform(0.5, 6))
        life.coming.append((arrived, "finish", {"id": order}))
        if dice.random() < 0.45:
            stars = dice.choices((5, 4, 3, 2, 1), weights=(62, 18, 9, 5, 6))[0]
            text = dice.choice(PRAISE if stars > 3 else BLAME)
            life.coming.append(
                (
                    arrived + timedelta(days=dice.uniform(0.2, 5)),
                    "rate",
                    {"order_id": order, "stars": stars, "text": text},
                )
            )


def _let_happen(life: Life, now: datetime) -> None:
    """Tell the pretend shop everything whose time has come, in order."""
    due = sorted((row for row in life.coming if row[0] <= now), key=lambda row: (row[0], row[1]))
    life.coming = [row for row in life.coming if row[0] > now]
    for at, what, told in due:
        if what == "event":
            life.control.put_events({told["number"]: [{k: v for k, v in told.items() if k != "number"}]}, at)
        elif what == "write":
            life.control.put_messages([{**told, "at": at.isoformat()}], at)
        elif what == "finish":
            life.control.put_orders([{"id": told["id"], "status": "finished"}], at)
        else:
            life.control.put_feedback([told], at)


def unmatched(store: Store) -> int:
    """Channel SKUs of the store nobody matched yet."""
    return ChannelItem.objects.filter(store=store, matched=False, not_goods=False).count()
