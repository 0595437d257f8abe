"""Reads of figures: what each counts, counting anew, and the daily table."""

from reports.selectors.counting import changed_days, first_day, months, newest_changes, rates, recount
from reports.selectors.daily import (
    MARK,
    Amounts,
    Question,
    as_of,
    clerks,
    counts,
    countries,
    course,
    daily_figures,
    house_currency,
    money,
    money_of_days,
    overdue,
    split,
)
from reports.selectors.figures import SOURCES, figures, longest_answer, on_days, rows_behind

__all__ = [
    "MARK", "SOURCES", "Amounts", "Question", "as_of", "changed_days", "clerks", "countries", "counts", "course", "daily_figures",
    "figures", "first_day", "house_currency", "longest_answer", "money", "money_of_days", "months", "newest_changes", "on_days",
    "overdue", "rates", "recount", "rows_behind", "split",
]  # fmt: skip
