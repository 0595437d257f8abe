"""Run every due follow-up as of a time, until none is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from core.models import SystemMark
from worklist import services


class Command(HouseCommand):
    """``run_due [--now ISO8601] [--force] [--json]``."""

    help = "Runs every follow-up due at --now (default: this moment) until none is due. The future: demo databases, or --force."

    def arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--now", help="act as of this time, ISO 8601")
        parser.add_argument("--force", action="store_true", help="allow a time in the future outside a demo database")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Refuse what would send real messages too early, then run until all is quiet."""
        now = self.now(options)
        future = now > datetime.now(UTC) + timedelta(minutes=1)  # the real clock: --now pretends one
        if future and not options["force"] and not SystemMark.objects.filter(name="demo").exists():
            raise CommandError(
                "This is not a demo database: a time in the future would send real messages too early. "
                "Use --force if you mean it."
            )
        return {"now": now.isoformat(), **services.run_until_done(now=now).as_json()}

    def words(self, summary: dict[str, Any]) -> str:
        """What was done, by rule."""
        lines = [f"{key}: {count}" for key, count in sorted(summary["acted"].items())]
        counts = {name: summary[name] for name in ("total", "errors", "stuck", "drained")}
        return "\n".join([*lines, "{total} done, {errors} failed, {stuck} stuck, {drained} sent".format(**counts)])
