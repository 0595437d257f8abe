"""Colleagues named in notes: who can be named, and the way from the line on Today to what the note is about."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve

from core.pages import Page
from worklist import selectors
from worklist.services import mentions


class MentionPage(Page):
    """Opens what the note is about; the own line on Today ends with it."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To the object, at its notes."""
        url = selectors.address_of_note(pk, self.actor)
        if not url:
            raise Http404
        mentions.read(entry_id=pk, actor=self.actor, now=self.now)
        return HttpResponseRedirect(f"{url}#timeline")


class ColleaguesDoor(Page):
    """GET: whom one may name in a note (``about``: the address the note is sent to; ``q``: what was typed behind the @)."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Logins and names as JSON; empty for an object the person does not see."""
        try:
            found = resolve(request.GET.get("about", ""))
        except Resolver404:
            raise Http404 from None
        if found.view_name != "core:note":
            raise Http404
        people = selectors.may_be_named(
            self.actor, listing=found.kwargs["name"], pk=found.kwargs["pk"], typed=request.GET.get("q", "")[:60]
        )
        return JsonResponse({"people": [{"login": p.username, "name": p.label} for p in people]})
