"""Addresses of Today."""

from __future__ import annotations

from django.urls import path

from core.listing.html import ListPage
from worklist import views

app_name = "worklist"

urlpatterns = [
    path("", views.TodayPage.as_view(), name="today"),
    path("order/", views.OrderPage.as_view(), name="order"),
    path("beat/", views.BeatPage.as_view(), name="beat"),
    path("mentions/<int:pk>/", views.MentionPage.as_view(), name="mention"),
    path("colleagues/", views.ColleaguesDoor.as_view(), name="colleagues"),
    path("all/", ListPage.of("duties"), name="list"),
    path("together/<str:rule>/", views.BulkPane.as_view(), name="bulk"),
    path("duties/<int:pk>/", views.DutyPane.as_view(), name="duty"),
    path("duties/<int:pk>/claim/", views.DutyAct.as_view(act="claim"), name="claim"),
    path("duties/<int:pk>/unclaim/", views.DutyAct.as_view(act="unclaim"), name="unclaim"),
    path("duties/<int:pk>/retry/", views.DutyAct.as_view(act="retry"), name="retry"),
    path("duties/<int:pk>/back/", views.DutyAct.as_view(act="back"), name="back"),
    path("duties/<int:pk>/done/", views.DonePage.as_view(), name="done"),
    path("duties/<int:pk>/snooze/", views.SnoozePage.as_view(), name="snooze"),
    path("duties/<int:pk>/assign/", views.AssignPage.as_view(), name="assign"),
]
