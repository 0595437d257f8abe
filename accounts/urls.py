"""Addresses under /settings/."""

from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("you/", views.ProfilePage.as_view(), name="profile"),
    path("preferences/", views.PreferencesDoor.as_view(), name="preferences"),
    path("stores/", views.StoresPage.as_view(), name="stores"),
    path("stores/new/", views.StoreNewPage.as_view(), name="store-new"),
    path("stores/<int:pk>/", views.StorePage.as_view(), name="store"),
    path("people/", views.PeoplePage.as_view(), name="people"),
    path("people/new/", views.PersonNewPage.as_view(), name="person-new"),
    path("people/<int:pk>/", views.PersonPage.as_view(), name="person"),
    path("tokens/", views.TokensPage.as_view(), name="tokens"),
    path("tokens/new/", views.TokenNewPage.as_view(), name="token-new"),
    path("tokens/<int:pk>/made/", views.TokenMadePage.as_view(), name="token-made"),
    path("rules/", views.PoliciesPage.as_view(), name="policies"),
    path("rules/<str:key>/", views.PolicyPage.as_view(), name="policy"),
    path("calendar/", views.CalendarPage.as_view(), name="calendar"),
]
