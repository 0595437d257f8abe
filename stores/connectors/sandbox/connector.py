"""Talks to the pretend shop. Everything a real connector must do is done here: envelopes, reading back, once-shown messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from stores.choices import Ability
from stores.connectors.base import Connector, Effect, RawPage, RawRecord
from stores.connectors.errors import Ambiguous, Misconfigured, Permanent, Temporary
from stores.connectors.http import Client
from stores.contracts import (
    Receipt,
    RemoteAddress,
    RemoteCase,
    RemoteEvent,
    RemoteFeedback,
    RemoteLine,
    RemoteMessage,
    RemoteOrder,
    RemoteShipment,
)

STATUS = {
    "awaiting_payment": "unpaid", "risk_control": "paid", "to_ship": "paid", "part_shipped": "paid", "shipped": "shipped",
    "delivered": "delivered", "finished": "completed", "cancelled": "cancelled",
}  # fmt: skip
BUSY = {"busy"}
NUMBERS = 40


class Sandbox(Connector):
    """The pretend shop."""

    kind = "sandbox"
    abilities: ClassVar[frozenset[str]] = frozenset({
        Ability.ORDERS, Ability.MESSAGES_IN, Ability.SEND_MESSAGE, Ability.DECLARE_SHIPMENT, Ability.EXTEND_DELIVERY,
        Ability.ANSWER_CANCEL, Ability.TRACKING, Ability.WAYBILL, Ability.FEEDBACK,
        Ability.CASES, Ability.ANSWER_CASE, Ability.REPLY_FEEDBACK,
    })  # fmt: skip
    read_once: ClassVar[frozenset[str]] = frozenset({Ability.MESSAGES_IN})

    def _client(self, now: datetime) -> Client:
        token = self.account.secrets.get("token", "")
        if not token:
            raise Misconfigured("the store has no key")
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Shop": self.account.code,
            "X-Now": now.astimezone(UTC).isoformat(),
        }
        return Client(self.account.base_url, headers)

    def _get(self, now: datetime, path: str, **query: Any) -> dict[str, Any]:
        return opened(self._client(now).get(path, **query))

    def _post(self, effect: Effect, path: str, data: Mapping[str, Any]) -> dict[str, Any]:
        return opened(self._client(effect.now).post(path, {**data, "ref": effect.key}))

    def check(self, now: datetime) -> None:
        """Ask whether the shop knows us."""
        self._get(now, "/api/ping")

    # --- outgoing ----------------------------------------------------------------------------------------------------

    def send_message(self, effect: Effect) -> Receipt:
        """Put a text into the buyer's mailbox."""
        told = effect.payload
        body = {
            "buyer": told["buyer"],
            "order_id": told.get("order", ""),
            "subject": told.get("subject", ""),
            "text": told["text"],
        }
        return Receipt(str(self._post(effect, "/api/messages", body)["id"]))

    def declare_shipment(self, effect: Effect) -> Receipt:
        """Mark an order as shipped; the same number twice is one shipment there."""
        told = effect.payload
        names = ("tracking_number", "service", "carrier", "tracking_url", "shipped_at", "part")
        done = self._post(effect, f"{_order(told)}/ship", {name: told.get(name) for name in names})
        return Receipt(str(done["id"]), {"tracking_number": done["tracking_number"]})

    def extend_delivery(self, effect: Effect) -> Receipt:
        """Set the receiving time to the intended end. It is read first: a time that is long enough already is not touched."""
        found = self._extended(effect)
        if found is not None:
            return found
        done = self._post(effect, f"{_order(effect.payload)}/extend", {"until": effect.payload["after"]})
        return Receipt(str(done["id"]), {"receive_until": done["receive_until"]})

    def answer_cancel(self, effect: Effect) -> Receipt:
        """Accept or refuse a buyer's request to cancel."""
        told = effect.payload
        done = self._post(
            effect, f"{_order(told)}/answer-cancel", {"accept": bool(told["accept"]), "reason": told.get("reason", "")}
        )
        return Receipt(str(done["id"]), {"answer": done["answer"]})

    def answer_case(self, effect: Effect) -> Receipt:
        """Answer a case in our turn."""
        told = effect.payload
        body = {name: told.get(name) for name in ("kind", "amount", "text", "turn")}
        done = self._post(effect, f"{_case(told)}/answer", body)
        return Receipt(str(done["id"]), {"turn": done["turn"]})

    def reply_feedback(self, effect: Effect) -> Receipt:
        """Post the one reply to a rating."""
        done = self._post(effect, f"{_rating(effect.payload)}/reply", {"text": effect.payload["text"]})
        return Receipt(str(done["id"]))

    def waybill(self, effect: Effect) -> Receipt:
        """Ask the carrier for a waybill number."""
        return _waybill(self._post(effect, "/api/waybills", effect.payload))

    def find_effect(self, effect: Effect) -> Receipt | None:
        """What the shop shows of an earlier attempt."""
        told, now = effect.payload, effect.now
        if effect.ability == Ability.SEND_MESSAGE:
            found = self._get(now, "/api/messages", direction="out", ref=effect.key)["messages"]
            return Receipt(str(found[0]["id"])) if found else None
        if effect.ability == Ability.WAYBILL:
            given = self._get(now, "/api/waybills", reference=told["reference"])["waybills"]
            return _waybill(given[0]) if given else None
        if effect.ability == Ability.EXTEND_DELIVERY:
            return self._extended(effect)
        if effect.ability == Ability.ANSWER_CASE:
            answers = self._get(now, _case(told))["answers"]
            mine = [row for row in answers if row["ref"] == effect.key]
            return Receipt(str(mine[0]["id"]), {"turn": mine[0]["turn"]}) if mine else None
        if effect.ability == Ability.REPLY_FEEDBACK:
            reply = self._get(now, _rating(told)).get("reply") or {}
            return Receipt(str(reply["id"])) if reply.get("ref") == effect.key else None
        order = self._get(now, _order(told))
        if effect.ability == Ability.ANSWER_CANCEL:
            answer = order.get("cancel_answer")
            return Receipt(f"cancel:{order['id']}", {"answer": answer}) if answer else None
        for shipment in order.get("shipments", []):
            if shipment["tracking_number"] == told["tracking_number"]:
                return Receipt(str(shipment["id"]), {"tracking_number": shipment["tracking_number"]})
        return None

    def _extended(self, effect: Effect) -> Receipt | None:
        order = self._get(effect.now, _order(effect.payload))
        current, wanted = order.get("receive_until"), datetime.fromisoformat(effect.payload["after"])
        if current and datetime.fromisoformat(current) >= wanted:
            return Receipt(f"order:{order['id']}", {"receive_until": current})
        return None

    # --- incoming ----------------------------------------------------------------------------------------------------

    def pull(self, kind: str, cursor: dict[str, Any], *, now: datetime, subjects: Sequence[str] = ()) -> RawPage:
        """One page of raw records."""
        if kind == Ability.MESSAGES_IN:
            page = self._get(now, "/api/messages/unread")
            return RawPage(_records(page["messages"], "id"), {}, bool(page["more"]))
        if kind == Ability.TRACKING:
            place = int(cursor.get("place", 0)) if cursor.get("asked") == list(subjects) else 0
            numbers = list(subjects)[place : place + NUMBERS]
            events = self._get(now, "/api/tracking", numbers=",".join(numbers))["events"] if numbers else []
            more = place + NUMBERS < len(subjects)
            return RawPage(
                _records(events, "id"), {"asked": list(subjects), "place": place + NUMBERS} if more else {}, more
            )
        name = {Ability.ORDERS: "orders", Ability.CASES: "cases"}.get(Ability(kind), "feedback")
        page = self._get(now, f"/api/{name}", since=cursor.get("version", 0))
        return RawPage(_records(page[name], "id"), {"version": page["cursor"]}, bool(page["more"]))

    def history(self, kind: str, since: datetime, *, now: datetime) -> RawPage:
        """The buyers' messages since a time, read or not."""
        page = self._get(now, "/api/messages", since=since.astimezone(UTC).isoformat(), direction="in")
        return RawPage(_records(page["messages"], "id"), {})

    def read(self, kind: str, payload: Any) -> Any:
        """The contract object of a raw record."""
        return _READERS[Ability(kind)](payload)


