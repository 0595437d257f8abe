"""Orders one may see, and the words of wishes."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Missing
from orders.choices import OrderState
from orders.models import Order, OrderLine
from orders.rules.wishes import Lexicon, Word

_WORDS = Path(__file__).parent.parent / "data" / "wish_words.csv"

#: States in which goods may still be promised to an order.
RESERVING = (OrderState.NEW, OrderState.HELD, OrderState.READY)


def orders_for(actor: Actor) -> QuerySet[Order]:
    """The orders of the stores the actor works in (the scope sees to that)."""
    return Order.objects.all()


def lines_for(actor: Actor) -> QuerySet[OrderLine]:
    """The lines of those orders."""
    return OrderLine.objects.all()


def order(pk: int) -> Order:
    """One order inside the scope with store and buyer. Raises ``Missing``."""
    found = Order.objects.select_related("store", "buyer", "warehouse").filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The words of wishes in seven languages, compiled once."""
    with _WORDS.open(encoding="utf-8", newline="") as rows:
        return Lexicon.of(Word(row["kind"], row["word"], row["value"]) for row in csv.DictReader(rows))
