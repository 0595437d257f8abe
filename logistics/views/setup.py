"""Settings of dispatch: carrier services, approval rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from core.format import in_own_language
from core.formpage import FormPage
from core.listing.html import ListPage
from core.pages import Page
from logistics.forms.approval import ApprovalForm
from logistics.forms.dispatch import NewServiceForm, ServiceForm
from logistics.models import ApprovalRule, Service
from logistics.selectors import dispatch as selectors
from logistics.services import setup
from logistics.views.naming import row_name


class EditPage(FormPage):
    """A form over one row of a table that staff edit."""

    model: Any = None
    list_url: str = ""
    edits = True
    #: A change is a new version: what names the row through all of them, the newest of which is watched.
    versioned_by: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def row(self) -> Any:
        """The row, or a new one."""
        if "pk" not in self.kwargs:
            return self.model()
        found = self.rows().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def rows(self) -> QuerySet[Any]:
        """The rows the reader sees."""
        rows: QuerySet[Any] = self.model.objects.all()
        return rows

    def form_arguments(self) -> dict[str, Any]:
        """The row."""
        return {"instance": self.row}

    def record_key(self) -> str:
        """One for all versions of a row."""
        return (
            repr([getattr(self.row, name) for name in self.versioned_by]) if self.versioned_by else super().record_key()
        )

    def watched(self) -> Mapping[str, Any]:
        """The newest version as the form shows it."""
        if not self.versioned_by:
            return super().watched()
        key = {name: getattr(self.row, name) for name in self.versioned_by}
        newest = self.model.objects.filter(**key).order_by("-valid_from", "-pk").first()
        arguments = {**self.form_arguments(), "instance": newest or self.row}
        return self.values_of(self.form_class(initial=self.initial(), **arguments))

    def back_url(self) -> str:
        return reverse(self.list_url)


class ServicePage(EditPage):
    """One carrier service."""

    permission = "logistics.view_service"
    permissions = {"POST": "logistics.change_service"}
    model, form_class, list_url = Service, ServiceForm, "logistics:services"
    submit_label = _("Save")

    def extra(self) -> dict[str, Any]:
        """Its name, and what is known of it."""
        return {"title": row_name(self.row), "text": in_own_language(self.row.note_zh, self.row.note)}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Change it."""
        setup.change_service(service=self.row, changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class ServiceNew(ServicePage):
    """A service of our own."""

    permission = "logistics.change_service"
    form_class = NewServiceForm

    def extra(self) -> dict[str, Any]:
        """What it is for."""
        text = _("Afterwards: its weights and limits, its zones, its price list, its numbers.")
        return {"title": _("New service"), "text": text}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Make it."""
        made = setup.make_service(actor=self.actor, now=self.now, **data)
        return self.go(reverse("logistics:service", args=[made.pk]), _("Saved."))


class ApprovalPage(EditPage):
    """One approval rule."""

    permission = "orders.change_automation"
    model, form_class, list_url = ApprovalRule, ApprovalForm, "logistics:approval-rules"
    submit_label = _("Save")

    def rows(self) -> QuerySet[Any]:
        """Those of the reader's stores and of all."""
        return selectors.approval_rules_for(self.actor)

    def form_arguments(self) -> dict[str, Any]:
        """The row, and the stores that may be chosen."""
        return {**super().form_arguments(), "stores": stores_for(self.actor)}

    def answer(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The questions in groups."""
        self.asked = form
        return super().answer(form, status)

    def extra(self) -> dict[str, Any]:
        """What may be asked."""
        text = _("New notes that fit are signed by the rule; people sign the rest.")
        return {"title": row_name(self.row) or _("New approval rule"), "text": text, "groups": self.asked.groups()}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Store it."""
        setup.save_rule(rule=self.row, changes=data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved. It signs new drafts from now on."))


class ApprovalDelete(Page):
    """Remove an approval rule."""

    permission = "orders.change_automation"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Switch it off for good."""
        row = selectors.approval_rules_for(self.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        setup.save_rule(rule=row, changes={"active": False}, actor=self.actor, now=self.now)
        return self.go(reverse("logistics:approval-rules"), _("Switched off."))


class ApprovalsPage(ListPage):
    """The approval rules."""

    listing_name = "approval-rules"

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        if not self.actor.has_perm("orders.change_automation"):
            return []
        return [
            {"label": _("New rule"), "url": reverse("logistics:approval-rule-new"), "icon": "plus", "kind": "primary"}
        ]
