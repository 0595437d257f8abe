"""``manage.py create_admin``: the first administrator of an empty installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandError

from accounts import services
from accounts.choices import Role
from core.audit import system
from core.clock import utcnow
from core.commands import HouseCommand


class Command(HouseCommand):
    """Make an administrator. Asks for what is not given; the password is never a command-line argument."""

    help = "Make an administrator; the password is asked for, or read from standard input with --password-stdin."

    def arguments(self, parser: Any) -> None:
        """Name and where the password comes from."""
        parser.add_argument("--username")
        parser.add_argument("--email", default="")
        parser.add_argument("--password-stdin", action="store_true")

    def perform(self, **options: Any) -> dict[str, Any]:
        """One service call."""
        username = options["username"] or input("User name: ").strip()
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass("Password: ")
            if getpass.getpass("Again: ") != password:
                raise CommandError("The two passwords differ.")
        person = services.create_person(
            username=username, password=password, role=Role.ADMINISTRATOR, actor=system("command line"), now=utcnow(),
            email=options["email"], all_stores=True,
        )  # fmt: skip
        return {"username": person.username, "role": person.role}
