"""What every request passes: security headers, the age of a session, and who acts on which stores."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.api import errors
from core.audit import Actor
from core.reading import whole
from core.scope import acting_scope

Handler = Callable[[HttpRequest], HttpResponse]

#: No inline script or style, nothing from elsewhere. Article pictures may come from the channels' https servers.
POLICY = "; ".join(
    [
        "default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob: https:", "font-src 'self'",
        "connect-src 'self'", "media-src 'self' blob:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'", "frame-src 'self'", "worker-src 'self'", "manifest-src 'self'",
    ]
)  # fmt: skip
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"

COMPRESSED = ("text/html", "application/json", "application/problem+json", "text/javascript", "application/javascript")

#: Who looks at a page without being signed in: sees no store.
NOBODY = Actor(kind="user", label="", store_ids=frozenset())


class Compressed(GZipMiddleware):
    """Pages and answers go out gzipped, with random bytes inside so that their length tells nothing. What carries a mark of its
    content (ETag) keeps it untouched, and what is streamed or packed already goes as it is."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Only whole texts."""
        kind = str(response.headers.get("Content-Type", "")).partition(";")[0]
        if response.streaming or "ETag" in response.headers or kind not in COMPRESSED:
            return response
        return super().process_response(request, response)


class BodyLimit:
    """Refuses a request whose body is larger than anything anybody hands in, before a byte of it is kept."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """413 for what is too large; a body without a length is none."""
        length = whole(request.META.get("CONTENT_LENGTH") or "0")
        if length is None or length > settings.LARGEST_BODY:
            sentence = _("The request is too large.")
            if request.path.startswith("/api/"):
                return errors.answer(413, "too_large", sentence)
            page = render_to_string("errors/413.html", {"megabytes": settings.LARGEST_BODY // 1024**2})
            return HttpResponse(page, status=413)
        return self.get_response(request)


class SecurityHeaders:
    """Sets the headers that Django does not: content policy, permissions, no storing of private pages."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse odd methods, answer, then add what is missing."""
        if request.method in {"TRACE", "TRACK", "CONNECT"}:
            return HttpResponse(status=405)
        response = self.get_response(request)
        if getattr(
            response, "without_cookies", False
        ):  # a page for everybody: also who is signed in here gets none with it
            response.cookies.clear()
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SessionLimits:
    """Ends a session seven days after login, however busy it was; the idle limit is the cookie age."""

    KEY = "_began"

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember when the session of a signed-in person began."""
        began = request.session.get(self.KEY)
        if began and time.time() - began > settings.SESSION_ABSOLUTE_AGE:
            logout(request)
        response = self.get_response(request)
        if SESSION_KEY not in request.session:
            return response  # nobody signed in here: a program with its token must not be given a session with each request
        if self.KEY not in request.session:
            request.session[self.KEY] = int(time.time())
        elif time.time() - request.session.get("_seen", 0) > 300:
            request.session["_seen"] = int(time.time())  # moves the idle limit without a write on each click
        return response


class ActorScope:
    """Everything a signed-in person does happens as that person, in that person's stores, language and time zone."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the scope around the view."""
        user = request.user
        actor = NOBODY
        if user.is_authenticated:
            actor = user.actor
            chosen = user.current_store_id
            if chosen and actor.may_see_store(chosen):
                actor = replace(actor, store_ids=frozenset({chosen}))
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
            timezone.activate(ZoneInfo(user.time_zone))
        request.actor = actor
        request.id = getattr(request, "id", None) or uuid4().hex
        try:
            with acting_scope(actor, request.id):
                return self.get_response(request)
        finally:
            timezone.deactivate()
