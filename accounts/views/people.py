"""Pages about colleagues."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.forms import PersonChangeForm, PersonForm
from accounts.models import User
from core.formpage import FormPage
from core.listing.html import ListPage


class PeoplePage(ListPage):
    """Everybody with a login."""

    listing_name = "users"

    def head_actions(self) -> list[dict[str, Any]]:
        """Make one."""
        return [
            {"label": _("New login"), "url": reverse("accounts:person-new"), "icon": "user-plus", "kind": "primary"}
        ]


class PersonNewPage(FormPage):
    """Make a login."""

    permission, form_class = "accounts.change_people", PersonForm
    title, submit_label = _("New login"), _("Make the login")

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:people")

    def form_arguments(self) -> dict[str, Any]:
        """Stores of the one who asks."""
        return {"actor": self.actor}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        person = services.create_person(**data, actor=self.actor, now=self.now)
        return self.go(reverse("accounts:people"), _("%(name)s can sign in.") % {"name": person.label})


class PersonPage(FormPage):
    """Change a login."""

    permission, form_class = "accounts.change_people", PersonChangeForm
    edits = True
    submit_label = _("Save")

    @cached_property
    def person(self) -> User:
        """The colleague."""
        found = selectors.people_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:  # type: ignore[override]
        """Their name."""
        return self.person.label

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:people")

    def form_arguments(self) -> dict[str, Any]:
        """Stores of the one who asks."""
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        """As it is."""
        person = self.person
        return {
            "display_name": person.display_name, "role": person.role, "all_stores": person.all_stores,
            "stores": [m.store_id for m in person.memberships.all()], "active": person.is_active,
        }  # fmt: skip

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        services.change_person(person=self.person, **data, actor=self.actor, now=self.now)
        return self.go(reverse("accounts:people"), _("Saved."))
