"""One's own settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.forms import ProfileForm
from core.formpage import FormPage
from core.pages import Page


class ProfilePage(FormPage):
    """Language, time zone, density, colours, order of Today."""

    form_class = ProfileForm
    title, submit_label = _("Your settings"), _("Save")

    def back_url(self) -> str:
        """The index."""
        return reverse("settings")

    def initial(self) -> dict[str, Any]:
        """As they are."""
        person = self.request.user
        return {name: getattr(person, name) for name in ProfileForm.base_fields}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Save; the answer is in the new language."""
        services.change_preferences(person=self.request.user, actor=self.actor, now=self.now, **data)
        translation.activate(data["language"])
        return self.go(reverse("accounts:profile"), _("Saved."))


class PreferencesDoor(Page):
    """The switches of the frame: language, theme, density, store."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take what was sent; 204 to htmx, else back to where the person was."""
        wishes = {
            k: request.POST[k] for k in ("language", "theme", "density", "store", "today_order") if k in request.POST
        }
        services.change_preferences(person=request.user, actor=self.actor, now=self.now, **wishes)
        if self.is_partial():
            return HttpResponse(
                status=204, headers={"HX-Refresh": "true"} if {"language", "store"} & set(wishes) else {}
            )
        return self.go(self.next_url())
