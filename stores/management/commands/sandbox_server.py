"""The pretend shop of the demo: a small server on this machine only."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from launch.places import places
from stores.connectors.sandbox.server import Server


class Command(BaseCommand):
    """``sandbox_server [--port N] [--file PATH]``: runs until it is stopped."""

    help = "Run the pretend shop (address: SANDBOX_URL; its data lie beside the installation's)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--port", type=int, help="port on this machine (default: that of SANDBOX_URL)")
        parser.add_argument("--file", help="file of its data")

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen."""
        parts = urlsplit(settings.SANDBOX_URL)
        port = options["port"] or parts.port or 8001
        path = Path(options["file"] or places().data / "sandbox.sqlite3")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            server = Server(("127.0.0.1", port), path)
        except OSError as error:
            raise CommandError(f"The pretend shop cannot listen on 127.0.0.1:{port}: {error.strerror}.") from error
        self.stdout.write(f"pretend shop on {server.url}")
        with contextlib.suppress(KeyboardInterrupt), server:
            server.serve_forever()
