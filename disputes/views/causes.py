"""The list of root causes: add, rename, order, retire."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import versions
from core.formpage import FormPage
from core.listing.html import ListPage
from disputes import selectors, services
from disputes.forms import RootCauseForm
from disputes.models import RootCause

_FIELDS = ("name_zh", "name", "position", "valid_from", "valid_until")


class CausesPage(ListPage):
    """What may be named."""

    listing_name = "root-causes"
    subtitle = _("what lies at the root of a case or a bad rating; reports count by it")

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        return [{"label": _("Add a cause"), "url": reverse("disputes:cause-new"), "icon": "plus", "kind": "primary"}]


class CausePage(FormPage):
    """One cause, new or old."""

    permission, form_class, submit_label = "core.change_policy", RootCauseForm, _("Save")
    text = _("People choose it when they say where a case or a bad rating came from.")

    @cached_property
    def cause(self) -> RootCause | None:
        """The line that is edited."""
        return selectors.causes.root_cause(self.kwargs["pk"]) if "pk" in self.kwargs else None

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Its name."""
        return str(self.cause) if self.cause else _("New root cause")

    def back_url(self) -> str:
        """The list."""
        return reverse("disputes:causes")

    def form_arguments(self) -> dict[str, Any]:
        """The code of an old one stays."""
        return {"fresh": self.cause is None}

    def initial(self) -> dict[str, Any]:
        """What it says now."""
        if self.cause is None:
            return {"valid_from": self.now.date(), "position": 100}
        return {name: getattr(self.cause, name) for name in _FIELDS}

    def extra(self) -> dict[str, Any]:
        """The way up, and which version is shown."""
        hidden = [(versions.FORM_FIELD, versions.stamp(self.cause, _FIELDS))] if self.cause else []
        return {"crumbs": [{"label": _("Root causes"), "url": self.back_url()}], "hidden": hidden}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        given = {**data, "actor": self.actor, "now": self.now}
        if self.cause is None:
            services.add_cause(**given)
        else:
            services.change_cause(obj=self.cause, stamp=self.request.POST.get(versions.FORM_FIELD, ""), **given)
        return self.go(self.back_url(), _("Saved."))
