"""Addresses of feedback."""

from __future__ import annotations

from django.urls import path

from disputes import views

app_name = "disputes"

urlpatterns = [
    path("", views.FeedbackPage.as_view(), name="feedback"),
    path("import/", views.ImportPage.as_view(), name="import"),
]
