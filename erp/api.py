"""REST: collects ``RESOURCES`` (and ``ROUTES`` for odd ones) of every app's ``api.py``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.urls import path, re_path

from core.api.addresses import late, nothing
from core.listing.rest import Resource, routes

app_name = "api"


def _collected() -> tuple[list[type[Resource]], list[Any]]:
    resources: list[type[Resource]] = []
    others: list[Any] = []
    for app in settings.OUR_APPS:
        name = "core.api.resources" if app == "core" else f"{app}.api"
        if find_spec(name) is None:
            continue
        module = import_module(name)
        resources += getattr(module, "RESOURCES", [])
        others += getattr(module, "ROUTES", [])
    return resources, others


_resources, _others = _collected()
urlpatterns = [
    path("schema/", late("core.api.docs.SchemaView"), name="schema"),
    path("docs/", late("core.api.docs.DocsPage"), name="docs"),
    *_others,
    *routes(_resources),
    re_path(r"^(?P<rest>.*)$", nothing),
]
