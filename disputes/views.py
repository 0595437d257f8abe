"""Pages of feedback."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formpage import FormPage
from core.listing.html import ListPage
from disputes import services
from disputes.forms import FeedbackFileForm


class FeedbackPage(ListPage):
    """Ratings, the worst first."""

    listing_name = "feedback"

    def head_actions(self) -> list[dict[str, Any]]:
        """Read a file."""
        if not self.actor.has_perm("orders.import_order"):
            return []
        return [{"label": _("Read a file"), "url": reverse("disputes:import"), "icon": "file-import"}]

    def row_css(self, row: dict[str, Any]) -> str:
        """Bad ratings stand out."""
        return "bad-row" if row["stars"] <= 2 else ""


class ImportPage(FormPage):
    """Ratings from a file."""

    permission = "orders.import_order"
    form_class = FeedbackFileForm
    title = gettext_lazy("Feedback from a file")
    text = gettext_lazy("Each rating counts once; the same file again changes nothing. Orders nobody knows are named.")
    submit_label = gettext_lazy("Read the file")

    def form_arguments(self) -> dict[str, Any]:
        """The stores of the person."""
        return {"actor": self.actor}

    def back_url(self) -> str:
        """The list."""
        return reverse("disputes:feedback")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Read it and say what came of it."""
        done = services.import_feedback(store=data["store"], raw=data["file"].read(), actor=self.actor, now=self.now)
        text = _("%(new)s new, %(changed)s changed, %(same)s unchanged, %(bad)s refused.") % {
            "new": done.created, "changed": done.updated, "same": done.unchanged, "bad": len(done.rejected),
        }  # fmt: skip
        for row, order, why in done.rejected[:5]:
            text += " " + _("Row %(row)s (%(order)s): %(why)s") % {"row": row, "order": order, "why": why}
        return self.go(self.back_url(), text, level=messages.WARNING if done.rejected else messages.SUCCESS)
