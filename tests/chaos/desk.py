"""The people of the house, played by programs: they match, sign, get numbers, pack, hand over, answer, note carrier events.

Everything goes over REST with a token and an ``Idempotency-Key``; the database is only looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection
from django.db.models import Q

from core.errors import DomainError
from logistics.models import DispatchNote
from orders.choices import TO_SHIP
from orders.models import Order
from products.models import ChannelItem
from tests.chaos.aftersales import Care
from tests.chaos.life import in_share
from tests.chaos.people import done
from tests.chaos.rest import GaveUp
from tests.chaos.warehouse import Warehouse


class Desk(Warehouse, Care):
    """The house at work: the office, those who care for buyers after the sale, and the warehouse."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.threads = [
            threading.Thread(target=self._loop, args=(work,), daemon=True)
            for work in (self.office, self.warehouse, self.care)
        ]

    def start(self) -> None:
        """Open the house."""
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """Close the house."""
        self.stop.set()
        for thread in self.threads:
            thread.join(self.patience + 30)

    def _loop(self, work: Callable[[], None]) -> None:
        while not self.stop.is_set():
            try:
                work()
            except (GaveUp, DomainError) as error:
                self.errors.append(f"{work.__name__}: {error}")
            except Exception as error:  # the verdict shows it
                self.errors.append(f"{work.__name__}: {type(error).__name__}: {error}")
                connection.close()
            self.stop.wait(0.4)
        connection.close()

    def office(self) -> None:
        """Match what is new, sign what is drafted, answer who asks and who writes, type in an order that came by phone."""
        self._match()
        for role, kind in (("purchaser", "price"), ("supervisor", "note")):
            self._sign(role, kind)
        self._answer_cancels()
        self._unblock()
        self._reply()

    def _unblock(self) -> None:
        ids = self.book.do(lambda: list(
            DispatchNote.objects.filter(store_id=self.store_id, state="blocked", order__intercept="", order__state="ready")
            .values_list("pk", flat=True)[:50]
        ))  # fmt: skip
        if ids:
            self._bulk("supervisor", "dispatch-notes/bulk/unblock/", ids, {})

    def _match(self) -> None:
        ids = self.book.do(
            lambda: list(ChannelItem.objects.filter(store_id=self.store_id, matched=False).values_list("pk", flat=True))
        )
        if ids:
            answer = self._bulk("purchaser", "listings/bulk/match-same-code/", ids, {})
            for pk in done(answer):
                self.ledger.ack("match", item=pk)

    def _sign(self, role: str, kind: str) -> None:
        ids = self.book.do(lambda: self._to_sign(kind))
        if ids:
            answer = self._bulk(role, "dispatch-notes/bulk/sign/", ids[:100], {"kind": kind})
            for pk in done(answer):
                self.ledger.ack("sign", note=pk, signature=kind)

    def _to_sign(self, kind: str) -> list[int]:
        """Drafts whose buyer was greeted: this house greets before it sends, so each greeting must come."""
        rows = DispatchNote.objects.filter(
            store_id=self.store_id,
            state="draft",
            order__state__in=TO_SHIP,
            order__intercept="",
            order__greeted_at__isnull=False,
        )
        signed = rows.filter(signatures__kind=kind, signatures__void_at__isnull=True)
        unsigned = rows.exclude(pk__in=signed.values("pk")).exclude(order__state="held").order_by("pk")
        return [pk for pk, order in unsigned.values_list("pk", "order__external_id") if in_share(order, self.share)]

    def _answer_cancels(self) -> None:
        asks = Q(intercept="cancel_request") | Q(hold_reason="cancel_request")
        asked = self.book.do(lambda: list(
            Order.objects.filter(asks, store_id=self.store_id, state__in=TO_SHIP).values_list("pk", flat=True)
        ))  # fmt: skip
        for pk in asked:
            accept = "yes" if pk % 2 else "no"
            answer = self.people["supervisor"].post(
                f"orders/{pk}/answer-cancel/", {"accept": accept, "note": ""}, f"chaos-{self.seed}-cancel-{pk}"
            )
            if self._went("answer-cancel", answer):
                self.ledger.ack("cancel", order=pk, accept=accept)

    def _reply(self) -> None:
        found = self.people["service"].get("conversations/?view=waiting&page_size=50")
        rows = found.body.get("results", []) if found.ok else []
        for row in rows[:5]:
            words = f"Thank you, we look into it. [{self._key('reply')}]"
            answer = self.people["service"].post(
                "messages/", {"conversation": row["id"], "body": words}, self._key("message")
            )
            if self._went("reply", answer):
                self.ledger.ack("reply", words=words)

    def type_in(self) -> None:
        """An order that came by telephone, for the store that is told by hand. It has no number of its own: only the
        Idempotency-Key keeps it from becoming two."""
        mark = self._key("phone")
        body = {
            "store": self.hand_store, "country": "DE", "buyer_name": f"Caller {mark}", "buyer_email": f"{mark}@example.org",
            "recipient_name": "A Caller", "address1": "Lange Gasse 1", "city": "Hof", "postcode": "95028", "shipping_method": "EMS",
            "lines": [{"sku": "PHONE-1", "title": "Said on the phone", "quantity": 1, "unit_price": "9.90"}],
        }  # fmt: skip
        answer = self.people["manager"].post("orders/", body, mark)
        if self._went("order", answer):
            self.ledger.ack("order", buyer=body["buyer_name"], pk=int(answer.body["id"]))
