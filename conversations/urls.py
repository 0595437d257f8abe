"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from conversations.views import (
    AskAgainDoor,
    ByHandOnePage,
    ByHandPage,
    ComposePage,
    DraftPage,
    InboxPage,
    MessagesPage,
    ReminderPage,
    RemindersPage,
    TellingPage,
    TellingRowPage,
    TellingsPage,
    TemplateNewPage,
    TemplatePage,
    TemplatePreview,
    TemplatesPage,
    ThreadPage,
    WriteDoor,
)

app_name = "conversations"

urlpatterns = [
    path("", InboxPage.as_view(), name="inbox"),
    path("threads/<int:pk>/", ThreadPage.as_view(), name="thread"),
    path("threads/<int:pk>/compose/", ComposePage.as_view(), name="compose"),
    path("threads/<int:pk>/ask-again/", AskAgainDoor.as_view(), name="ask-again"),
    path("reminders/", RemindersPage.as_view(), name="reminders"),
    path("reminders/new/", ReminderPage.as_view(), name="reminder-new"),
    path("reminders/<int:pk>/", ReminderPage.as_view(), name="reminder"),
    path("write/", WriteDoor.as_view(), name="write"),
    path("drafts/<int:pk>/", DraftPage.as_view(), name="draft"),
    path("by-hand/", ByHandPage.as_view(), name="by-hand"),
    path("by-hand/<int:pk>/", ByHandOnePage.as_view(), name="by-hand-one"),
    path("all/", MessagesPage, name="messages"),
    path("tellings/", TellingsPage, name="tellings"),
    path("tellings/<int:pk>/", TellingPage.as_view(), name="telling"),
    path("tellings/buyers/<int:pk>/", TellingRowPage.as_view(), name="telling-row"),
    path("templates/", TemplatesPage.as_view(), name="templates"),
    path("templates/new/", TemplateNewPage.as_view(), name="template-new"),
    path("templates/<int:pk>/", TemplatePage.as_view(), name="template"),
    path("templates/<int:pk>/preview/", TemplatePreview.as_view(), name="template-preview"),
]
