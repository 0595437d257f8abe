"""A file of orders comes in: read by the reading process, written piece by piece, rejected rows kept in their own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import Store
from core import collector
from core.audit import Actor
from core.listing.export import safe_text
from orders.reading.errors import Refused
from orders.reading.plan import Plan
from orders.reading.process import Reading, inspected, reading
from orders.services.importing.remote import import_remote
from orders.services.importing.results import ImportResult, Rejection, file_refusal, sentence
from stores.contracts import RemoteAddress, RemoteLine, RemoteOrder, RemoteShipment

#: So many rejected rows are shown on the page; the file has all.
SHOWN = 200
#: Columns added to those of the file in the file of rejected rows.
REASON_COLUMNS = ["row", "field", "reason"]


@dataclass
class FileResult:
    """What a file came to: counts of orders, of rows, of reasons, and the first rejected rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rows: int = 0
    rejected_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors: list[list[Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The figures as a row or a command keeps them."""
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged, "rejected": self.rejected,
                "rows": self.rows, "rejected_rows": self.rejected_rows}  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Everything, for the place a job goes on from."""
        return {**self.counts(), "reasons": dict(self.reasons), "errors": self.errors}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FileResult:
        """The figures kept by :meth:`as_json`."""
        made = cls()
        for name in made.counts():
            setattr(made, name, int(data.get(name, 0)))
        made.reasons, made.errors = Counter(data.get("reasons") or {}), list(data.get("errors") or [])
        return made

    def refuse(self, row: int | None, order: str, name: str, code: str, value: Any, text: str) -> None:
        """Count one rejected row."""
        self.rejected_rows += 1
        self.reasons[text if code == "filtered" else code] += 1
        if len(self.errors) < SHOWN and code != "other_row":
            self.errors.append([row, order, name, str(value)[:80], text])


class Keeper:
    """What goes along with an import: the base keeps nothing. A job keeps its place and the rejected rows."""

    def headings(self, headings: list[str]) -> None:
        """The columns of the file are known."""

    def counted(self, rows: int) -> None:
        """So many rows were read so far."""

    def rejected(self, rows: list[list[str]]) -> None:
        """Rejected rows in their own words, each with row number, field and reason at its end."""

    def piece(self, place: str, result: FileResult, rows: int) -> None:
        """A piece of so many rows was written; called in its transaction."""


def settled(path: Path, plan: Plan, store: Store) -> tuple[Plan, dict[str, Any]]:
    """The plan with what reading the file showed (shape of dates, decimal mark), and what was seen. Refuses what is ambiguous
    and what the plan lacks: somebody must say, nothing is guessed.
    """
    try:
        seen = inspected(path, plan, zone=store.time_zone)
    except Refused as refused:
        raise file_refusal(refused) from None
    asked, options = seen["questions"], dict(plan.options)
    plan = Plan(
        plan.kind, seen["base"], plan.mapping or (seen["mapping"] if seen["base"] == "generic" else {}), options
    )
    for name, fitting, unknown, ambiguous in (
        ("date_format", asked["date_shapes"], "date_unknown", "date_ambiguous"),
        ("decimal", asked["decimal_marks"], "decimal_ambiguous", "decimal_ambiguous"),
    ):
        if options.get(name):
            continue
        if len(fitting) != 1:
            raise file_refusal(Refused(ambiguous if fitting else unknown, value=asked.get("date_example", "")))
        options[name] = fitting[0]
    return plan.with_options(**options), seen


def import_file(
    *, store: Store, path: Path, plan: Plan, actor: Actor, now: datetime, dry_run: bool = False, keeper: Keeper | None = None,
    after: str = "", so_far: FileResult | None = None,
) -> FileResult:  # fmt: skip
    """Bring a file of orders in, read as ``plan`` (settled) says. Every row is accounted for: in an order, or rejected with a
    reason. Each piece of some hundred orders is one transaction; ``after`` and ``so_far`` go on where another run stopped.
    Refuses a file that cannot be read; what was written before stays (the same file again goes on harmlessly).
    """
    keeper, result = keeper or Keeper(), so_far or FileResult()
    try:
        with collector.paused() as tidy, reading(path, plan, zone=store.time_zone, after=after) as answers:
            for answer in answers:
                kind = answer["t"]
                if kind == "headings":
                    keeper.headings(answer["headings"])
                elif kind in ("progress", "counted"):
                    keeper.counted(answer["rows"])
                    result.rows = max(result.rows, answer["rows"])
                elif kind == "orders":
                    _piece(store, answers, answer, plan, result, keeper, actor, now, dry_run)
                    tidy()
    except Refused as refused:
        raise file_refusal(refused) from None
    return result


def _piece(
    store: Store, answers: Reading, answer: dict[str, Any], plan: Plan, result: FileResult, keeper: Keeper, actor: Actor,
    now: datetime, dry_run: bool,
) -> None:  # fmt: skip
    remotes = [remote_of(raw) for raw in answer["orders"]]
    with transaction.atomic():
        made = import_remote(store=store, remotes=remotes, actor=actor, now=now, dry_run=dry_run)
        rows = _rejected_by_reader(answer["rejected"], result) + _rejected_here(answers, made, plan, result)
        result.created += made.created
        result.updated += made.updated
        result.unchanged += made.unchanged
        result.rejected += len(made.rejected) + int(answer["refused"])
        if rows:
            keeper.rejected(rows)
        keeper.piece(answer["place"], result, int(answer["rows"]))


def _rejected_by_reader(told: list[list[Any]], result: FileResult) -> list[list[str]]:
    rows = []
    for number, order, name, code, params, cells in told:
        text = sentence(code, params)
        result.refuse(number, order, name, code, params.get("value", ""), text)
        rows.append(kept_row(cells, number, name, text))
    return rows


def _rejected_here(answers: Reading, made: ImportResult, plan: Plan, result: FileResult) -> list[list[str]]:
    """Rows of orders that the rules refused: the named row with its reason, the others because of it."""
    if not made.rejected:
        return []
    by_key: dict[str, Rejection] = {
        f"{r.row:09}" if plan.base == "aliexpress" and r.row is not None else r.order: r for r in made.rejected
    }
    rows = []
    for key, number, cells in answers.raw_rows(list(by_key)):
        found = by_key[key]
        own = number == found.row
        code, text = (found.code, found.message) if own else ("other_row", sentence("other_row", {}))
        result.refuse(number, found.order, found.field if own else "", code, "", text)
        rows.append(
            kept_row(
                ["" if c is None else c[0] if isinstance(c, list) else str(c) for c in cells], number, found.field, text
            )
        )
    return rows


def kept_row(cells: Iterable[str], number: int, name: str, text: str) -> list[str]:
    """A rejected row as its file holds it: the cells, made harmless for spreadsheets, then row number, field and reason."""
    return [*(safe_text(cell) for cell in cells), str(number), name, text]


# --- from the reader's plain values to the contract ----------------------------------------------------------------


def remote_of(raw: Mapping[str, Any]) -> RemoteOrder:
    """One order as the reading process tells it, as a contract object."""
    get = raw.get
    return RemoteOrder(
        external_id=raw["order_no"], number=raw["order_no"], status=raw["status"], placed_at=_time(raw["placed_at"]),
        currency=raw["currency"], country=raw["country"], lines=tuple(_line(line) for line in raw["lines"]),
        buyer_key=get("buyer_id") or "", buyer_name=get("buyer_name") or "", buyer_email=get("buyer_email") or "",
        address=RemoteAddress(
            get("recipient_name") or get("buyer_name") or "", get("phone") or "", get("address1") or "", get("address2") or "",
            get("city") or "", get("state") or "", get("postcode") or "",
        ),
        note=get("buyer_note") or "", paid_at=_maybe(get("paid_at")), shipping_fee=Decimal(get("shipping_fee") or 0),
        discount=Decimal(get("order_discount") or 0), goods_total=_amount(get("goods_total")), total=_amount(get("total")),
        shipping_method=get("shipping_method") or "", ship_by=_maybe(get("ship_by")),
        shipments=tuple(RemoteShipment(n, s, _maybe(at)) for n, s, at in get("shipments") or ()),
        shipped_at=_maybe(get("shipped_at")), delivered_at=_maybe(get("delivered_at")), completed_at=_maybe(get("completed_at")),
        cancelled_at=_maybe(get("cancelled_at")), updated_at=_maybe(get("updated_at")),
        channel_status=get("channel_status") or raw["status"], risk=bool(get("risk")),
        cancel_requested=bool(get("cancel_requested")), facts=get("facts") or {}, source_row=raw["row"],
    )  # fmt: skip


def _line(line: list[Any]) -> RemoteLine:
    _row, sku, quantity, price, title, attributes, discount, note, image = line
    return RemoteLine(
        sku=sku, quantity=quantity, unit_price=None if price is None else Decimal(price), title=title, attributes=attributes,
        discount=Decimal(discount), image_url=image, note=note,
    )  # fmt: skip


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
