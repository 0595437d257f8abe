"""What our management commands share: a JSON summary with ``--json``, one clear sentence for a refusal."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone, is_naive, make_aware

from core import clock
from core.audit import SYSTEM
from core.clock import utcnow
from core.errors import DomainError
from core.scope import acting_scope


def moment(text: str) -> datetime:
    """The aware time an ``--now`` argument means; naive ones are in the installation's zone. Refuses other words."""
    try:
        value = parse_datetime(text)
        if value is None and len(text) == 10:
            value = parse_datetime(f"{text}T00:00:00")
    except ValueError:
        value = None
    if value is None:
        raise CommandError(f"“{text}” is not a time. Write it like 2026-11-21T09:30:00+08:00.")
    return make_aware(value, get_default_timezone()) if is_naive(value) else value


class HouseCommand(BaseCommand):
    """A command of the contract: runs as the house itself, prints words or, with ``--json``, one JSON object."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The switch every command has, then those of :meth:`arguments`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def perform(self, **options: Any) -> dict[str, Any]:
        """Do it and answer the summary."""
        raise NotImplementedError

    def words(self, summary: dict[str, Any]) -> str:
        """The summary for people."""
        return "\n".join(f"{key}: {value}" for key, value in summary.items())

    def handle(self, *args: Any, **options: Any) -> None:
        """Run in the house's scope; a refusal becomes one sentence and exit code 1."""
        try:
            given = options.get("now")
            pretended = clock.simulated(moment(given)) if given else contextlib.nullcontext()
            with pretended, acting_scope(SYSTEM, f"command {type(self).__module__.rsplit('.', 1)[-1]}"):
                summary = self.perform(**options)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, default=str))
        else:
            self.stdout.write(self.words(summary))
        if summary.get("failed"):
            raise SystemExit(1)

    @staticmethod
    def now(options: dict[str, Any]) -> datetime:
        """The ``--now`` argument, or the present moment."""
        given: str | None = options.get("now")
        return moment(given) if given else utcnow()
