"""The table of arrival times that a listing shows: country, service, usual days, days promised."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from core import format as f
from core.pages import Page
from logistics.forms.arrivals import ArrivalForm
from logistics.listings.naming import service_name
from logistics.selectors.arrivals import arrivals, detail_of

#: The markets the form begins with.
FIRST = "US;GB;DE;FR;ES;BR;RU;AU"


class ArrivalsPage(Page):
    """GET: choose countries and services; the table below can be copied into a listing."""

    permission = "logistics.view_service"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form and the table."""
        asked = "countries" in request.GET
        form = (
            ArrivalForm(request.GET, actor=self.actor)
            if asked
            else ArrivalForm(initial=self._first(), actor=self.actor)
        )
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
        context = {
            "form": form, "detail": self._detail(form) if asked and form.is_valid() else None, "rows": rows, "asked": asked,
            "title": _("Arrival times"),
        }  # fmt: skip
        return self.render("logistics/arrivals.html", context, 422 if asked and form.errors else 200)

    def _first(self) -> dict[str, Any]:
        """The markets the form begins with, and the store one looks at."""
        store = stores_for(self.actor).first()
        return {"countries": FIRST, "language": "en", "store": store.code if store else None}

    def _detail(self, form: ArrivalForm) -> Any:
        """The text of a detail page, when a store was chosen."""
        given = form.cleaned_data
        if not given["store"]:
            return None
        return detail_of(given["store"], given["language"] or "en", given["countries"], form.codes(), self.now)
