"""REST: ratings are read and entered."""

from __future__ import annotations

from rest_framework import serializers

from core.api.fields import Scoped
from core.listing.rest import Resource, Write
from disputes import services
from orders.selectors import orders_for


class FeedbackInput(serializers.Serializer):
    """A rating from a program. ``order`` is its id here."""

    order = Scoped(orders_for)
    stars = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    given_at = serializers.DateTimeField()
    external_id = serializers.CharField(max_length=80, required=False, default="")


class FeedbackResource(Resource):
    """Ratings."""

    listing = "feedback"
    create = Write(FeedbackInput, services.give, "orders.import_order")


RESOURCES: list[type] = [FeedbackResource]
