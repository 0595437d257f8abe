"""The curve of a lane as places in an SVG: steps, band, marks, and a place to press on every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core import format as f
from logistics.rules.lanes import Curve, Step

#: Width on a desk and on a phone, and what both share; on a phone the whole way to the promise fits, too.
WIDTH, NARROW = 960, 400
HEIGHT, LEFT, RIGHT, TOP, FOOT = 312, 48, 20, 12, 46
HIGH = HEIGHT - TOP - FOOT
#: Days between two ticks, the first that gives at most ten (on a phone six).
TICKS = (1, 2, 5, 10, 20, 30, 60, 90, 180, 365)


def chart(
    held: Curve, *, promise: int | None, most: float, most_day: float | None, url: Callable[[str, Step], str],
    wide: int = WIDTH,
) -> dict[str, Any]:  # fmt: skip
    """The context of ``logistics/_lane_curve.html``."""
    came = max(
        (step.day for step in held.steps if step.arrived), default=held.last
    )  # beyond, nothing comes: no room for it
    end = min(max(came * 1.15, most_day or 0.0, 30.0), max(held.last, 1.0))
    end = max(end, float(promise or 0)) * 1.02

    def x(day: float) -> float:
        return LEFT + min(day / end, 1.0) * (wide - LEFT - RIGHT)

    def y(share: float) -> float:
        return TOP + (1.0 - share) * HIGH

    gap = next((n for n in TICKS if end / n <= (10 if wide == WIDTH else 6)), TICKS[-1])
    return {
        "width": wide, "height": HEIGHT, "left": LEFT, "right": wide - RIGHT, "top": TOP, "base": f"{TOP + HIGH}",
        "line": _stairs([(x(s.day), y(s.share)) for s in held.steps], (x(0), y(0))), "band": _band(held.steps, x, y),
        "levels": [{"y": f"{y(n / 4):.1f}", "text": f.percent(n / 4)} for n in range(5)],
        "ticks": [{"x": f"{x(n * gap):.1f}", "text": str(n * gap)} for n in range(int(end // gap) + 1)],
        "tick_y": HEIGHT - 28, "promise_x": f"{x(promise):.1f}" if promise else "", "promise": promise,
        "most_x": f"{x(most_day):.1f}" if most_day is not None else "", "most_y": f"{y(most):.1f}",
        "points": _points(held, x, y, url),
    }  # fmt: skip


def _stairs(places: Sequence[tuple[float, float]], start: tuple[float, float]) -> str:
    """A line that goes along the day and then up."""
    made, last = [start], start[1]
    for across, up in places:
        made += [(across, last), (across, up)]
        last = up
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in made)


def _band(steps: Sequence[Step], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    if not steps:
        return ""
    above = _stairs([(x(s.day), y(1 - s.low)) for s in steps], (x(0), y(0)))
    below = _stairs([(x(s.day), y(1 - s.high)) for s in steps], (x(0), y(0)))
    return f"{above} {' '.join(reversed(below.split()))}"


def _points(
    held: Curve, x: Callable[[float], float], y: Callable[[float], float], url: Callable[[str, Step], str]
) -> list[dict[str, Any]]:
    made = []
    for step in held.steps:
        if step.arrived:
            text = _("Day %(day)s: %(share)s have arrived (%(low)s to %(high)s); %(n)s of %(risk)s came on it") % {
                "day": f.number(round(step.day)), "share": f.percent(step.share, 1), "low": f.percent(1 - step.high, 1),
                "high": f.percent(1 - step.low, 1), "n": f.number(step.arrived), "risk": f.number(step.at_risk),
            }  # fmt: skip
            made.append(
                {"x": f"{x(step.day):.1f}", "y": f"{y(step.share):.1f}", "url": url("arrived", step), "title": text}
            )
    return made
