"""Addresses under /customers/."""

from __future__ import annotations

from django.urls import path

from customers import views

app_name = "customers"

urlpatterns = [
    path("", views.BuyersPage.as_view(), name="list"),
    path("<int:pk>/", views.BuyerPage.as_view(), name="detail"),
    path("<int:pk>/export/", views.ExportBuyer.as_view(), name="export"),
]
