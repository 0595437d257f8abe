"""The floor: the same work without the product. Same rows, same columns, same login check, one indexed SELECT."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.models import Order, OrderLine

_PAGE = engines["django"].from_string(
    "<!doctype html><html><body><table>{% for o in orders %}<tr><td><input type=checkbox value={{ o.id }}></td>"
    '<td><a href="/orders/{{ o.id }}/">{{ o.number }}</a></td><td>{{ o.stage }}</td><td>{{ o.buyer_name }}</td><td>{{ o.country }}</td>'
    "<td>{{ o.store__name }}</td><td>{{ o.pieces }}</td><td>{{ o.currency }} {{ o.total }}</td><td>{{ o.shipping_method }}</td>"
    "<td>{{ o.ship_by|date:'Y-m-d H:i' }}</td><td>{{ o.placed_at|date:'Y-m-d H:i' }}</td></tr>{% endfor %}</table></body></html>"
)
_COLUMNS = (
    "id",
    "number",
    "stage",
    "buyer_name",
    "country",
    "store__name",
    "pieces",
    "currency",
    "total",
    "shipping_method",
    "ship_by",
    "placed_at",
)


def _newest() -> list[dict[str, object]]:
    return list(Order.objects.order_by("-placed_at", "-id").values(*_COLUMNS)[:50])


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """A bare list page of 50 orders."""
    return HttpResponse(_PAGE.render({"orders": _newest(), "now": timezone.now()}))


@login_required
def api(request: HttpRequest) -> HttpResponse:
    """A bare API list of 50 orders with their lines."""
    rows = _newest()
    lines: dict[object, list[Any]] = {}
    for line in OrderLine.objects.filter(order_id__in=[r["id"] for r in rows]).values(
        "order_id", "position", "item__channel_sku", "title", "quantity", "unit_price", "total"
    ):
        lines.setdefault(line["order_id"], []).append(line)
    for row in rows:
        row["lines"] = lines.get(row["id"], [])
    return HttpResponse(orjson.dumps(rows, default=str), content_type="application/json")


class _Row(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = [
            "id",
            "number",
            "stage",
            "buyer_name",
            "country",
            "pieces",
            "currency",
            "total",
            "shipping_method",
            "ship_by",
            "placed_at",
        ]


class Detail(APIView):
    """A bare DRF detail."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request: HttpRequest, pk: int) -> Response:
        """One order."""
        return Response(_Row(Order.objects.get(pk=pk)).data)
