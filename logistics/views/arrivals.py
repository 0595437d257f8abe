"""The table of arrival times that a listing shows: country, service, usual days, days promised."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from logistics.forms.arrivals import ArrivalForm
from logistics.listings.naming import service_name
from logistics.selectors.arrivals import arrivals

#: The markets the form begins with.
FIRST = "US;GB;DE;FR;ES;BR;RU;AU"


class ArrivalsPage(Page):
    """GET: choose countries and services; the table below can be copied into a listing."""

    permission = "logistics.view_service"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form and the table."""
        asked = "countries" in request.GET
        form = ArrivalForm(request.GET) if asked else ArrivalForm(initial={"countries": FIRST})
        rows: list[dict[str, Any]] = []
        if asked and form.is_valid():
            found = arrivals(self.now.date(), form.cleaned_data["countries"], form.codes())
            rows = [
                {
                    "country": f.country_name(row.country), "service": service_name(row.service),
                    "days": f"{row.days_min}–{row.days_max}" if row.days_max else f.DASH, "promise": row.promise_days,
                }
                for row in found
            ]  # fmt: skip
        context = {"form": form, "rows": rows, "asked": asked, "title": _("Arrival times")}
        return self.render("logistics/arrivals.html", context, 422 if asked and form.errors else 200)
