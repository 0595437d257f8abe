"""The tables of tracking: one row and its versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from core.format import in_own_language
from logistics.forms.tables import DecisionForm, PromiseForm
from logistics.listings.tables import services_meant
from logistics.models import DecisionRule, PromiseRule
from logistics.services import tracking
from logistics.views.setup import EditPage


class PromisePage(EditPage):
    """One promise."""

    permission = "logistics.view_service"
    permissions = {"POST": "logistics.change_service"}
    model, form_class, list_url, submit_label = PromiseRule, PromiseForm, "logistics:promises", _("Save")

    def extra(self) -> dict[str, Any]:
        """Its name and where it comes from."""
        return {"title": self.row.rule_id, "text": services_meant(self.row.service_match)}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """A new version."""
        row = self.model.objects.get(pk=self.row.pk)
        tracking.set_promise(promise=row, **data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


class DecisionPage(EditPage):
    """One row of a decision table."""

    permission = "logistics.view_service"
    permissions = {"POST": "logistics.change_service"}
    model, form_class, list_url, submit_label = DecisionRule, DecisionForm, "logistics:decisions", _("Save")

    def extra(self) -> dict[str, Any]:
        """Its name and where it comes from."""
        return {"title": self.row.rule_id, "text": in_own_language(self.row.note_zh, self.row.note_en)}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """A new version."""
        row = self.model.objects.get(pk=self.row.pk)
        tracking.set_decision(decision=row, **data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))
