"""Addresses of the doors."""

from __future__ import annotations

from django.urls import path

from stores import views

app_name = "stores"

urlpatterns = [
    path("connections/", views.ConnectionsPage.as_view(), name="connections"),
    path("connections/<slug:code>/", views.ConnectionPage.as_view(), name="connection"),
    path("calls/", views.CallsPage, name="calls"),
    path("calls/<int:pk>/", views.CallPage.as_view(), name="call"),
    path("inbound/", views.InboundPage, name="inbound"),
    path("inbound/<int:pk>/", views.RecordPage.as_view(), name="record"),
    path("deadlines/", views.DeadlinesPage, name="deadlines"),
    path("deadlines/<int:pk>/", views.DeadlinePage.as_view(), name="deadline"),
]
