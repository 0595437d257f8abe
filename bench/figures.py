"""The figures of PERFORMANCE, each beside its floor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bench import batches, browser, following, imports, memory, pages, pushes, reports, work
from bench.rows import Row


def measure(*, only: set[str], now: datetime, of: str = "orders") -> list[Row]:
    """All figures whose id is in ``only`` (all when empty) of a database that was filled with orders, or with parcels under way."""
    of_parcels: dict[str, Callable[[datetime], list[Row]]] = {
        "F1": following.clock, "F2": following.lists, "F3": following.jobs, "F5": following.pushed, "F6": following.promises,
        "F4": following.silent, "P16": pushes.intake,
    }  # fmt: skip
    of_orders: dict[str, Callable[[datetime], list[Row]]] = {
        "P1": pages.pages, "P3": pages.searches, "P5": pages.rest, "P6": work.create_orders, "P7": imports.import_files,
        "P8": batches.hand_over, "P9": batches.print_batches, "P10": reports.dashboard, "P11": batches.due_duties,
        "P12": memory.web_worker, "P13": pages.today, "P15": browser.in_browser, "P16": pushes.intake,
    }  # fmt: skip
    also = {"P2": "P1", "P4": "P1"}
    parts = of_parcels if of == "parcels" else of_orders
    wanted = {also.get(name, name) for name in only} or set(parts)
    rows: list[Row] = []
    for name, part in parts.items():
        if name in wanted:
            rows += part(now)
    return rows
