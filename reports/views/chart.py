"""The chart of orders and revenue, and the small courses beside figures: places in an SVG, computed here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import format as f
from reports.rules import nice_top, points

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 960, 230, 44, 64, 10, 24
SPARK = (120, 28)


def span_text(first: Any, last: Any) -> str:
    """A day, or from day to day."""
    return f.day(first) if first == last else f"{f.day(first)} – {f.day(last)}"


def chart(course: Sequence[dict[str, Any]], currency: str, url: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """Bars of orders placed, a line of revenue in the house currency, and the same as rows of a table."""
    top = nice_top(max((row["placed"] for row in course), default=0) * Decimal("1.05"))
    money_top = nice_top(max((row["revenue"] for row in course), default=Decimal(0)))
    inner, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - FOOT
    column = inner / max(len(course), 1)
    bars, rows = [], []
    for n, row in enumerate(course):
        tall = float(Decimal(row["placed"]) / top) * high
        when, sold = span_text(row["first"], row["last"]), f.money(row["revenue"], currency)
        orders, address = f.number(row["placed"]), url(row)
        bars.append(
            {
                "x": f"{LEFT + n * column + column * 0.14:.1f}",
                "width": f"{max(column * 0.72, 1):.1f}",
                "y": f"{TOP + high - tall:.1f}",
                "height": f"{tall:.1f}",
                "url": address,
                "hit_x": f"{LEFT + n * column:.1f}",
                "hit_width": f"{column:.1f}",
                "title": _("%(when)s: %(orders)s orders placed, revenue %(money)s")
                % {"when": when, "orders": orders, "money": sold},
            }
        )
        rows.append({"when": when, "orders": orders, "url": address, "paid": f.number(row["paid"]), "money": sold})
    every = max(1, -(-len(course) // 8))
    ticks = [
        {"x": f"{LEFT + n * column + column / 2:.1f}", "text": f"{row['first']:%m-%d}"}
        for n, row in enumerate(course)
        if n % every == 0
    ]
    steps = [
        {
            "y": f"{TOP + high - high * part / 2:.1f}",
            "orders": f.number(int(top * part / 2)) if top * part % 2 == 0 else "",
            "money": short(money_top * part / 2),
        }
        for part in range(3)
    ]
    line = points([row["revenue"] for row in course], inner, high, money_top, pad=0)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "high": high,
        "bars": bars,
        "line": line,
        "ticks": ticks,
        "tick_y": HEIGHT - 6,
        "steps": steps,
        "rows": rows,
        "money_x": WIDTH - RIGHT + 6,
        "currency": currency,
    }


def short(amount: Decimal) -> str:
    """An amount for an axis: 1.2M, 40k, 800."""
    for size, letter in ((Decimal(1_000_000), "M"), (Decimal(1_000), "k")):
        if amount >= size:
            value = amount / size
            return f"{value.normalize():f}{letter}" if value == value.to_integral() else f"{value:.1f}{letter}"
    return f"{amount.normalize():f}" if amount == amount.to_integral() else f"{amount:.1f}"


def spark(values: Sequence[Decimal | int | None]) -> str:
    """The points of a small course; empty when there is nothing to see. What is not known is left out."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return ""
    return points(known, *SPARK, top=Decimal(max(known)))
