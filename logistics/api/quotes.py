"""REST: the prices of all services, for a note, an order, or a parcel described by hand."""

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
from core.errors import Invalid, Missing, refuse_unknown
from core.listing.rest import Resource
from logistics.forms.quotes import PriceForm
from logistics.listings import quote_words
from logistics.rules.choosing import Candidate
from logistics.selectors import dispatch
from logistics.selectors import quotes as selectors
from orders import selectors as order_selectors

PARAMETERS = (
    "note", "order", "country", "weight_g", "length", "width", "height", "value", "currency", "goods", "postcode", "method",
    "duties_paid",
)  # fmt: skip


class LineOut(serializers.Serializer):
    """A line of the sum."""

    kind = serializers.CharField()
    text = serializers.CharField()
    amount = serializers.DecimalField(12, 2)


class QuoteOut(serializers.Serializer):
    """A service with its price line by line, or why it refuses (then ``total`` is null)."""

    service = serializers.CharField()
    total = serializers.DecimalField(12, 2, allow_null=True)
    currency = serializers.CharField()
    house_total = serializers.DecimalField(12, 2, allow_null=True)
    lines = LineOut(many=True)
    charge_g = serializers.IntegerField(allow_null=True)
    volumetric_g = serializers.IntegerField(allow_null=True)
    rate_table = serializers.CharField()
    variant = serializers.CharField()
    days_min = serializers.IntegerField(allow_null=True)
    days_max = serializers.IntegerField(allow_null=True)
    promise_days = serializers.IntegerField(allow_null=True)
    lane_days = serializers.IntegerField(allow_null=True)
    refusal = serializers.CharField()
    refusal_text = serializers.CharField()
    passed_over = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())


class QuotesOut(serializers.Serializer):
    """All services, cheapest first, and the one the choosing rules take."""

    country = serializers.CharField()
    weight_g = serializers.IntegerField(allow_null=True)
    house_currency = serializers.CharField()
    chosen = serializers.CharField()
    chosen_why = serializers.CharField()
    chosen_rule = serializers.CharField()
    quotes = QuoteOut(many=True)


class QuotesView(ApiView):
    """``/api/v1/quotes/``."""

    permissions = {"GET": "logistics.view_service"}

    @described(
        operation_id="quotes", tags=["quotes"], responses=QuotesOut,
        parameters=[OpenApiParameter(name, str) for name in PARAMETERS],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """What every service would cost: ``note=ID``, ``order=ID``, or ``country`` and ``weight_g`` with what is known."""
        refuse_unknown(request.query_params, PARAMETERS)
        held, priced = self._priced(request.query_params)
        return json_answer(answer(held, priced))

    def _priced(self, given: Any) -> tuple[selectors.Book, selectors.Priced]:
        now = utcnow()
        if given.get("note"):
            note = dispatch.notes_for(self.actor).filter(pk=_id(given["note"], "note")).first()
            if note is None:
                raise Missing("not_found", _("There is no such %(name)s here."), name="note")
            return selectors.price_note(note, now)
        if given.get("order"):
            order = order_selectors.orders_for(self.actor).filter(pk=_id(given["order"], "order")).first()
            if order is None:
                raise Missing("not_found", _("There is no such %(name)s here."), name="order")
            note = selectors.open_note(order)
            return selectors.price_note(note, now) if note else selectors.price_order(order, now)
        form = PriceForm(given)
        if not form.is_valid():
            errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
            raise Invalid("bad_parcel", _("The parcel is not described well enough."), status=400, errors=errors)
        return selectors.price_asked(form.asked(), now.date())


def _id(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Missing("not_found", _("There is no such %(name)s here."), name=name)
    return int(text)


def answer(held: selectors.Book, priced: selectors.Priced) -> dict[str, Any]:
    """The prices as REST shows them."""
    picked = priced.picked
    return {
        "country": priced.case.ship.country, "weight_g": priced.case.ship.weight_g, "house_currency": held.currency,
        "chosen": picked.code, "chosen_why": picked.why, "chosen_rule": picked.rule,
        "quotes": [_quote(c, picked.passed.get(c.quote.service, "")) for c in priced.candidates],
    }  # fmt: skip


def _quote(candidate: Candidate, passed: str) -> dict[str, Any]:
    found = candidate.quote
    return {
        "service": found.service, "total": None if found.total is None else str(found.total), "currency": found.currency,
        "house_total": None if candidate.cost is None else f"{candidate.cost:.2f}",
        "lines": [{"kind": x.kind, "text": quote_words.line_text(x), "amount": str(x.amount)} for x in found.lines],
        "charge_g": found.charge_g, "volumetric_g": found.volumetric_g, "rate_table": found.table, "variant": found.variant,
        "days_min": found.days_min, "days_max": found.days_max, "promise_days": candidate.promise_days,
        "lane_days": candidate.lane_days,
        "refusal": found.refusal, "refusal_text": quote_words.refusal_text(found) if found.refusal else "",
        "passed_over": "" if found.refusal else passed, "warnings": list(found.warnings),
    }  # fmt: skip


class TableResource(Resource):
    """Rate tables: versions of price lists."""

    listing = "rate-tables"


ROUTES = [path("quotes/", QuotesView.as_view(), name="quotes")]
RESOURCES: list[type] = [TableResource]
