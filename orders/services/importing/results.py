"""What an import answers, and the sentences of its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from orders.reading.errors import Refused
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


#: Why a whole file is refused.
FILE_SENTENCES: dict[str, Any] = {
    "empty": _("The file is empty."),
    "one_column": _("The file has only one column: the separator may be another one."),
    "bad_headings": _("The first row does not hold headings."),
    "web_page": _("This is a web page, not a table. Download the file itself, or save it as CSV or XLSX."),
    "not_a_table": _("This is neither a CSV file nor a workbook."),
    "archive": _("This is an archive. Unpack it and hand in the file inside."),
    "broken_archive": _("The packed file is damaged."),
    "broken_workbook": _("The workbook is damaged, or not what its name says. Open it and save it as XLSX or CSV."),
    "broken_file": _("The file cannot be read."),
    "password": _("The workbook is protected by a password. Save it without one."),
    "too_large": _("The file is larger than %(most)s MB. Cut it into several."),
    "too_large_unpacked": _("The file unpacks to more than is allowed. Cut it into several."),
    "workbook_too_large": _(
        "The workbook unpacks to more than %(most)s MB. Save it as CSV: a CSV may be of any length."
    ),
    "out_of_memory": _("The file needs more memory than is allowed. Save it as CSV: a CSV may be of any length."),
    "too_slow": _("Reading the file takes too long. Cut it into several."),
    "too_many_rows": _("The file has more than %(most)s rows. Cut it into several."),
    "too_many_columns": _("Row %(row)s has more than %(most)s columns."),
    "cell_too_large": _(
        "A cell in row %(row)s is larger than is allowed; a quotation mark before it may not be closed."
    ),
    "bad_quotes": _("The quotation marks in row %(row)s do not fit (line %(line)s of the file)."),
    "wrong_encoding": _(
        "Row %(row)s has characters that do not fit the encoding %(encoding)s. Choose another encoding."
    ),
    "unknown_encoding": _("There is no encoding “%(value)s”."),
    "bad_separator": _("The separator must be one character."),
    "unknown_zone": _("There is no time zone “%(value)s”."),
    "unknown_field": _("There is no field “%(value)s”."),
    "heading_gone": _("The file has no column “%(value)s”."),
    "columns_missing": _("Still without a column: %(value)s."),
    "bad_filter": _("The filter on “%(value)s” names no column of the file, or no known comparison."),
    "date_ambiguous": _("“%(value)s” may be day/month or month/day. Say which: date format dmy or mdy."),
    "date_unknown": _("“%(value)s” is not a date in any known form."),
    "decimal_ambiguous": _("The amounts can be read in two ways. Say whether the decimal mark is a point or a comma."),
    "profile_unknown": _("There is no import profile “%(value)s”."),
}


def file_refusal(refused: Refused) -> Invalid:
    """The refusal of a file as the doors show it."""
    found = FILE_SENTENCES.get(refused.code, FILE_SENTENCES["broken_file"])
    text = str(found) % refused.params if refused.params else str(found)
    return Invalid(refused.code, found, errors={"file": [text]}, **refused.params)


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
