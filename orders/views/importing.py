"""Files come in: hand in, say what is what, look at what would happen, do it."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import longwork
from core.errors import DomainError, Invalid, Missing, NotAllowed
from core.pages import Page
from orders.choices import ImportKind
from orders.forms import importing as forms
from orders.models import ImportFile
from orders.reading.fields import fields_of
from orders.reading.plan import Limits, Plan
from orders.selectors import imports as selectors
from orders.services.importing import profiles, uploads
from orders.services.importing.results import FILE_SENTENCES

#: Files up to this size are checked and brought in while the person waits; larger ones by a worker.
DIRECT_BYTES = 512 * 1024
TITLES = {
    ImportKind.ORDERS: _("Import orders"),
    ImportKind.PRODUCTS: _("Import articles"),
    ImportKind.STOCK: _("Import stock"),
    ImportKind.MATCHES: _("Match by file"),
    ImportKind.RATES: _("Import rates of carriers"),
}
TEXTS = {
    ImportKind.ORDERS: _("CSV, XLSX or XLS, one row per order line, or the seller-centre export."),
    ImportKind.PRODUCTS: _("CSV, XLSX or XLS with a code in each row."),
    ImportKind.STOCK: _("CSV, XLSX or XLS with what was counted: SKU, pieces, bin."),
    ImportKind.MATCHES: _("CSV, XLSX or XLS: channel SKU, our SKU, how many."),
    ImportKind.RATES: _("CSV, XLSX or XLS: one price a row, or one column for each country or zone."),
}
ADDRESS = {
    ImportKind.ORDERS: "orders:import",
    ImportKind.PRODUCTS: "orders:import-products",
    ImportKind.STOCK: "orders:import-stock",
    ImportKind.MATCHES: "orders:import-matches",
    ImportKind.RATES: "orders:import-rates",
}


class UploadPage(Page):
    """Step 1: the file."""

    kind: str = ImportKind.ORDERS

    def needed(self) -> str:
        """What this kind of file needs."""
        return uploads.PERMISSIONS[ImportKind(self.kind)]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form; the store chosen above stands there already."""
        store = getattr(request.user, "current_store", None)
        return self.answer(
            forms.UploadForm(actor=self.actor, kind=self.kind, initial={"store": store.code if store else None})
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the file and go on to its columns, or say what is wrong with it."""
        form = forms.UploadForm(request.POST, request.FILES, actor=self.actor, kind=self.kind)
        if not form.is_valid():
            return self.answer(form, 422)
        given = form.cleaned_data
        try:
            upload = uploads.receive(
                kind=self.kind,
                store=given.get("store"),
                source=given["file"],
                name=given["file"].name,
                size=given["file"].size,
                profile=given["profile"],
                actor=self.actor,
                now=self.now,
            )
            if self.kind == ImportKind.ORDERS and not given["profile"]:
                self._remember(upload)
        except DomainError as error:
            form.add_error("file", error.message)
            return self.answer(form, 422)
        return self.go(reverse("orders:import-map", args=[upload.pk]))

    def _remember(self, upload: ImportFile) -> None:
        """Take the mapping of the last file with these columns."""
        held = selectors.remembered(upload.store, upload.seen.get("headings", []), self.actor)
        if held is not None and upload.plan["base"] == "generic":
            plan = Plan("orders", held.base, dict(held.mapping), dict(held.options))
            uploads.look_again(upload=upload, plan=plan, actor=self.actor, now=self.now)

    def answer(self, form: forms.UploadForm, status: int = 200) -> HttpResponse:
        """The page."""
        recent = [
            {"label": row.name, "url": address_of(row), "text": f.moment(row.created_at, self.now), **state_of(row)}
            for row in selectors.imports_for(self.actor).filter(kind=self.kind)[:8]
        ]
        most = f.number(Limits().file_bytes // 1024 // 1024)
        return self.render(
            "core/import_upload.html",
            {
                "title": TITLES[ImportKind(self.kind)],
                "text": TEXTS[ImportKind(self.kind)],
                "form": form,
                "accept": ".csv,.gz,.txt,.xlsx,.xls",
                "action_url": self.request.path,
                "limit_text": gettext("Up to %(n)s MB.") % {"n": most},
                "recent": recent,
                "templates": [
                    {"label": _("columns of Sampan"), "url": reverse("orders:import-example", args=[self.kind])}
                ],
            },
            status,
        )


def state_of(upload: ImportFile) -> dict[str, Any]:
    """The state of an import in a word, with its colour."""
    job = upload.job
    if job is None or job.payload.get("dry_run"):
        return {"state": _("Not yet imported"), "tone": "amber"}
    tones = {"queued": "amber", "running": "indigo", "done": "leaf", "failed": "rose", "cancelled": "neutral"}
    return {"state": job.get_state_display(), "tone": tones[job.state]}


def address_of(upload: ImportFile) -> str:
    """Where an import goes on: its columns, its check or its result."""
    if upload.job is None:
        return reverse("orders:import-map", args=[upload.pk])
    step = "import-check" if upload.job.payload.get("dry_run") else "import-result"
    return reverse(f"orders:{step}", args=[upload.pk])


class ExampleDoor(Page):
    """GET: an empty table with the columns of a kind of file."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The headings as a CSV."""
        if kind not in ImportKind.values:
            raise Http404
        text = io.StringIO()
        csv.writer(text).writerow(list(fields_of(kind)))
        return HttpResponse(
            "\ufeff" + text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{kind}.csv"'},
        )


class ImportDoor(Page):
    """A page about one file; closed to whoever may not bring such files in."""

    @cached_property
    def upload(self) -> ImportFile:
        """The file."""
        try:
            return selectors.import_file(self.actor, self.kwargs["pk"])
        except Missing as error:
            raise Http404(error.message) from None

    def needed(self) -> str:
        """What this kind of file needs."""
        return uploads.PERMISSIONS[ImportKind(self.upload.kind)] if self.request.user.is_authenticated else ""

    @property
    def title(self) -> Any:
        """What is being done."""
        return TITLES[ImportKind(self.upload.kind)]

    def gone(self) -> HttpResponse:
        """The file was deleted: on to its result, or back to the beginning."""
        if self.upload.job is not None and not self.upload.job.payload.get("dry_run"):
            return self.go(reverse("orders:import-result", args=[self.upload.pk]))
        start = reverse(ADDRESS[ImportKind(self.upload.kind)])
        return self.go(start, _("The file has been deleted. Hand it in again."), level=messages.WARNING)

    def start(self, *, dry_run: bool) -> None:
        """Begin the work; a small file is done while the person waits."""
        job = uploads.start(upload=self.upload, actor=self.actor, now=self.now, dry_run=dry_run)
        if self.upload.size <= DIRECT_BYTES:
            longwork.run(job.pk)


class OpenDoor(ImportDoor):
    """GET: on to the step at which an import stands."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """There."""
        return self.go(address_of(self.upload))


class MapPage(ImportDoor):
    """Step 2: which column is which, and how the file is read."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The columns as they are understood."""
        if not self.upload.stored and self.upload.job is None:  # deleted before anything was done with it
            return self.go(reverse("orders:imports"), _("The file has been deleted. Hand it in again."))
        if not self.upload.stored:
            return self.gone()
        return self.answer(forms.ReadForm(upload=self.upload))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read again, or check the rows."""
        form = forms.ReadForm(request.POST, upload=self.upload)
        if not form.is_valid():
            return self.answer(form, status=422)
        plan = forms.plan_from_post(request.POST, self.upload, form.cleaned_data)
        try:
            uploads.look_again(upload=self.upload, plan=plan, actor=self.actor, now=self.now)
        except DomainError as error:
            form.add_error(None, error.message)
            return self.answer(form, status=422)
        if request.POST.get("step") != "map":
            return self.go(request.path)
        asked = uploads.open_questions(self.upload)
        if asked:
            form = forms.ReadForm(upload=self.upload)
            return self.answer(
                form, problems=[str(FILE_SENTENCES[a.code]) % self._named(a.params) for a in asked], status=422
            )
        name = request.POST.get("profile_name", "").strip()
        if name:
            try:
                profiles.save_profile(
                    name=name,
                    store=self.upload.store,
                    plan=uploads.plan_of_upload(self.upload),
                    actor=self.actor,
                    now=self.now,
                )
            except (Invalid, NotAllowed) as error:
                return self.answer(forms.ReadForm(upload=self.upload), problems=[error.message], status=422)
        self.start(dry_run=True)
        return self.go(reverse("orders:import-check", args=[pk]))

    @staticmethod
    def _named(params: dict[str, Any]) -> dict[str, Any]:
        """The names of fields in the words of the page."""
        names = [str(forms.LABELS.get(name, name)) for name in str(params.get("value", "")).split(", ")]
        return params | {"value": ", ".join(names)}

    def answer(self, form: forms.ReadForm, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
        """The page."""
        upload, plan = self.upload, uploads.plan_of_upload(self.upload)
        generic = plan.base == "generic"
        asked = uploads.open_questions(upload)
        fixed = self._fixed(plan) if generic else []
        given = {
            row["name"].removeprefix("fixed-") for row in fixed if row["value"]
        }  # stands there already, below the columns
        missing = [
            str(forms.LABELS.get(name, name))
            for a in asked
            if a.code == "columns_missing"
            for name in str(a.params.get("value", "")).split(", ")
            if name not in given
        ]
        return self.render(
            "orders/import_map.html",
            {
                "title": self.title,
                "file": {"name": upload.name, "facts": file_facts(upload)},
                "read_form": form,
                "problems": problems or [],
                "columns": self._columns(plan) if generic else [],
                "missing": missing,
                "generic": generic,
                "profile_name": self.request.POST.get("profile_name", "") if self.request.method == "POST" else "",
                "action_url": self.request.path,
                "back_url": reverse(ADDRESS[ImportKind(upload.kind)]),
                "fixed": fixed,
                "unknown": self._unknown(plan),
                "countries": forms.countries(),
                "filters": self._filters(plan) if generic else [],
                "operators": forms.OPERATORS,
                "headings": upload.seen.get("headings", []),
            },
            status,
        )

    def _columns(self, plan: Plan) -> list[dict[str, Any]]:
        seen = self.upload.seen
        by_heading = {target: name for name, target in plan.mapping.items() if isinstance(target, str)}
        choices, examples = forms.column_choices(self.upload.kind), seen.get("examples", [])
        known = {target for target in seen.get("mapping", {}).values() if isinstance(target, str)}
        return [
            {
                "heading": heading or _("(no heading)"),
                "examples": examples[index] if index < len(examples) else [],
                "field": f"col-{index}",
                "choices": choices,
                "chosen": by_heading.get(heading, ""),
                "how": "auto" if heading in known and heading in by_heading else "",
            }
            for index, heading in enumerate(seen.get("headings", []))
        ]

    def _fixed(self, plan: Plan) -> list[dict[str, Any]]:
        made = []
        for name in forms.FIXED[self.upload.kind]:
            held = plan.mapping.get(name)
            if isinstance(held, str):
                continue
            value = held.get("fixed", "") if isinstance(held, dict) else ""
            if name == "currency" and not value and self.upload.kind == ImportKind.ORDERS:
                value = plan.options.get("currency") or (self.upload.store.currency if self.upload.store else "")
            made.append(
                {
                    "name": f"fixed-{name}",
                    "label": forms.LABELS[name],
                    "value": value,
                    "choices": forms.fixed_choices(name),
                }
            )
        return made

    def _unknown(self, plan: Plan) -> list[dict[str, Any]]:
        """Values that mean no country by themselves, with what was said about them."""
        known = dict((plan.options.get("values") or {}).get("country", {}))
        asked = self.upload.seen.get("questions", {}).get("unknown", {}).get("country", [])
        rows = {
            str(text): {
                "text": text,
                "count": count,
                "chosen": forms.REJECT if known.get(text) == "" else known.get(text, ""),
            }
            for text, count in asked
        }
        for text, code in known.items():
            rows.setdefault(text, {"text": text, "count": None, "chosen": code or forms.REJECT})
        return list(rows.values())

    @staticmethod
    def _filters(plan: Plan) -> list[dict[str, Any]]:
        held = list(plan.options.get("filters") or [])
        return [held[n] if n < len(held) else {} for n in range(max(forms.FILTERS, len(held)))]


def file_facts(upload: ImportFile) -> list[tuple[Any, Any]]:
    """What the file is, for the box above the columns."""
    seen = upload.seen
    rows = f"{f.number(seen.get('rows', 0))}+" if seen.get("more") else f.number(seen.get("rows", 0))
    facts: list[tuple[Any, Any]] = [
        (_("Size"), f"{upload.size / 1024:,.0f} kB"),
        (_("Rows"), rows),
        (_("Kind"), str(seen.get("format", "")).upper()),
    ]
    if upload.store:
        facts.append((_("Store"), upload.store.name))
    if upload.plan.get("base") == "aliexpress":
        facts.append((_("Read as"), _("AliExpress seller-centre export")))
    return facts
