"""The base of every REST view: authenticated, default deny, inside the caller's stores, repeated POSTs once."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed, NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import errors, idempotency
from core.api.auth import PersonAuthentication, TokenAuthentication, actor_of
from core.api.parsing import StrictJSONParser, check_text
from core.api.permissions import Declared
from core.api.throttling import CallerThrottle
from core.audit import Actor
from core.clock import utcnow
from core.errors import Invalid
from core.listing.rows import dumps
from core.scope import acting_scope


class ApiView(APIView):
    """``permissions`` maps a method to the permission it needs ("" = anyone signed in); a method not named is refused."""

    authentication_classes = (TokenAuthentication, PersonAuthentication)
    permission_classes = (Declared,)
    throttle_classes = (CallerThrottle,)
    parser_classes: Any = (StrictJSONParser,)
    metadata_class = None
    http_method_names = ["get", "head", "post", "patch", "delete"]
    permissions: ClassVar[Mapping[str, str]] = {}

    @property
    def actor(self) -> Actor:
        """Who calls."""
        found = getattr(self.request.user, "actor", None)
        return found if isinstance(found, Actor) else actor_of(self.request._request)

    def permission_for(self, method: str) -> str | None:
        """The permission ``method`` needs; None refuses."""
        return self.permissions.get("GET" if method == "HEAD" else method)

    def get_exception_handler(self) -> Callable[..., Any]:
        """Problem answers, whatever the settings say."""
        return errors.problem

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The request inside the caller's store scope."""
        with contextlib.ExitStack() as stack:
            self._stack = stack
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, ask the permission, open the scope."""
        for values in request.query_params.lists():
            for text in (values[0], *values[1]):
                check_text(text)
        if request.method in ("POST", "PATCH", "PUT", "DELETE") and not (request.content_type or "").startswith(
            "multipart/"
        ):
            request._request.body  # noqa: B018  read once here, so that the parser and the idempotency digest see the same bytes
        super().initial(request, *args, **kwargs)
        reference = request.META.get("HTTP_X_REQUEST_ID", "")[:40]
        self._stack.enter_context(acting_scope(self.actor, reference))

    def check_permissions(self, request: Request) -> None:
        """A method the view does not have is 405 for whoever is signed in, before any permission."""
        method = (request.method or "").lower()
        known = method in self.http_method_names and (
            hasattr(self, method) or (method == "head" and hasattr(self, "get"))
        )
        if not known and request.user and request.user.is_authenticated:
            raise MethodNotAllowed(request.method or "")
        super().check_permissions(request)

    @property
    def allowed_methods(self) -> list[str]:
        """What the header Allow names."""
        return [name.upper() for name in self.http_method_names if hasattr(self, name) or name == "head"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """There is one format; what is asked for beside it is not refused."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def once(self, request: Request, work: Callable[[], HttpResponse]) -> HttpResponse:
        """Run ``work`` once for the request's Idempotency-Key (at all, when there is none)."""
        raw = request.headers.get("Idempotency-Key")
        if raw is None:
            return work()
        key = idempotency.valid_key(raw)
        multipart = (request.content_type or "").startswith("multipart/")
        body = idempotency.upload_digest(request.data) if multipart else request._request.body
        digest = idempotency.request_hash(request.method or "", request.get_full_path(), body)
        return idempotency.once(actor=self.actor, key=key, digest=digest, now=utcnow(), work=work)

    def body(self, request: Request) -> dict[str, Any]:
        """The JSON object of the request; refuses a list or a bare value."""
        data = request.data
        if not isinstance(data, dict):
            raise Invalid("bad_body", _("The body must be a JSON object."), status=400)
        return data


def json_answer(value: Any, status: int = 200, **headers: str) -> HttpResponse:
    """A JSON answer made by the fast writer."""
    response = HttpResponse(dumps(value), status=status, content_type="application/json")
    for name, text in headers.items():
        response[name.replace("_", "-")] = text
    response.setdefault("Cache-Control", "private, no-cache")
    return response


def etag_of(value: Any) -> str:
    """The strong ETag of a representation."""
    return f'"{hashlib.sha256(dumps(value)).hexdigest()[:32]}"'


def row_id(text: str) -> int:
    """An id from an address; anything that cannot be one does not exist."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise NotFound
