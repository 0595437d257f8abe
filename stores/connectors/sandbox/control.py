"""The other side of the pretend shop, for simulations and tests: buyers, carriers and misfortune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stores.connectors.http import Client
from stores.connectors.sandbox.ledger import Refused


@dataclass(frozen=True)
class Control:
    """Plays the buyers, the carrier and the faults of one pretend shop."""

    base_url: str
    shop: str

    def _client(self) -> Client:
        return Client(self.base_url, {"X-Control": "yes"})

    def _post(self, what: str, now: datetime | None = None, **data: Any) -> Any:
        moment = {"now": now.isoformat()} if now else {}
        return _data(self._client().post(f"/control/{what}", {"shop": self.shop, **moment, **data}))

    def put_orders(self, orders: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
        """Buyers order, pay, change, cancel, receive: orders made or changed by their ``id``."""
        made: list[dict[str, Any]] = self._post("orders", now, orders=[dict(order) for order in orders])
        return made

    def put_messages(self, messages: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
        """Buyers write: ``buyer``, ``text``, ``at``, ``order_id``."""
        made: list[dict[str, Any]] = self._post("messages", now, messages=[dict(message) for message in messages])
        return made

    def put_feedback(self, feedback: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
        """Buyers rate: ``order_id``, ``stars``, ``text``."""
        made: list[dict[str, Any]] = self._post("feedback", now, feedback=[dict(item) for item in feedback])
        return made

    def put_cases(self, cases: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
        """Buyers open cases (``order_id``, ``kind``, ``reason``, ``amount``) or go on with them (``id`` and ``decision``
        accepted or declined, or ``status`` seller, buyer, platform, agreed, closed with its ``outcome``)."""
        made: list[dict[str, Any]] = self._post("cases", now, cases=[dict(case) for case in cases])
        return made

    def case(self, case_id: str) -> dict[str, Any]:
        """A case as the shop keeps it."""
        found: dict[str, Any] = _data(self._client().get("/control/case", shop=self.shop, id=case_id))
        return found

    def put_events(self, events: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> None:
        """The carrier tells events by tracking number: ``at``, ``stage``, ``description``, ``location``."""
        self._post("events", now, events={number: [dict(event) for event in found] for number, found in events.items()})

    def fault(self, kind: str, *, path: str = "/api/", times: int = 1, skip: int = 0, **more: Any) -> None:
        """Plan a fault for coming requests of this shop (``writes=True``: only for those that change something;
        ``chance``: by that chance)."""
        self._post("faults", None, kind=kind, path=path, times=times, skip=skip, **more)

    def calm(self) -> int:
        """No more faults; answers how many were left."""
        return int(self._post("calm"))

    def journal(self, kind: str = "") -> list[dict[str, Any]]:
        """What happened at the shop, oldest first: ship, extend, message, waybill, cancel_answer,
        case_answer, feedback_reply, change."""
        found: list[dict[str, Any]] = _data(self._client().get("/control/journal", shop=self.shop, kind=kind))
        return found

    def order(self, order_id: str) -> dict[str, Any]:
        """An order as the shop keeps it."""
        found: dict[str, Any] = _data(self._client().get("/control/order", shop=self.shop, id=order_id))
        return found

    def revoke(self) -> None:
        """Take back the seller's key."""
        self._post("revoke")

    def reset(self) -> None:
        """Forget everything, all shops."""
        self._post("reset")


def _data(answer: dict[str, Any]) -> Any:
    """What the shop answers. Raises ``Refused`` when the shop says that this cannot be done (any more)."""
    if answer.get("ok") is not True:
        raise Refused(str(answer.get("code", "")), str(answer.get("message", "")))
    return answer["data"]
