"""Pages about the keys of programs."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.forms import TokenForm
from accounts.selectors import tokens_for
from core import crypto
from core.audit import Actor
from core.formpage import FormPage
from core.listing.html import ListPage
from core.pages import Page

#: So long the key of a new token waits, encrypted, for its page to be read.
SHOWN_SECONDS = 120


class TokensPage(ListPage):
    """All tokens."""

    listing_name = "tokens"

    def head_actions(self) -> list[dict[str, Any]]:
        """Make one."""
        return [{"label": _("New token"), "url": reverse("accounts:token-new"), "icon": "plus", "kind": "primary"}]


class TokenNewPage(FormPage):
    """Make a token; its key is shown on the next page and never again."""

    permission, form_class = "accounts.change_token", TokenForm
    title, submit_label = _("New token"), _("Make the token")

    def back_url(self) -> str:
        """The list."""
        return reverse("accounts:tokens")

    def form_arguments(self) -> dict[str, Any]:
        """Stores of the one who asks."""
        return {"actor": self.actor}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call; a double click is led to the same key (the first answer never reaches the browser)."""
        token, key = services.create_token(**data, actor=self.actor, now=self.now)
        cache.set(_waiting(self.actor, token.pk), crypto.encrypt(key), SHOWN_SECONDS)
        return self.go(reverse("accounts:token-made", args=[token.pk]))


class TokenMadePage(Page):
    """The key of a token just made, for some minutes and only for who made it."""

    permission = "accounts.change_token"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The key, or that it is not shown any more."""
        token = tokens_for(self.actor).filter(pk=pk, created_by_id=self.actor.user_id).first()
        if token is None:
            raise Http404
        sealed = cache.get(_waiting(self.actor, pk))
        context = {"title": token.program, "key": crypto.decrypt(sealed) if sealed else "", "token": token,
                   "list_url": reverse("accounts:tokens")}  # fmt: skip
        response = self.render("accounts/token_made.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _waiting(actor: Actor, pk: int) -> str:
    return f"accounts:token-key:{actor.user_id}:{pk}"
