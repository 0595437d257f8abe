"""The stand-in for 17TRACK, to try a tracking source by hand: on this machine only."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from logistics.connectors.seventeentrack_standin import Office, StandIn


class Command(BaseCommand):
    """``pretend_17track --key KEY [--port N] [--quota N] [--delay SECONDS]``: runs until it is stopped."""

    help = "Run a stand-in for 17TRACK. Enter its address and the key at Settings, Tracking sources."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--key", required=True, help="the key it accepts and signs with")
        parser.add_argument("--port", type=int, default=8117, help="port on this machine")
        parser.add_argument("--quota", type=int, default=1000, help="registrations it sells")
        parser.add_argument("--delay", type=float, default=0, help="seconds until a number has its first news")

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen."""
        office = Office(options["key"], quota=options["quota"], delay=timedelta(seconds=options["delay"]))
        try:
            server = StandIn(("127.0.0.1", options["port"]), office)
        except OSError as error:
            raise CommandError(f"It cannot listen on 127.0.0.1:{options['port']}: {error.strerror}.") from error
        self.stdout.write(f"stand-in for 17TRACK on {server.url}")
        with contextlib.suppress(KeyboardInterrupt), server:
            server.serve_forever()
