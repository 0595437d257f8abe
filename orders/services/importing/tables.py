"""Files of articles, stock, SKU matches, and of what apps above registered: simple tables, one row a fact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import Store
from core.audit import Actor
from core.clock import local_day
from core.errors import DomainError, Missing
from inventory import selectors as inventory
from inventory.models import Warehouse
from inventory.services import stock, warehouses
from orders import registry
from orders.reading.errors import Refused
from orders.reading.plan import Plan
from orders.reading.process import inspected, reading
from orders.services.importing.files import FileResult, Keeper, kept_row
from orders.services.importing.results import file_refusal, sentence
from products import selectors as products
from products.services import catalogue, matching

#: Larger tables are cut into several files.
MOST_ROWS = 300_000
_PIECE = 2000
_ZONE = "UTC"

#: (row number, values by field, cells as in the file)
TableRow = tuple[int, dict[str, Any], list[str]]
Refuse = Callable[[TableRow, str, str, Any, str], None]


def settled_table(path: Path, plan: Plan) -> tuple[Plan, dict[str, Any]]:
    """The plan with what reading the file showed; refuses an ambiguous decimal mark."""
    try:
        seen = inspected(path, plan, zone=_ZONE)
    except Refused as refused:
        raise file_refusal(refused) from None
    plan = Plan(plan.kind, "generic", plan.mapping or seen["mapping"], dict(plan.options))
    if not plan.options.get("decimal"):
        marks = seen["questions"]["decimal_marks"]
        if len(marks) != 1:
            raise file_refusal(Refused("decimal_ambiguous"))
        plan = plan.with_options(decimal=marks[0])
    return plan, seen


def import_table(
    *, store: Store | None, path: Path, plan: Plan, actor: Actor, now: datetime, dry_run: bool = False,
    keeper: Keeper | None = None, warehouse: Warehouse | None = None,
) -> FileResult:  # fmt: skip
    """Bring a file of ``plan.kind`` (products, stock, matches) in; each bad row answers for itself. One transaction: the whole
    file or, when it cannot be read, nothing of it. Twice is once. ``store`` is needed for matches, ``warehouse`` is where
    stock without a warehouse column lies (default: the default warehouse).
    """
    keeper, result = keeper or Keeper(), FileResult()
    headings: list[str] = []
    rows = _read(path, plan, result, keeper, headings)
    rejected: list[list[str]] = []

    def refuse(row: TableRow, name: str, code: str, value: Any, text: str) -> None:
        result.refuse(row[0], "", name, code, value, text)
        result.rejected += 1
        rejected.append(kept_row(row[2], row[0], name, text))

    with transaction.atomic():
        if plan.kind == "products":
            _products(rows, result, refuse, actor, now)
        elif plan.kind == "stock":
            _stock(rows, result, refuse, actor, now, path, warehouse)
        elif plan.kind in registry.table_writers:
            registry.table_writers[plan.kind](
                rows=rows, headings=headings, plan=plan, result=result, refuse=refuse, actor=actor, now=now
            )
        else:
            assert store is not None
            _matches(rows, result, refuse, store, actor, now)
        if rejected:
            keeper.rejected(rejected)
        keeper.piece("", result, len(rows))
        if dry_run:
            transaction.set_rollback(True)
    return result


def _read(path: Path, plan: Plan, result: FileResult, keeper: Keeper, headings: list[str]) -> list[TableRow]:
    rows: list[TableRow] = []
    try:
        with reading(path, plan, zone=_ZONE) as answers:
            for answer in answers:
                if answer["t"] == "headings":
                    headings[:] = answer["headings"]
                    keeper.headings(headings)
                elif answer["t"] == "rows":
                    rows += [(number, values, cells) for number, values, cells in answer["rows"]]
                    bad = []
                    for number, _order, name, code, params, cells in answer["rejected"]:
                        text = sentence(code, params)
                        result.refuse(number, "", name, code, params.get("value", ""), text)
                        bad.append(kept_row(cells, number, name, text))
                    result.rejected += len(bad)
                    result.rows += len(answer["rows"]) + len(bad)
                    if bad:
                        keeper.rejected(bad)
                    keeper.counted(result.rows)
                    if result.rows > MOST_ROWS:
                        raise Refused("too_many_rows", most=MOST_ROWS)
    except Refused as refused:
        raise file_refusal(refused) from None
    return rows


# --- articles ------------------------------------------------------------------------------------------------------

_AMOUNTS = ("weight_g", "cost")


def _products(rows: list[TableRow], result: FileResult, refuse: Refuse, actor: Actor, now: datetime) -> None:
    seen: dict[str, int] = {}
    good: list[dict[str, Any]] = []
    for row in rows:
        number, values, _cells = row
        code = values["code"]
        if code in seen:
            refuse(row, "code", "twice", code, sentence("twice", {"value": seen[code]}))
            continue
        seen[code] = number
        facts, bad = _article(values)
        if bad:
            refuse(row, bad, "negative", values.get(bad), sentence("negative", {"value": values.get(bad)}))
            continue
        good.append(facts)
    for start in range(0, len(good), _PIECE):
        made = catalogue.write_skus(rows=good[start : start + _PIECE], actor=actor, now=now)
        result.created += made.created
        result.updated += made.updated
        result.unchanged += made.unchanged


def _article(values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The facts of a row that are said (an empty cell says nothing), and the field that cannot be."""
    facts: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        if name in _AMOUNTS:
            amount = Decimal(value)
            if amount < 0 or (name == "weight_g" and amount == 0) or amount > 10**7:
                return {}, name
            facts[name] = amount.quantize(Decimal("0.01") if name == "weight_g" else Decimal("0.0001"))
        else:
            facts[name] = value
    return facts, ""


