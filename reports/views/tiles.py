"""The figures of a report as the page shows them: value, course, comparison in words, and the address of the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from core import format as f
from disputes.selectors import causes
from reports.choices import BY_CAUSE, FIGURES, STARS
from reports.rules import Change, share
from reports.selectors import SHARES, Report
from reports.views.chart import spark

Course = Sequence[dict[str, Any]]
Link = Callable[..., str]

_SHARE_WORDS = {
    "clock": (pgettext_lazy("figure", "In time by the payment clock"), pgettext_lazy("figure", "late")),
    "latest": (pgettext_lazy("figure", "In time for the channel"), pgettext_lazy("figure", "late")),
    "promise": (pgettext_lazy("figure", "Delivered as promised"), pgettext_lazy("figure", "missed")),
    "answered": (
        pgettext_lazy("figure", "Buyers answered in time"),
        pgettext_lazy("figure", "late or not at all"),
    ),
}


class Tiles:
    """Builds the tiles of one report; ``link(name)`` answers the page with the rows of a figure."""

    def __init__(self, report: Report, course: Course, link: Link) -> None:
        self.report, self.course, self.link = report, course, link

    def groups(self) -> list[dict[str, Any]]:
        """The tiles in the order of an order's life; ``half``: two groups stand side by side where there is room."""
        sales = [self.count("placed"), self.count("paid"), self.amount("revenue", "paid"), self.count("cancelled")]
        parcels = [self.late(), self.rate("promise"), self.count("handed_over"), self.count("delivered")]
        cases = [
            self.count("cases_opened", sub=self._case_share()),
            self.count("cases_closed"),
            self.count("cases_lost"),
        ]
        return [
            self._group(pgettext("report", "Sales"), [*sales, self.amount("refunded", "refunds")]),
            self._group(
                pgettext("report", "Dispatch"), [self.count("dispatched"), self.rate("clock"), self.rate("latest")], half=True
            ),
            self._group(
                pgettext("report", "Messages"), [self.rate("answered"), self.count("answer_open", compared=False)], half=True
            ),
            self._group(pgettext("report", "Parcels"), [*parcels, self.count("lost"), self.count("returned")]),
            self._group(
                pgettext("report", "Cases"), [*cases, self.count("other_remedies")],
                self.causes(_("Cases by root cause"), "cases"), half=True,
            ),
            self._group(
                pgettext("report", "Ratings"), [self.average(), self.count("bad_ratings")],
                self.breakdown(_("Ratings by stars"), STARS[::-1]),
                self.causes(_("Bad ratings by root cause"), "bad_ratings"), half=True,
            ),
        ]  # fmt: skip

    @staticmethod
    def _group(title: str, tiles: list[dict[str, Any]], *lists: dict[str, Any], half: bool = False) -> dict[str, Any]:
        return {"title": title, "tiles": tiles, "lists": list(lists), "half": half}

    def count(self, name: str, *, sub: str = "", compared: bool = True) -> dict[str, Any]:
        """A counted figure."""
        words = FIGURES[name]
        known = name in self.course[0] if self.course else False
        return {
            "name": name,
            "label": words.label,
            "how": words.how,
            "value": f.number(self.report.figures[name]),
            "url": self.link(name),
            "spark": spark([row[name] for row in self.course]) if known else "",
            "parts": [],
            "sub": sub,
            "alarm": False,
            "change": self._change(self.report.change(name), f.number) if compared else None,
        }

    def late(self) -> dict[str, Any]:
        """Parcels late now."""
        words, late = FIGURES["overdue"], self.report.overdue
        return {
            "name": "overdue",
            "label": words.label,
            "how": words.how,
            "value": f.number(late),
            "url": self.link("overdue"),
            "spark": "",
            "parts": [],
            "sub": _("as of %(time)s") % {"time": f.moment(self.report.as_of)},
            "alarm": late > 0,
            "change": None,
        }

    def rate(self, name: str) -> dict[str, Any]:
        """A share: the percentage opens all that were judged; both parts open theirs."""
        part, whole, _goal = SHARES[name]
        missed = next(other for other in FIGURES[whole].sum_of if other != part)
        held, figures, goal = self.report.shares[name], self.report.figures, self.report.goals[name]
        label, missed_word = _SHARE_WORDS[name]
        below = held is not None and held * 100 < goal
        goal_text = _("goal %(n)s%%") % {"n": goal}
        return {
            "name": name,
            "label": label,
            "how": FIGURES[whole].how,
            "value": f.percent(held, 1),
            "url": self.link(whole),
            "spark": spark([share(row[part], row[part] + row[missed]) for row in self.course]),
            "alarm": below,
            "sub": f"{goal_text} · {pgettext('figure', 'missed')}"
            if below
            else goal_text
            if held is not None
            else _("Nothing to judge."),
            "parts": [
                {"text": _("%(n)s in time") % {"n": f.number(figures[part])}, "url": self.link(part)},
                {"text": f"{f.number(figures[missed])} {missed_word}", "url": self.link(missed)},
            ]
            if held is not None
            else [],
            "change": self._change(self.report.change(name), _points),
        }

    def amount(self, name: str, behind: str) -> dict[str, Any]:
        """Money: the sum in the house currency, and each currency by itself; it opens the orders or remedies behind it."""
        held, words = self.report.money[name], FIGURES[behind]
        currency = self.report.currency
        alone = len(held.by_currency) == 1 and currency in held.by_currency
        notes = []
        if held.rate_day and not alone:
            notes.append(_("at each day's reference rate, the last of %(day)s") % {"day": f.day(held.rate_day)})
        if held.unpriced:
            notes.append(_("without %(currencies)s: no rate known") % {"currencies": ", ".join(held.unpriced)})
        return {
            "name": name,
            "label": pgettext("figure", "Revenue") if name == "revenue" else pgettext("figure", "Refunded"),
            "how": _(
                "The total of what “%(figure)s” counts. Currencies are never added; the sum uses the rate of each day."
            )
            % {"figure": words.label},
            "value": f.money(held.house, currency),
            "url": self.link(behind),
            "alarm": False,
            "sub": " · ".join(notes),
            "spark": spark([row["revenue"] for row in self.course]) if name == "revenue" else "",
            "parts": []
            if alone
            else [
                {"text": f.money(value, code), "url": self.link(behind, currency=code)}
                for code, value in held.by_currency.items()
            ],
            "change": self._change(self.report.change(name), lambda value: f.money(value, currency)),
        }

    def average(self) -> dict[str, Any]:
        """The mean of the stars; it opens all ratings."""
        held, words = self.report.stars, FIGURES["ratings"]
        counted = self.report.figures["ratings"]
        return {
            "name": "stars",
            "label": pgettext("figure", "Mean rating"),
            "how": words.how,
            "url": self.link("ratings"),
            "alarm": False,
            "value": f"{held:.2f} ★" if held is not None else f.DASH,
            "parts": [],
            "spark": "",
            "sub": _("%(n)s ratings") % {"n": f.number(counted)},
            "change": self._change(self.report.change("stars"), lambda value: f"{value:.2f}"),
        }

    def breakdown(self, title: str, names: Sequence[str]) -> dict[str, Any]:
        """Figures side by side with a bar each."""
        figures = self.report.figures
        top = max((figures[name] for name in names), default=0)
        return {
            "title": title,
            "how": FIGURES[names[0]].how,
            "rows": [
                {
                    "label": FIGURES[name].label,
                    "n": figures[name],
                    "text": f.number(figures[name]),
                    "top": top or 1,
                    "url": self.link(name),
                }
                for name in names
            ],
        }

    def causes(self, title: str, name: str) -> dict[str, Any]:
        """A figure by root cause with a bar each; every line opens its rows."""
        figure, how = BY_CAUSE[name]
        rows = self.report.causes
        top = max((row[name] for row in rows), default=0)
        return {
            "title": title,
            "how": how,
            "rows": [
                {
                    "label": causes.name_of(row["cause"]),
                    "n": row[name],
                    "text": f.number(row[name]),
                    "top": top or 1,
                    "url": self.link(figure, cause=row["cause"] or causes.UNNAMED),
                }
                for row in rows
            ],
        }

    def _case_share(self) -> str:
        held = share(self.report.figures["cases_opened"], self.report.figures["dispatched"])
        return _("%(share)s of the orders dispatched") % {"share": f.percent(held, 1)} if held is not None else ""

    def _change(self, held: Change | None, shown: Callable[[Any], str]) -> dict[str, Any] | None:
        if held is None:
            return None
        if not held.difference:
            return {"text": _("as before"), "tone": "", "arrow": "→"}
        amount = shown(abs(held.difference))
        part = f" ({f.percent(abs(held.share))})" if held.share is not None and shown is not _points else ""
        text = _("%(n)s more than before") if held.difference > 0 else _("%(n)s less than before")
        tone = "" if held.better is None else "up" if held.better else "down"
        return {"text": text % {"n": amount + part}, "tone": tone, "arrow": "↑" if held.difference > 0 else "↓"}


def _points(value: Decimal) -> str:
    """A difference of shares, in percentage points."""
    return _("%(n)s points") % {"n": f"{value * 100:.1f}"}
