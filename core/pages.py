"""The base of every page: signed in, allowed, refusals in the words of the service.

    class BoardPage(Page):
        permission = "logistics.view_note"

        def get(self, request):
            return self.render("logistics/board.html", {...})

``self.actor`` and ``self.now`` are what services take; the middleware has opened the person's stores. A ``DomainError``
raised anywhere below becomes a sentence: shown above the page it came from (POST) or as an error page (GET).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View

from core.api.auth import actor_of
from core.api.idempotency import once_form
from core.audit import Actor
from core.clock import utcnow
from core.errors import Conflict, DomainError, Invalid

logger = logging.getLogger(__name__)

#: What the database answers when somebody else has what it wants: deadlock, lock timeout, serialization.
_BUSY = {"40P01", "55P03", "40001"}


def refusal_of(error: Exception) -> DomainError | None:
    """What the database says no to, as programs read it too; None for what is a fault of ours."""
    if isinstance(error, IntegrityError):
        return Conflict("conflict", _("Somebody changed this at the same moment. Try again."))
    if isinstance(error, DataError) or (type(error) is ValueError and "NUL (0x00)" in str(error)):
        return Invalid("invalid_input", _("A value is too large or not of its kind."))
    if isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", "") in _BUSY:
        return Conflict("busy", _("Somebody is working on the same thing. Try again in a moment."))
    return None


class Page(View):
    """A page for people. ``permission`` "" = everyone signed in; ``permissions`` may name others per method."""

    permission: str = ""
    permissions: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "post", "head", "options"]

    @cached_property
    def actor(self) -> Actor:
        """Who looks."""
        return actor_of(self.request)

    @cached_property
    def now(self) -> datetime:
        """The one moment of this request."""
        return utcnow()

    def needed(self) -> str:
        """The permission this request needs."""
        return self.permissions.get(self.request.method or "", self.permission)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Sign-in, permission, double clicks, refusals."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        needed = self.needed()
        if needed and not self.actor.has_perm(needed):
            raise PermissionDenied
        handler: Any = super().dispatch
        try:
            return once_form(request, actor=self.actor, now=self.now, work=lambda: handler(request, *args, **kwargs))
        except DomainError as error:
            return self.refused(error)
        except (DatabaseError, ValueError) as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            logger.warning("refused by the database", extra={"reason": type(error.__cause__ or error).__name__})
            return self.refused(refusal)

    def refused(self, error: DomainError) -> HttpResponse:
        """How a refusal looks; a page with a form overrides this or catches it itself."""
        if error.status == 404:
            raise Http404(error.message)
        if self.wants_json():
            return JsonResponse({"code": error.code, "detail": error.message}, status=error.status)
        if self.request.method == "POST" and not self.is_partial():
            messages.error(self.request, error.message)
            return HttpResponseRedirect(self.next_url())
        context = {"code": error.code, "sentence": error.message, "back": self.next_url()}
        return render(self.request, "core/refused.html", context, status=error.status)

    def render(self, template: str, context: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """The page."""
        return render(self.request, template, dict(context or {}), status=status)

    def is_partial(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return self.request.headers.get("HX-Request") == "true" and self.request.headers.get("HX-Boosted") != "true"

    def wants_json(self) -> bool:
        """Whether a script asks for JSON."""
        return self.request.headers.get("Accept", "").startswith("application/json")

    def home_url(self) -> str:
        """Where to go when nothing else is known."""
        return "/"

    def next_url(self, default: str = "") -> str:
        """Where to go after a POST: the field ``next`` or the page before, never another host."""
        for url in (self.request.POST.get("next"), self.request.GET.get("next"), self.request.headers.get("Referer")):
            if url and url_has_allowed_host_and_scheme(url, {self.request.get_host()}, self.request.is_secure()):
                return url
        return default or self.home_url()

    def go(
        self, url: str, sentence: Any = "", *, level: int = messages.SUCCESS, tags: str = "", away: bool = False
    ) -> HttpResponse:
        """Redirect after a POST, with a sentence. htmx is told to load the new page; a work page (Today, Messages, Cases) stays
        where it is and says the sentence, unless the way leads ``away`` to something that was made."""
        if sentence and not away and self.is_partial() and self.request.headers.get("X-Work") == "1":
            undo = next((tag[5:] for tag in tags.split() if tag.startswith("undo:")), "")
            tone = {messages.WARNING: "amber", messages.ERROR: "rose"}.get(level, "leaf")
            told = {
                "work:did": True,
                "dialog:close": True,
                "toast": {"text": str(sentence), "tone": tone, "undo": undo},
            }
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
        if sentence:
            messages.add_message(self.request, level, str(sentence), extra_tags=tags)
        if self.is_partial():
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)
