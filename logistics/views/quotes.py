"""Prices: of a note with another size or weight, or of a parcel described by hand; and the choice of a service."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from core.reading import whole
from logistics.forms.quotes import ChooseForm, PriceForm
from logistics.listings import quote_words
from logistics.listings.naming import service_name
from logistics.models import DispatchNote
from logistics.selectors import dispatch
from logistics.selectors import quotes as selectors
from logistics.services import quoting


class NoteChoose(Page):
    """POST: the note goes by this service."""

    permission = "logistics.change_note"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose it."""
        note = dispatch.notes_for(self.actor).filter(pk=pk).first()
        if note is None:
            raise Http404
        form = ChooseForm(request.POST)
        back = self.next_url(reverse("logistics:note", args=[pk]))
        if not form.is_valid():
            return self.go(back, next(iter(form.errors.values()))[0], level=40)
        data = form.cleaned_data
        made = quoting.choose_service(
            note=note,
            service=data["service"],
            sides=data["sides"],
            reason=data["reason"],
            actor=self.actor,
            now=self.now,
        )
        name = service_name(data["service"])
        if made is None or made.amount is None:
            return self.go(back, gettext("The note goes by %(service)s.") % {"service": name})
        text = gettext("The note goes by %(service)s; %(amount)s are expected.")
        return self.go(back, text % {"service": name, "amount": f.money(made.amount, made.currency)})


class PricesPage(Page):
    """GET: what all services would cost."""

    permission = "logistics.view_service"

    @cached_property
    def note(self) -> DispatchNote | None:
        """The note that is asked about, if any."""
        pk = whole(self.request.GET.get("note", ""))
        return dispatch.notes_for(self.actor).filter(pk=pk).first() if pk else None

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, and below it the prices."""
        asked = "country" in request.GET
        form = PriceForm(request.GET) if asked else PriceForm(initial=self._of_note())
        context: dict[str, Any] = {
            "form": form,
            "note": self.note,
            "title": _("Prices of the services"),
            "result": None,
        }
        if asked and form.is_valid():
            held, priced = selectors.price_asked(form.asked(), self.now.date())
            context["result"] = {**quote_words.shown(priced, held, self.now), "prices_url": ""}
        return self.render("logistics/prices.html", context, 422 if asked and form.errors else 200)

    def _of_note(self) -> dict[str, Any]:
        """What is known of the note's parcel."""
        if self.note is None:
            return {}
        case = selectors.price_note(self.note, self.now)[1].case
        return {
            "country": case.ship.country, "weight_g": case.ship.weight_g, **dict(quote_words.sides_fields(case.ship.sides)),
            "value": f"{self.note.declared_value:.2f}", "currency": self.note.declared_currency, "postcode": case.ship.postcode,
            "goods": sorted(case.ship.classes), "method": self.note.order.shipping_method,
        }  # fmt: skip
