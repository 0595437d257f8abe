"""The manager's page: the figures of a period, each opening its rows."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.selectors import stores_for
from core import format as f
from core.listing.html import ListPage
from core.pages import Page
from reports import selectors
from reports.forms import ReportForm
from reports.rules import Period, period
from reports.selectors import Question, page_of
from reports.views.chart import chart, span_text
from reports.views.tiles import Tiles

PERIODS = (
    ("today", pgettext_lazy("report", "Today")),
    ("7", gettext_lazy("7 days")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("12m", gettext_lazy("12 months")),
)
#: So many countries stand in the table; the rest is in the lists.
COUNTRIES = 15
#: Figures older than this are worth a word.
OLD = timedelta(minutes=15)


class DailyPage(ListPage):
    """The daily table; its exports are the report for the spreadsheet."""

    listing_name = "daily-figures"


class LogPage(ListPage):
    """The operations log."""

    listing_name = "operations-log"
    subtitle = gettext_lazy("written by itself with every change, on holidays too")


class ReportPage(Page):
    """Figures, chart and tables."""

    permission = "reports.view_report"

    @cached_property
    def form(self) -> ReportForm:
        """What is asked."""
        return ReportForm(self.request.GET, actor=self.actor, now=self.now)

    @cached_property
    def question(self) -> Question:
        """The question; a bad one is shown with its fault and answered for the usual days."""
        if self.form.is_valid():
            return self.form.question()
        return Question(period("30", None, None, self.form.today))

    @cached_property
    def store_code(self) -> str:
        """The code of the chosen store."""
        return next((code for pk, code, _name in self.stores if pk == self.question.store_id), "")

    @cached_property
    def stores(self) -> list[tuple[int, str, str]]:
        """The stores of whoever looks: id, code, name."""
        return list(stores_for(self.actor).order_by("code").values_list("pk", "code", "name"))

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        as_of = selectors.as_of()
        context: dict[str, Any] = {"title": pgettext("menu", "Reports"), **self._bar(), "as_of": as_of}
        if as_of is None:
            return self.render("reports/report.html", context)
        report = selectors.report(self.actor, self.question, as_of)
        course = selectors.course(self.actor, self.question)
        context |= {
            "groups": Tiles(report, course, self._link).groups(),
            "chart": chart(course, report.currency, lambda row: self._link("placed", row["first"], row["last"])),
            "by_week": self.question.period.by_week,
            "old": self.now - as_of > OLD,
            "before_text": span_text(self.question.period.before.first, self.question.period.before.last),
            "tables": [table for table in (self._by_store(), self._by_country(), self._by_clerk()) if table],
        }
        return self.render("reports/report.html", context)

    # --- addresses ----------------------------------------------------------------------------------------------

    def _link(self, name: str, first: Any = None, last: Any = None, **more: Any) -> str:
        if not selectors.may_open(self.actor, name):
            return ""  # the figure stands there without an address
        days: Period = self.question.period
        given = {"store": self.store_code, "country": self.question.country, **more}
        return page_of(name, first or days.first, last or days.last, **given)

    def _url(self, **changes: str) -> str:
        days = self.question.period
        asked = {"period": days.name, "store": self.store_code, "country": self.question.country}
        if days.name == "own":
            asked |= {"since": days.first.isoformat(), "until": days.last.isoformat()}
        if changes.get("period"):
            asked = {key: value for key, value in asked.items() if key not in ("since", "until")}
        return f"{reverse('reports:page')}?{urlencode({k: v for k, v in {**asked, **changes}.items() if v})}"

    # --- the bar ------------------------------------------------------------------------------------------------

    def _bar(self) -> dict[str, Any]:
        days = self.question.period
        daily = {"day_after": days.first.isoformat(), "day_before": days.last.isoformat(), "store": self.store_code}
        asked = urlencode({"edited": "1", **{key: value for key, value in daily.items() if value}})
        return {
            "periods": [
                {"label": label, "url": self._url(period=name), "active": days.name == name} for name, label in PERIODS
            ],
            "span": span_text(days.first, days.last),
            "since": days.first.isoformat(),
            "until": days.last.isoformat(),
            "own": days.name == "own",
            "stores": [
                {"code": code, "name": name, "active": code == self.store_code} for _pk, code, name in self.stores
            ],
            "countries": [
                {"code": code, "name": f.country_name(code), "active": code == self.question.country}
                for code in self._countries()
            ],
            "faults": [str(error) for errors in self.form.errors.values() for error in errors],
            "narrowed": bool(self.store_code or self.question.country),
            "plain_url": self._url(store="", country=""),
            "head_actions": [
                {
                    "label": _("By day, CSV and XLSX"),
                    "url": f"{reverse('reports:daily')}?{asked}",
                    "icon": "table-export",
                }
            ],
        }

    def _countries(self) -> list[str]:
        found = selectors.countries(self.actor)
        chosen = self.question.country
        return sorted({*found, chosen} if chosen else found)

    # --- the tables ---------------------------------------------------------------------------------------------

    def _by_store(self) -> dict[str, Any] | None:
        rows = selectors.split(self.actor, self.question, "store_id")
        if len(rows) < 2:
            return None
        made = []
        for row in rows:
            code, closed = row["store__code"], row["store__closed_at"] is not None  # lists do not ask for closed stores
            cells = self._cells(row, store=code)
            if closed:
                cells = [{**cell, "links": [{"text": one["text"]} for one in cell["links"]]} for cell in cells]
            made.append({"label": row["store__name"], "open": "" if closed else self._url(store=code), "cells": cells})
        return {"title": _("By store"), "head": self._head(_("Store")), "rows": made, "note": ""}

    def _by_country(self) -> dict[str, Any] | None:
        rows = selectors.split(self.actor, self.question, "country")
        if not rows:
            return None
        made = [
            {
                "label": f"{row['country']} {f.country_name(row['country'])}",
                "open": self._url(country=row["country"]),
                "cells": self._cells(row, country=row["country"]),
            }
            for row in rows[:COUNTRIES]
        ]
        note = _("The %(n)s countries with the most orders of %(all)s.") % {"n": COUNTRIES, "all": len(rows)}
        return {
            "title": _("By country"),
            "head": self._head(_("Country")),
            "rows": made,
            "note": note if len(rows) > COUNTRIES else "",
        }

    def _head(self, first: str) -> list[str]:
        return [
            first,
            pgettext("figure", "Orders placed"),
            pgettext("figure", "Orders paid"),
            pgettext("figure", "Revenue"),
            pgettext("figure", "Orders dispatched"),
            pgettext("figure", "In time by the payment clock"),
            pgettext("figure", "Delivered as promised"),
            pgettext("figure", "Cases opened"),
            pgettext("figure", "Bad ratings"),
        ]

    def _cells(self, row: dict[str, Any], **where: str) -> list[dict[str, Any]]:
        def cell(name: str) -> dict[str, Any]:
            return {"links": [{"text": f.number(row[name]), "url": self._link(name, **where)}]}

        def rate(part: str, whole: str) -> dict[str, Any]:
            if not row[whole]:
                return {"links": []}
            share = f.percent(row[part] / row[whole])
            return {"links": [{"text": share, "url": self._link(whole, **where)}], "of": f.number(row[whole])}

        listed = sorted(row.get("revenue", {}).items())
        sold = [{"text": f.money(n, code), "url": self._link("paid", currency=code, **where)} for code, n in listed]
        return [
            cell("placed"),
            cell("paid"),
            {"links": sold},
            cell("dispatched"),
            rate("clock_kept", "clock_all"),
            rate("promise_kept", "promise_all"),
            cell("cases_opened"),
            cell("bad_ratings"),
        ]

    def _by_clerk(self) -> dict[str, Any] | None:
        if self.question.country:
            return None  # what a person does is not told apart by country
        rows = selectors.clerks(self.actor, self.question)
        if not rows:
            return None
        made = []
        for row in rows:
            person = row["person_id"]
            made.append(
                {
                    "label": row["person__display_name"] or row["person__username"],
                    "open": "",
                    "cells": [
                        {"links": [{"text": f.number(row["written"]), "url": self._link("written", author=person)}]},
                        {"links": [{"text": f.number(row["packed"]), "url": self._link("packed", packed_by=person)}]},
                        {
                            "links": [
                                {
                                    "text": f.number(row["given_out"]),
                                    "url": self._link("given_out", handed_over_by=person),
                                }
                            ]
                        },
                    ],
                }
            )
        head = [
            _("Person"),
            pgettext("figure", "Texts written"),
            pgettext("figure", "Parcels packed"),
            pgettext("figure", "Parcels handed over"),
        ]
        return {"title": _("By person"), "head": head, "rows": made, "note": ""}
