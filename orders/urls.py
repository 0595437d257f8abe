"""Addresses under /orders/."""

from __future__ import annotations

from django.urls import path

from orders.choices import ImportKind
from orders.views import entry, imported, importing, orders

app_name = "orders"

urlpatterns = [
    path("", orders.OrdersPage.as_view(), name="list"),
    path("new/", entry.NewOrderPage.as_view(), name="new"),
    path("rules/", entry.RulesPage.as_view(), name="rules"),
    path("rules/new/", entry.RulePage.as_view(), name="rule-new"),
    path("rules/<int:pk>/", entry.RulePage.as_view(), name="rule"),
    path("<int:pk>/", orders.OrderPage.as_view(), name="detail"),
    path("<int:pk>/address/", orders.AddressDoor.as_view(), name="address"),
    path("<int:pk>/address/edit/", orders.AddressEditPage.as_view(), name="address-edit"),
    path("<int:pk>/wishes/<int:wish>/", orders.WishDoor.as_view(), name="wish"),
    path("import/", importing.UploadPage.as_view(), name="import"),
    path("import/products/", importing.UploadPage.as_view(kind=ImportKind.PRODUCTS), name="import-products"),
    path("import/stock/", importing.UploadPage.as_view(kind=ImportKind.STOCK), name="import-stock"),
    path("import/matches/", importing.UploadPage.as_view(kind=ImportKind.MATCHES), name="import-matches"),
    path("import/rates/", importing.UploadPage.as_view(kind=ImportKind.RATES), name="import-rates"),
    path("import/example/<str:kind>.csv", importing.ExampleDoor.as_view(), name="import-example"),
    path("imports/", imported.ImportsPage.as_view(), name="imports"),
    path("imports/<int:pk>/", importing.OpenDoor.as_view(), name="import-open"),
    path("imports/<int:pk>/columns/", importing.MapPage.as_view(), name="import-map"),
    path("imports/<int:pk>/check/", imported.CheckPage.as_view(), name="import-check"),
    path("imports/<int:pk>/result/", imported.ResultPage.as_view(), name="import-result"),
    path("imports/<int:pk>/rejected/", imported.RejectedDoor.as_view(), name="import-rejected"),
    path("profiles/", imported.ProfilesPage.as_view(), name="profiles"),
    path("profiles/<int:pk>/", imported.ProfilePage.as_view(), name="profile"),
]
