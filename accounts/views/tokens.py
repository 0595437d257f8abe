"""Pages about the keys of programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.forms import TokenForm
from core.formpage import FormPage
from core.listing.html import ListPage


class TokensPage(ListPage):
    """All tokens."""

    listing_name = "tokens"

    def head_actions(self) -> list[dict[str, Any]]:
        """Make one."""
        return [{"label": _("New token"), "url": reverse("accounts:token-new"), "icon": "plus", "kind": "primary"}]


class TokenNewPage(FormPage):
    """Make a token; its key is shown on the answer and never again."""

    permission, form_class = "accounts.change_token", TokenForm
    title, submit_label = _("New token"), _("Make the token")

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:tokens")

    def form_arguments(self) -> dict[str, Any]:
        """Stores of the one who asks."""
        return {"actor": self.actor}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call, then the key, once."""
        token, key = services.create_token(**data, actor=self.actor, now=self.now)
        return self.render(
            "accounts/token_made.html", {"title": token.program, "key": key, "list_url": self.back_url()}
        )
