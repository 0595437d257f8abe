"""The people of the house, played by programs: they match, sign, get numbers, pack, hand over, answer, note carrier events.

Everything goes over REST with a token and an ``Idempotency-Key``. What REST does not offer (``SERVICES`` below) is done by the
same service in this process, on the installation's database.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection
from django.db.models import Q

from core.audit import Actor, system
from core.clock import utcnow
from core.errors import DomainError
from core.scope import acting_scope
from inventory import selectors as stock_selectors
from inventory.services import stock
from logistics.models import DispatchNote, Parcel
from logistics.services import packing, shipping
from orders.choices import TO_SHIP
from orders.models import Order
from products.models import ChannelItem
from stores.models import OutboundCall
from tests.chaos.rest import Answer, GaveUp, Ledger, Program

#: Done by the service itself, because REST has no such action.
SERVICES = ("pack", "hand over", "receive stock")
WAREHOUSE = Actor("system", "pretend warehouse")


class Book:
    """Reads and writes of this process on the installation's database; asks again while the database is struck."""

    def __init__(self, patience: float, ledger: Ledger) -> None:
        self.patience, self.ledger = patience, ledger

    def do(self, act: Callable[[], Any]) -> Any:
        """Run ``act`` as the house until the database answers. Refusals are passed on."""
        until = time.monotonic() + self.patience
        while True:
            try:
                with acting_scope(system("pretend desk")):
                    return act()
            except DomainError as refusal:
                if refusal.code != "stock_busy" or time.monotonic() > until:
                    raise
                self.ledger.count("stock_busy")
                time.sleep(0.5)
            except Error as error:
                connection.close()
                self.ledger.count(f"database: {type(error).__name__} {str(error)[:50].strip()}")
                if time.monotonic() > until:
                    raise GaveUp(f"the database did not answer within {self.patience:g} s: {error}") from error
                time.sleep(0.4)


