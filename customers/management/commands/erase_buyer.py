"""``manage.py erase_buyer``: forget a buyer everywhere; amounts, quantities and customs lines stay."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.selectors import store_by_code
from core.audit import system
from core.commands import HouseCommand
from customers import selectors, services
from customers.models import Buyer


def named_buyer(options: dict[str, Any]) -> Buyer:
    """The buyer that the arguments name: by id, or by store and key, login or e-mail."""
    if options["id"]:
        return selectors.buyer(options["id"])
    return selectors.buyer_named(store_by_code(options["store"] or ""), options["buyer"] or "")


def name_arguments(parser: CommandParser) -> None:
    """How a buyer is named."""
    parser.add_argument("--id", type=int, help="id of the buyer")
    parser.add_argument("--store", help="code of the store")
    parser.add_argument("--buyer", help="login, e-mail or the channel's id of the buyer in that store")


class Command(HouseCommand):
    """Erase the personal data of a buyer."""

    help = "Erase the personal data of one buyer at every place that keeps them. Cannot be taken back."

    def arguments(self, parser: CommandParser) -> None:
        """Who, and why."""
        name_arguments(parser)
        parser.add_argument("--reason", default="", help="kept in the audit trail")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Erase and answer rows changed per place."""
        buyer = named_buyer(options)
        changed = services.erase_buyer(
            buyer=buyer, actor=system("command"), now=self.now(options), reason=options["reason"]
        )
        return {"buyer": buyer.pk, "changed": changed}