def opened(answer: dict[str, Any]) -> dict[str, Any]:
    """What is in an envelope that says success; else one of the errors."""
    if answer.get("ok") is True and isinstance(answer.get("data"), dict):
        data: dict[str, Any] = answer["data"]
        return data
    if answer.get("ok") is False and answer.get("code"):
        code, text = str(answer["code"]), str(answer.get("message") or answer["code"])
        raise (Temporary if code in BUSY else Permanent)(text, code=code)
    raise Ambiguous("the answer is not what was agreed", code="unreadable")


def _order(told: Mapping[str, Any]) -> str:
    return f"/api/orders/{quote(str(told.get('order_id') or told.get('order') or ''), safe='')}"


def _case(told: Mapping[str, Any]) -> str:
    return f"/api/cases/{quote(str(told.get('case') or ''), safe='')}"


def _rating(told: Mapping[str, Any]) -> str:
    return f"/api/feedback/{quote(str(told.get('feedback') or ''), safe='')}"


def _waybill(found: Mapping[str, Any]) -> Receipt:
    return Receipt(str(found["id"]), {"tracking_number": found["tracking_number"]})


def _records(items: Sequence[Mapping[str, Any]], name: str) -> tuple[RawRecord, ...]:
    return tuple(RawRecord(str(item[name]), dict(item)) for item in items)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _sure(text: Any, name: str) -> datetime:
    moment = _moment(text)
    if moment is None:
        raise ValueError(f"{name} is missing")
    return moment


