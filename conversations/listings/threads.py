"""Lists of messages, threads and texts; what the order list says of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from conversations import selectors, services
from conversations.choices import (
    Answers,
    DeliveryState,
    Direction,
    MessageState,
    Route,
    SendMode,
    TemplateKind,
    purpose_words,
)
from conversations.filters import ConversationFilter, MessageFilter, ReminderFilter, TemplateFilter
from conversations.models import Conversation, Message, ReminderStep, Template
from core import counts
from core import format as f
from core.audit import Actor
from core.errors import Conflict
from core.listing import Action, Column, Contains, Listing, RowPart, View, Words, register

counts.register("messages", selectors.waiting_count, permission="conversations.view_message", hot=True)


class RouteRow(serializers.Serializer):
    """How a message travels by one route."""

    id = serializers.CharField()
    route = serializers.ChoiceField(Route.choices)
    state = serializers.ChoiceField(DeliveryState.choices)
    sent_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class MessageRow(serializers.Serializer):
    """A message as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    conversation = serializers.CharField(source="conversation.id", label=_("Thread"))
    buyer = serializers.CharField(source="conversation.buyer.name", label=_("Buyer"))
    direction = serializers.ChoiceField(Direction.choices, label=_("Direction"))
    state = serializers.ChoiceField(MessageState.choices, label=_("State"))
    key = serializers.CharField(label=_("Key"))
    template = serializers.CharField(source="template_code", label=_("Text"))
    language = serializers.CharField(label=_("Language"))
    subject = serializers.CharField(label=_("Subject"))
    body = serializers.CharField(label=_("Words"))
    about_type = serializers.CharField()
    about_id = serializers.CharField(allow_null=True)
    is_chaser = serializers.BooleanField()
    at = serializers.DateTimeField(label=_("When"))
    deliveries = RouteRow(many=True, label=_("Routes"))


def _deliveries(ids: Sequence[int], actor: Actor) -> dict[int, dict[str, Any]]:
    return {pk: {"deliveries": rows} for pk, rows in selectors.deliveries_of(ids).items()}


