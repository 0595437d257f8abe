"""The manager's page (P10): twelve months read from the daily figures, and what counting all of them anew takes."""

from __future__ import annotations

import time
from datetime import datetime

from django.test import Client

from bench.measure import in_turns
from bench.rows import Row, client, fetching, row, told
from reports import services


def dashboard(now: datetime) -> list[Row]:
    """P10: the page over 12 months, and the same figures for a program."""
    begun = time.perf_counter()
    rebuilt = services.rebuild(now=now)
    seconds = time.perf_counter() - begun
    browser: Client = client()
    found = in_turns({
        "year": fetching(browser, "/reports/?period=12m"), "month": fetching(browser, "/reports/?period=30"),
        "rest": fetching(browser, "/api/v1/reports/summary/?period=12m"),
    })  # fmt: skip
    year = found["year"]
    begun = time.perf_counter()
    services.refresh(now=now)
    again = time.perf_counter() - begun
    return [
        row("P10", "manager's page, 12 months", told(year), goal="≤ 50 ms CPU", reached=year.cpu_ms <= 50),
        row("P10", "manager's page, 30 days", told(found["month"])),
        row("P10", "summary for programs, 12 months", told(found["rest"])),
        row(
            "P10",
            "all days counted anew",
            f"{seconds:.1f} s, {rebuilt.looked} days of stores; a refresh {again * 1000:.0f} ms",
        ),
    ]
