"""What goes on after the sale at the pretend shop: ratings with their one reply, cases with their turns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from stores.connectors.sandbox.ledger import Ledger, Refused

PAGE = 50
#: So long a seller has to answer when nobody said otherwise.
ANSWER_TIME = timedelta(days=5)
LONGEST_REPLY = 500
#: The answers a seller may give in a case; refunds need an amount.
ANSWERS = {"refund", "part_refund", "return_refund", "resend", "spare_part", "evidence", "wait", "other"}
REFUNDS = {"refund", "part_refund", "return_refund"}


class AfterSales(Ledger):
    """Ratings and cases of all pretend shops, under the lock of their file."""

    tables = """
    CREATE TABLE IF NOT EXISTS feedback (code TEXT, id TEXT, version INTEGER, data TEXT, PRIMARY KEY (code, id));
    CREATE TABLE IF NOT EXISTS cases (code TEXT, id TEXT, version INTEGER, data TEXT, PRIMARY KEY (code, id));
    """

    def _rows_of(self, table: str, code: str, since: int) -> dict[str, Any]:
        found = self.rows(
            f"SELECT version, data FROM {table} WHERE code = ? AND version > ? ORDER BY version LIMIT ?",  # noqa: S608 (our own names)
            code, since, PAGE,
        )  # fmt: skip
        rows = [json.loads(row[1]) for row in found]
        return {table: rows, "cursor": found[-1][0] if found else since, "more": len(found) == PAGE}

    def _one(self, table: str, code: str, key: str) -> dict[str, Any]:
        found = self.rows(f"SELECT data FROM {table} WHERE code = ? AND id = ?", code, key)  # noqa: S608 (our own names)
        if not found:
            raise Refused(f"unknown_{table.rstrip('s')}", f"there is no {table.rstrip('s')} {key}")
        data: dict[str, Any] = json.loads(found[0][0])
        return data

    def _keep(self, table: str, code: str, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Write a row as a new version; the time of its change never goes back."""
        before, version = row.get("updated_at"), self.next("version")
        moment = now if before is None else max(now, datetime.fromisoformat(before) + timedelta(milliseconds=1))
        kept = {**row, "version": version, "updated_at": moment.isoformat()}
        values = (code, kept["id"], version, json.dumps(kept, ensure_ascii=False))
        self.db.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)", values)  # noqa: S608 (our own names)
        return kept

    # --- ratings -----------------------------------------------------------------------------------------------------

    def put_feedback(self, code: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A buyer rates, or revises his rating (the same ``id``); the reply stays."""
        feedback_id = str(data.get("id") or f"F{self.next('feedback')}")
        try:
            held = self._one("feedback", code, feedback_id)
        except Refused:
            held = {}
        row = {**held, **data, "id": feedback_id, "at": str(data.get("at") or now.isoformat())}
        return self._keep("feedback", code, row, now)

    def feedback(self, code: str, since: int) -> dict[str, Any]:
        """A page of ratings changed after a version."""
        return self._rows_of("feedback", code, since)

    def one_feedback(self, code: str, feedback_id: str) -> dict[str, Any]:
        """One rating with its reply."""
        return self._one("feedback", code, feedback_id)

    def reply_feedback(
        self, code: str, feedback_id: str, data: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The one reply of the seller; refuses a second one, an empty one and one that is too long."""
        row, text = self.one_feedback(code, feedback_id), str(data.get("text", "")).strip()
        if row.get("reply"):
            raise Refused("already_replied", "this rating has its reply")
        if not text or len(text) > LONGEST_REPLY:
            raise Refused("bad_length", f"a reply has 1 to {LONGEST_REPLY} characters")
        ref = str(data.get("ref", ""))
        reply = {"id": f"R{self.next('reply')}", "ref": ref, "text": text, "at": now.isoformat()}
        self._keep("feedback", code, {**row, "reply": reply}, now)
        self.note(code, "feedback_reply", ref, now, {"feedback": feedback_id, "text": text})
        return reply

    # --- cases -------------------------------------------------------------------------------------------------------

    def put_case(self, code: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A buyer opens a case (``order_id``, ``kind``, ``reason``, ``amount``), or it goes on (the same ``id``):
        ``decision`` accepted or declined on the last answer, ``status`` seller, buyer, platform, agreed or closed with its
        ``outcome``, ``refunded``. A declined answer gives the seller another turn with a new clock."""
        key = str(data.get("id") or f"D{self.next('case')}")
        try:
            held = self._one("cases", code, key)
        except Refused:
            held = {
                "id": key, "status": "seller", "turn": 1, "opened_at": now.isoformat(), "answers": [], "refunded": "0",
                "currency": self.order(code, str(data["order_id"]))["currency"],
                "respond_by": (now + ANSWER_TIME).isoformat(),
            }  # fmt: skip
        row = {**held, **data, "id": key}
        if data.get("decision") == "declined" and "status" not in data:
            row["status"] = "seller"
        elif data.get("decision") == "accepted" and "status" not in data:
            row["status"] = "agreed"
            row.setdefault("refunded", "0")
            row["refunded"] = self._paid_back(row)
        if row["status"] == "seller" and held.get("status") != "seller" and "turn" not in data:
            row["turn"] = int(held["turn"]) + 1
        if row["status"] not in ("seller", "platform"):
            row["respond_by"] = None
        elif row["status"] == "seller" and held.get("status") != "seller" and "respond_by" not in data:
            row["respond_by"] = (now + ANSWER_TIME).isoformat()
        if row["status"] == "closed" and not row.get("closed_at"):
            row["closed_at"] = now.isoformat()
        return self._keep("cases", code, row, now)

    def _paid_back(self, row: Mapping[str, Any]) -> str:
        """An accepted refund is paid back by the shop at once."""
        last = row["answers"][-1] if row.get("answers") else {}
        added = Decimal(str(last.get("amount") or "0")) if last.get("kind") in REFUNDS else Decimal(0)
        return str(Decimal(str(row["refunded"])) + added)

    def cases(self, code: str, since: int) -> dict[str, Any]:
        """A page of cases changed after a version."""
        return self._rows_of("cases", code, since)

    def case(self, code: str, case_id: str) -> dict[str, Any]:
        """One case with its answers."""
        return self._one("cases", code, case_id)

    def answer_case(self, code: str, case_id: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The seller's answer in his turn: then it is the buyer's. Refuses a case that is not the seller's, another turn than
        the present one, an unknown answer, a refund without an amount, and one above the order's total."""
        row, kind = self.case(code, case_id), str(data.get("kind", ""))
        if row["status"] not in ("seller", "platform") or (row["status"] == "platform" and not row.get("respond_by")):
            raise Refused("not_your_turn", f"the case is with the {row['status']}")
        if int(data.get("turn") or row["turn"]) != int(row["turn"]):
            raise Refused("old_turn", f"this is turn {row['turn']}")
        amount = Decimal(str(data.get("amount") or "0"))
        if kind not in ANSWERS or (kind in REFUNDS) != (amount > 0):
            raise Refused("bad_answer", "this answer is not known, or its amount is missing")
        if amount > Decimal(self._order_total(code, str(row["order_id"]))) - Decimal(str(row["refunded"])):
            raise Refused("too_much", "more than the order cost")
        ref = str(data.get("ref", ""))
        answer = {
            "id": f"A{self.next('answer')}", "ref": ref, "kind": kind, "amount": str(amount) if amount else None, "turn": row["turn"],
            "text": str(data.get("text", "")), "at": now.isoformat(),
        }  # fmt: skip
        status = "buyer" if row["status"] == "seller" else "platform"
        changed = {**row, "status": status, "respond_by": None, "decision": "", "answers": [*row["answers"], answer]}
        self._keep("cases", code, changed, now)
        self.note(
            code,
            "case_answer",
            ref,
            now,
            {"case": case_id, "kind": kind, "amount": answer["amount"], "turn": row["turn"]},
        )
        return answer

    def _order_total(self, code: str, order_id: str) -> Decimal:
        order = self.order(code, order_id)
        if order.get("total"):
            return Decimal(str(order["total"]))
        lines = sum(
            (Decimal(str(line.get("price", "0"))) * int(line["quantity"]) for line in order.get("lines", [])),
            Decimal(0),
        )
        return lines + Decimal(str(order.get("shipping_fee") or "0")) - Decimal(str(order.get("discount") or "0"))
