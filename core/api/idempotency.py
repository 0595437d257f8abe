"""A repeated request has one effect: the first answer is kept under (caller, key) and given again.

The record is written in the transaction of the effect, so a crash leaves both or neither. A duplicate that arrives while
the first still runs waits for it (the unique index holds it back) and then gets its answer. Refusals change nothing and
are not kept: the same key may be tried again after mending what was refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, Invalid
from core.models import IdempotencyRecord

#: Headers of the first answer that are given again.
KEPT_HEADERS = ("Location", "ETag", "HX-Redirect", "HX-Trigger")
FORM_FIELD = "_once"


def valid_key(text: str) -> str:
    """The key as it was sent; refuses an empty, overlong or unprintable one."""
    if not (0 < len(text) <= 200 and text.isascii() and text.isprintable()):
        raise Invalid(
            "bad_idempotency_key", _("An Idempotency-Key has 1 to 200 printable ASCII characters."), status=400
        )
    return text


def request_hash(method: str, path: str, body: bytes) -> str:
    """What must be equal for a repetition to count as one."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def upload_digest(data: Any) -> bytes:
    """Fields and files of an upload as bytes to hash (the boundary of a multipart body differs each time)."""
    parts = []
    for name in sorted(data):
        for value in data.getlist(name):
            if isinstance(value, UploadedFile):
                digest = hashlib.sha256()
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
                parts.append(f"{name}\0file\0{digest.hexdigest()}")
            else:
                parts.append(f"{name}\0{value}")
    return "\n".join(parts).encode("utf-8", "surrogatepass")


def once(*, actor: Actor, key: str, digest: str, now: datetime, work: Callable[[], HttpResponse],
         keep: Callable[[HttpResponse], HttpResponse | None] = lambda response: response) -> HttpResponse:  # fmt: skip
    """Run ``work`` under ``key``, or give its first answer again (marked ``Idempotent-Replayed``).

    ``keep`` says what is kept for repetitions; for None (a page that only shows something) the key stays free.
    Refuses a key that was used for another request (422) and one whose first request still runs (409).
    """
    caller = f"{actor.kind}:{actor.ref or actor.label}"
    try:
        with transaction.atomic():
            record_id = _reserve(caller, key, digest, now)
            if record_id is None:
                return _again(caller, key, digest)
            response = work()
            kept = keep(response)
            if kept is None:
                IdempotencyRecord.objects.filter(pk=record_id).delete()
                return response
            body = orjson.loads(kept.content) if kept.content and _is_json(kept) else None
            IdempotencyRecord.objects.filter(pk=record_id).update(
                status=kept.status_code, body=body,
                headers={name: kept[name] for name in KEPT_HEADERS if name in kept},
            )  # fmt: skip
            return response
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == "55P03" and _running(caller, key):  # lock_not_available
            raise Conflict("still_running", _("The first request with this key is still running. Try again in a moment."),
                           retry_after=1) from error  # fmt: skip
        raise


def _is_json(response: HttpResponse) -> bool:
    return "json" in response.get("Content-Type", "")


def _reserve(caller: str, key: str, digest: str, now: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {IdempotencyRecord._meta.db_table} (caller, key, request_hash, headers, created_at)"  # noqa: S608
            " VALUES (%s, %s, %s, '{}', %s) ON CONFLICT (caller, key) DO NOTHING RETURNING id",
            [caller[:60], key, digest, now],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def _running(caller: str, key: str) -> bool:
    return not IdempotencyRecord.objects.filter(caller=caller[:60], key=key).exists()


def _again(caller: str, key: str, digest: str) -> HttpResponse:
    record = IdempotencyRecord.objects.get(caller=caller[:60], key=key)
    if record.request_hash != digest:
        raise Invalid("idempotency_key_reused", _("This Idempotency-Key was already used for another request."))
    if record.status in (301, 302, 303):
        return HttpResponseRedirect(record.headers.get("Location", "/"))
    content = b"" if record.body is None else orjson.dumps(record.body)
    response = HttpResponse(content, status=record.status or 200, content_type="application/json")
    for name, value in record.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def once_form(request: HttpRequest, *, actor: Actor, now: datetime, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The same for a page: a form with the hidden field ``_once`` (tag ``{% once %}``) makes one record on a double click.

    The same key with other input is refused: it would be dropped in silence. Kept are answers that lead on (a redirect, or the
    204 that tells htmx what to do next). A page that is shown (a preview) leaves the key free, but not one that shows what was
    done (:func:`did`): there a repetition changes nothing and stays where it is. A form shown again with its errors (4xx) takes
    back whatever was begun.
    """
    key = request.POST.get(FORM_FIELD, "")
    if request.method != "POST" or not key:
        return work()
    shown: list[HttpResponse] = []

    def unless_refused() -> HttpResponse:
        response = work()
        if response.status_code >= 400:
            shown.append(response)
            raise _Shown
        return response

    try:
        return once(actor=actor, key=valid_key(f"form:{key}"), now=now, work=unless_refused,
                    keep=lambda response: _kept_of_form(request, response),
                    digest=request_hash("POST", request.path, _form_digest(request)))  # fmt: skip
    except _Shown:
        return shown[0]


def did(response: HttpResponse) -> HttpResponse:
    """Mark a page that shows what the form did: its key is used up."""
    response.did = True  # type: ignore[attr-defined]
    return response


def _kept_of_form(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    if response.status_code in (204, 301, 302, 303):
        return response
    if not getattr(response, "did", False):
        return None
    return HttpResponse(status=204) if request.headers.get("HX-Request") == "true" else HttpResponseRedirect("/")


def _form_digest(request: HttpRequest) -> bytes:
    """What was entered and handed in; the token against forgery is written anew each time."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    return upload_digest(fields) + b"\n" + upload_digest(request.FILES)


class _Shown(Exception):
    """The form was shown again: nothing happened, so nothing is kept."""