def _money(value: Any) -> Decimal:
    return Decimal(str(value or "0"))


def _read_order(told: Mapping[str, Any]) -> RemoteOrder:
    buyer, address, status = told.get("buyer") or {}, told.get("address") or {}, str(told["status"])
    if status not in STATUS:
        raise ValueError(f"status {status!r} is not known")
    lines = tuple(
        RemoteLine(
            sku=str(line["sku"]), quantity=int(line["quantity"]), unit_price=_money(line["price"]) if "price" in line else None,
            title=str(line.get("title", "")), attributes=str(line.get("attributes", "")), discount=_money(line.get("discount")),
            image_url=str(line.get("image", "")), external_id=str(line.get("id", "")), note=str(line.get("note", "")),
        )
        for line in told.get("lines", [])
    )  # fmt: skip
    shipments = tuple(
        RemoteShipment(str(row["tracking_number"]), str(row.get("service", "")), _moment(row.get("at")))
        for row in told.get("shipments", [])
    )
    return RemoteOrder(
        external_id=str(told["id"]), number=str(told.get("number") or told["id"]), status=STATUS[status],
        placed_at=_sure(told.get("placed_at"), "placed_at"), currency=str(told["currency"]), country=str(told["country"]),
        lines=lines, buyer_key=str(buyer.get("id", "")), buyer_login=str(buyer.get("login", "")),
        buyer_name=str(buyer.get("name", "")), buyer_email=str(buyer.get("email", "")),
        address=RemoteAddress(**{name: str(address.get(name, "")) for name in RemoteAddress.__dataclass_fields__}),
        note=str(told.get("note", "")), paid_at=_moment(told.get("paid_at")), shipping_fee=_money(told.get("shipping_fee")),
        discount=_money(told.get("discount")), total=_money(told["total"]) if told.get("total") else None,
        shipping_method=str(told.get("shipping_method", "")), ship_by=_moment(told.get("ship_by")), shipments=shipments,
        shipped_at=_moment(told.get("shipped_at")), delivered_at=_moment(told.get("delivered_at")),
        completed_at=_moment(told.get("finished_at")), cancelled_at=_moment(told.get("cancelled_at")),
        updated_at=_moment(told.get("updated_at")), channel_status=status, risk=status == "risk_control",
        cancel_requested=bool(told.get("cancel_requested")),
        facts={"receive_until": told["receive_until"]} if told.get("receive_until") else {},
    )  # fmt: skip


def _read_message(told: Mapping[str, Any]) -> RemoteMessage:
    return RemoteMessage(
        external_id=str(told["id"]), buyer_key=str(told["buyer"]), at=_sure(told.get("at"), "at"), body=str(told["text"]),
        order_external_id=str(told.get("order_id", "")), buyer_name=str(told.get("buyer_name", "")),
        language=str(told.get("language", "")),
    )  # fmt: skip


def _read_event(told: Mapping[str, Any]) -> RemoteEvent:
    return RemoteEvent(
        tracking_number=str(told["number"]), at=_sure(told.get("at"), "at"), stage=str(told.get("stage", "")),
        description=str(told.get("description", "")), location=str(told.get("location", "")), raw=dict(told),
    )  # fmt: skip


def _read_feedback(told: Mapping[str, Any]) -> RemoteFeedback:
    return RemoteFeedback(
        external_id=str(told["id"]), order_external_id=str(told["order_id"]), stars=int(told["stars"]),
        text=str(told.get("text", "")), at=_sure(told.get("at"), "at"), version=int(told.get("version") or 0),
        reply=str((told.get("reply") or {}).get("text", "")),
    )  # fmt: skip


def _read_case(told: Mapping[str, Any]) -> RemoteCase:
    return RemoteCase(
        external_id=str(told["id"]), order_external_id=str(told["order_id"]), kind=str(told.get("kind", "other")),
        status=str(told["status"]), opened_at=_sure(told.get("opened_at"), "opened_at"), reason=str(told.get("reason", "")),
        amount=_money(told["amount"]) if told.get("amount") else None, currency=str(told.get("currency", "")),
        respond_by=_moment(told.get("respond_by")), turn=int(told.get("turn") or 0), decision=str(told.get("decision") or ""),
        refunded=_money(told.get("refunded")), outcome=str(told.get("outcome") or ""), closed_at=_moment(told.get("closed_at")),
        updated_at=_moment(told.get("updated_at")), version=int(told.get("version") or 0),
    )  # fmt: skip


_READERS = {
    Ability.ORDERS: _read_order, Ability.MESSAGES_IN: _read_message, Ability.TRACKING: _read_event,
    Ability.FEEDBACK: _read_feedback, Ability.CASES: _read_case,
}  # fmt: skip
