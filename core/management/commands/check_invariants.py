"""``manage.py check_invariants``: every promise against this database; exit code 1 when one is broken."""

from __future__ import annotations

from typing import Any

from core.clock import utcnow
from core.commands import HouseCommand
from core.invariants import check_all
from core.selectors import last_swept


class Command(HouseCommand):
    """Check every declared promise on the whole database."""

    help = "Test every promise against the database, print each with its count of violations."

    def arguments(self, parser: Any) -> None:
        """A moment other than now, for simulated clocks."""
        parser.add_argument(
            "--now",
            help="check as of this time (ISO 8601; default: now, or when the scheduler last ran if that is long ago)",
        )

    def perform(self, **options: Any) -> dict[str, Any]:
        """Search all; ``failed`` tells whether one is broken."""
        moment = self.now(options) if options.get("now") else last_swept(utcnow())
        verdicts = check_all(moment)
        return {
            "as_of": moment,
            "checked": len(verdicts),
            "violations": sum(v.count for v in verdicts),
            "failed": any(v.count for v in verdicts),
            "invariants": [
                {
                    "guarantee": v.invariant.guarantee,
                    "title": v.invariant.title,
                    "violations": v.count,
                    "samples": v.samples,
                }
                for v in verdicts
            ],
        }

    def words(self, summary: dict[str, Any]) -> str:
        """One line a promise."""
        lines = []
        for row in summary["invariants"]:
            mark = "BROKEN" if row["violations"] else "kept  "
            lines.append(f"{mark} {row['guarantee']:5} {row['violations']:6}  {row['title']}")
            lines += [f"              {sample}" for sample in row["samples"]]
        lines.append(
            f"{summary['checked']} promises checked as of {summary['as_of']:%Y-%m-%d %H:%M} UTC, {summary['violations']} violations"
        )
        return "\n".join(lines)
