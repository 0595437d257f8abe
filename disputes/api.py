"""REST: cases are opened and worked, remedies read, ratings read, entered and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from core.api.fields import Scoped
from core.audit import Actor
from core.listing.rest import Resource, Write
from disputes import selectors, services
from disputes.choices import CaseKind, RemedyKind, Route
from disputes.models import Case, Remedy
from orders.selectors import orders_for


class CaseInput(serializers.Serializer):
    """A case from a program. ``order`` is its id here; the same ``external_id`` again is the case that is there."""

    order = Scoped(orders_for)
    kind = serializers.ChoiceField(CaseKind.choices)
    reason = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    claimed = serializers.DecimalField(14, 4, required=False, allow_null=True, default=None)
    external_id = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    opened_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    respond_by = serializers.DateTimeField(required=False, default=None, allow_null=True)


class CaseResource(Resource):
    """Cases: opened here; answer, approve, reject, confirm-answer, agree, come-back, escalate, close, record-remedy,
    look-again and set-cause are actions."""

    listing = "cases"
    create = Write(CaseInput, services.open_case, "disputes.change_case")


class RemedyInput(serializers.Serializer):
    """What a buyer was given outside of an accepted answer; the same ``reference`` counts once."""

    case = Scoped(selectors.cases_for)
    kind = serializers.ChoiceField(RemedyKind.choices)
    amount = serializers.DecimalField(14, 4, required=False, allow_null=True, default=None)
    route = serializers.ChoiceField(Route.choices, required=False, default=Route.OTHER)
    reference = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


def record_remedy(*, case: Case, actor: Actor, now: datetime, **given: Any) -> Remedy:
    """The service under the name the resource uses."""
    return services.record_remedy(case=case, actor=actor, now=now, **given)


class RemedyResource(Resource):
    """Remedies: read and recorded."""

    listing = "remedies"
    create = Write(RemedyInput, record_remedy, "disputes.offer_remedy")


class FeedbackInput(serializers.Serializer):
    """A rating from a program. ``order`` is its id here."""

    order = Scoped(orders_for)
    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    given_at = serializers.DateTimeField()
    external_id = serializers.CharField(max_length=80, required=False, default="")


class FeedbackResource(Resource):
    """Ratings: reply, thank, confirm-reply and set-cause are actions."""

    listing = "feedback"
    create = Write(FeedbackInput, services.give, "orders.import_order")


RESOURCES: list[type] = [CaseResource, RemedyResource, FeedbackResource]
