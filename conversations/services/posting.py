"""A message posted by a program: own words in a thread, or a text of the house about an order or parcel."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conversations import selectors
from conversations.models import Conversation, Message
from conversations.services.handing import write
from conversations.services.outgoing import send_template
from core.audit import Actor
from core.errors import Invalid, Missing


def post(
    *, actor: Actor, now: datetime, conversation: Conversation | None = None, body: str = "", subject: str = "",
    template: str = "", about_type: str = "", about_id: int | None = None, facts: dict[str, str] | None = None,
    draft: bool = False, key: str = "",
) -> Message:  # fmt: skip
    """Write a message: ``template`` about an object, or ``body`` in a thread (``conversation``, or that of the object's
    buyer). The same ``key`` is the same message.

    Refuses a request that names neither, an object that is not there, a text with unknown or untrue facts.
    """
    about = selectors.about_object(about_type, about_id) if about_type and about_id else None
    if about_type and about is None:
        raise Missing("not_found", _("There is no such order or parcel, or it is not yours to see."))
    name = f"api:{actor.kind}:{actor.ref}:{key}" if key else ""
    if template:
        if about is None:
            raise Invalid(
                "about_needed",
                _("Say what the text is about."),
                errors={"about_id": [str(_("Needed with a template."))]},
            )
        key_of = name or f"api:{template}:{about_type}:{about_id}:{now.isoformat()}"
        made = send_template(
            base_code=template,
            about=about,
            key=key_of[:120],
            actor=actor,
            now=now,
            extra=dict(facts or {}),
            as_draft=draft or None,
        )
        assert made is not None
        return made
    if conversation is None and about is not None:
        conversation = selectors.thread_of(selectors.party_of(about).buyer.pk)
    if conversation is None or not body:
        raise Invalid("nothing_to_send", _("Give a template and what it is about, or a thread and words."))
    return write(
        conversation=conversation,
        body=body,
        subject=subject,
        actor=actor,
        now=now,
        about=about,
        key=name[:120],
        as_draft=draft,
    )
