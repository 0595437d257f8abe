"""The tables of tracking: one row and its versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.format import in_own_language
from logistics.forms.decisions import DecisionForm
from logistics.forms.tables import PromiseForm
from logistics.listings import lane_words as words
from logistics.listings.naming import service_name
from logistics.listings.tables import services_meant
from logistics.models import DecisionRule, Lane, LaneLevel, PromiseRule
from logistics.selectors import lanes, payout
from logistics.services import tracking
from logistics.views.setup import EditPage


class PromisePage(EditPage):
    """One promise."""

    permission = "logistics.view_service"
    permissions = {"POST": "logistics.change_service"}
    model, form_class, list_url, submit_label = PromiseRule, PromiseForm, "logistics:promises", _("Save")
    versioned_by, unwatched = ("rule_id",), ("valid_from",)

    template_name = "logistics/promise.html"
    wide_fields = ("kinds", "services", "note", "note_zh")

    def extra(self) -> dict[str, Any]:
        """Its name, the services it means, and what the lanes under it would keep."""
        found = lanes.under_promise(self.row.rule_id, self.now) if self.actor.has_perm("logistics.view_lane") else []
        text = services_meant(self.row.service_match)
        return {
            "title": self.row.rule_id, "text": text, "lanes": [_lane(lane) for lane in found],
            "settings": [_setting(one) for one in payout.settings(self.row.promise_days, found, self.now)],
            "busiest": f"{service_name(found[0].service)} → {found[0].country}" if found else "", "after": payout.days_after(self.now),
        }  # fmt: skip

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """A new version."""
        row = self.model.objects.get(pk=self.row.pk)
        tracking.set_promise(promise=row, **data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))


def _lane(lane: Lane) -> dict[str, Any]:
    """A lane in a row: its days, what the promise is worth, which promise would be kept."""
    kept = words.share_text(lane.kept_share)
    cells = [
        ("", f.link_html(reverse("logistics:lane", args=[lane.pk]), f"{service_name(lane.service)} → {lane.country}")),
        ("num", f.number(lane.parcels)), ("num", words.days_text(lane.most_days)), ("num", kept),
        ("num", words.days_text(lane.advised_days)), ("", "" if lane.level == LaneLevel.LANE else lane.get_level_display()),
    ]  # fmt: skip
    return {"tds": f.tds_html(cells)}


def _setting(one: payout.Setting) -> dict[str, Any]:
    """A number of days in a row: until when, paid out when, how much sooner or later, what it is worth."""
    change = f"{one.change:+d}" if one.change else str(_("as now"))
    cells = [
        ("num", f.number(one.days)), ("", f.day(one.promised_by)), ("", f.day(one.paid_by)), ("num", change),
        ("num", words.share_text(one.kept) if one.kept is not None else f.DASH),
    ]  # fmt: skip
    return {"tds": f.tds_html(cells), "now": not one.change}


class DecisionPage(EditPage):
    """One row of a decision table."""

    permission = "logistics.view_service"
    permissions = {"POST": "logistics.change_service"}
    model, form_class, list_url, submit_label = DecisionRule, DecisionForm, "logistics:decisions", _("Save")
    versioned_by, unwatched = ("rule_id",), ("valid_from",)

    def answer(self, form: forms.Form, status: int = 200) -> HttpResponse:
        """The questions in groups."""
        self.asked = form
        return super().answer(form, status)

    def extra(self) -> dict[str, Any]:
        """Its name and where it comes from."""
        text = in_own_language(self.row.note_zh, self.row.note_en)
        return {"title": self.row.rule_id, "text": text, "groups": self.asked.groups()}  # type: ignore[attr-defined]

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """A new version."""
        row = self.model.objects.get(pk=self.row.pk)
        tracking.set_decision(decision=row, **data, actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))