@dataclass
class Desk:
    """The house at work. ``keys``: token by role."""

    base: str
    keys: dict[str, str]
    store_id: int
    hand_store: str
    ledger: Ledger
    seed: int
    patience: float = 90.0
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        luck = random.Random(self.seed)
        self.luck = random.Random(luck.random())
        self.people = {
            role: Program(self.base, key, self.ledger, self.patience, random.Random(luck.random()))
            for role, key in self.keys.items()
        }
        self.book = Book(self.patience, self.ledger)
        self.count = itertools.count(1)
        self.noted: set[int] = set()
        self.refused: Counter[int] = Counter()
        self.again: dict[str, float] = {}  #: what was refused is asked again a little later
        self.threads = [
            threading.Thread(target=self._loop, args=(work,), daemon=True) for work in (self.office, self.warehouse)
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

    def _key(self, what: str) -> str:
        return f"chaos-{self.seed}-{what}-{next(self.count)}"

    # --- the office ------------------------------------------------------------------------------------------------

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
            for pk in _done(answer):
                self.ledger.ack("match", item=pk)

    def _sign(self, role: str, kind: str) -> None:
        ids = self.book.do(lambda: self._to_sign(kind))
        if ids:
            answer = self._bulk(role, "dispatch-notes/bulk/sign/", ids[:100], {"kind": kind})
            for pk in _done(answer):
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
        return list(
            rows.exclude(pk__in=signed.values("pk"))
            .exclude(order__state="held")
            .order_by("pk")
            .values_list("pk", flat=True)
        )

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

    # --- the warehouse ---------------------------------------------------------------------------------------------

    def warehouse(self) -> None:
        """Get numbers, pack what can be packed, hand everything over, tell what the carrier says."""
        self._numbers()
        for note_id in self.book.do(self._to_pack):
            self._pack(note_id)
            if self.stop.is_set():
                return
        self._hand_over()
        self._note_events()

    def _numbers(self) -> None:
        ids = self.book.do(lambda: list(
            self._released().exclude(numbers__state__in=["reserved", "used"]).exclude(pk__in=_asked()).values_list("pk", flat=True)[:50]
        ))  # fmt: skip
        if ids:
            self._bulk("warehouse", "dispatch-notes/bulk/number/", ids, {})

    def _released(self) -> Any:
        return DispatchNote.objects.filter(store_id=self.store_id, state="released", order__intercept="").order_by("pk")

    def _to_pack(self) -> list[int]:
        ids = list(self._released().filter(numbers__state__in=["reserved", "used"]).values_list("pk", "order_id")[:20])
        short = stock_selectors.shortfall([order for _note, order in ids])
        return [note for note, order in ids if not short.get(order)]

    def _pack(self, note_id: int) -> None:
        key = f"chaos-pack-{note_id}-{self.refused[note_id]}"  # asked again after a crash it is one parcel, after a refusal a new try

        def act() -> Any:
            note = DispatchNote.objects.select_related("order", "store", "warehouse", "service").get(pk=note_id)
            if note.state != "released":
                return None
            items = {line.sku.code: line.quantity for line in note.lines.select_related("sku")}
            label = note.numbers.filter(state="reserved").values_list("number", flat=True).first()
            if not label:
                return None
            return packing.pack(
                note=note, items=items, checks=("quality", "colour", "address"), label=label, key=key,
                actor=WAREHOUSE, now=utcnow(), weight_g=60,
            )  # fmt: skip

        try:
            parcel = self.book.do(act)
        except DomainError as refusal:
            self.ledger.refuse("pack", refusal.code)
            self.refused[note_id] += 1
            return
        if parcel is not None:
            self.ledger.ack("pack", note=note_id)

    def _hand_over(self) -> None:
        def act() -> Any:
            parcels = list(
                Parcel.objects.filter(store_id=self.store_id, state="packed", label_scanned_at__isnull=False)[:50]
            )
            return shipping.hand_over(parcels=parcels, actor=WAREHOUSE, now=utcnow()) if parcels else None

        made = self.book.do(act)
        if made is None:
            return
        for parcel in made.parcels:
            self.ledger.ack("hand over", parcel=parcel.pk)
        for error in made.refused.values():
            self.ledger.refuse("hand over", error.code)

    def _note_events(self) -> None:
        rows = self.book.do(lambda: list(
            Parcel.objects.filter(store_id=self.store_id, state="shipped").exclude(pk__in=self.noted).values_list("pk", flat=True)[:3]
        ))  # fmt: skip
        for pk in rows:
            words = f"Picked up {self._key('event')}"
            body = {"parcel": pk, "occurred_at": utcnow().isoformat(), "stage": "picked_up", "description": words}
            answer = self.people["service"].post("tracking-events/", body, words[-80:])
            if self._went("tracking event", answer):
                self.ledger.ack("event", parcel=pk, words=words)
            self.noted.add(pk)

    def receive(self, skus: Iterable[int], pieces: int, reference: str) -> None:
        """Goods arrive."""

        def act() -> Any:
            return stock.receive(
                warehouse=stock_selectors.default_warehouse(), rows=[(pk, pieces, None) for pk in skus], reference=reference,
                actor=WAREHOUSE, now=utcnow(),
            )  # fmt: skip

        self.book.do(act)
        self.ledger.ack("receive", reference=reference)

    # --- asking ----------------------------------------------------------------------------------------------------

    def _bulk(self, role: str, path: str, ids: list[int], more: dict[str, Any]) -> Answer:
        ids = [pk for pk in ids if self.again.get(f"{path}{pk}", 0) < time.monotonic()]
        if not ids:
            return Answer(200, {})
        answer = self.people[role].post(path, {"ids": [str(pk) for pk in ids], **more}, self._key(path.split("/")[-2]))
        self._went(path, answer)
        for row in answer.body.get("outcomes", []):
            if not row["ok"]:
                self.ledger.refuse(path, row["code"])
                self.again[f"{path}{row['id']}"] = time.monotonic() + 5
        return answer

    def _went(self, what: str, answer: Answer) -> bool:
        if not answer.ok:
            self.ledger.refuse(what, f"{answer.status} {answer.code}")
        return answer.ok


def _done(answer: Answer) -> list[int]:
    return [int(row["id"]) for row in answer.body.get("outcomes", []) if row["ok"]]


def _asked() -> Any:
    """Notes whose carrier was asked for a number already."""
    return OutboundCall.objects.filter(ability="waybill", subject_type="logistics.dispatchnote").values("subject_id")
