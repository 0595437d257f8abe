"""Addresses of dispatch (/dispatch/) and of parcels (/parcels/)."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

from core.listing.html import ListPage
from logistics.views import parcels

app_name = "logistics"

DISPATCH: list[URLPattern] = []

PARCELS: list[URLPattern] = [
    path("", parcels.ParcelsPage.as_view(), name="parcels"),
    path("<int:pk>/", parcels.ParcelPage.as_view(), name="parcel"),
    path("<int:pk>/pane/", parcels.ParcelPane.as_view(), name="parcel_pane"),
    path("events/", ListPage.of("tracking-events"), name="events"),
    path("events/import/", parcels.EventsImportPage.as_view(), name="events_import"),
]

urlpatterns = [path("dispatch/", include(DISPATCH)), path("parcels/", include(PARCELS))]
