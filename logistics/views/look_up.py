"""Look up numbers: which parcels travel under them, and whose they may be."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.pages import Page
from logistics.forms.look_up import LookUpForm
from logistics.listings.numbers import said_of
from logistics.listings.parcels import STATES, TRACKING
from logistics.models import Parcel
from logistics.rules.numbers import pasted
from logistics.selectors import numbers as selectors

#: Numbers shown at once; more are said to be left out.
SHOWN = 500


class LookUpPage(Page):
    """GET: the field. POST: what is known of the numbers in it; nothing is changed."""

    permission = "logistics.view_parcel"
    title = gettext_lazy("Look up numbers")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty field."""
        return self.answer(LookUpForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Parcels and candidates of each number."""
        form = LookUpForm(request.POST)
        if not form.is_valid():
            return self.answer(form, status=422)
        found, bad = pasted(form.cleaned_data["text"])
        mine = selectors.parcels_by_number(self.actor, found[:SHOWN])
        named = (
            selectors.orders_by_number(self.actor, found[:SHOWN]) if self.actor.has_perm("orders.view_order") else {}
        )
        rows = [{"number": number, "parcels": [self._parcel(p) for p in mine.get(number, [])], "orders": named.get(number, []),
                 "candidates": [said_of(c) for c in selectors.candidates(number)]} for number in found[:SHOWN]]  # fmt: skip
        return self.answer(
            form,
            rows=rows,
            bad=bad[:20],
            left=max(0, len(found) - SHOWN),
            known=sum(bool(r["parcels"] or r["orders"]) for r in rows),
        )

    def answer(self, form: LookUpForm, *, status: int = 200, **found: Any) -> HttpResponse:
        """The page."""
        crumbs = [{"label": _("Parcels"), "url": reverse("logistics:parcels")}]
        return self.render(
            "logistics/look_up.html",
            {"title": self.title, "form": form, "crumbs": crumbs, "asked": "rows" in found, **found},
            status,
        )

    @staticmethod
    def _parcel(parcel: Parcel) -> dict[str, Any]:
        label, tone = TRACKING[parcel.tracking_state] if parcel.state == "shipped" else STATES[parcel.state]
        return {
            "url": reverse("logistics:parcel", args=[parcel.pk]), "number": parcel.number,
            "badge": f.badge_html(label, tone), "shipped": f.day(parcel.shipped_at, parcel.store.time_zone),
        }  # fmt: skip
