"""Pages of messages: threads, drafts, copying by hand, texts."""

from conversations.views.byhand import ByHandOnePage, ByHandPage
from conversations.views.compose import ComposePage, DraftPage
from conversations.views.inbox import InboxPage, MessagesPage
from conversations.views.reminding import AskAgainDoor, ReminderPage, RemindersPage
from conversations.views.telling import TellingPage, TellingRowPage, TellingsPage
from conversations.views.templates import TemplateNewPage, TemplatePage, TemplatePreview, TemplatesPage
from conversations.views.thread import ThreadPage, WriteDoor

__all__ = [
    "AskAgainDoor", "ByHandOnePage", "ByHandPage", "ComposePage", "DraftPage", "InboxPage", "MessagesPage", "ReminderPage", "RemindersPage",
    "TellingPage", "TellingRowPage", "TellingsPage",
    "TemplateNewPage", "TemplatePage", "TemplatePreview", "TemplatesPage", "ThreadPage", "WriteDoor",
]  # fmt: skip
