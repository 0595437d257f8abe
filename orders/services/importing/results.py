"""What an import answers, and the sentences of its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.rules.importing import Fault

SENTENCES: dict[str, Any] = {
    "missing": _("There is no value, but one is needed."),
    "too_long": _("The text has %(length)s characters; at most %(most)s fit."),
    "bad_character": _("The text has a character that cannot be stored."),
    "unknown_currency": _("“%(value)s” is not a currency code."),
    "unknown_country": _("“%(value)s” is not the name or code of one country."),
    "no_lines": _("The order has no lines."),
    "too_many_lines": _("The order has more than %(most)s lines."),
    "naive_time": _("The time has no zone."),
    "time_out_of_range": _("%(value)s cannot be the time of an order."),
    "bad_quantity": _("The quantity must be a whole number above zero, not %(value)s."),
    "bad_number": _("“%(value)s” is not a number."),
    "negative": _("%(value)s is below zero."),
    "too_large": _("%(value)s is too large."),
    "too_fine": _("%(value)s has more than four decimals."),
    "no_amount": _("Neither the price of each line nor the total is known."),
    "bad_time": _("“%(value)s” is not a time that fits “%(format)s”."),
    "unknown_status": _("“%(value)s” is not a known status."),
    "number_as_float": _(
        "“%(value)s” was stored as a number: a spreadsheet keeps only 15 digits. Format the column as text and export it again."
    ),
    "scientific": _(
        "“%(value)s” is written with an exponent: its digits are lost. Format the column as text and export it again."
    ),
    "too_many_cells": _("The row has more cells than the heading."),
    "filtered": _("%(value)s"),
    "disagree": _("The rows of this order disagree: %(value)s."),
    "other_row": _("Another row of this order is refused."),
    "bad_product_cell": _("The product cell cannot be read: “%(value)s”."),
    "bad_code": _("A code has 1 to 60 characters."),
    "unknown_sku": _("There is no article “%(value)s”."),
    "unknown_item": _("The store has no channel SKU “%(value)s”."),
    "unknown_warehouse": _("There is no warehouse “%(value)s”."),
    "unknown_order": _("There is no order “%(value)s” in this store."),
    "twice": _("The same is named in row %(value)s already."),
    "refused": _("%(value)s"),
}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a refusal in the active language."""
    found = SENTENCES.get(code)
    if found is None:
        return code
    return str(found) % params if params else str(found)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one order (or one row of a file) did not come in."""

    row: int | None
    order: str
    field: str
    code: str
    message: str

    @classmethod
    def of(cls, fault: Fault, row: int | None, order: str) -> Rejection:
        """The rejection for a fault found by the rules."""
        return cls(row, order[:80], fault.field, fault.code, sentence(fault.code, fault.params))


@dataclass
class ImportResult:
    """How many orders were made, changed, left alone and refused; with the ids of those that were written."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    created_ids: list[int] = field(default_factory=list)
    changed_ids: list[int] = field(default_factory=list)

    def add(self, other: ImportResult) -> None:
        """Take over another part's figures."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        self.created_ids += other.created_ids
        self.changed_ids += other.changed_ids
