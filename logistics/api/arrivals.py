"""REST: what a detail page tells its buyers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from core.api.addresses import described
from core.api.views import ApiView, json_answer
from core.clock import utcnow
from core.errors import Invalid, refuse_unknown
from logistics.forms.arrivals import ArrivalForm
from logistics.selectors.arrivals import detail_of

PARAMETERS = ("store", "language", "countries", "services")


class TransitOut(serializers.Serializer):
    """Usual and promised days of a service to a country."""

    country = serializers.CharField()
    service = serializers.CharField()
    days_min = serializers.IntegerField(allow_null=True)
    days_max = serializers.IntegerField(allow_null=True)
    promise_days = serializers.IntegerField(allow_null=True)


class DetailOut(serializers.Serializer):
    """Handling time, transit and service hours, as facts and as a text block."""

    store = serializers.CharField()
    language = serializers.CharField()
    handling_days = serializers.IntegerField()
    service_hours = serializers.CharField()
    time_zone = serializers.CharField()
    transit = TransitOut(many=True)
    text = serializers.CharField()


class DetailFacts(ApiView):
    """``/api/v1/detail-facts/``."""

    permissions = {"GET": "logistics.view_service"}

    @described(
        operation_id="detail_facts", tags=["quotes"], responses=DetailOut,
        parameters=[OpenApiParameter(name, str) for name in PARAMETERS],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """``store=CODE&countries=DE;FR&language=de``; ``services`` (several) narrows to the services of a listing."""
        refuse_unknown(request.query_params, PARAMETERS)
        form = ArrivalForm(request.query_params, actor=self.actor)
        form.fields["store"].required = True
        if not form.is_valid():
            errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
            raise Invalid("invalid_input", _("Some fields need another value."), status=400, errors=errors)
        given = form.cleaned_data
        found = detail_of(given["store"], given["language"] or "en", given["countries"], form.codes(), utcnow())
        return json_answer(self._shown(given["store"].code, found))

    @staticmethod
    def _shown(store: str, found: Any) -> dict[str, Any]:
        return {
            "store": store, "language": found.language, "handling_days": found.handling_days, "service_hours": found.hours,
            "time_zone": found.time_zone, "text": found.text,
            "transit": [
                {
                    "country": row.country, "service": row.service.code, "days_min": row.days_min, "days_max": row.days_max,
                    "promise_days": row.promise_days,
                }
                for row in found.arrivals
            ],
        }  # fmt: skip


ROUTES = [path("detail-facts/", DetailFacts.as_view(), name="detail-facts")]
