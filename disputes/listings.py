"""The list of ratings."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core import format as f
from core.audit import Actor
from core.listing import Column, Exact, Listing, View, register
from disputes import selectors
from disputes.choices import RatingTone
from disputes.filters import FeedbackFilter
from disputes.models import Feedback
from disputes.rules.feedback import tone_of

TONES = {RatingTone.GOOD: "leaf", RatingTone.NEUTRAL: "amber", RatingTone.BAD: "rose"}


class FeedbackRow(serializers.Serializer):
    """A rating as lists and programs see it."""

    id = serializers.CharField()
    external_id = serializers.CharField(label=_("Rating"))
    store = serializers.CharField(source="store.code", label=_("Store"))
    order_id = serializers.CharField()
    order_number = serializers.CharField(source="order.number", label=_("Order"))
    buyer = serializers.CharField(source="order.buyer_name", label=_("Buyer"))
    country = serializers.CharField(source="order.country", label=_("Country"))
    stars = serializers.IntegerField(label=_("Stars"))
    tone = serializers.ChoiceField(RatingTone.choices, label=_("Tone"))
    text = serializers.CharField(label=_("Text"))
    given_at = serializers.DateTimeField(label=_("Given"))
    received_at = serializers.DateTimeField(label=_("Came in"))


def stars(row: dict[str, Any]) -> Any:
    """Stars with their tone."""
    return f.badge_html(f.stars(row["stars"]), TONES[RatingTone(tone_of(row["stars"]))])


@register
class FeedbackListing(Listing):
    """Ratings, the worst first."""

    name, title, permission = "feedback", _("Feedback"), "disputes.view_feedback"
    model, row, filters = Feedback, FeedbackRow, FeedbackFilter
    columns = [
        Column("stars", html=stars, sortable=True, align="left"),
        Column("order_number", link="orders:detail", link_field="order_id", mono=True),
        Column("text", buyer=True, width="wide"),
        Column("buyer", buyer=True),
        Column("country", country=True),
        Column("given_at", sortable=True),
        Column("store", mono=True, default=False),
        Column("external_id", mono=True, default=False),
        Column("received_at", default=False),
    ]
    views = [
        View("worst", _("Worst first"), "ordering=stars", default=True),
        View("bad", _("1 to 2 stars"), "stars=1&stars=2"),
        View("neutral", _("3 stars"), "stars=3"),
        View("good", _("4 to 5 stars"), "stars=4&stars=5", counted=False),
        View("newest", _("Newest"), "ordering=-given_at", counted=False),
    ]
    url, default_order, label_field = "disputes:feedback", "stars", "order_number"
    computed = ("tone",)
    search_by = [Exact("order__number", upper=False), Exact("external_id", upper=False)]
    scan_ok = {"given_at": "asked within a store or a number of stars (index feedback_worst)"}
    personal, personal_permission = frozenset({"buyer"}), "orders.view_personal"
    empty = (
        _("No feedback yet."),
        _("Ratings come from connected shops, or from a file."),
        _("Read a file"),
        "disputes:import",
    )
    icon = "star"

    def queryset(self, actor: Actor) -> QuerySet[Feedback]:
        """The ratings of the actor's stores."""
        return selectors.feedback_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """How it reads."""
        for row in rows:
            row["tone"] = tone_of(row["stars"])


counts.register("feedback", selectors.bad_count, permission="disputes.view_feedback")
