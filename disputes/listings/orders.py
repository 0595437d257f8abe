"""Cases in the list and on the page of their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, RowPart, register_part
from disputes import forms, selectors, services
from disputes.choices import OPEN_CASES, CaseKind, CaseState, Outcome
from disputes.listings.cases import OUTCOMES, STATES
from disputes.models import Case
from orders.choices import OrderState
from orders.models import Order


class CaseBrief(serializers.Serializer):
    """A case inside the row of its order."""

    id = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(CaseKind.choices)
    state = serializers.ChoiceField(CaseState.choices)
    result = serializers.ChoiceField(Outcome.choices, allow_blank=True)
    respond_by = serializers.DateTimeField(allow_null=True)


class OpenCase(Action):
    """Open a case about an order."""

    name, label, permission = "open-case", _("Open a case"), "disputes.change_case"
    form, icon, order, key, bulk, done_text = forms.OpenCaseForm, "scale", 70, "o", False, _("The case is open.")

    def apply(self, obj: Order, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One order; the page goes on to the case."""
        case, made = services.open_case(order=obj, actor=actor, now=now, **data)
        words = _("Case %(number)s is open.") if made else _("This is case %(number)s already.")
        message = str(words) % {"number": case.number}
        return {
            "case_id": str(case.pk),
            "case": case.number,
            "message": message,
            "url": reverse("disputes:case", args=[case.pk]),
        }

    def shown_for(self, obj: Order) -> bool:
        """Once it was paid."""
        return obj.state != OrderState.UNPAID


def _cell(row: Mapping[str, Any]) -> Any:
    """The newest case with its clock."""
    if not row["cases"]:
        return f.DASH
    case = row["cases"][0]
    ended = case["state"] == CaseState.CLOSED and case["result"]
    badge = f.badge_html(*(OUTCOMES[case["result"]] if ended else STATES[case["state"]]))
    clock = f.due_html(datetime.fromisoformat(case["respond_by"]), hard=True) if case["respond_by"] else ""
    return f.joined_html([badge, clock], " ")


def _with_case(rows: QuerySet[Order], name: str, value: bool | None) -> QuerySet[Order]:
    if value is None:
        return rows
    is_open = Exists(Case._base_manager.filter(order_id=OuterRef("pk"), state__in=OPEN_CASES))
    return rows.filter(is_open if value else ~is_open)


register_part(
    "orders",
    RowPart(
        name="cases",
        fields={"cases": CaseBrief(many=True, label=_("Cases"))},
        inline={"cases": selectors.CASES_OF_ORDER},
        permission="disputes.view_case",
        later=True,
        columns=[
            Column(
                "cases", label=_("Case"), html=_cell, default=False,
                text=lambda row: ", ".join(case["number"] for case in row["cases"] or []),
            )
        ],
        filters={"case": BooleanFilter(method=_with_case, label=_("Open case"))},
        actions=[OpenCase()],
        scan_ok={"case": "asks the indexed cases of an order"},
    ),
)  # fmt: skip