class SendMessage(Action):
    """Hand a draft to its routes."""

    name, label, permission, icon, tone = "send", _("Send"), "conversations.send_message", "send", "primary"
    confirm = _("The buyer gets the text by every route.")

    def check(self, obj: Message, actor: Actor, now: datetime) -> None:
        """Only drafts."""
        if obj.state != MessageState.DRAFT:
            raise Conflict("not_a_draft", _("Only a draft can be sent."))

    def apply(self, obj: Message, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.send_draft(message=obj, actor=actor, now=now)


class ConfirmSent(Action):
    """A person copied the text into the channel."""

    name, label, permission, icon = "confirm-sent", _("Sent by hand"), "conversations.send_message", "check"

    def apply(self, obj: Message, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call per route that waits for a person."""
        services.confirm_message(message=obj, actor=actor, now=now)


class CancelMessage(Action):
    """Discard a draft, or stop what has not left."""

    name, label, permission, icon = "cancel", _("Discard"), "conversations.send_message", "x"

    def apply(self, obj: Message, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.cancel(message=obj, actor=actor, now=now)


@register
class MessageListing(Listing):
    """Every text of either side."""

    name, title, permission = "messages", _("All messages"), "conversations.view_message"
    model, row, filters = Message, MessageRow, MessageFilter
    columns = [
        Column("at", time="moment", link="conversations:thread", link_field="conversation", sortable=True),
        Column("store"),
        Column("buyer", buyer=True),
        Column("direction", badge=Direction),
        Column("template", mono=True),
        Column("state", badge=MessageState),
        Column("subject", buyer=True, width="wide"),
        Column("language", default=False),
        Column("key", mono=True, default=False),
    ]
    parts = [
        RowPart(name="deliveries", fields={"deliveries": RouteRow(many=True, label=_("Routes"))}, part=_deliveries)
    ]
    actions = [SendMessage(), ConfirmSent(), CancelMessage()]
    views = [
        View("all", _("All"), counted=False, default=True),
        View("drafts", _("Drafts"), "state=draft"),
        View("received", _("From buyers"), "state=received", counted=False),
    ]
    url, default_order, label_field = "conversations:messages", "-at", "key"
    personal, personal_permission = frozenset({"buyer", "subject", "body"}), "orders.view_personal"
    scan_ok = {"about_id": "asked together with about_type, which the index of both begins with"}
    empty = (_("No messages yet."), _("Texts to buyers and their answers appear here."), "", "")

    def queryset(self, actor: Actor) -> QuerySet[Message]:
        """Messages of the actor's stores."""
        return selectors.messages_for(actor)


class AskAgain(Action):
    """Ask until the buyer answers."""

    name, label, permission, icon = "ask-again", _("Ask again until answered"), "conversations.send_message", "refresh"
    confirm, done_text = (
        _("The buyer is reminded of our last question, at most once a day."),
        _("Asked again until answered."),
    )
    undo = "stop-asking"

    def apply(self, obj: Conversation, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.ask_again(conversation=obj, actor=actor, now=now)

    def shown_for(self, obj: Conversation) -> bool:
        """While nobody asks again."""
        return obj.asked_at is None


class StopAsking(Action):
    """Ask no more."""

    name, label, permission, icon = "stop-asking", _("Stop asking"), "conversations.send_message", "ban"
    done_text = _("Nobody asks again.")

    def apply(self, obj: Conversation, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.stop_asking(conversation=obj, actor=actor, now=now)

    def shown_for(self, obj: Conversation) -> bool:
        """While it is asked."""
        return obj.asked_at is not None


class ConversationRow(serializers.Serializer):
    """A thread as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    buyer = serializers.CharField(source="buyer.name", label=_("Buyer"))
    country = serializers.CharField(source="buyer.country", label=_("Country"))
    last_at = serializers.DateTimeField(label=_("Newest"))
    last_in_at = serializers.DateTimeField(label=_("The buyer wrote"))
    last_out_at = serializers.DateTimeField(label=_("We wrote"))
    waiting_since = serializers.DateTimeField(label=_("Waits since"))
    asked_at = serializers.DateTimeField(label=_("Asked again since"), allow_null=True)
    reminded = serializers.IntegerField(label=_("Reminders"))


@register
class ConversationListing(Listing):
    """Threads, for programs, search and the panels beside a thread."""

    name, title, permission = "conversations", _("Threads"), "conversations.view_message"
    model, row, filters = Conversation, ConversationRow, ConversationFilter
    columns = [
        Column("buyer", buyer=True, link="conversations:thread"),
        Column("store"),
        Column("country", country=True),
        Column("waiting_since", time="ago"),
        Column("last_at", time="moment", sortable=True),
        Column("asked_at", time="ago", default=False),
        Column("reminded", default=False),
    ]
    actions = [AskAgain(), StopAsking()]
    views = [
        View("waiting", _("Waiting for us"), "waiting=true"),
        View("asking", _("Asked again"), "asking=true"),
        View("all", _("All"), counted=False, default=True),
    ]
    detail_url, default_order = "conversations:thread", "-last_at"
    search_by = [Words("buyer__search__words")]
    personal, personal_permission = frozenset({"buyer"}), "orders.view_personal"

    def queryset(self, actor: Actor) -> QuerySet[Conversation]:
        """Threads of the actor's stores in which something was said."""
        return selectors.conversations_for(actor).filter(last_at__isnull=False)


class ReminderRow(serializers.Serializer):
    """A step of the ladder as lists and programs see it."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    position = serializers.IntegerField(label=_("Place in the ladder"))
    after_days = serializers.IntegerField(label=_("Days after the question"))
    base_code = serializers.CharField(label=_("Text"))
    active = serializers.BooleanField(label=_("In use"))
    inducement = serializers.BooleanField(label=_("Offers money or a discount"))
    lawful_note = serializers.CharField(label=_("Why the offer is lawful on this channel"))


class RemoveStep(Action):
    """Take a step out."""

    name, label, permission, icon, tone = "remove", _("Delete"), "core.change_policy", "trash", "danger"
    confirm = _("Threads that are asked just now go on with the step after it.")

    def apply(self, obj: ReminderStep, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        services.remove_step(obj=obj, actor=actor, now=now)


@register
class ReminderListing(Listing):
    """The ladder of reminders: the house's, and the steps of single stores."""

    name, title, permission, small = "reminder-steps", _("Reminders"), "core.change_policy", True
    model, row, filters = ReminderStep, ReminderRow, ReminderFilter
    columns = [
        Column("position", link="conversations:reminder", sortable=True, align="left"),
        Column("store", mono=True),
        Column("after_days", sortable=True),
        Column("base_code", mono=True),
        Column("active"),
        Column("inducement"),
        Column("lawful_note", width="wide"),
    ]
    actions = [RemoveStep()]
    views = [View("all", _("All"), default=True), View("in-use", _("In use"), "active=true")]
    url, default_order, label_field = "conversations:reminders", "position", "position"
    empty = (_("No steps: nobody is asked again."), _("The ladder is loaded with the installation."), _("Add a step"),
             "conversations:reminder-new")  # fmt: skip
    icon = "refresh"

    def queryset(self, actor: Actor) -> QuerySet[ReminderStep]:
        """The house's steps and those of the actor's stores."""
        return selectors.reminder_steps(actor)


class TemplateRow(serializers.Serializer):
    """A text as lists and programs see it."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    base_code = serializers.CharField(label=_("Rules call it"))
    language = serializers.CharField(label=_("Language"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    purpose = serializers.CharField(label=_("Purpose"))
    kind = serializers.ChoiceField(TemplateKind.choices, label=_("About"))
    send_mode = serializers.ChoiceField(SendMode.choices, label=_("How it goes out"))
    trigger = serializers.CharField(label=_("When"))
    subject = serializers.CharField(label=_("Subject"))
    body = serializers.CharField(label=_("Words"))
    guardrail = serializers.CharField(label=_("Must be true"))
    when_zh = serializers.CharField(label=_("Note (Chinese)"))
    when_en = serializers.CharField(label=_("Note (English)"))
    answers = serializers.ChoiceField(Answers.choices, label=_("Ends the wait"))
    active = serializers.BooleanField(label=_("In use"))
    updated_at = serializers.DateTimeField(label=_("Changed"))


@register
class TemplateListing(Listing):
    """The texts of the house and of its stores."""

    name, title, permission, small = "templates", _("Templates"), "conversations.change_template", True
    model, row, filters = Template, TemplateRow, TemplateFilter
    columns = [
        Column("code", link="conversations:template", mono=True, sortable=True),
        Column("language", sortable=True),
        Column("store"),
        Column("purpose", sortable=True, html=lambda row: purpose_words(row["purpose"])),
        Column("kind", badge=TemplateKind),
        Column("send_mode", badge=SendMode),
        Column("subject", width="wide", default=False),
        Column(
            "when_zh",
            label=_("When to send it"),
            html=lambda row: f.in_own_language(row["when_zh"], row["when_en"]),
            needs=("when_en",),
            width="wide",
        ),
        Column("answers", badge=Answers, default=False),
        Column("active"),
        Column("updated_at", time="day", default=False),
    ]
    views = [
        View("english", _("English"), "language=en", default=True),
        View("auto", _("By itself"), "send_mode=auto"),
        View("all", _("All")),
    ]
    url, detail_url, default_order = "conversations:templates", "conversations:template", "code"
    search_by = [Contains("code"), Contains("purpose"), Contains("when_zh"), Contains("when_en"), Contains("subject")]
    empty = (
        _("No texts yet."),
        _("The starting texts are loaded with the installation."),
        _("New text"),
        "conversations:template-new",
    )

    def queryset(self, actor: Actor) -> QuerySet[Template]:
        """Texts of the house and of the actor's stores."""
        return selectors.templates_for(actor)
