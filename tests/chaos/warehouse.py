"""The warehouse of the house: numbers, packing, handing over, goods that arrive. All of it over REST."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.clock import utcnow
from inventory import selectors as stock_selectors
from logistics.models import DispatchNote, Parcel
from stores.models import OutboundCall
from tests.chaos.people import People, done


class Warehouse(People):
    """Packs and hands over what the office signed."""

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
        facts = self.book.do(lambda: _on_the_table(note_id))
        if facts is None:
            return
        key = f"chaos-pack-{note_id}-{self.refused[note_id]}"  # after a refusal it is a new try
        answer = self.people["warehouse"].post(f"dispatch-notes/{note_id}/pack/", facts, key)
        if self._went("pack", answer):
            self.ledger.ack("pack", note=note_id)
        else:
            self.refused[note_id] += 1

    def _hand_over(self) -> None:
        ids = self.book.do(lambda: list(
            Parcel.objects.filter(store_id=self.store_id, state="packed", label_scanned_at__isnull=False).values_list("pk", flat=True)[:50]
        ))  # fmt: skip
        if ids:
            for pk in done(self._bulk("warehouse", "parcels/bulk/hand-over/", ids, {})):
                self.ledger.ack("hand over", parcel=pk)

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

    def receive(self, skus: Iterable[str], pieces: int, reference: str) -> None:
        """Goods arrive: one line of the delivery after the other."""
        shelf = self.book.do(lambda: stock_selectors.default_warehouse().code)
        for code in skus:
            body = {"warehouse": shelf, "sku": code, "quantity": pieces, "reference": reference}
            answer = self.people["purchaser"].post("movements/", body, f"chaos-{self.seed}-{reference}-{code}")
            if self._went("receive", answer):
                self.ledger.ack("receive", reference=reference, sku=code, pieces=pieces)


def _on_the_table(note_id: int) -> dict[str, Any] | None:
    """What the packer's machine scans for a note; None when it must not be packed any more."""
    note = DispatchNote.objects.get(pk=note_id)
    label = note.numbers.filter(state="reserved").values_list("number", flat=True).first()
    if note.state != "released" or not label:
        return None
    items: dict[str, int] = {}
    for code, quantity in note.lines.values_list("sku__code", "quantity"):
        items[code] = items.get(code, 0) + quantity
    checks, weight = ["quality", "colour", "address", "weight"], 20 + 15 * sum(items.values())
    checks += [
        kind
        for kind in ("fragile", "wish")
        if note.lines.exclude(**{kind: {"fragile": False, "wish": ""}[kind]}).exists()
    ]
    return {"items": items, "checks": checks, "label": label, "weight_g": weight}


def _asked() -> Any:
    """Notes whose carrier was asked for a number already."""
    return OutboundCall.objects.filter(ability="waybill", subject_type="logistics.dispatchnote").values("subject_id")
