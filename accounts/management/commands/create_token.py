"""``manage.py create_token --program NAME --role ROLE [--store CODE ...]``: a key for a program, shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts import selectors, services
from accounts.choices import Role
from core.audit import system
from core.clock import utcnow
from core.commands import HouseCommand


class Command(HouseCommand):
    """Make a token for a program and print its key once."""

    help = "Make a token for a program; its key is printed once. Without --store it sees all stores, later ones too."

    def arguments(self, parser: Any) -> None:
        """Who it is for and what it may."""
        parser.add_argument("--program", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--store", action="append", default=[], help="code of a store; may be repeated")
        parser.add_argument("--scope", action="append", choices=services.TOKEN_SCOPES, help="default: all")
        parser.add_argument("--days", type=int, help="valid for so many days; default: until revoked")

    def perform(self, **options: Any) -> dict[str, Any]:
        """One service call."""
        now = utcnow()
        token, key = services.create_token(
            program=options["program"], role=options["role"], actor=system("command line"), now=now,
            stores=[selectors.store_by_code(code) for code in options["store"]],
            scopes=options["scope"] or services.TOKEN_SCOPES,
            expires_at=now + timedelta(days=options["days"]) if options["days"] else None,
        )  # fmt: skip
        return {
            "token": key, "program": token.program, "role": token.role, "stores": options["store"] or "all",
            "scopes": token.scopes, "expires_at": token.expires_at,
        }  # fmt: skip
