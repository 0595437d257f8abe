"""What a run measured: the figures beside their goals, then everything else; kept as JSON, one file for each seed."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launch.places import ROOT

#: What makes two runs comparable; a report of another size is not taken for a finished run.
SIZE = ("faults", "seconds", "rate", "late", "settle", "share", "after", "unclear")
_TWICE = ("shop: the same text twice", "declarations twice or unasked", "numbers asked twice", "cancel answers twice",
          "case answers twice", "replies to ratings twice")  # fmt: skip
_LOST = ("greetings lost", "“shipped” texts lost", "declarations lost", "cancel answers lost", "case answers lost",
         "replies to ratings lost", "texts marked as sent that the shop never got")  # fmt: skip
_UNASKED = ("“shipped” texts without a parcel", "cancel answers without their reason", "case answers without their reason",
            "replies to ratings without their reason", "case answers other than written")  # fmt: skip
_GONE = ("case answers after the case had ended", "texts and declarations after the order was cancelled")
_SHOP = ("orders missing", "orders twice or never sold", "orders that differ", "cases missing", "cases twice or invented",
         "cases that differ", "ratings missing, twice or invented")  # fmt: skip


def place(report: Path | None, seed: int | str) -> Path | None:
    """The file of a seed: ``report`` itself, or ``chaos-SEED.json`` when it names a folder."""
    if report is None or report.suffix == ".json":
        return report
    report.mkdir(parents=True, exist_ok=True)
    return report / f"chaos-{seed}.json"


def commit() -> str:
    """Which state of the product is proven; "" outside of its history."""
    asked = ["git", "rev-parse", "HEAD"]
    with contextlib.suppress(OSError):
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def kept(path: Path, size: Mapping[str, Any]) -> dict[str, Any] | None:
    """The report of a run of this size, of this state of the product, that went to its end; None when there is none, so that
    it is run (again)."""
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if (found.get("size"), found.get("commit")) == (dict(size), commit()) else None


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Keep a report; a run that is cut leaves none, not half of one."""
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(found, indent=1, ensure_ascii=False, default=str))
    draft.replace(path)


def goals(figures: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The lines of the table: guarantee, what, goal, measured."""

    def added(names: tuple[str, ...]) -> str:
        return str(sum(figures.get(name, 0) for name in names))

    def of(*names: str) -> str:
        return " / ".join(str(figures.get(name)) for name in names)

    unclear = of("unclear outcomes", "unclear outcomes resolved")
    written = "from written to sent"
    return [
        ("G0", "faults, of so many kinds", "504, 28", f"{figures.get('faults')}, {len(figures.get('faults by kind', ()))}"),
        ("G0", "ready again p50 / p95 / longest, s", "p95 <= 15", of("ready p50 s", "ready p95 s", "ready longest s")),
        ("G0", "settled after the last fault, s", "<= 120", of("settled s after the last fault")),
        ("G0", "not ready again, left open, orphans", "0", added(("not ready again", "not settled in time", "calls left open",
                                                                  "records not read", "processes without a supervisor"))),
        ("G1", "effects at the shop", ">= 5,000", str(sum(figures.get("effects at the shop", {}).values()))),
        ("G1", "lost / twice / without a reason", "0 / 0 / 0", f"{added(_LOST)} / {added(_TWICE)} / {added(_UNASKED)}"),
        ("G1", "unclear outcomes / of them resolved", ">= 500, all", unclear),
        ("G1", "written to sent p50 / p99 / longest, s", "p99 <= 60 healthy", of(f"{written} p50 s", f"{written} p99 s", f"{written} longest s")),
        ("G1", "most attempts of one call", "<= 12", of("most attempts of one call")),
        ("G1m", "mails / lost / copies after kills", "- / 0 / <= faults", of("mails", "mails lost", "mail copies after kills")),
        ("G1c", "left after their reason had gone", "0", added(_GONE)),
        ("G2, G4", "seen: oversold / no next check, samples", "0 / 0", of("seen: stock below zero or oversold",
                                                                    "seen: parcels under way without a next check", "samples of the database")),
        ("G3", "orders, cases, ratings other than the shop's", "0", added(_SHOP)),
        ("G5", "buyers' messages / missing / twice", "- / 0 / 0", of("buyers' messages", "buyers' messages missing",
                                                                     "buyers' messages twice or invented")),
        ("G9, G17", "acknowledged writes / missing or twice", "- / 0", f"{sum(figures.get('acknowledged writes', {}).values())}"
                                                            f" / {added(('acknowledged writes missing or twice', 'answers that broke a promise'))}"),
        ("all", "check_invariants: checked / broken", "- / 0", of("invariants checked", "promises broken (check_invariants)")),
    ]  # fmt: skip


def table(found: Mapping[str, Any]) -> str:
    """A run in words: the goals with what was measured, the other figures, what was broken."""
    figures, broken = found["figures"], found["broken"]
    lines = [f"{'':<8}{'seed ' + str(figures.get('seed')):<46}{'goal':<20}measured"]
    lines += [f"{name:<8}{what:<46}{goal:<20}{measured}" for name, what, goal, measured in goals(figures)]
    shown = {k: v for k, v in figures.items() if v != 0 or k == "mails"}
    lines += [
        "",
        *(f"{name:<40} {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in shown.items()),
    ]
    lines.append(f"{'promises with nothing against them':<40} {sum(1 for value in figures.values() if value == 0)}")
    for name, examples in broken.items():
        lines += [f"BROKEN: {name}", *(f"    {example}" for example in examples)]
    return "\n".join(lines)
