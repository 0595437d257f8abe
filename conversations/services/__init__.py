"""Writes of messages: texts filled and handed to their routes, answers, drafts, what came in, templates."""

from conversations.services.drafts import cancel, change_draft, send_draft
from conversations.services.handing import confirm_message, confirm_sent, hand_over_to_person, write
from conversations.services.incoming import record_inbound
from conversations.services.outgoing import (
    Outcome,
    Preview,
    TextSpec,
    preview,
    refusal,
    send_many,
    send_template,
    suggestion,
    try_send_template,
)  # fmt: skip
from conversations.services.posting import post
from conversations.services.reminding import add_step, ask_again, change_step, remind, remove_step, stop_asking
from conversations.services.standing import discard_standing, standing, take_over
from conversations.services.templates import change_template, copy_for_store, create_template, known_names

__all__ = [
    "Outcome", "Preview", "TextSpec", "add_step", "ask_again", "cancel", "change_draft", "change_step", "change_template",
    "confirm_message", "confirm_sent", "copy_for_store", "create_template", "discard_standing", "hand_over_to_person",
    "known_names", "post", "preview", "record_inbound", "refusal", "remind", "remove_step", "send_draft", "send_many", "send_template",
    "standing", "stop_asking", "suggestion", "take_over", "try_send_template", "write",
]  # fmt: skip
