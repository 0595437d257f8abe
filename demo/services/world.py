"""The other side of the pretend shop: buyers, carriers and the marketplace, as a table of chances and a seed.

Nothing here is ours: it answers what buyers and carriers will do and when. What happens to one order depends on the seed and
the order alone (never on how often the dice were thrown before), so a life can be stopped, repeated and compared.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from demo.services import shop

METHODS = (
    ("China Post Registered Air Mail", 40), ("AliExpress Standard Shipping", 25), ("China Post Ordinary Small Packet", 20),
    ("EMS", 8), ("ePacket", 7),
)  # fmt: skip
#: How many orders of a hundred each country places, in the order of ``buyers.json``.
SHARES = (12, 12, 6, 3, 3, 4, 8, 6, 6, 6, 10, 4, 4, 3, 2, 3, 2, 3, 3, 2)
UNPAID, RISK, CANCEL, RETURNING_BUYER = 0.08, 0.03, 0.02, 0.25
ASKS_PER_ORDER, RATES, CONFIRMS, LATE_RATING_CHANGES = 0.05, 0.45, 0.7, 0.25
#: Days after which the marketplace closes what nobody paid.
CLOSES_UNPAID = 10


@dataclass(frozen=True)
class Happening:
    """Something the other side does at a time; ``what`` names the door of the pretend shop, ``told`` what is said there."""

    at: datetime
    what: str
    told: dict[str, Any]


@dataclass(frozen=True)
class Lane:
    """What the pretend carriers do on the way to a country: median days, their spread, and chances of 1."""

    packet_days: float
    express_days: float
    sigma: float
    lost: float
    returned: float
    customs: float
    collection: float


@cache
def lanes() -> dict[str, Lane]:
    """The lanes by country."""
    lines = [
        line for line in (shop.DATA / "lanes.csv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    return {
        row["country"]: Lane(
            float(row["packet_days"]), float(row["express_days"]), float(row["sigma"]), float(row["lost"]) / 100,
            float(row["returned"]) / 100, float(row["customs"]) / 100, float(row["collection"]) / 100,
        )
        for row in csv.DictReader(lines)
    }  # fmt: skip


@cache
def buyers() -> dict[str, Any]:
    """Names and addresses by country."""
    found: dict[str, Any] = json.loads((shop.DATA / "buyers.json").read_text(encoding="utf-8"))
    return found


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """What people write, by language and occasion."""
    found: dict[str, dict[str, list[str]]] = json.loads((shop.DATA / "phrases.json").read_text(encoding="utf-8"))
    return found


def dice(seed: int, *names: object) -> random.Random:
    """The dice of one thing: the same names always fall the same."""
    return random.Random(":".join(map(str, (seed, *names))))  # noqa: S311 - a repeatable pretence, no secret


def says(language: str, occasion: str, throw: random.Random) -> str:
    """A sentence of the buyer's language for an occasion."""
    return throw.choice(phrases().get(language, phrases()["en"])[occasion])


def scale(seed: int, order_id: str, lines: Sequence[tuple[Decimal | None, int]]) -> int:
    """What the scale shows for a parcel, in grams: pieces scatter by three per cent, bag and filling weigh about 23 g."""
    throw = dice(seed, "scale", order_id)
    grams = throw.gauss(23, 4)
    for weight, pieces in lines:
        grams += sum(throw.gauss(float(weight or 5), 0.03 * float(weight or 5)) for _piece in range(pieces))
    return max(round(grams), 1)


def language_of(country: str) -> str:
    """What the pretend buyers of a country write."""
    return str(buyers().get(country, {}).get("language", "en"))


# --- buyers order ---------------------------------------------------------------------------------------------------


def times_of_day(seed: int, morning: datetime, count: int, *, vary: bool = False) -> list[datetime]:
    """When the orders of the 24 hours before ``morning`` are placed; buyers of the whole world, so at any hour. ``vary``: good
    and bad days around that count."""
    throw = dice(seed, "day", morning.date().isoformat())
    wanted = max(1, round(count * throw.choice((0.4, 0.6, 0.8, 1, 1, 1.2, 1.4, 1.8)))) if vary else count
    return sorted(morning - timedelta(seconds=throw.randrange(60, 24 * 3600)) for _ in range(wanted))


