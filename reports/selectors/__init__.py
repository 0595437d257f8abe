"""Reads of figures: what each counts, counting anew, and the daily table."""

from reports.selectors.counting import changed_days, first_day, months, newest_changes, rates, recount
from reports.selectors.daily import (
    MARK,
    Amounts,
    Question,
    as_of,
    clerks,
    countries,
    counts,
    course,
    daily_figures,
    house_currency,
    money,
    money_of_days,
    overdue,
    split,
)
from reports.selectors.figures import SOURCES, figures, longest_answer, on_days, rows_behind
from reports.selectors.links import may_open, page_of, query_of, rest_of
from reports.selectors.summary import SHARES, Report, report

__all__ = [
    "MARK",
    "SHARES",
    "SOURCES",
    "Amounts",
    "Question",
    "Report",
    "as_of",
    "changed_days",
    "clerks",
    "countries",
    "counts",
    "course",
    "daily_figures",
    "figures",
    "first_day",
    "house_currency",
    "longest_answer",
    "may_open",
    "money",
    "money_of_days",
    "months",
    "newest_changes",
    "on_days",
    "overdue",
    "page_of",
    "query_of",
    "rates",
    "recount",
    "report",
    "rest_of",
    "rows_behind",
    "split",
]
