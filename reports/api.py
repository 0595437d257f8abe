"""REST: the same figures as the page, and the daily table."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.selectors import stores_for
from core.api.addresses import described
from core.api.views import ApiView, json_answer
from core.audit import Actor
from core.clock import utcnow
from core.errors import Invalid, Missing, refuse_unknown
from core.listing.rest import Resource
from core.money import Money
from disputes.selectors import causes
from reports import selectors
from reports.choices import BY_CAUSE, OF_PERSON
from reports.forms import ReportForm
from reports.selectors import Amounts, Question, Report, may_open, rest_of

PARAMETERS = ("period", "since", "until", "store", "country")


class DailyResource(Resource):
    """``/api/v1/reports/daily/``: one row for each store and day."""

    listing, path, tag = "daily-figures", "reports/daily", "reports"


class AuditResource(Resource):
    """``/api/v1/audit/``: the operations log, every recorded line of the house."""

    listing, path, tag = "operations-log", "audit", "audit"


class FigureOut(serializers.Serializer):
    """One figure: its value, the one of the period before, and the address of its rows (null: not for this role)."""

    value = serializers.IntegerField()
    before = serializers.IntegerField(allow_null=True)
    rows = serializers.CharField(allow_null=True)


class ShareOut(serializers.Serializer):
    """One share, 0 to 1, and its goal in percent; null where nothing was judged."""

    value = serializers.DecimalField(7, 4, allow_null=True)
    before = serializers.DecimalField(7, 4, allow_null=True)
    goal = serializers.IntegerField()


class AmountOut(serializers.Serializer):
    """One amount of one currency."""

    amount = serializers.DecimalField(18, 2)
    currency = serializers.CharField()


class AmountsOut(serializers.Serializer):
    """Money of a period: per currency and together in the house currency."""

    by_currency = AmountOut(many=True)
    house = AmountOut()
    rate_day = serializers.DateField(allow_null=True)
    unpriced = serializers.ListField(child=serializers.CharField())


class CauseOut(serializers.Serializer):
    """Cases and bad ratings of one root cause, with the addresses of their rows; an empty cause: not named yet."""

    cause = serializers.CharField(allow_blank=True)
    label = serializers.CharField()
    cases = serializers.IntegerField()
    cases_rows = serializers.CharField(allow_null=True)
    bad_ratings = serializers.IntegerField()
    bad_ratings_rows = serializers.CharField(allow_null=True)


class SummaryOut(serializers.Serializer):
    """A report."""

    since = serializers.DateField()
    until = serializers.DateField()
    before_since = serializers.DateField()
    before_until = serializers.DateField()
    as_of = serializers.DateTimeField()
    figures = serializers.DictField(child=FigureOut())
    shares = serializers.DictField(child=ShareOut())
    mean_stars = serializers.DecimalField(4, 2, allow_null=True)
    causes = CauseOut(many=True)
    revenue = AmountsOut()
    refunded = AmountsOut()


class SummaryView(ApiView):
    """``/api/v1/reports/summary/``."""

    permissions = {"GET": "reports.view_report"}

    @described(
        operation_id="reports_summary",
        tags=["reports"],
        responses=SummaryOut,
        parameters=[
            OpenApiParameter("period", str, enum=["today", "7", "30", "90", "12m", "own"]),
            OpenApiParameter("since", str, description="YYYY-MM-DD"),
            OpenApiParameter("until", str, description="YYYY-MM-DD"),
            OpenApiParameter("store", str),
            OpenApiParameter("country", str),
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        """The figures of a period; the same parameters as the page."""
        refuse_unknown(request.query_params, PARAMETERS)
        form = ReportForm(request.query_params, actor=self.actor, now=utcnow())
        if not form.is_valid():
            if "store" in form.errors:
                raise Missing("not_found", _("There is no such %(name)s here."), name="store")
            errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
            raise Invalid("bad_filter", _("A filter has a value that does not fit."), status=400, errors=errors)
        as_of = selectors.as_of()
        if as_of is None:
            raise Missing("not_counted", _("The figures were not counted yet."))
        question = form.question()
        report = selectors.report(self.actor, question, as_of)
        code = stores_for(self.actor).filter(pk=question.store_id).values_list("code", flat=True).first() or ""
        return json_answer(_summary(self.actor, report, question, code))


def _summary(actor: Actor, report: Report, question: Question, store: str) -> dict[str, Any]:
    days, before = question.period, question.period.before
    where = {"store": store, "country": question.country}

    def rows(name: str, first: date | None, last: date | None, **more: str) -> str | None:
        return rest_of(name, first, last, **where, **more) if may_open(actor, name) else None

    def cause(row: dict[str, Any]) -> dict[str, Any]:
        asked = {"cause": row["cause"] or causes.UNNAMED}
        opened = {f"{name}_rows": rows(BY_CAUSE[name][0], days.first, days.last, **asked) for name in BY_CAUSE}
        return {**row, "label": causes.name_of(row["cause"]), **opened}

    figures: dict[str, Any] = {
        name: {"value": value, "before": report.before[name], "rows": rows(name, days.first, days.last)}
        for name, value in report.figures.items()
        if name not in OF_PERSON
    }
    figures["overdue"] = {"value": report.overdue, "before": None, "rows": rows("overdue", None, None)}
    shares = {
        name: {"value": _digits(value, 4), "before": _digits(report.shares_before[name], 4), "goal": report.goals[name]}
        for name, value in report.shares.items()
    }
    return {
        "since": days.first,
        "until": days.last,
        "before_since": before.first,
        "before_until": before.last,
        "as_of": report.as_of,
        "figures": figures,
        "shares": shares,
        "mean_stars": _digits(report.stars, 2),
        "causes": [cause(row) for row in report.causes],
        **{name: _amounts(held, report.currency) for name, held in report.money.items()},
    }


def _digits(value: Any, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _amounts(held: Amounts, currency: str) -> dict[str, Any]:
    def one(amount: Any, code: str) -> dict[str, str]:
        return {"amount": Money(amount, code).text(), "currency": code}

    return {
        "by_currency": [one(amount, code) for code, amount in held.by_currency.items()],
        "house": one(held.house, currency),
        "rate_day": held.rate_day,
        "unpriced": list(held.unpriced),
    }


RESOURCES = [DailyResource, AuditResource]
ROUTES = [path("reports/summary/", SummaryView.as_view(), name="reports-summary")]
