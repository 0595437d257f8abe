"""What a person does with one note or parcel: change it, ask the buyer, reserve a number, tell a shop by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.formpage import FormPage
from core.pages import Page
from logistics.forms.dispatch import AskForm, EditForm, LineForm
from logistics.models import DispatchNote, Parcel
from logistics.selectors import dispatch as selectors
from logistics.selectors import signing
from logistics.selectors.naming import carrier_said
from logistics.services import dispatch, shipping
from logistics.views import customs_parts


def _plain(cost: Decimal | None) -> str:
    """A price for a field: two decimals, more only where there are more."""
    if cost is None:
        return ""
    return f"{cost:.2f}" if cost == round(cost, 2) else f"{cost.normalize():f}"


class NoteForm(FormPage):
    """What pages about one note share."""

    permission = "logistics.change_note"

    @cached_property
    def note(self) -> DispatchNote:
        """The note, of the person's stores."""
        found = selectors.notes_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def back_url(self) -> str:
        return reverse("logistics:note", args=[self.note.pk])


class NoteEdit(NoteForm):
    """Change service, supply, address, and the lines."""

    form_class, title, submit_label = EditForm, _("Change the note"), _("Change; signatures are void")

    def initial(self) -> dict[str, Any]:
        """What the note says now."""
        service = self.note.service.code if self.note.service else ""
        return {"service": service, "supply": self.note.supply, "revision": self.note.revision}

    @cached_property
    def line_forms(self) -> list[dict[str, Any]]:
        """One small form for each line."""
        made, cost = [], self.actor.has_perm("products.view_cost")
        for line in signing.lines_of([self.note.pk]).get(self.note.pk, []):
            given = {"wish": line.wish, "unit_cost": _plain(line.unit_cost), "value": f"{line.value:.2f}"}
            data = self.request.POST if self.request.method == "POST" else None
            codes = {"unit_cost": line.sku.cost_currency, "value": self.note.declared_currency}
            form = LineForm(data, initial=given, prefix=f"line{line.pk}", cost=cost, currencies=codes)
            made.append({"line": line, "form": form})
        return made

    def extra(self) -> dict[str, Any]:
        """The line forms."""
        return {
            "lines": self.line_forms,
            "consequence": _("Both signatures must be given again."),
            "note": self.note,
            "may_review": self.actor.has_perm("logistics.review_customs"),
            "customs": customs_parts.hints(signing.cases([self.note], self.now)[self.note.pk]),
            "crumbs": [
                {"label": _("Dispatch notes"), "url": reverse("logistics:notes")},
                {"label": self.note.number, "url": self.back_url()},
            ],
        }

    template_name = "logistics/note_edit.html"

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Change it."""
        changes = []
        for row in self.line_forms:
            if not row["form"].is_valid():
                return self.answer(self.form_class(self.request.POST, initial=self.initial()), 422)
            line, got = row["line"], row["form"].cleaned_data
            value = (
                got["value"] if got["value"] is not None and got["value"] != line.value.quantize(got["value"]) else None
            )
            changes.append(dispatch.LineChange(line.pk, wish=got["wish"], unit_cost=got.get("unit_cost"), value=value))
        changed = dispatch.edit(
            note=self.note,
            actor=self.actor,
            now=self.now,
            service=data["service"],
            supply=data["supply"],
            lines=changes,
            take_address=data["take_address"],
            seen=data["revision"],
        )
        return self.go(
            self.back_url(),
            _("Changed. Both signatures must be given again.") if changed else _("Nothing was different."),
        )


class NoteAsk(NoteForm):
    """Ask the buyer for a longer handling time, or offer a substitute."""

    form_class, title, submit_label = AskForm, _("Goods are missing"), _("Draft the message")
    text = _("The buyer is asked; nothing is told to the shop. Cancelling is on the page of the order.")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Draft the text."""
        dispatch.ask_buyer(
            note=self.note, new_date=data["new_date"], substitute=data["substitute"], actor=self.actor, now=self.now
        )
        return self.go(self.back_url(), _("The message waits as a draft: read it and send it."))


class NoteReserve(Page):
    """Reserve a number for goods that are not there."""

    permission = "logistics.change_note"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reserve it."""
        note = selectors.notes_for(self.actor).filter(pk=pk).first()
        if note is None:
            raise Http404
        dispatch.reserve_number(note=note, actor=self.actor, now=self.now)
        return self.go(
            reverse("logistics:note", args=[pk]), _("Number reserved, goods not handed over: it alarms until they are.")
        )


class DeclarePage(Page):
    """Enter a number in a shop by hand: what to copy, where, and the confirmation."""

    permission = "logistics.view_parcel"
    pane = False

    @cached_property
    def parcel(self) -> Parcel:
        """The parcel."""
        rows = Parcel.objects.select_related("order", "store", "service").filter(pk=self.kwargs["pk"])
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What to copy."""
        context = {"subject": self._subject(), "copies": self._copies()}
        return self.render(
            "logistics/_declare.html" if self.pane or self.is_partial() else "logistics/declare.html", context
        )

    def _copies(self) -> list[dict[str, Any]]:
        parcel = self.parcel
        fields = [
            (_("Order"), parcel.order.number),
            (_("Waybill number"), parcel.tracking_number),
            (_("Carrier"), carrier_said(parcel.service.carrier) if parcel.service else ""),
            (_("Service"), parcel.service.name_en if parcel.service else ""),
            (_("Tracking page"), shipping.tracking_link(parcel)),
        ]
        return [{"label": label, "value": value} for label, value in fields if value]

    def _subject(self) -> dict[str, Any]:
        parcel = self.parcel
        done = parcel.declared_at is not None
        steps = (
            []
            if done
            else [
                {
                    "label": _("I entered it"),
                    "url": reverse("logistics:declare", args=[parcel.pk]),
                    "method": "post",
                    "icon": "check",
                },
                {"label": _("Open the parcel"), "url": reverse("logistics:parcel", args=[parcel.pk]), "method": "get"},
            ]
        )
        return {
            "url": reverse("logistics:declare", args=[parcel.pk]),
            "title": gettext("Mark as shipped in %(store)s") % {"store": parcel.store.name},
            "badges": [{"label": _("Entered"), "tone": "leaf"}]
            if done
            else [{"label": _("Not marked as shipped"), "tone": "lantern"}],
            "sub": [f.mono_html(parcel.order.number), f.country_html(parcel.country)],
            "steps": steps,
            "alerts": [],
            "clock": None,
            "tables": [],
            "facts": [],
            "thread": None,
            "reply": None,
            "panels": [],
            "timeline": None,
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm."""
        shipping.confirm_declared(parcel=self.parcel, actor=self.actor, now=self.now)
        return self.go(self.next_url(reverse("worklist:today")), _("Marked as shipped."))
