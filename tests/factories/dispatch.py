"""Notes on their way through the house, with orders, articles on shelves and waybill numbers."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Store
from core.audit import SYSTEM, Actor
from logistics.models import (
    ApprovalRule,
    CarrierAccount,
    DispatchNote,
    Parcel,
    PrintBatch,
    PrintLog,
    Service,
    WaybillNumber,
)
from logistics.rules.waybill import check_digit
from logistics.services import dispatch, numbers, packing, shipping, waves
from orders.models import Order
from products.models import Sku
from tests.factories import orders as make_orders
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.house.rows import Rows

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
_count = itertools.count(1)
_serials = itertools.count(10_000_000)


def make_service(code: str = "CP_REG", **facts: Any) -> Service:
    """A service of the reference list."""
    given = {
        "name_en": code,
        "carrier": "China Post",
        "kind": "postal_registered",
        "match_words": ["registered air mail"],
    }
    made, _new = Service.objects.get_or_create(code=code, defaults={**given, **facts})
    return made


def make_number(service: Service | None = None, **facts: Any) -> WaybillNumber:
    """A free number of the pool."""
    serial = f"{next(_serials):08}"
    number = f"RB{serial}{check_digit(serial)}CN"
    given = {"service": service or make_service(), "number": number, "source": "pool", "added_at": NOW}
    return WaybillNumber.objects.create(**{**given, **facts})


def article(code: str = "", *, on_hand: int = 50, bin: str = "A-01-1", **facts: Any) -> Sku:
    """An article on a shelf that nothing speaks against."""
    given = {
        "name_zh": "蛇骨项链", "customs_text": "necklace of zinc alloy", "hs_code": "711719", "origin": "CN", "weight_g": Decimal("15"),
        "cost": Decimal("1"), "cost_currency": "USD",
    }  # fmt: skip
    return make_sku(code, on_hand=on_hand, bin=bin, **{**given, **facts})


def ready_order(
    store: Store | None = None, *, lines: list[tuple[Sku, int]] | None = None, assess: bool = True, **facts: Any
) -> Order:
    """A paid, assessed order whose goods are on the shelf."""
    make_warehouse()
    make_service()
    store = store or make_store()
    rows = [
        (make_orders.make_item(store, f"CH-{sku.code}", sku), pieces) for sku, pieces in (lines or [(article(), 2)])
    ]
    facts.setdefault("shipping_method", "China Post Registered Air Mail")
    return make_orders.make_order(store, lines=rows, assess=assess, **facts)


def make_note(order: Order | None = None, *, now: datetime = NOW, **facts: Any) -> DispatchNote:
    """A drafted note."""
    order = order or ready_order(**facts)
    made = dispatch.draft_notes(order_ids=[order.pk], actor=SYSTEM, now=now)
    return made[0] if made else DispatchNote.objects.get(order=order)


def no_rule_signs() -> None:
    """Nothing is signed by a rule: people do it."""
    ApprovalRule.objects.all().delete()


def person(role: str) -> Actor:
    """Somebody of a role who works in every store."""
    return make_person(role).actor


def sign_both(note: DispatchNote, now: datetime = NOW) -> DispatchNote:
    """Both signatures by two people; by house rule the note is released."""
    dispatch.sign(note=note, kind="price", actor=person("purchaser"), now=now)
    dispatch.sign(note=note, kind="note", actor=person("supervisor"), now=now)
    note.refresh_from_db()
    return note


def released(order: Order | None = None, *, now: datetime = NOW, number: bool = True, **facts: Any) -> DispatchNote:
    """A note with the warehouse, with its waybill number."""
    note = make_note(order, now=now, **facts)
    if number and note.service:
        make_number(note.service)
    return sign_both(note, now)


def number_of(note: DispatchNote) -> str:
    """The living waybill number of a note."""
    return WaybillNumber.objects.get(note=note, state__in=["reserved", "used"]).number


def pack(note: DispatchNote, packer: Actor | None = None, now: datetime = NOW) -> Parcel:
    """Pack a released note by scans."""
    packer = packer or person("warehouse")
    codes = [f"{line.quantity}*{line.sku.code}" for line in note.lines.select_related("sku")]
    codes = [
        note.number,
        *codes,
        "ok",
        "ok",
        "ok",
        *(["ok"] if any(line.fragile for line in note.lines.all()) else []),
        "weight:60",
        number_of(note),
    ]
    for code in codes:
        answer = packing.scan(code=code, key=f"k{next(_count)}", actor=packer, now=now, note_id=note.pk)
    assert answer.code == "packed", answer.sentence
    return Parcel.objects.get(note=note)


def handed_over(order: Order | None = None, now: datetime = NOW, **facts: Any) -> Parcel:
    """A parcel that left the house."""
    parcel = pack(released(order, now=now, **facts), now=now)
    made = shipping.hand_over(parcels=[parcel], actor=person("warehouse"), now=now)
    assert not made.refused, {k: e.message for k, e in made.refused.items()}
    parcel.refresh_from_db()
    return parcel


def fill_pool(service: Service, count: int) -> list[str]:
    """Put ``count`` numbers into the pool by a range."""
    first = next(_serials)
    for _more in range(count):
        next(_serials)
    text = f"RB{first:08}{check_digit(f'{first:08}')}CN .. RB{first + count - 1:08}{check_digit(f'{first + count - 1:08}')}CN"
    return numbers.add_to_pool(service=service, text=text, actor=person("warehouse"), now=NOW).added


def _notes(store: Any, count: int, person: Any) -> None:
    changes: list[dict[str, Any]] = [
        {}, {"state": "signed", "signed_at": NOW}, {"state": "released", "released_at": NOW, "printed_at": NOW}, {"service": None, "pickup_at": None},
        {"state": "blocked", "block_reason": "quality", "block_note": "scratched", "released_at": NOW}, {"state": "withdrawn", "closed_at": NOW},
    ]  # fmt: skip
    for i in range(count):
        note = make_note(ready_order(store, country=["BR", "DE", "US"][i % 3], ship_by=None if i % 2 else NOW))
        DispatchNote.objects.filter(pk=note.pk).update(**changes[i % len(changes)], due_at=NOW.replace(hour=i % 20))
        if i % 4 == 2 and note.service:
            make_number(note.service, note=note, state="reserved")


def _numbers(store: Any, count: int, person: Any) -> None:
    services = [make_service("CP_REG"), make_service("EMS", kind="ems", match_words=["ems"])]
    states = ["free", "void", "free"]
    for i in range(count):
        note = make_note(ready_order(store)) if i % 3 == 2 else None
        state = "reserved" if note else states[i % 3]
        make_number(
            services[i % 2], state=state, note=note, check_ok=i % 2 == 0, void_reason="torn" if state == "void" else ""
        )


def _batches(store: Any, count: int, person: Any) -> None:
    for i in range(count):
        note = make_note(ready_order(store))
        batch = PrintBatch.objects.create(
            number=f"B-{next(_count)}", owner=None if i % 2 else person, documents=["notes"], note_count=1, created_at=NOW.replace(hour=i % 20),
            void_at=NOW if i % 3 == 2 else None,
        )  # fmt: skip
        PrintLog.objects.create(batch=batch, note=note, position=1, at=NOW, problem="no number" if i % 2 else "")


def _services(store: Any, count: int, person: Any) -> None:
    for i in range(count - Service.objects.count()):
        make_service(
            f"S{next(_count):04}",
            kind=["ems", "express"][i % 2],
            active=i % 3 != 0,
            value_max=None if i % 2 else 5,
            value_max_currency="EUR",
        )


def _rules(store: Any, count: int, person: Any) -> None:
    for i in range(count - ApprovalRule.objects.count()):
        ApprovalRule.objects.create(
            name=f"rule {next(_count)}",
            position=i,
            active=i % 2 == 0,
            kinds=["price"],
            conditions={"country": ["DE"]},
            store=store if i % 3 == 1 else None,
        )


def _packer() -> Actor:
    return make_person("warehouse").actor


def _waves(store: Any, count: int, person: Any) -> None:
    for i in range(count):
        notes = [
            released(ready_order(store, lines=[(article(), 1) for _m in range(1 + i % 2)])) for _n in range(1 + i % 2)
        ]
        made = waves.make_waves(notes=notes, actor=_packer(), now=NOW.replace(hour=i % 20))
        if i % 3 == 2:
            waves.close(wave=made.waves[0], actor=_packer(), now=NOW.replace(hour=21))


def _accounts(store: Any, count: int, person: Any) -> None:
    for i in range(count - CarrierAccount.objects.count()):
        CarrierAccount.objects.create(
            code=f"carrier-{next(_count)}",
            name="Carrier",
            kind="sandbox",
            active=i % 2 == 0,
            own_label=i % 3 == 0,
            created_at=NOW,
        )


LISTING_ROWS = {
    "carrier-accounts": Rows(_accounts, owned=False),
    "waves": Rows(_waves),
    "dispatch-notes": Rows(_notes),
    "waybill-numbers": Rows(_numbers, owned=False),
    "print-batches": Rows(_batches),
    "services": Rows(_services, owned=False),
    "approval-rules": Rows(_rules, owned=False),
}