def new_order(seed: int, at: datetime, place: int) -> tuple[dict[str, Any], str]:
    """One order as the marketplace would keep it, without its number, and what becomes of its payment."""
    throw = dice(seed, "order", at.isoformat(), place)
    country = throw.choices(list(buyers()), weights=SHARES[: len(buyers())])[0]
    told = buyers()[country]
    buyer = _buyer(throw, country, told)
    street, city, state, postcode = told["addresses"][buyer["place"] % len(told["addresses"])]
    lines = [_line(throw, row) for row in throw.sample(shop.articles(), throw.choice((1, 1, 1, 2, 2, 3)))]
    method = throw.choices([name for name, _ in METHODS], weights=[weight for _, weight in METHODS])[0]
    fee = Decimal(throw.choice(("0", "0", "1.99", "3.50")))
    goods = sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))
    fate = throw.random()
    payment = "unpaid" if fate < UNPAID else "risk" if fate < UNPAID + RISK else "paid"
    status = {"unpaid": "awaiting_payment", "risk": "risk_control", "paid": "to_ship"}[payment]
    return {
        "status": status, "placed_at": at.isoformat(), "currency": "USD", "country": country, "lines": lines,
        "paid_at": None if payment == "unpaid" else (at + timedelta(minutes=throw.randrange(2, 50))).isoformat(),
        "shipping_fee": str(fee), "total": str(goods + fee),
        "buyer": {name: buyer[name] for name in ("id", "login", "name", "email")},
        "address": {
            "recipient": buyer["name"], "line1": street, "city": city, "state": state, "postcode": postcode,
            "phone": buyer["phone"],
        },
        "note": says(told["language"], "note", throw) if throw.random() < 0.3 else "",
        "shipping_method": method, "ship_by": (at + timedelta(days=7)).isoformat(),
    }, payment  # fmt: skip


def _buyer(throw: random.Random, country: str, told: dict[str, Any]) -> dict[str, Any]:
    """A person: a quarter of all orders come from a small circle that buys again and again."""
    number = throw.randrange(12) if throw.random() < RETURNING_BUYER else throw.randrange(1000, 90_000)
    login = f"{country.lower()}{number:05d}"
    numbers = dice(0, login)
    phone = told["phone"]
    for width in (4, 3, 2):
        while f"%0{width}d" in phone:
            phone = phone.replace(f"%0{width}d", f"{numbers.randrange(10 ** (width - 1), 10**width)}", 1)
    return {
        "id": login, "login": login, "name": told["names"][number % len(told["names"])], "email": f"{login}@example.com",
        "phone": phone, "place": number,
    }  # fmt: skip


def _line(throw: random.Random, row: dict[str, str]) -> dict[str, Any]:
    return {
        "sku": row["code"], "title": f"{row['name_en']} {row['variant'].split('/')[0]}",
        "quantity": throw.choice((1, 1, 1, 2, 3)), "price": row["price_usd"], "image": row["image_url"],
    }  # fmt: skip


def after_placing(seed: int, order: dict[str, Any], payment: str) -> Iterator[Happening]:
    """What a buyer and the marketplace still do about an order before it is shipped."""
    at, number = datetime.fromisoformat(order["placed_at"]), order["id"]
    throw = dice(seed, "placed", number)
    language = language_of(order["country"])
    if payment == "unpaid":
        if throw.random() < 0.55:
            paid = at + timedelta(hours=throw.uniform(6, 72))
            yield Happening(paid, "order", {"id": number, "status": "to_ship", "paid_at": paid.isoformat()})
        else:
            closed = at + timedelta(days=CLOSES_UNPAID)
            yield Happening(closed, "close", {"id": number, "cancelled_at": closed.isoformat()})
    elif payment == "risk":
        cleared = at + timedelta(hours=throw.uniform(12, 30))
        if throw.random() < 0.9:
            yield Happening(cleared, "order", {"id": number, "status": "to_ship"})
        else:
            yield Happening(cleared, "close", {"id": number, "cancelled_at": cleared.isoformat()})
    elif throw.random() < CANCEL:
        asked = at + timedelta(hours=throw.uniform(1, 20))
        told = {"buyer": order["buyer"]["id"], "order_id": number, "text": says(language, "cancel", throw)}
        yield Happening(asked, "ask_cancel", {"id": number})
        yield Happening(asked, "write", told)
    elif throw.random() < 0.04:
        told = {"buyer": order["buyer"]["id"], "order_id": number, "text": says(language, "change", throw)}
        yield Happening(at + timedelta(hours=throw.uniform(0.5, 12)), "write", told)
    if throw.random() < ASKS_PER_ORDER:  # somebody else, who has not bought yet
        country = throw.choice(list(buyers()))
        names = buyers()[country]["names"]
        asker = f"{country.lower()}{throw.randrange(90_000, 99_999)}"
        yield Happening(
            at + timedelta(hours=throw.uniform(0, 10)), "write",
            {"buyer": asker, "order_id": "", "text": says(language_of(country), "ask", throw),
             "buyer_name": names[throw.randrange(len(names))]},
        )  # fmt: skip


