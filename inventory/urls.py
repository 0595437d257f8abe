"""Addresses under /stock/."""

from __future__ import annotations

from django.urls import path

from core.listing.html import ListPage
from inventory import views

app_name = "inventory"

urlpatterns = [
    path("", views.StockPage.as_view(), name="list"),
    path("<int:pk>/", views.BalancePage.as_view(), name="detail"),
    path("movements/", ListPage.of("movements"), name="movements"),
    path("receive/", views.ReceivePage.as_view(), name="receive"),
    path("warehouses/", views.WarehousesPage.as_view(), name="warehouses"),
    path("warehouses/new/", views.WarehousePage.as_view(), name="warehouse-new"),
    path("warehouses/<int:pk>/", views.WarehousePage.as_view(), name="warehouse"),
    path("bins/", views.BinsPage.as_view(), name="bins"),
    path("bins/new/", views.BinPage.as_view(), name="bin-new"),
    path("bins/<int:pk>/", views.BinPage.as_view(), name="bin"),
]
