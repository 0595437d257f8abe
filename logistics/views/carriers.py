"""Settings: accounts with carriers that have an API of their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.listing.html import ListPage
from logistics.forms.carriers import AccountForm
from logistics.models import CarrierAccount
from logistics.services import carriers
from logistics.views.setup import EditPage


class AccountsPage(ListPage):
    """The accounts."""

    listing_name = "carrier-accounts"

    def head_actions(self) -> list[dict[str, Any]]:
        """A new one."""
        if not self.actor.has_perm("logistics.change_service"):
            return []
        url = reverse("logistics:carrier-account-new")
        return [{"label": _("Add an account"), "url": url, "icon": "plus", "kind": "primary"}]


class AccountPage(EditPage):
    """One account; services name it as their carrier program."""

    permission = "logistics.change_service"
    model, form_class, list_url = CarrierAccount, AccountForm, "logistics:carrier-accounts"
    submit_label = _("Save")
    template_name = "logistics/carrier_account.html"

    @cached_property
    def new(self) -> bool:
        """Whether it is being made."""
        return "pk" not in self.kwargs

    def extra(self) -> dict[str, Any]:
        """What it is for."""
        text: Any = _("Services whose carrier program is this short name get numbers and labels there.")
        end = ""
        if self.row.ended_at:
            text = gettext("Ended: %(reason)s. Give a key to take it up again.") % {"reason": self.row.end_reason}
        elif not self.new:
            end = reverse("core:act", args=["carrier-accounts", self.row.pk, "end"])
        return {"title": _("New carrier account") if self.new else self.row.code, "text": text, "end_url": end}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Keep it."""
        changes = {name: value for name, value in data.items() if name != "token"}
        carriers.save_account(account=self.row, changes=changes, token=data["token"], actor=self.actor, now=self.now)
        return self.go(self.back_url(), _("Saved."))
