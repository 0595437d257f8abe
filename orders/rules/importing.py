"""What an incoming order may be, which of two tellings is newer, and how far it moves an order on. Pure: plain values only."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from stores.contracts import RemoteLine, RemoteOrder

#: How far each word of the contract is along; a telling may only move an order up.
RANK = {"unpaid": 0, "paid": 1, "shipped": 3, "delivered": 4, "completed": 5, "cancelled": 6}
STATE_OF = {"unpaid": "unpaid", "paid": "new", "shipped": "shipped", "delivered": "delivered", "completed": "completed",
            "cancelled": "cancelled"}  # fmt: skip
#: How far our own states are along, in the same scale (a held or ready order is as paid as a new one).
STATE_RANK = {"unpaid": 0, "new": 1, "held": 1, "ready": 1, "part_shipped": 2, "shipped": 3, "delivered": 4, "completed": 5,
              "cancelled": 6}  # fmt: skip
STAMPS = ("paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at")

LENGTHS = {
    "external_id": 80, "number": 80, "buyer_key": 100, "buyer_login": 100, "buyer_name": 200, "buyer_email": 254, "note": 10_000,
    "shipping_method": 120, "channel_status": 60,
}  # fmt: skip
ADDRESS_LENGTHS = {"recipient": 200, "phone": 60, "line1": 300, "line2": 300, "city": 120, "state": 120, "postcode": 30}
LINE_LENGTHS = {"sku": 100, "title": 300, "attributes": 300, "external_id": 80, "note": 500, "image_url": 500}
MOST_LINES = 5000
MOST_PIECES = 10_000_000
MOST_MONEY = Decimal("9999999999")
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an order cannot come in: the field, a stable code, and values for the sentence."""

    field: str
    code: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts of an order: goods after line discounts, what the buyer pays, and the pieces."""

    goods: Decimal
    total: Decimal
    pieces: int


# --- what may come in --------------------------------------------------------------------------------------------


def fault_of(remote: RemoteOrder, now: datetime, currencies: frozenset[str], countries: frozenset[str]) -> Fault | None:
    """The first reason to reject the order, or None. One bad line rejects its order."""
    return (
        _fault_of_texts(remote, LENGTHS)
        or _fault_of_texts(remote.address, ADDRESS_LENGTHS)
        or _fault_of_head(remote, now, currencies, countries)
        or next((found for found in (_fault_of_line(line) for line in remote.lines) if found), None)
        or _fault_of_sums(remote)
    )


def _fault_of_texts(holder: Any, lengths: dict[str, int]) -> Fault | None:
    for name, most in lengths.items():
        text = getattr(holder, name)
        if text and (len(text) > most or not text.isascii() or not text.isprintable()):
            found = text_fault(name, text, most)
            if found:
                return found
    return None


def text_fault(name: str, text: str, most: int) -> Fault | None:
    """Whether ``text`` is too long or has characters that cannot be kept."""
    if len(text) > most:
        return Fault(name, "too_long", {"most": most, "length": len(text)})
    if "\x00" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return Fault(name, "bad_character")
    return None


def _fault_of_head(
    remote: RemoteOrder, now: datetime, currencies: frozenset[str], countries: frozenset[str]
) -> Fault | None:
    if not remote.external_id:
        return Fault("order_no", "missing")
    if remote.currency not in currencies:
        return Fault("currency", "unknown_currency", {"value": remote.currency[:20]})
    if remote.country not in countries:
        return Fault("country", "unknown_country", {"value": remote.country[:60]})
    if not remote.lines:
        return Fault("sku", "no_lines")
    if len(remote.lines) > MOST_LINES:
        return Fault("sku", "too_many_lines", {"most": MOST_LINES})
    for name in ("placed_at", *STAMPS, "updated_at", "ship_by"):
        moment = getattr(remote, name, None)
        if moment is None:
            continue
        if moment.tzinfo is None:
            return Fault(name, "naive_time")
        if moment < OLDEST or (name != "ship_by" and moment > now + timedelta(days=2)):
            return Fault(name, "time_out_of_range", {"value": moment.date().isoformat()})
    return None


def _fault_of_line(line: RemoteLine) -> Fault | None:
    found = _fault_of_texts(line, LINE_LENGTHS)
    if found:
        return found
    if not line.sku and not line.title:
        return Fault("sku", "missing")
    if not 0 < line.quantity <= MOST_PIECES:
        return Fault("quantity", "bad_quantity", {"value": line.quantity})
    if line.unit_price is not None:
        found = money_fault("unit_price", line.unit_price)
        if found:
            return found
    return money_fault("line_discount", line.discount) if line.discount else None


def money_fault(name: str, amount: Decimal) -> Fault | None:
    """Whether an amount is negative, too large or finer than four decimals."""
    if not amount.is_finite():
        return Fault(name, "bad_number", {"value": str(amount)[:40]})
    if amount < 0:
        return Fault(name, "negative", {"value": str(amount)[:40]})
    if amount > MOST_MONEY:
        return Fault(name, "too_large", {"value": str(amount)[:40]})
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4 and amount != amount.quantize(Decimal("0.0001")):
        return Fault(name, "too_fine", {"value": str(amount)[:40]})
    return None


def _fault_of_sums(remote: RemoteOrder) -> Fault | None:
    for name, amount in (("shipping_fee", remote.shipping_fee), ("order_discount", remote.discount)):
        found = money_fault(name, amount)
        if found:
            return found
    for name, given in (("goods_total", remote.goods_total), ("total", remote.total)):
        found = money_fault(name, given) if given is not None else None
        if found:
            return found
    made = sums(remote)
    if made is None:
        return Fault("unit_price", "no_amount")
    if made.goods < 0 or made.total < 0:
        return Fault("total", "negative", {"value": str(min(made.goods, made.total))})
    return money_fault("total", made.total)


def line_total(line: RemoteLine) -> Decimal | None:
    """Quantity times price less discount, exact; None when the price is not known."""
    return None if line.unit_price is None else line.unit_price * line.quantity - line.discount


def sums(remote: RemoteOrder) -> Sums | None:
    """The amounts of the order, exact. What the channel gives wins over what the lines add up to; None when neither is known."""
    pieces = sum(line.quantity for line in remote.lines)
    goods = remote.goods_total
    if goods is None:
        totals = [line_total(line) for line in remote.lines]
        if None not in totals:
            goods = sum((t for t in totals if t is not None), Decimal(0))
        elif remote.total is not None:
            goods = remote.total - remote.shipping_fee + remote.discount
        else:
            return None
    total = remote.total if remote.total is not None else goods + remote.shipping_fee - remote.discount
    return Sums(goods, total, pieces)


# --- which telling is newer ----------------------------------------------------------------------------------------


def status_of(remote: RemoteOrder) -> str:
    """The status in the words of the contract; an unknown word is read from the times that are known."""
    if remote.status in RANK:
        return remote.status
    for name, word in (("cancelled_at", "cancelled"), ("completed_at", "completed"), ("delivered_at", "delivered"),
                       ("shipped_at", "shipped"), ("paid_at", "paid")):  # fmt: skip
        if getattr(remote, name) is not None:
            return word
    return "unpaid"


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def digest_of(remote: RemoteOrder) -> str:
    """A fingerprint of everything the telling says (not of where it stood in a file)."""
    told = [getattr(remote, name) for name in RemoteOrder.__dataclass_fields__ if name != "source_row"]
    raw = orjson.dumps(told, default=_exact, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(raw, digest_size=8).hexdigest()


def version_of(remote: RemoteOrder) -> str:
    """The version of a telling as text that sorts: the channel's date of change, how far along, the latest known time, a
    fingerprint. A telling without a date of change sorts before every telling that has one.
    """
    stamps = [moment for name in STAMPS if (moment := getattr(remote, name)) is not None]
    return "|".join((
        _sortable(remote.updated_at), str(RANK[status_of(remote)]), _sortable(max(stamps) if stamps else None), digest_of(remote),
    ))  # fmt: skip


def _sortable(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")


def content_wins(told: str, held: str, seen: Sequence[str]) -> bool:
    """Whether the facts of the telling ``told`` replace those of ``held`` (both from :func:`version_of`).

    With a date of change the greater version wins. Without one: what is further along wins, and of two that are equally far
    the one that came in last, unless its very words (``seen`` fingerprints) were replaced before.
    """
    if told == held:
        return False
    new, old = told.split("|"), held.split("|")
    if len(old) != 4:
        return True
    if new[0] or old[0]:
        return new > old
    if new[1:3] != old[1:3]:
        return new[1:3] > old[1:3]
    return new[3] not in seen


def steps(state: str, told: str) -> list[str]:
    """The moves of the order machine that bring an order from ``state`` to what the channel tells; none when it is there
    already or further. An order never moves back.
    """
    wanted = RANK[told]
    if wanted <= STATE_RANK[state]:
        return []
    if told == "cancelled":
        return ["channel_cancel"]
    path = []
    if state == "unpaid":
        path.append("pay")
        state = "new"
    if wanted >= 3 and STATE_RANK[state] < 3:
        path.append("ship")
        state = "shipped"
    if wanted == 4:
        path.append("deliver")
    if wanted == 5:
        path.append("complete")
    return path


def earliest(held: datetime | None, told: datetime | None) -> datetime | None:
    """The stamp to keep of two: the earlier, so that the order of tellings is no matter."""
    if held is None or told is None:
        return held or told
    return min(held, told)


def line_keys(skus: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each line (external id, channel SKU) that stays the same between tellings: its id, else its SKU and which
    of the lines of that SKU it is.
    """
    counts: dict[str, int] = {}
    names = []
    for external_id, sku in skus:
        base = f"#{external_id}" if external_id else sku
        counts[base] = counts.get(base, 0) + 1
        names.append(base if counts[base] == 1 else f"{base}\n{counts[base]}")
    return names


def is_history(placed_at: datetime, now: datetime, fresh_days: int) -> bool:
    """Whether an order is too old at import to be worked on: nobody is written to, nothing is reserved until taken up."""
    return placed_at < now - timedelta(days=fresh_days)
