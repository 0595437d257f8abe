"""A whole report: the figures of a period beside those of the period before, with shares and money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core import policies as house
from core.audit import Actor
from reports import policies
from reports.rules import Change, change, share
from reports.selectors.daily import Amounts, Question, by_cause, counts, house_currency, money, overdue

#: Shares: name -> (part, whole, goal in percent or None).
SHARES = {
    "clock": ("clock_kept", "clock_all", policies.DISPATCH_GOAL),
    "latest": ("latest_kept", "latest_all", policies.DISPATCH_GOAL),
    "promise": ("promise_kept", "promise_all", policies.PROMISE_GOAL),
    "answered": ("answered_in_time", "answer_all", policies.ANSWER_GOAL),
}
#: Figures of which more is better; of the others named here, less.
MORE = {
    "placed",
    "paid",
    "dispatched",
    "handed_over",
    "delivered",
    "cases_closed",
    "clock",
    "latest",
    "promise",
    "answered",
    "revenue",
    "stars",
    "ratings",
}
LESS = {
    "cancelled",
    "lost",
    "returned",
    "cases_opened",
    "cases_lost",
    "refunds",
    "refunded",
    "bad_ratings",
    "promise_missed",
    "answered_late",
}


@dataclass(frozen=True)
class Report:
    """What a report says. ``shares`` and ``stars`` are None where nothing was counted."""

    question: Question
    as_of: datetime
    currency: str
    figures: dict[str, int]
    before: dict[str, int]
    overdue: int
    shares: dict[str, Decimal | None]
    shares_before: dict[str, Decimal | None]
    goals: dict[str, int]
    stars: Decimal | None
    stars_before: Decimal | None
    money: dict[str, Amounts]
    money_before: dict[str, Amounts]
    causes: list[dict[str, Any]]

    def change(self, name: str) -> Change | None:
        """The change of a figure, share or amount against the period before."""
        better = True if name in MORE else False if name in LESS else None
        if name in self.shares:
            return change(self.shares[name], self.shares_before[name], better)
        if name == "stars":
            return change(self.stars, self.stars_before, better)
        if name in self.money:
            if self.money[name].unpriced or self.money_before[name].unpriced:
                return None  # sums that leave out a currency are not compared
            return change(self.money[name].house, self.money_before[name].house, better)
        return change(self.figures.get(name), self.before.get(name), better)


def report(actor: Actor, question: Question, as_of: datetime) -> Report:
    """The report a question asks for."""
    before = question.period.before
    figures, past = counts(actor, question), counts(actor, question, before)
    return Report(
        question=question,
        as_of=as_of,
        currency=house_currency(as_of),
        figures=figures,
        before=past,
        overdue=overdue(actor, question),
        shares=_shares(figures),
        shares_before=_shares(past),
        goals={name: int(house.value(goal, as_of)) for name, (_part, _whole, goal) in SHARES.items()},
        stars=_stars(figures),
        stars_before=_stars(past),
        money=money(actor, question, as_of),
        money_before=money(actor, question, as_of, before),
        causes=by_cause(actor, question),
    )


def _shares(figures: dict[str, int]) -> dict[str, Decimal | None]:
    return {name: share(figures[part], figures[whole]) for name, (part, whole, _goal) in SHARES.items()}


def _stars(figures: dict[str, int]) -> Decimal | None:
    return share(sum(n * figures[f"stars_{n}"] for n in range(1, 6)), figures["ratings"])
