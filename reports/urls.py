"""Addresses of reports."""

from __future__ import annotations

from django.urls import path

from reports.views import DailyPage, LogPage, ReportPage

app_name = "reports"

urlpatterns = [
    path("", ReportPage.as_view(), name="page"),
    path("daily/", DailyPage.as_view(), name="daily"),
    path("log/", LogPage.as_view(), name="log"),
]
