"""Addresses of dispatch (/dispatch/) and of parcels (/parcels/)."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

app_name = "logistics"

DISPATCH: list[URLPattern] = []

PARCELS: list[URLPattern] = []

urlpatterns = [path("dispatch/", include(DISPATCH)), path("parcels/", include(PARCELS))]
