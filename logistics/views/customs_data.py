"""The electronic customs data: which carriers wait for it, what is wrong with it, and the file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.pages import Page
from logistics.forms.customs import DataFileForm
from logistics.rules.customs.advance import Fault
from logistics.selectors.customs import advance as reads
from logistics.selectors.naming import carrier_said
from logistics.services.customs import advance
from logistics.services.customs.fault_words import reason

#: So many parcels are checked on the page, so many faults shown; the file checks all.
CHECKED, SHOWN = 500, 200


class DataPage(Page):
    """GET: carriers with parcels whose data they have not got; of a chosen one what is wrong. POST: write the file."""

    permission = advance.PERMISSION

    def get(self, request: HttpRequest) -> HttpResponse:
        """The carriers, and one of them checked."""
        carrier = request.GET.get("carrier", "")[:60]
        rows = [{**row, "name": carrier_said(row["carrier"])} for row in reads.by_carrier(self.now)]
        chosen = next((row for row in rows if row["carrier"] == carrier), None)
        context = {
            "title": _("Customs data"), "rows": rows, "carrier": carrier, "chosen": chosen, "form": DataFileForm(), "found": None,
            "may": self.actor.has_perm(advance.PERSONAL),
        }  # fmt: skip
        if chosen:
            ids = reads.notes_waiting(carrier)
            told = reads.told(ids[:CHECKED], self.now)
            context["found"] = {
                "checked": min(len(ids), CHECKED), "all": len(ids), "good": len(told.good),
                "faults": [self._row(fault) for fault in told.faults[:SHOWN]], "more": max(len(told.faults) - SHOWN, 0),
            }  # fmt: skip
        return self.render("logistics/customs_data.html", context)

    @staticmethod
    def _row(fault: Fault) -> dict[str, Any]:
        notes = f"{reverse('logistics:notes')}?view=all&q={fault.reference}"
        return {
            "note": fault.reference, "url": notes, "line": fault.line or f.DASH, "column": fault.column, "reason": reason(fault),
            "tone": "amber" if fault.warns else "rose",
        }  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin the file of a carrier."""
        carrier = request.POST.get("carrier", "")[:60]
        form = DataFileForm(request.POST)
        form.is_valid()
        job = advance.start(
            note_ids=reads.notes_waiting(carrier), actor=self.actor, now=self.now, mark=bool(form.cleaned_data.get("mark")),
            fmt=form.cleaned_data.get("format") or "csv",
        )  # fmt: skip
        return self.go(reverse("core:job", args=[job.pk]))
