"""Addresses under /orders/."""

from __future__ import annotations

from django.urls import path

from orders.views import entry, orders

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
]
