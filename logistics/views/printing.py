"""Print queue: batches, their file, what was left out."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import longwork
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.models import Job
from core.pages import Page
from logistics.choices import CustomsForm, LabelSize
from logistics.documents import problem_words
from logistics.forms.dispatch import DOCUMENTS
from logistics.listings.house import JOB_STATES
from logistics.listings.naming import service_name
from logistics.models import PrintBatch
from logistics.selectors import board, printing
from logistics.selectors import dispatch as selectors


class QueuePage(ListPage):
    """The print queue: what waits to be printed first, the batches below."""

    listing_name = "print-batches"
    template_name = "logistics/print_queue.html"
    shown = 8

    def extra(self) -> dict[str, Any]:
        """What waits, and the address that prints all of it."""
        waits, first = board.to_print(self.shown)
        columns = [
            {"label": pgettext_lazy("dispatch", "Note"), "css": ""}, {"label": _("Order"), "css": ""},
            {"label": _("Service"), "css": ""}, {"label": _("Warehouse"), "css": ""}, {"label": _("Pick-up"), "css": ""},
        ]  # fmt: skip
        return {
            "waits": waits, "columns_waiting": columns, "waiting": [self._waits(note) for note in first],
            "more": max(waits - len(first), 0),
            "all_url": f"{reverse('logistics:notes')}?view=to-print",
            "print_url": reverse("core:bulk", args=["dispatch-notes", "print"])
            if waits and self.actor.has_perm("logistics.print_note") else "",
        }  # fmt: skip

    def _waits(self, note: Any) -> dict[str, Any]:
        cells = [
            ("", f.link_html(reverse("logistics:note", args=[note.pk]), note.number, "mono")), ("mono", note.order.number),
            ("", service_name(note.service) or f.DASH), ("", note.warehouse.name),
            ("", f.due_html(note.pickup_at, self.now) if note.pickup_at else f.DASH),
        ]  # fmt: skip
        return {"tds": f.tds_html(cells)}


class BatchPage(DetailPage):
    """One print batch: its file, its notes in shelf order, labels that were left out with the reason."""

    listing_name = "print-batches"
    title = _("Print batch")

    def badges(self, obj: PrintBatch) -> list[dict[str, Any]]:
        if obj.void_at:
            return [{"label": _("Void"), "tone": "rose"}]
        label, tone = JOB_STATES[obj.job.state] if obj.job else (f.DASH, "neutral")
        return [{"label": label, "tone": tone}]

    def alerts(self, obj: PrintBatch) -> list[dict[str, Any]]:
        left_out = [row for row in board.batch_rows(obj) if row.problem]
        made = [
            {
                "text": gettext("%(note)s: no label, %(why)s")
                % {"note": row.note.number, "why": problem_words(row.problem)},
                "tone": "lantern",
            }
            for row in left_out
        ]
        if obj.job and obj.job.state == Job.State.FAILED:
            made.append({"text": gettext("The batch could not be made. Print the notes again."), "tone": "rose"})
        return made[:20]

    def facts(self, obj: PrintBatch) -> list[dict[str, Any]]:
        words = {name: str(label) for name, label in DOCUMENTS}
        return [
            {
                "title": _("Batch"),
                "items": [
                    (_("Made"), f.time_html(obj.created_at, self.now)),
                    (_("Ready"), f.time_html(obj.printed_at, self.now)),
                    (_("By"), obj.owner.label if obj.owner else f.DASH),
                    (_("Documents"), ", ".join(words.get(d, d) for d in obj.documents)),
                    (_("Labels"), LabelSize(obj.label_size).label),
                    (_("Notes"), obj.note_count),
                    (_("Digest"), f.mono_html(obj.content_hash[:16]) if obj.content_hash else f.DASH),
                ],
            }
        ]

    def tables(self, obj: PrintBatch) -> list[dict[str, Any]]:
        columns = [
            {"label": "#", "css": "num"},
            {"label": pgettext_lazy("dispatch", "Note"), "css": ""},
            {"label": _("Order"), "css": ""},
            {"label": _("Label"), "css": ""},
            {"label": _("Customs paper"), "css": ""},
            {"label": "", "css": ""},
        ]
        rows = []
        for row in board.batch_rows(obj):
            marks = [f.badge_html(gettext("Reprint"), "amber")] if row.reprint else []
            if row.carrier_label:
                marks.append(f.badge_html(gettext("Carrier's label"), "indigo"))
            form = str(CustomsForm(row.customs_form).label) if row.customs_form else f.DASH
            rows.append(
                {
                    "tds": f.tds_html(
                        [
                            ("num", row.position),
                            ("", f.link_html(reverse("logistics:note", args=[row.note_id]), row.note.number, "mono")),
                            ("mono", row.note.order.number),
                            ("mono", row.label_number or f.DASH),
                            ("", form),
                            ("", f.joined_html(marks, " ")),
                        ]
                    )
                }
            )
        return [{"title": _("Notes in shelf order"), "columns": columns, "rows": rows}]

    def extra_steps(self, obj: PrintBatch) -> list[dict[str, Any]]:
        made = []
        if obj.job and obj.job.result_file and not obj.void_at and self.actor.has_perm("logistics.print_note"):
            made.append(
                {
                    "label": _("Open the PDF"),
                    "url": reverse("logistics:batch-file", args=[obj.pk]),
                    "method": "get",
                    "icon": "printer",
                }
            )
        if obj.job and obj.job.state in (Job.State.QUEUED, Job.State.RUNNING):
            made.append(
                {
                    "label": _("Progress"),
                    "url": reverse("core:job", args=[obj.job_id]),
                    "method": "get",
                    "icon": "progress",
                }
            )
        return made


class BatchFile(Page):
    """The PDF of a batch, shown by the browser."""

    permission = "logistics.print_note"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file of a batch that is not torn up and whose notes are all in the person's stores."""
        found = printing.file_of_batch(self.actor, pk)
        if found is None:
            raise Http404
        _batch, job = found
        try:
            source = longwork.private_storage().open(job.result_file)
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(source, filename=job.result_name, content_type="application/pdf")


class BatchFrame(BatchFile):
    """The same file for a frame of our own pages, which prints it without a word; 204 while its job is still at work."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The PDF, or nothing yet."""
        batch = selectors.batches_for(self.actor).select_related("job").filter(pk=pk).first()
        if batch is not None and batch.job and not batch.job.result_file:
            return HttpResponse(status=204)
        answer = super().get(request, pk)
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        return answer
