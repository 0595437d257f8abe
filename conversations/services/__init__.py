"""Writes of messages: texts filled and handed to their routes, answers, drafts, what came in, templates."""

from conversations.services.drafts import cancel, change_draft, send_draft
from conversations.services.handing import confirm_sent, hand_over_to_person, write
from conversations.services.incoming import record_inbound
from conversations.services.outgoing import Outcome, TextSpec, preview, send_many, send_template, try_send_template
from conversations.services.templates import change_template, copy_for_store, create_template

__all__ = [
    "Outcome", "TextSpec", "cancel", "change_draft", "change_template", "confirm_sent", "copy_for_store",
    "create_template", "hand_over_to_person", "preview", "record_inbound", "send_draft", "send_many", "send_template",
    "try_send_template", "write",
]  # fmt: skip
