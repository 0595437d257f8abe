"""Addresses of the API beside its resources."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.api import errors


def late(name: str, **given: Any) -> Callable[..., HttpResponse]:
    """The view class of this dotted name, loaded when it is asked for the first time: the kit that draws the schema takes some
    megabytes, and most web processes never draw it."""

    @cache
    def loaded() -> Callable[..., HttpResponse]:
        view: Callable[..., HttpResponse] = import_string(name).as_view(**given)
        return view

    @csrf_exempt  # the class itself asks for the token where a session is used
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return loaded()(request, *args, **kwargs)

    return view


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address under /api/v1/."""
    return errors.answer(404, "not_found", _("There is no such address in the API."))


def described(**given: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What the schema says of a method of an own view: ``operation_id``, ``tags``, ``responses``, ``parameters``."""

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        method.described = given  # type: ignore[attr-defined]  # read by core.api.schema
        return method

    return mark
