"""Addresses of cases and feedback."""

from __future__ import annotations

from django.urls import path

from core.listing.html import ListPage
from disputes.views import cases, causes, feedback

app_name = "disputes"

urlpatterns = [
    path("cases/", ListPage.of("cases"), name="cases"),
    path("cases/causes/", causes.CausesPage.as_view(), name="causes"),
    path("cases/causes/new/", causes.CausePage.as_view(), name="cause-new"),
    path("cases/causes/<int:pk>/", causes.CausePage.as_view(), name="cause"),
    path("cases/<int:pk>/", cases.CasePage.as_view(), name="case"),
    path("cases/<int:pk>/pane/", cases.CasePane.as_view(), name="case-pane"),
    path("cases/<int:pk>/answer/", cases.AnswerPage.as_view(), name="answer"),
    path("remedies/", ListPage.of("remedies"), name="remedies"),
    path("feedback/", feedback.FeedbackPage.as_view(), name="feedback"),
    path("feedback/import/", feedback.ImportPage.as_view(), name="import"),
    path("feedback/<int:pk>/", feedback.RatingPage.as_view(), name="rating"),
    path("feedback/<int:pk>/pane/", feedback.RatingPane.as_view(), name="rating-pane"),
    path("feedback/<int:pk>/reply/", feedback.ReplyPage.as_view(), name="reply"),
]