# --- parcels travel ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A parcel as the carrier gets it."""

    order_id: str
    number: str
    country: str
    kind: str
    buyer: str
    city: str


def journey(seed: int, sent: Sent, now: datetime) -> Iterator[Happening]:
    """What the carrier, customs, the post office and the buyer will do with a parcel that was handed over ``now``."""
    throw, lane = dice(seed, "way", sent.order_id), lanes().get(sent.country) or lanes()["DE"]
    express = sent.kind in {"ems", "express"}
    days = throw.lognormvariate(0, lane.sigma) * (lane.express_days if express else lane.packet_days)
    lost = throw.random() < lane.lost * (0.3 if express else 1)
    returned = not lost and throw.random() < lane.returned
    held = throw.uniform(3, 12) if throw.random() < lane.customs else 0.0
    days += held
    told = _events(throw, sent, days, lane, held=held, lost=lost, returned=returned)
    scanned = sent.kind != "postal_untracked"
    for after, stage, text, place in told:
        if scanned or stage in {"picked_up", "left_origin"}:
            at = now + timedelta(days=after)
            event = {
                "number": sent.number,
                "at": at.isoformat(),
                "stage": stage,
                "description": text,
                "location": place,
            }
            yield Happening(at, "event", event)
    arrived = None if lost or returned else now + timedelta(days=days)
    yield from _buyer_waits(seed, sent, now, arrived)


def _events(
    throw: random.Random, sent: Sent, days: float, lane: Lane, *, held: float, lost: bool, returned: bool
) -> list[tuple[float, str, str, str]]:
    """The scans of a way: (days after hand-over, stage, words, place), oldest first."""
    steps = [
        (0.6, "picked_up", "Accepted by the post", "Guangzhou"),
        (2.0, "left_origin", "Departed from the export office", "Guangzhou"),
    ]
    travel = days - held
    gone = throw.uniform(0.2, 0.8) if lost else 1.0
    abroad = [
        (travel * 0.55, "arrived", "Arrived in the destination country", sent.country),
        (travel * 0.7, "held" if held else "import_customs", "Held by customs" if held else "Presented to customs",
         sent.country),
        (travel * 0.8 + held, "in_transit", "Sorted for delivery", sent.city or sent.country),
    ]  # fmt: skip
    steps += [step for step in abroad if step[0] < days * gone]
    if lost:
        return sorted(steps)
    if returned:
        back = days + throw.uniform(12, 25)
        return sorted([
            *steps, (days, "attempted", "Nobody was at home", sent.city or sent.country),
            (days + 8, "returning", "Sent back to the sender", sent.country), (back, "returned", "Back with the sender", "Guangzhou"),
        ])  # fmt: skip
    if throw.random() < lane.collection:
        wait = throw.uniform(0.5, 5)
        steps.append(
            (
                days - min(wait, days * 0.2),
                "ready_for_collection",
                "Waits at the post office",
                sent.city or sent.country,
            )
        )
    return sorted([*steps, (days, "delivered", "Delivered", sent.city or sent.country)])


