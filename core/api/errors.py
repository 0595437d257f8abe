"""Errors of the REST door: ``application/problem+json`` (RFC 9457) with a stable ``code`` and the sentence the page shows."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.serializers import as_serializer_error

from core.errors import DomainError, Invalid, Stale
from core.listing.rows import dumps

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


def answer(status: int, code: str, detail: Any, *, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    """The answer to a refused request."""
    body = {"type": f"/api/v1/docs/#error-{code}", "title": _TITLES.get(status, "Refused"), "status": status, "code": code,
            "detail": str(detail), **{k: v for k, v in more.items() if v not in (None, {}, [])}}  # fmt: skip
    return HttpResponse(dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers)


_TITLES = {
    400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 409: "Conflict", 412: "Changed in the meantime", 413: "Too large",
    415: "Unsupported media type", 422: "Not acceptable input", 428: "If-Match needed", 429: "Too many requests",
    500: "Our fault", 503: "Busy",
}  # fmt: skip


def of_domain(error: DomainError) -> HttpResponse:
    """The problem of a refusal by a service."""
    more: dict[str, Any] = {"field": error.field}
    if isinstance(error, Invalid):
        more["errors"] = error.errors
    elif error.field:
        more["errors"] = {error.field: [error.message]}
    if isinstance(error, Stale):
        more["changes"] = error.changes
    if error.params:
        more["params"] = {name: _plain(value) for name, value in error.params.items()}
    headers = {"Retry-After": str(error.params["retry_after"])} if "retry_after" in error.params else None
    return answer(error.status, error.code, error.message, headers=headers, **more)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def flat_errors(found: Any, path: str = "") -> dict[str, list[str]]:
    """Nested serializer errors as ``lines.0.sku`` -> sentences."""
    if isinstance(found, dict):
        merged: dict[str, list[str]] = {}
        for name, inner in found.items():
            name_ = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            merged.update(flat_errors(inner, name_))
        return merged
    if isinstance(found, list):
        if found and all(isinstance(item, dict | list) for item in found):
            merged = {}
            for index, inner in enumerate(found):
                merged.update(flat_errors(inner, f"{path}.{index}" if path else str(index)))
            return merged
        return {path or "body": [str(item) for item in found]} if found else {}
    return {path or "body": [str(found)]}


def problem(error: Exception, context: dict[str, Any] | None = None) -> HttpResponse | None:
    """DRF's exception handler. Anything unknown is logged and answered as our fault, without details."""
    for of, made in _HANDLERS:
        if isinstance(error, of):
            return made(error)
    if type(error) is DatabaseError:  # how the driver names a connection that broke in the middle of a statement
        return _busy(error)
    logger.exception("unhandled error in the API", exc_info=error)
    return answer(500, "internal_error", _("Something went wrong on our side. Nothing was changed."))


def _of_drf(error: exceptions.APIException) -> HttpResponse:
    status = int(error.status_code)
    if isinstance(error, exceptions.ValidationError):
        return _of_input(error)
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    code = {401: "not_authenticated", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 415: "unsupported_media_type",
            429: "too_many_requests", 400: "bad_request"}.get(status, "refused")  # fmt: skip
    found = error.get_codes()
    if isinstance(found, str) and found not in ("error", "parse_error", "permission_denied", "throttled", "invalid"):
        code = found
    detail = error.detail if isinstance(error.detail, str) else _("The request cannot be accepted.")
    return answer(status, code, detail, headers=headers)


def _of_input(error: exceptions.ValidationError) -> HttpResponse:
    errors = flat_errors(as_serializer_error(error) if not isinstance(error.detail, dict | list) else error.detail)
    return answer(422, "invalid_input", _("Some fields need another value."), errors=errors)


def _of_validation(error: ValidationError) -> HttpResponse:
    errors = error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}
    return answer(422, "invalid_input", _("Some fields need another value."), errors=errors)


def _busy(error: Exception) -> HttpResponse:
    logger.warning("database busy", extra={"reason": type(error.__cause__ or error).__name__})
    return answer(
        503, "busy", _("Somebody is working on the same thing. Try again in a moment."), headers={"Retry-After": "1"}
    )


def _integrity(error: Exception) -> HttpResponse:
    logger.warning("refused by the database", exc_info=error)
    return answer(409, "conflict", _("Somebody changed this at the same moment. Try again."))


def _data(error: Exception) -> HttpResponse:
    logger.warning("value the database refuses", exc_info=error)
    return answer(422, "invalid_input", _("A value is too large or not of its kind."))


def _not_found(error: Exception) -> HttpResponse:
    return answer(404, "not_found", _("There is no such entry, or it is not yours to see."))


_HANDLERS: list[tuple[Any, Any]] = [
    (DomainError, of_domain),
    (exceptions.NotFound, _not_found),
    (exceptions.APIException, _of_drf),
    (Http404, _not_found),
    (RequestDataTooBig, lambda _e: answer(413, "too_large", _("The request is too large."))),
    (PermissionDenied, lambda _e: answer(403, "not_allowed", _("Your role may not do this."))),
    (SuspiciousOperation, lambda _e: answer(400, "bad_request", _("The request cannot be accepted."))),
    (ValidationError, _of_validation),
    (IntegrityError, _integrity),
    (DataError, _data),
    ((OperationalError, InterfaceError), _busy),
]
