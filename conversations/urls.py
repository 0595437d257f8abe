"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from conversations import views

app_name = "conversations"

urlpatterns = [
    path("", views.InboxPage.as_view(), name="inbox"),
    path("threads/<int:pk>/", views.ThreadPage.as_view(), name="thread"),
    path("threads/<int:pk>/compose/", views.ComposePage.as_view(), name="compose"),
    path("write/", views.WriteDoor.as_view(), name="write"),
    path("drafts/<int:pk>/", views.DraftPage.as_view(), name="draft"),
    path("by-hand/", views.ByHandPage.as_view(), name="by-hand"),
    path("by-hand/<int:pk>/", views.ByHandOnePage.as_view(), name="by-hand-one"),
    path("all/", views.MessagesPage, name="messages"),
    path("templates/", views.TemplatesPage.as_view(), name="templates"),
    path("templates/new/", views.TemplateNewPage.as_view(), name="template-new"),
    path("templates/<int:pk>/", views.TemplatePage.as_view(), name="template"),
    path("templates/<int:pk>/preview/", views.TemplatePreview.as_view(), name="template-preview"),
]
