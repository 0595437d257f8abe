"""The addresses every list has: bulk actions, one action, undo, export, columns, saved views, counts."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.api.idempotency import did
from core.errors import DomainError
from core.listing import actions, bulk, export, views_saved
from core.listing.actions import Action, Outcome
from core.listing.base import LISTINGS, Listing
from core.listing.html import ListPage
from core.listing.query import ListQuery
from core.pages import Page

#: Names of a bulk form that are not inputs of the action.
BULK_FIELDS = frozenset({"csrfmiddlewaretoken", "ids", "scope", "query", "next", "step", "_once"})


class ListDoor(Page):
    """A door of the list named in the address; closed to whoever may not see the list."""

    @cached_property
    def listing(self) -> Listing:
        """The list."""
        found = LISTINGS.get(self.kwargs["name"])
        if found is None:
            raise Http404
        return found

    def needed(self) -> str:
        return self.listing.permission

    def home_url(self) -> str:
        return self.listing.address() or "/"

    def back(self) -> str:
        """The list, as it was."""
        return self.next_url()

    def found(self, pk: int) -> Any:
        """One object of the list, or 404."""
        obj = self.listing.queryset(self.actor).filter(pk=pk).first()
        if obj is None:
            raise Http404
        return obj


def inputs(request: HttpRequest) -> QueryDict:
    """The fields of a bulk form that belong to the action."""
    kept = request.POST.copy()
    for name in BULK_FIELDS:
        kept.pop(name, None)
    return kept


class BulkDoor(ListDoor):
    """POST: preview of a bulk action; with ``step=apply`` doing it, with ``step=preview`` the preview for what was entered."""

    def post(self, request: HttpRequest, name: str, action: str) -> HttpResponse:
        """Preview, or the answer row by row (above 200 rows: the job)."""
        found = bulk.find_action(self.listing, action, self.actor, bulk=True)
        query = request.POST.get("query", "") if request.POST.get("scope") == "all" else None
        chosen = bulk.Selection.parse(request.POST.getlist("ids") if query is None else [], query)
        step = request.POST.get("step", "")
        raw = inputs(request)
        form = found.make_form(raw if step else None, actor=self.actor, files=request.FILES if step else None)
        if form is not None and not step and "seen_at" in form.fields:
            form.initial["seen_at"] = raw.get("seen_at", "")  # when the list was drawn from which the rows were chosen
        data = self._data(found, raw, form, step)
        if step == "apply" and data is not None:
            return self._do(found, chosen, data, raw)
        return self._preview(found, chosen, form, data)

    def _data(self, action: Action, raw: QueryDict, form: Any, step: str) -> dict[str, Any] | None:
        """The validated input; None while it is not complete."""
        if form is None:
            return {}
        if step:
            return dict(form.cleaned_data) if form.is_valid() else None
        trial = action.make_form(actions.form_data(_initial(form)), actor=self.actor)
        return dict(trial.cleaned_data) if trial is not None and trial.is_valid() else None

    def _preview(self, action: Action, chosen: bulk.Selection, form: Any, data: dict[str, Any] | None) -> HttpResponse:
        total = chosen.size(self.listing, self.actor)
        shown = views_saved.shown_count(total)
        as_job = total > actions.DIRECT_LIMIT
        context = self._common(action, chosen, shown) | {
            "form": form, "rows": None, "consequence": "" if action.can_undo else action.confirm,
            "can_undo": action.can_undo and not as_job, "action_url": self.request.path, "danger": action.tone == "danger",
            "job_note": _("%(n)s rows: runs as a job with a progress page. Here are the first 200.") % {"n": shown}
            if as_job else "",
        }  # fmt: skip
        if data is not None:
            made = bulk.preview(self.listing, action, chosen, actor=self.actor, now=self.now, data=data)
            done = sum(o.ok for o in made.outcomes)
            will = shown if as_job else done
            context |= {**shown_rows(self.listing, made.outcomes), "will": str(done), "wont": str(len(made.outcomes) - done),
                        "confirm_label": f"{action.submit or action.label} · {will}"}  # fmt: skip
        return self.render("core/_action_preview.html" if self.is_partial() else "core/action_preview.html", context)

    def _do(self, action: Action, chosen: bulk.Selection, data: dict[str, Any], raw: QueryDict) -> HttpResponse:
        made = bulk.perform(self.listing, action, chosen, actor=self.actor, now=self.now, data=data, raw=raw)
        views_saved.forget_counts(self.listing, self.actor)
        done = sum(o.ok for o in made.outcomes)
        answered = {**first_data(made.outcomes), **made.data}
        if action.onward and answered.get("url"):
            return did(self.go(str(answered["url"])))
        job = made.job.pk if made.job is not None else answered.get("job_id")
        undo = {"url": reverse("core:undo", args=[self.listing.name]), "token": made.undo} if made.undo else None
        context = self._common(action, chosen, views_saved.shown_count(made.total)) | {
            **shown_rows(self.listing, made.outcomes), "done": str(done), "refused": str(len(made.outcomes) - done), "undo": undo,
            "file_url": "", "job_url": reverse("core:job", args=[job]) if made.job is not None else "",
            "next_actions": [{"label": _("See the progress"), "url": reverse("core:job", args=[job])}]
            if job and made.job is None else [],
        }  # fmt: skip
        if answered.get("url"):
            context["next_actions"].append({"label": answered.get("url_label") or _("Open"), "url": answered["url"]})
        partial = self.is_partial()
        response = self.render("core/_action_result.html" if partial else "core/action_result.html", context)
        if partial:
            response["HX-Trigger"] = '{"list:reload": true, "rows:done": true}'
        return did(response)

    def _common(self, action: Action, chosen: bulk.Selection, shown: str) -> dict[str, Any]:
        hidden = (
            [("ids", pk) for pk in chosen.ids] if chosen.query is None else [("scope", "all"), ("query", chosen.query)]
        )
        return {"title": f"{action.label} · {shown}", "text": action.explain, "listing": self.listing, "back_url": self.back(),
                "hidden": [*hidden, ("next", self.back())]}  # fmt: skip


#: So many rows of an answer are listed; the file of a job has all.
SHOWN_ROWS = 200


def shown_rows(listing: Listing, outcomes: list[Outcome]) -> dict[str, Any]:
    """The outcomes as the templates list them, refused ones first."""
    ordered = sorted(outcomes, key=lambda o: o.ok)
    rows = [
        {"label": o.label, "ok": o.ok, "text": o.message, "url": listing.detail_address(o.id)}
        for o in ordered[:SHOWN_ROWS]
    ]
    return {"rows": rows, "hidden_rows": max(len(ordered) - SHOWN_ROWS, 0)}


def _initial(form: Any) -> dict[str, Any]:
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def first_data(outcomes: list[Outcome]) -> dict[str, Any]:
    """Plain values the action answered (the same for all rows when it made one thing, e.g. a print job)."""
    return next((o.data for o in outcomes if o.ok and o.data), {})


class ActDoor(ListDoor):
    """One action on one object: GET shows its form (or asks to confirm), POST does it."""

    def get(self, request: HttpRequest, name: str, pk: int, action: str) -> HttpResponse:
        """The form."""
        found = bulk.find_action(self.listing, action, self.actor, bulk=False)
        obj = self.found(pk)
        return self._ask(found, obj, found.make_form(None, actor=self.actor, objs=[obj]))

    def post(self, request: HttpRequest, name: str, pk: int, action: str) -> HttpResponse:
        """Do it and go back to the object with the sentence (and the way to take it back)."""
        found = bulk.find_action(self.listing, action, self.actor, bulk=False)
        obj = self.found(pk)
        form = found.make_form(inputs(request), actor=self.actor, objs=[obj], files=request.FILES)
        if form is not None and not form.is_valid():
            return self._ask(found, obj, form, status=422)
        data = dict(form.cleaned_data) if form is not None else {}
        try:
            outcome = actions.run_one(self.listing, found, pk, actor=self.actor, now=self.now, data=data)
        except DomainError as error:
            if form is None or error.status == 404:
                raise
            add_errors(form, error)
            return self._ask(found, obj, form, status=error.status)
        views_saved.forget_counts(self.listing, self.actor)
        target = str(outcome.data.get("url") or "") or self.next_url(self.listing.detail_address(pk) or self.back())
        if "job_id" in outcome.data:
            target = reverse("core:job", args=[outcome.data["job_id"]])
        slip = bulk.undo_token(self.listing, found, [outcome], self.actor)
        tags = f"undo:{reverse('core:undo', args=[self.listing.name])}?token={slip}" if slip else ""
        return self.go(target, f"{outcome.label}: {outcome.message}", tags=tags, away=bool(outcome.data))

    def _ask(self, action: Action, obj: Any, form: Any, status: int = 200) -> HttpResponse:
        back = self.next_url(self.listing.detail_address(obj.pk) or self.back())
        context = {"title": f"{action.label} · {self.listing.label_of(obj)}", "object": obj,
                   "text": action.explain_for(obj, self.actor, self.now),
                   "form": form or forms.Form(), "action_url": self.request.path, "hidden": [("next", back)],
                   "submit_label": action.submit or action.label, "consequence": action.confirm, "danger": action.tone == "danger",
                   "back_url": back, "crumbs": [{"label": self.listing.title, "url": self.back()}]}  # fmt: skip
        return self.render("core/_form.html" if self.is_partial() else "core/form.html", context, status)


def add_errors(form: Any, error: DomainError) -> None:
    """Show a refusal at its field, else above the form."""
    for name, sentences in getattr(error, "errors", {}).items():
        if name in form.fields:
            for sentence in sentences:
                form.add_error(name, sentence)
    if not form.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)


class UndoDoor(ListDoor):
    """POST with a token: take back what it names."""

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        """Back to where one was, with what was taken back."""
        slip = request.POST.get("token") or request.GET.get("token", "")
        _listing, outcomes = bulk.undo(slip, actor=self.actor, now=self.now)
        views_saved.forget_counts(self.listing, self.actor)
        told = actions.summary(outcomes)
        done = ngettext("%(n)s row taken back.", "%(n)s rows taken back.", told["done_count"]) % {
            "n": told["done_count"]
        }
        refused = " ".join(f"{group['message']} ({group['count']})" for group in told["refused"])
        sentence = f"{done} {refused}".strip()
        if self.is_partial() and request.headers.get("X-List") == "1":  # the list stays, with the row one stands on
            said = {"text": sentence, "tone": "amber" if refused else "leaf"}
            steps = {"list:reload": True, "dialog:close": True, "toast": said}
            return did(HttpResponse(status=204, headers={"HX-Trigger": json.dumps(steps)}))
        return self.go(self.back(), sentence, level=messages.WARNING if refused else messages.SUCCESS)


class ExportDoor(ListDoor):
    """The view as a file: small CSV at once (GET or POST), XLSX and long ones as a job (POST)."""

    def get(self, request: HttpRequest, name: str, kind: str) -> HttpResponse:
        """A small CSV at once."""
        return self.post(request, name, kind)

    def post(self, request: HttpRequest, name: str, kind: str) -> HttpResponse:
        """The file, or the job that makes it."""
        tabs = views_saved.tabs(self.listing, self.actor)
        params = views_saved.with_view(self.listing, self.actor, request.GET, tabs).copy()
        names = [c for c in params.get("columns", "").split(",") if c] or views_saved.columns_of(
            self.listing, self.actor
        )
        columns = [c.name for c in self.listing.chosen(names)]
        query = ListQuery(self.listing, self.actor, params)
        if kind == "csv" and query.count() <= export.DIRECT_ROWS:
            body = "".join(export.csv_lines(query, self.listing.chosen(columns)))
            filename = f"{self.listing.name}-{timezone.localtime(self.now):%Y%m%d-%H%M}.csv"
            return HttpResponse(body, content_type="text/csv; charset=utf-8",
                                headers={"Content-Disposition": f'attachment; filename="{filename}"'})  # fmt: skip
        if request.method != "POST":
            raise Http404
        job = export.start(self.listing, query.text(), columns, kind, actor=self.actor, now=self.now)
        return self.go(reverse("core:job", args=[job.pk]))


class ColumnsDoor(ListDoor):
    """GET: the form that chooses. POST: keep the person's columns; ``reset`` takes the house's choice."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """The form, for the question in the address."""
        page = ListPage(listing_name=self.listing.name)
        page.setup(request)
        context = {"title": _("Choose columns"), **page.column_form()}
        return self.render("core/_columns_form.html" if self.is_partial() else "core/columns.html", context)

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        """Back to the list."""
        names = [] if request.POST.get("reset") else request.POST.getlist("columns")
        views_saved.choose_columns(listing=self.listing, columns=names, actor=self.actor)
        return self.go(self.back())


class FiltersDoor(ListDoor):
    """GET: the filters that are not shown at first."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """The fields alone or, without scripts, as a page that asks the list."""
        page = ListPage(listing_name=self.listing.name)
        page.setup(request)
        context = {"title": _("More filters"), **page.more_fields()}
        return self.render("core/_filters_more.html" if self.is_partial() else "core/filters.html", context)


class ViewCreateDoor(ListDoor):
    """POST: save the question under a name."""

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        """To the new view."""
        query = QueryDict(request.POST.get("query", "")[:2000])
        kept = views_saved.kept_query(ListQuery(self.listing, self.actor, query))
        view = views_saved.create(
            listing=self.listing, name=request.POST.get("name", ""), query=kept, actor=self.actor,
            columns=views_saved.columns_of(self.listing, self.actor), shared=request.POST.get("shared") == "1",
        )  # fmt: skip
        return self.go(f"{self.listing.address()}?view=~{view.pk}")


class ViewChangeDoor(ListDoor):
    """POST: rename, share, or keep the present question in an own view."""

    def post(self, request: HttpRequest, name: str, view_id: int) -> HttpResponse:
        """To the view."""
        changes: dict[str, Any] = {}
        if "name" in request.POST:
            changes["name"] = request.POST["name"]
            changes["shared"] = request.POST.get("shared") == "1"
        if "query" in request.POST:
            question = ListQuery(self.listing, self.actor, QueryDict(request.POST["query"][:2000]))
            changes["query"] = views_saved.kept_query(question)
            changes["columns"] = views_saved.columns_of(self.listing, self.actor)
        view = views_saved.update(listing=self.listing, view_id=view_id, actor=self.actor, **changes)
        return self.go(f"{self.listing.address()}?view=~{view.pk}")


class ViewDeleteDoor(ListDoor):
    """POST: delete an own view."""

    def post(self, request: HttpRequest, name: str, view_id: int) -> HttpResponse:
        """To the list."""
        views_saved.delete(listing=self.listing, view_id=view_id, actor=self.actor)
        return self.go(self.listing.address(), _("The view was deleted; the rows stay."))


class TabsDoor(ListDoor):
    """GET: the tabs with their counts, loaded after the page."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """core/_views.html."""
        page = ListPage(listing_name=name)
        page.setup(request)
        page.url = self.listing.address()
        views_saved.counts(self.listing, self.actor, page.tabs)
        return self.render("core/_views.html", {**page._views(), "query": page.query.text(), "tabs_url": ""})