def _buyer_waits(seed: int, sent: Sent, now: datetime, arrived: datetime | None) -> Iterator[Happening]:
    """The buyer asks, confirms, rates, or opens a case when nothing comes."""
    throw, language = dice(seed, "waits", sent.order_id), language_of(sent.country)
    impatient = now + timedelta(days=throw.uniform(12, 30))
    waiting = arrived is None or arrived > impatient
    if throw.random() < (0.5 if waiting else 0.04):
        text = says(language, "where" if waiting else "thanks", throw)
        yield Happening(impatient, "write", {"buyer": sent.buyer, "order_id": sent.order_id, "text": text})
    complains = now + timedelta(days=throw.uniform(22, 48))
    if arrived is None or (arrived > complains and throw.random() < 0.5):
        if throw.random() < 0.75:
            yield Happening(complains, "case", {
                "order_id": sent.order_id, "kind": "not_received", "reason": says(language, "missing", throw),
            })  # fmt: skip
            if arrived is not None:
                yield Happening(arrived + timedelta(days=1), "withdraw", {"order_id": sent.order_id})
        return
    confirmed = arrived + timedelta(days=throw.uniform(0.5, 6))
    if throw.random() < 0.04:
        yield Happening(confirmed, "case", {
            "order_id": sent.order_id, "kind": "not_described", "reason": says(language, "broken", throw),
        })  # fmt: skip
        return
    if throw.random() < CONFIRMS:
        yield Happening(confirmed, "finish", {"id": sent.order_id})
    if throw.random() < RATES:
        yield from _rating(throw, sent, confirmed, language)


def _rating(throw: random.Random, sent: Sent, confirmed: datetime, language: str) -> Iterator[Happening]:
    stars = throw.choices((5, 4, 3, 2, 1), weights=(64, 18, 8, 4, 6))[0]
    at = confirmed + timedelta(days=throw.uniform(0.2, 5))
    told = {"id": f"F-{sent.order_id}", "order_id": sent.order_id, "stars": stars, "at": at.isoformat(),
            "text": says(language, "praise" if stars > 3 else "blame", throw)}  # fmt: skip
    yield Happening(at, "rate", told)
    if stars <= 3 and throw.random() < LATE_RATING_CHANGES:  # somebody found an answer and changes the stars
        later = at + timedelta(days=throw.uniform(2, 9))
        yield Happening(
            later, "rate", {**told, "stars": 5, "at": later.isoformat(), "text": says(language, "praise", throw)}
        )


#: How a closed case is called after the answer that was accepted.
OUTCOMES = {
    "refund": "refunded", "part_refund": "part_refunded", "return_refund": "returned", "resend": "resent", "spare_part": "resent",
}  # fmt: skip
LONGEST_CASE = 3


def next_of_case(seed: int, case: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What changes in a case today: the buyer accepts, declines or withdraws, the platform decides; {} = nothing yet."""
    throw = dice(seed, "case", case["id"], case["turn"], case["status"])
    last = case["answers"][-1]["kind"] if case["answers"] else ""
    if case["status"] == "seller":
        late = datetime.fromisoformat(case["respond_by"]) <= now if case.get("respond_by") else False
        return {"status": "closed", "outcome": "lost", "refunded": case["amount"]} if late else {}
    if case["status"] == "agreed":
        return {"status": "closed", "outcome": OUTCOMES.get(last, "settled")}
    if case["status"] == "platform":
        return {"status": "closed", "outcome": "won" if throw.random() < 0.5 else "lost"}
    if throw.random() < 0.4:  # the buyer thinks it over
        return {}
    gives = last in OUTCOMES
    if throw.random() < (0.8 if gives else 0.4):
        return {"decision": "accepted"} if gives else {"status": "closed", "outcome": "withdrawn"}
    return {"status": "platform"} if case["turn"] >= LONGEST_CASE else {"decision": "declined"}


def in_order(coming: Sequence[Happening], now: datetime) -> tuple[list[Happening], list[Happening]]:
    """What has come by ``now``, oldest first, and what is still to come."""
    due = sorted(
        (one for one in coming if one.at <= now), key=lambda one: (one.at, one.what, str(one.told.get("id", "")))
    )
    return due, [one for one in coming if one.at > now]