# --- stock ---------------------------------------------------------------------------------------------------------


def _stock(
    rows: list[TableRow],
    result: FileResult,
    refuse: Refuse,
    actor: Actor,
    now: datetime,
    path: Path,
    warehouse: Warehouse | None,
) -> None:
    """What lies there, per warehouse. The same file of the same day counts once."""
    known = products.skus_by_code({row[1]["sku"] for row in rows})
    houses: dict[str, Warehouse | None] = {"": warehouse}
    wanted: dict[int, tuple[Warehouse, dict[int, tuple[int, str | None]]]] = {}
    for row in rows:
        values = row[1]
        sku = known.get(values["sku"])
        if sku is None:
            refuse(row, "sku", "unknown_sku", values["sku"], sentence("unknown_sku", {"value": values["sku"]}))
            continue
        if values["quantity"] < 0:
            refuse(row, "quantity", "negative", values["quantity"], sentence("negative", {"value": values["quantity"]}))
            continue
        house = _house(houses, values.get("warehouse") or "", now)
        if house is None:
            name = values.get("warehouse") or ""
            refuse(row, "warehouse", "unknown_warehouse", name, sentence("unknown_warehouse", {"value": name}))
            continue
        counted = wanted.setdefault(house.pk, (house, {}))[1]
        if sku.pk in counted:
            refuse(row, "sku", "twice", values["sku"], sentence("twice", {"value": values["sku"]}))
            continue
        counted[sku.pk] = (values["quantity"], values.get("bin"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    for pk in sorted(wanted):
        house, counted = wanted[pk]
        reference = f"file {digest} {local_day(now, house.time_zone):%Y-%m-%d}"
        booked = stock.set_counts(
            warehouse=house,
            rows=[(sku, n, place) for sku, (n, place) in counted.items()],
            reference=reference,
            actor=actor,
            now=now,
        )
        result.updated += booked.booked
        result.unchanged += booked.unchanged


def _house(houses: dict[str, Warehouse | None], code: str, now: datetime) -> Warehouse | None:
    if code not in houses or (code == "" and houses[code] is None):
        try:
            houses[code] = inventory.warehouse_by_code(code) if code else warehouses.ensure_default(now=now)
        except Missing:
            houses[code] = None
    return houses[code]


# --- matches -------------------------------------------------------------------------------------------------------


def _matches(
    rows: list[TableRow], result: FileResult, refuse: Refuse, store: Store, actor: Actor, now: datetime
) -> None:
    told = [
        matching.FileRow(
            row[0], row[1]["channel_sku"], row[1]["sku"], 1 if row[1].get("quantity") is None else row[1]["quantity"]
        )
        for row in rows
    ]
    made = matching.match_by_file(store=store, rows=told, actor=actor, now=now)
    result.updated, result.unchanged = made.matched, made.unchanged
    for row in rows:
        fault: DomainError | None = made.rejected.get(row[0])
        if fault is not None:
            refuse(row, "sku" if fault.code == "unknown_sku" else "", fault.code, row[1]["channel_sku"], fault.message)
