"""Pages about stores."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.forms import StoreChangeForm, StoreForm
from accounts.models import Store
from core.formpage import FormPage
from core.listing.html import ListPage


class StoresPage(ListPage):
    """All stores."""

    listing_name = "stores"
    permission = "accounts.change_store"

    def needed(self) -> str:
        """Managing stores is more than seeing their names."""
        return self.permission

    def head_actions(self) -> list[dict[str, Any]]:
        """Open one."""
        return [{"label": _("Open a store"), "url": reverse("accounts:store-new"), "icon": "plus", "kind": "primary"}]


class StoreNewPage(FormPage):
    """Open a store."""

    permission, form_class = "accounts.change_store", StoreForm
    title, submit_label = _("Open a store"), _("Open the store")

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:stores")

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        store = services.create_store(**data, actor=self.actor, now=self.now)
        return self.go(reverse("accounts:stores"), _("%(store)s is open.") % {"store": store.name})


class StorePage(FormPage):
    """Change a store."""

    permission, form_class = "accounts.change_store", StoreChangeForm
    edits = True
    submit_label = _("Save")

    @cached_property
    def store(self) -> Store:
        """The store, among those of the person."""
        found = selectors.stores_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return self.store.name

    @property
    def text(self) -> str:  # type: ignore[override]
        """What stays as it is."""
        return f"{self.store.code} · {self.store.get_kind_display()} · {self.store.currency}"

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:stores")

    def initial(self) -> dict[str, Any]:
        """As it is."""
        return {name: getattr(self.store, name) for name in StoreChangeForm.base_fields}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        services.change_store(store=self.store, **data, actor=self.actor, now=self.now)
        return self.go(reverse("accounts:stores"), _("Saved."))
