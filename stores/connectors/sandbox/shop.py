"""The pretend shop itself: what a marketplace would keep and refuse. SQLite below, no network here.

Deterministic: ids are counters, the time is the caller's. Nothing a seller sends is de-duplicated unless a real shop would
do so; every accepted change is written to a journal, so a test can count what happened.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from stores.connectors.sandbox.aftersales import AfterSales
from stores.connectors.sandbox.carrier_side import CarrierSide
from stores.connectors.sandbox.ledger import Refused
from stores.connectors.sandbox.numbers import waybill_number

PAGE = 50
PROTECTION = timedelta(days=60)
#: Pages of orders reach back by so many changes, as real ones do: the same order comes again.
OVERLAP = 2
TO_SHIP = ("to_ship", "part_shipped")


class Shop(AfterSales, CarrierSide):
    """All pretend shops of one file."""

    # --- orders ------------------------------------------------------------------------------------------------------

    def put_order(self, code: str, order: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Make or change an order; each change is a new version, its time never goes back."""
        with self.lock:
            order_id = str(order.get("id") or f"8{self.next('order'):015d}")
            try:
                held = self.order(code, order_id)
            except Refused:
                held = {
                    "id": order_id,
                    "number": order_id,
                    "placed_at": now.isoformat(),
                    "status": "to_ship",
                    "shipments": [],
                }
            before = held.get("updated_at")
            moment = now if before is None else max(now, datetime.fromisoformat(before) + timedelta(milliseconds=1))
            version = self.next("version")
            data = {**held, **order, "id": order_id, "updated_at": moment.isoformat(), "version": version}
            values = (code, order_id, version, json.dumps(data, ensure_ascii=False))
            self.db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", values)
            return data

    def orders(self, code: str, since: int, limit: int) -> dict[str, Any]:
        """A page of orders changed after version ``since``, with some that were seen before."""
        size = max(1, min(limit, PAGE))
        found = self.rows(
            "SELECT version, data FROM orders WHERE code = ? AND version > ? ORDER BY version LIMIT ?",
            code,
            since,
            size + 1,
        )
        seen = self.rows(
            "SELECT data FROM orders WHERE code = ? AND version <= ? ORDER BY version DESC LIMIT ?",
            code,
            since,
            OVERLAP,
        )
        fresh = found[:size]
        again = [json.loads(row[0]) for row in reversed(seen)] if fresh else []
        return {
            "orders": again + [json.loads(row[1]) for row in fresh],
            "cursor": fresh[-1][0] if fresh else since,
            "more": len(found) > size,
        }

    def ship(self, code: str, order_id: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Mark as shipped. The same number again answers the first shipment; refuses unknown orders and wrong states."""
        order, number = self.order(code, order_id), str(data.get("tracking_number", "")).strip()
        if not number:
            raise Refused("no_number", "a tracking number is needed")
        for shipment in order.get("shipments", []):
            if shipment["tracking_number"] == number:
                return dict(shipment)
        if order["status"] not in TO_SHIP:
            raise Refused("wrong_state", f"the order is {order['status']}")
        at = str(data.get("shipped_at") or now.isoformat())
        shipment = {
            "id": f"S{self.next('shipment')}",
            "tracking_number": number,
            "service": data.get("service", ""),
            "at": at,
        }
        status = "part_shipped" if data.get("part") else "shipped"
        until = order.get("receive_until") or (datetime.fromisoformat(at) + PROTECTION).isoformat()
        shipments = [*order.get("shipments", []), shipment]
        change = {"id": order_id, "status": status, "shipments": shipments, "shipped_at": at, "receive_until": until}
        self.put_order(code, change, now)
        self.note(
            code,
            "ship",
            str(data.get("ref", "")),
            now,
            {"order": order_id, "number": number, "service": shipment["service"]},
        )
        return shipment

    def change_shipment(self, code: str, order_id: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Put another number in place of one; refuses a number that is not there."""
        order = self.order(code, order_id)
        shipments = [dict(row) for row in order.get("shipments", [])]
        for shipment in shipments:
            if shipment["tracking_number"] == data.get("old_number"):
                shipment |= {"tracking_number": data["new_number"], "service": data.get("service", shipment["service"])}
                self.put_order(code, {"id": order_id, "shipments": shipments}, now)
                self.note(
                    code, "change", str(data.get("ref", "")), now, {"order": order_id, "number": data["new_number"]}
                )
                return shipment
        raise Refused("unknown_number", "the order has no shipment with that number")

    def extend(self, code: str, order_id: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Set a later end of the receiving time; it can only become longer."""
        order = self.order(code, order_id)
        if order["status"] not in ("shipped", "part_shipped"):
            raise Refused("wrong_state", f"the order is {order['status']}")
        current, until = str(order.get("receive_until") or ""), str(data.get("until", ""))
        if not until or (current and datetime.fromisoformat(until) <= datetime.fromisoformat(current)):
            raise Refused("not_longer", f"the receiving time already lasts until {current}")
        self.put_order(code, {"id": order_id, "receive_until": until}, now)
        entry = self.note(
            code, "extend", str(data.get("ref", "")), now, {"order": order_id, "from": current, "until": until}
        )
        return {"id": f"E{entry}", "receive_until": until}

    def answer_cancel(self, code: str, order_id: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Accept or refuse the buyer's request to cancel; refuses when there is none."""
        order = self.order(code, order_id)
        if not order.get("cancel_requested"):
            raise Refused("no_request", "the buyer has not asked to cancel")
        accept = bool(data.get("accept"))
        change: dict[str, Any] = {
            "id": order_id,
            "cancel_requested": False,
            "cancel_answer": "accepted" if accept else "refused",
        }
        if accept:
            change |= {"status": "cancelled", "cancelled_at": now.isoformat()}
        self.put_order(code, change, now)
        entry = self.note(code, "cancel_answer", str(data.get("ref", "")), now, {"order": order_id, "accept": accept})
        return {"id": f"C{entry}", "answer": change["cancel_answer"]}

    # --- messages, tracking, numbers ------------------------------------------------------------------------

    def put_message(self, code: str, data: Mapping[str, Any], now: datetime, direction: str) -> dict[str, Any]:
        """Keep a message: a buyer's to us (``in``) or ours (``out``). Ours are never de-duplicated."""
        message_id = str(data.get("id") or f"M{self.next('message')}")
        row = {**data, "id": message_id, "at": str(data.get("at") or now.isoformat()), "direction": direction}
        buyer, ref, text = str(data.get("buyer", "")), str(data.get("ref", "")), json.dumps(row, ensure_ascii=False)
        values = (code, message_id, buyer, direction, row["at"], 0, ref, text)
        self.db.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        if direction == "out":
            shown = {name: data.get(name, "") for name in ("buyer", "order_id", "text", "subject")}
            self.note(code, "message", ref, now, {**shown, "message": message_id})
        return row

    def unread(self, code: str) -> dict[str, Any]:
        """The buyers' messages nobody has fetched, and forget that they are unread: they are shown here once."""
        found = self.rows(
            "SELECT id, data FROM messages WHERE code = ? AND direction = 'in' AND seen = 0 ORDER BY rowid LIMIT ?",
            code,
            PAGE,
        )
        self.db.executemany("UPDATE messages SET seen = 1 WHERE code = ? AND id = ?", [(code, row[0]) for row in found])
        return {"messages": [json.loads(row[1]) for row in found], "more": len(found) == PAGE}

    def history(self, code: str, since: str, direction: str, ref: str) -> dict[str, Any]:
        """Messages since a time, read or not."""
        found = self.rows(
            "SELECT data FROM messages WHERE code = ? AND (? = '' OR direction = ?) AND (? = '' OR ref = ?) ORDER BY rowid",
            code, direction, direction, ref, ref,
        )  # fmt: skip
        rows = [json.loads(row[0]) for row in found]
        start = datetime.fromisoformat(since) if since else None
        return {"messages": [row for row in rows if start is None or datetime.fromisoformat(row["at"]) >= start]}

    def put_events(self, number: str, events: list[Mapping[str, Any]]) -> int:
        """Let the carrier tell events of a parcel."""
        for event in events:
            event_id = str(event.get("id") or f"T{self.next('event')}")
            data = json.dumps({**event, "id": event_id, "number": number}, ensure_ascii=False)
            self.db.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?)", (number, event_id, data))
        return len(events)

    def tracking(self, numbers: list[str]) -> dict[str, Any]:
        """What the carrier told about parcels."""
        marks = ",".join("?" * len(numbers))
        found = self.rows(f"SELECT data FROM events WHERE number IN ({marks}) ORDER BY rowid", *numbers)  # noqa: S608 (marks only)
        return {"events": [json.loads(row[0]) for row in found]}

    def waybill(self, code: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Give a new waybill number for a parcel; asking again gives another one, as careless carriers do."""
        number = waybill_number(str(data.get("service", "")), self.next("waybill"))
        reference = str(data.get("reference", ""))
        self.db.execute("INSERT INTO waybills VALUES (?, ?, ?, ?)", (code, reference, number, now.isoformat()))
        self.note(code, "waybill", reference, now, {"number": number, "country": data.get("country", "")})
        return {"id": number, "tracking_number": number, "reference": reference}

    def waybills(self, code: str, reference: str) -> dict[str, Any]:
        """The numbers given for a reference."""
        found = self.rows(
            "SELECT number FROM waybills WHERE code = ? AND reference = ? ORDER BY rowid", code, reference
        )
        return {"waybills": [{"id": row[0], "tracking_number": row[0], "reference": reference} for row in found]}

    # --- misbehaviour ------------------------------------------------------------------------------------------------

    def plan_fault(self, data: Mapping[str, Any]) -> int:
        """Plan a fault for coming requests: shop (or *), beginning of the path, kind, how many to let pass and to spoil."""
        row = (
            data.get("shop", "*"),
            data.get("path", "/api/"),
            data["kind"],
            int(data.get("skip", 0)),
            int(data.get("times", 1)),
        )
        sql = "INSERT INTO faults (code, path, kind, skip, times, data) VALUES (?, ?, ?, ?, ?, ?)"
        with self.lock:
            return int(self.db.execute(sql, (*row, json.dumps(dict(data)))).lastrowid or 0)

    def forget_faults(self, code: str) -> int:
        """Misbehave no more for a shop; answers how many planned faults were left."""
        with self.lock:
            return int(self.db.execute("DELETE FROM faults WHERE code IN (?, '*') AND times > 0", (code,)).rowcount)

    def fault_for(self, code: str, path: str, *, writes: bool = False) -> dict[str, Any] | None:
        """The fault this request suffers, used up by it; None when it goes well. ``writes``: it wants to change something; a
        fault planned with ``writes`` waits for such a request, one with a ``chance`` strikes by chance."""
        with self.lock:
            for row in self.rows("SELECT id, code, path, skip, data FROM faults WHERE times > 0 ORDER BY id"):
                planned: dict[str, Any] = json.loads(row[4])
                if row[1] not in ("*", code) or not path.startswith(row[2]) or (planned.get("writes") and not writes):
                    continue
                if random.random() >= float(planned.get("chance", 1)):  # noqa: S311 - a pretence, no secret
                    continue
                if row[3] > 0:
                    self.db.execute("UPDATE faults SET skip = skip - 1 WHERE id = ?", (row[0],))
                    continue
                self.db.execute("UPDATE faults SET times = times - 1 WHERE id = ?", (row[0],))
                return planned
        return None

    def put_late(self, due: datetime, code: str, kind: str, data: Mapping[str, Any]) -> None:
        """Let something happen later, after nobody got an answer."""
        row = (due.isoformat(), code, kind, json.dumps(dict(data), ensure_ascii=False))
        self.db.execute("INSERT INTO late (due, code, kind, data) VALUES (?, ?, ?, ?)", row)

    def settle_late(self, now: datetime, do: Callable[[str, str, dict[str, Any]], Any]) -> None:
        """Carry out what was to happen by now."""
        waiting = self.rows("SELECT id, due, code, kind, data FROM late ORDER BY id")
        for row in waiting:
            if datetime.fromisoformat(row[1]) > now:
                continue
            self.db.execute("DELETE FROM late WHERE id = ?", (row[0],))
            try:
                do(row[2], row[3], json.loads(row[4]))
            except Refused:
                continue
