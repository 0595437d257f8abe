"""Files that came in, or would: the check, the result, the lists of imports and profiles."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import longwork, policies
from core.errors import DomainError
from core.formpage import FormPage
from core.listing.html import ListPage
from core.models import Job
from core.views import job_context
from orders import registry
from orders.choices import ImportKind
from orders.forms import importing as forms
from orders.forms.profile import ProfileForm
from orders.models import ImportFile, ImportProfile
from orders.policies import FRESH_DAYS
from orders.reading.fields import plain
from orders.selectors import imports as selectors
from orders.services.importing import profiles, uploads
from orders.views.importing import ADDRESS, ImportDoor

TONES = {"created": "leaf", "updated": "", "unchanged": "", "rejected": "rose"}


class CheckPage(ImportDoor):
    """Step 3: what would come in."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The figures of the trial run, or its progress."""
        upload, job = self.upload, self.upload.job
        if job is None:
            return self.go(reverse("orders:import-map", args=[pk]))
        if not job.payload.get("dry_run"):
            return self.go(reverse("orders:import-result", args=[pk]))
        if job.state != Job.State.DONE:
            return self.render(
                "orders/import_checking.html",
                {
                    "title": self.title,
                    "file": {"name": upload.name},
                    "job": job_context(job, self.now, self.actor),
                    "step": 3,
                    "back_url": reverse("orders:import-map", args=[pk]),
                },
            )
        counts = upload.counts
        coming = counts.get("created", 0) + counts.get("updated", 0)
        warnings = [f"{text}: {f.number(n)}" for text, n in list(reasons(upload).items())[:6]]
        return self.render(
            "core/import_preview.html",
            {
                "title": self.title,
                "file": {"name": upload.name},
                "sums": sums_of(counts),
                "warnings": warnings,
                **errors_of(upload),
                "columns": [],
                "rows": [],
                **self._first_rows(),
                "action_url": request.path,
                "confirm_label": self._label(coming),
                "can_confirm": coming > 0,
                "consequence": self._consequence(),
                "back_url": reverse("orders:import-map", args=[pk]),
            },
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Bring it in."""
        self.start(dry_run=False)
        return self.go(reverse("orders:import-result", args=[pk]))

    def _label(self, coming: int) -> str:
        if self.upload.kind == ImportKind.ORDERS:
            return ngettext("Import %(n)s order", "Import %(n)s orders", coming) % {"n": f.number(coming)}
        return ngettext("Import %(n)s row", "Import %(n)s rows", coming) % {"n": f.number(coming)}

    def _consequence(self) -> str:
        if self.upload.kind != ImportKind.ORDERS:
            return ""
        days = int(policies.value(FRESH_DAYS, self.now, self.upload.store_id))
        return gettext("Orders older than %(days)s days come in as history: nobody is written to.") % {"days": days}

    def _first_rows(self) -> dict[str, Any]:
        """The first rows of the file as they are understood."""
        plan, seen = uploads.plan_of_upload(self.upload), self.upload.seen
        headings = seen.get("headings", [])
        if plan.base != "generic":
            return {}
        named = (
            (name, target) for name, target in plan.mapping.items() if isinstance(target, str) and target in headings
        )
        chosen = sorted(((name, headings.index(target)) for name, target in named), key=lambda pair: pair[1])
        examples = seen.get("first", [])
        return {
            "columns": [{"label": forms.LABELS[name], "css": ""} for name, _index in chosen],
            "rows": [
                {"css": "", "tds": f.tds_html([("", row[i] if i < len(row) else "") for _name, i in chosen])}
                for row in examples
            ],
        }


class ResultPage(ImportDoor):
    """Step 4: what came in."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The figures, or the progress."""
        upload, job = self.upload, self.upload.job
        if job is None:
            return self.go(reverse("orders:import-map", args=[pk]))
        if job.state != Job.State.DONE:
            return self.render(
                "core/import_result.html", {"title": self.title, "job": job_context(job, self.now, self.actor)}
            )
        links = [
            {"label": _("Orders"), "url": reverse("orders:list")},
            {"label": _("Match the articles"), "url": reverse("products:to-match")},
        ]
        if upload.kind == ImportKind.PRODUCTS:
            links = [{"label": _("Articles"), "url": reverse("products:list")}]
        elif upload.kind == ImportKind.STOCK:
            links = [{"label": _("Stock"), "url": reverse("inventory:list")}]
        elif upload.kind == ImportKind.MATCHES:
            links = [{"label": _("Channel SKUs"), "url": reverse("products:to-match")}]
        elif upload.kind in registry.table_results:
            label, name = registry.table_results[upload.kind]
            links = [{"label": label, "url": reverse(name)}]
        return self.render(
            "core/import_result.html",
            {
                "title": self.title,
                "file": {"name": upload.name},
                "job": None,
                "sums": sums_of(upload.counts),
                **errors_of(upload),
                "links": links,
                "again_url": reverse(ADDRESS[ImportKind(upload.kind)]),
            },
        )


class RejectedDoor(ImportDoor):
    """GET: the rejected rows in their own columns, with row, field and reason."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file."""
        if not self.upload.rejected_file:
            raise Http404
        try:
            source = longwork.private_storage().open(self.upload.rejected_file)
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(source, as_attachment=True, filename=f"{self.upload.name.rsplit('.', 1)[0]}-rejected.csv")


def sums_of(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures as the templates draw them."""
    labels = {"created": _("new"), "updated": _("changed"), "unchanged": _("unchanged"), "rejected": _("rejected")}
    return [
        {"value": f.number(counts.get(name, 0)), "label": label, "tone": TONES[name] if counts.get(name) else ""}
        for name, label in labels.items()
    ]


def reasons(upload: ImportFile) -> dict[str, int]:
    """How many rows were rejected for each reason that a filter gives."""
    return {str(text): int(n) for text, n in (upload.counts.get("reasons") or {}).items() if " " in str(text)}


def errors_of(upload: ImportFile) -> dict[str, Any]:
    """The first rejected rows and where all of them are."""
    rows = [
        {"row": row, "field": forms.LABELS.get(name, name), "value": value or order, "text": text}
        for row, order, name, value, text in upload.errors[:50]
    ]
    total = upload.counts.get("rejected_rows", 0)
    text = ngettext("%(n)s row in all", "%(n)s rows in all", total) % {"n": f.number(total)} if total else ""
    url = reverse("orders:import-rejected", args=[upload.pk]) if upload.rejected_file else ""
    return {"errors": rows, "errors_text": text, "errors_url": url}


# --- lists and profiles --------------------------------------------------------------------------------------------


class ImportsPage(ListPage):
    """All files that were handed in."""

    listing_name = "imports"

    def head_actions(self) -> list[dict[str, Any]]:
        """Hand one in."""
        return [
            {"label": _("Import orders"), "url": reverse("orders:import"), "icon": "file-import", "kind": "primary"}
        ]


class ProfilesPage(ListPage):
    """How files are read."""

    listing_name = "import-profiles"


class ProfilePage(FormPage):
    """Correct a saved profile. A sample file that comes with it is only looked at: its headings are offered, its values shown."""

    permission, form_class, template_name = "orders.import_order", ProfileForm, "orders/profile.html"
    title, submit_label = _("Import profile"), _("Save")
    edits = True
    wide_fields = ("sample", "columns", "countries", "filters")
    seen: dict[str, Any] | None = None

    @cached_property
    def profile(self) -> ImportProfile:
        """The profile."""
        return selectors.profile(self.actor, self.kwargs["pk"])

    def form_arguments(self) -> dict[str, Any]:
        """The profile, and the headings of the sample."""
        return {"profile": self.profile, "headings": self.seen["headings"] if self.seen else ()}

    def back_url(self) -> str:
        """The list."""
        return reverse("orders:profiles")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Look at the sample, or save."""
        file = request.FILES.get("sample")
        if file is None:
            return super().post(request, **kwargs)
        try:
            self.seen = uploads.look_at_sample(source=file, size=file.size, profile=self.profile)
        except DomainError as error:
            form = ProfileForm(request.POST, **self.form_arguments())
            form.add_error("sample", error.message)
            return self.answer(form, 422)
        self.seen["name"] = file.name
        return self.answer(ProfileForm(request.POST, **self.form_arguments()))

    def extra(self) -> dict[str, Any]:
        """The first values of the sample."""
        kind = ImportKind(str(self.profile.options.get("kind") or "orders"))
        return {"sample": self._sample() if self.seen else None, "try_url": reverse(ADDRESS[kind])}

    def _sample(self) -> dict[str, Any]:
        seen = self.seen or {}
        named = {plain(t): name for name, t in self.profile.mapping.items() if isinstance(t, str)}
        columns = [
            {"heading": heading, "examples": examples, "means": forms.LABELS.get(named.get(plain(heading), ""), "")}
            for heading, examples in zip(seen["headings"], seen["examples"], strict=False)
        ]
        return {"name": seen["name"], "columns": columns}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        changes = self.bound.as_changes()
        profiles.change_profile(profile=self.profile, **changes, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))
