"""Run every due follow-up as of a time, until none is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import utcnow
from core.models import SystemMark
from worklist import services


class Command(BaseCommand):
    """``run_due [--now ISO8601] [--force] [--json]``."""

    help = "Runs every follow-up due at --now (default: this moment) until none is due. The future: demo databases, or --force."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--now", help="act as of this time, ISO 8601; without an offset it means UTC")
        parser.add_argument("--force", action="store_true", help="allow a time in the future outside a demo database")
        parser.add_argument("--json", action="store_true", help="print a JSON summary")

    def handle(self, *args: Any, **options: Any) -> None:
        """Parse, refuse what would send real messages too early, run."""
        now = utcnow()
        if options["now"]:
            moment = _moment(options["now"])
            future = moment > now + timedelta(minutes=1)
            if future and not options["force"] and not SystemMark.objects.filter(name="demo").exists():
                raise CommandError(
                    "This is not a demo database: a time in the future would send real messages too early. Use --force if you mean it."
                )
            now = moment
        summary = {"now": now.isoformat(), **services.run_until_done(now=now).as_json()}
        if options["json"]:
            self.stdout.write(json.dumps(summary))
            return
        for key, count in sorted(summary["acted"].items()):  # type: ignore[attr-defined]
            self.stdout.write(f"{key}: {count}")
        self.stdout.write(
            f"{summary['total']} done, {summary['failed']} failed, {summary['stuck']} stuck, {summary['drained']} sent"
        )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a time. Write it like 2026-11-21T08:00:00+08:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
