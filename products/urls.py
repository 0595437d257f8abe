"""Addresses under /products/."""

from __future__ import annotations

from django.urls import path

from products import views

app_name = "products"

urlpatterns = [
    path("", views.SkusPage.as_view(), name="list"),
    path("new/", views.SkuNewPage.as_view(), name="new"),
    path("<int:pk>/", views.SkuPage.as_view(), name="detail"),
    path("<int:pk>/edit/", views.SkuEditPage.as_view(), name="edit"),
    path("channel/", views.ToMatchPage.as_view(), name="to-match"),
    path("channel/same-codes/", views.SameCodes.as_view(), name="same-codes"),
    path("channel/<int:pk>/", views.ItemPage.as_view(), name="item"),
]
