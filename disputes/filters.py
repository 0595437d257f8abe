"""What the lists of cases, remedies and ratings may be asked."""

from __future__ import annotations

from typing import Any

import django_filters as df
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import stores_for
from core.clock import utcnow
from disputes.choices import OPEN_CASES, CaseKind, CaseState, Outcome, RemedyKind, ReplyState, Route
from disputes.models import Case, Feedback, Remedy, RootCause
from disputes.selectors import UNWRITTEN, causes

#: Of the empty word nothing can be asked in an address: "not answered" has one of its own.
REPLIES = [("open", pgettext_lazy("reply", "Not answered")), *((s.value, s.label) for s in ReplyState if s.value)]


def _store() -> df.ModelChoiceFilter:
    return df.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )


def _replies(rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
    wanted = [*(UNWRITTEN if "open" in value else ()), *(word for word in value if word != "open")]
    return rows.filter(reply_state__in=wanted) if value else rows


def _by_cause(rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
    return rows.filter(cause__in=["" if word == causes.UNNAMED else word for word in value]) if value else rows


def _cause() -> df.MultipleChoiceFilter:
    return df.MultipleChoiceFilter(choices=causes.choices_asked, method=_by_cause, label=_("Root cause"))


class CaseFilter(df.FilterSet):
    """Filters of the list of cases."""

    state = df.MultipleChoiceFilter(choices=CaseState.choices, label=_("State"))
    kind = df.MultipleChoiceFilter(choices=CaseKind.choices, label=_("Kind"))
    store = _store()
    owed = df.BooleanFilter(method="by_owed", label=_("Waits for us"))
    open = df.BooleanFilter(method="by_open", label=_("Open"))
    result = df.MultipleChoiceFilter(choices=Outcome.choices, field_name="outcome", label=_("How it ended"))
    cause = _cause()
    opened_at = df.DateFromToRangeFilter(label=_("Opened"))
    order = df.NumberFilter(field_name="order_id", label=_("Order"))

    class Meta:
        model = Case
        fields: list[str] = []

    def by_owed(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        """Whether we owe an answer."""
        return rows.filter(respond_by__isnull=not value)

    def by_open(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        """Whether it has not ended."""
        wanted = Q(state__in=OPEN_CASES)
        return rows.filter(wanted if value else ~wanted)


class RemedyFilter(df.FilterSet):
    """Filters of the list of remedies."""

    kind = df.MultipleChoiceFilter(choices=RemedyKind.choices, label=_("Remedy"))
    route = df.MultipleChoiceFilter(choices=Route.choices, label=_("Route"))
    store = _store()
    given_at = df.DateFromToRangeFilter(label=_("Time"))
    order = df.NumberFilter(field_name="order_id", label=_("Order"))
    case = df.NumberFilter(field_name="case_id", label=_("Case"))

    class Meta:
        model = Remedy
        fields: list[str] = []


class FeedbackFilter(df.FilterSet):
    """Filters of the list of ratings."""

    stars = df.MultipleChoiceFilter(choices=[(n, "★" * n) for n in range(1, 6)], label=_("Stars"))
    reply = df.MultipleChoiceFilter(choices=REPLIES, method=_replies, label=_("Reply"))
    store = _store()
    given_at = df.DateFromToRangeFilter(label=_("Given"))
    cause = _cause()
    order = df.NumberFilter(field_name="order_id", label=_("Order"))
    followed = df.BooleanFilter(method="by_followed", label=_("Looked at until it is revised"))

    class Meta:
        model = Feedback
        fields: list[str] = []

    def by_followed(self, rows: QuerySet[Feedback], name: str, value: bool) -> QuerySet[Feedback]:
        """Whether somebody looks at it again."""
        return rows.filter(next_look_at__isnull=not value)


class CauseFilter(df.FilterSet):
    """Filters of the list of root causes."""

    today = df.BooleanFilter(method="by_today", label=_("Can be named today"))

    class Meta:
        model = RootCause
        fields: list[str] = []

    def by_today(self, rows: QuerySet[RootCause], name: str, value: bool) -> QuerySet[RootCause]:
        """Whether it is offered."""
        codes = [row.code for row in causes.offered(utcnow())]
        return rows.filter(code__in=codes) if value else rows.exclude(code__in=codes)
