"""REST: cases are opened and worked, remedies read, ratings read, entered and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from core.api.addresses import described
from core.api.fields import Scoped
from core.api.views import ApiView, json_answer
from core.audit import Actor
from core.clock import utcnow
from core.errors import Missing
from core.listing.rest import Resource, Write
from disputes import selectors, services
from disputes.choices import CaseKind, RemedyKind, Route
from disputes.models import Case, Remedy
from logistics.selectors import dispatch_record
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


class CauseInput(serializers.Serializer):
    """A new root cause."""

    code = serializers.CharField(max_length=30)
    name = serializers.CharField(max_length=60)
    name_zh = serializers.CharField(max_length=60)
    position = serializers.IntegerField(min_value=0, max_value=9999, required=False, default=100)
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)


class CauseChange(serializers.Serializer):
    """What may change later; the code stays."""

    name = serializers.CharField(max_length=60, required=False)
    name_zh = serializers.CharField(max_length=60, required=False)
    position = serializers.IntegerField(min_value=0, max_value=9999, required=False)
    valid_from = serializers.DateField(required=False)
    valid_until = serializers.DateField(required=False, allow_null=True)


class CauseResource(Resource):
    """``/api/v1/settings/root-causes/``: what may lie at the root of a case or a bad rating; retire is an action."""

    listing, path, tag = "root-causes", "settings/root-causes", "settings"
    create = Write(CauseInput, services.add_cause, "core.change_policy")
    update = Write(CauseChange, services.change_cause, "core.change_policy")


class RecordOut(serializers.Serializer):
    """How the parcels of a case were packed; ``record`` is named by the answer to a claim of missing pieces."""

    record = serializers.CharField()
    parcels = serializers.ListField(child=serializers.DictField())


class PackingRecord(ApiView):
    """``/api/v1/cases/<id>/packing-record/``: scale, articles scanned, checks, photos, hand-over."""

    permissions = {"GET": "disputes.view_case"}

    @described(operation_id="cases_packing_record", tags=["cases"], responses=RecordOut)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The record of one case."""
        case = selectors.cases_for(self.actor).filter(pk=pk).first()
        if case is None:
            raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
        records = dispatch_record.records_of_order(case.order_id, utcnow())
        return json_answer({"record": dispatch_record.digest_of(records), "parcels": dispatch_record.public(records)})


ROUTES = [path("cases/<int:pk>/packing-record/", PackingRecord.as_view(), name="cases-packing-record")]
RESOURCES: list[type] = [CaseResource, RemedyResource, FeedbackResource, CauseResource]
