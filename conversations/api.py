"""REST for threads, messages and texts."""

from __future__ import annotations

from rest_framework import serializers

from accounts.selectors import stores_for
from conversations import selectors, services
from conversations.choices import Answers, SendMode, TemplateKind
from conversations.services import telling
from core.api.fields import Scoped
from core.listing.rest import Resource, Write


class MessageInput(serializers.Serializer):
    """A text to a buyer: own words in a thread, or a template about an order or parcel."""

    conversation = Scoped(selectors.conversations_for, required=False)
    body = serializers.CharField(required=False, max_length=10_000)
    subject = serializers.CharField(required=False, max_length=300, default="", allow_blank=True)
    template = serializers.CharField(required=False, max_length=10, help_text="base code of a text, e.g. X09")
    about_type = serializers.ChoiceField(["orders.order", "logistics.parcel"], required=False)
    about_id = serializers.IntegerField(required=False, min_value=1)
    facts = serializers.DictField(child=serializers.CharField(max_length=1000), required=False, default=dict)
    draft = serializers.BooleanField(required=False, default=False)
    key = serializers.CharField(required=False, max_length=100, help_text="the same key again answers the same message")


class DraftChange(serializers.Serializer):
    """What of a draft may change."""

    body = serializers.CharField(max_length=10_000)
    subject = serializers.CharField(max_length=300, allow_blank=True)


class MessageResource(Resource):
    """``/api/v1/messages/``."""

    listing = "messages"
    create = Write(MessageInput, services.post, "conversations.send_message")
    update = Write(DraftChange, services.change_draft, "conversations.send_message")
    version_fields = ("state", "subject", "body")


class ConversationResource(Resource):
    """``/api/v1/conversations/``."""

    listing = "conversations"


class TemplateInput(serializers.Serializer):
    """A new text."""

    code = serializers.RegexField(r"^[A-Z][A-Z0-9_]{0,9}$")
    language = serializers.CharField(max_length=10, default="en")
    store = Scoped(stores_for, "code", required=False)
    purpose = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(TemplateKind.choices)
    send_mode = serializers.ChoiceField(SendMode.choices, default=SendMode.MANUAL)
    trigger = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=10_000)
    when_zh = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    when_en = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    answers = serializers.ChoiceField(Answers.choices, default=Answers.PERSON)
    active = serializers.BooleanField(default=True)


class TemplateChange(serializers.Serializer):
    """What of a text may change."""

    purpose = serializers.CharField(max_length=60, required=False)
    kind = serializers.ChoiceField(TemplateKind.choices, required=False)
    send_mode = serializers.ChoiceField(SendMode.choices, required=False)
    trigger = serializers.CharField(max_length=120, required=False, allow_blank=True)
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    body = serializers.CharField(max_length=10_000, required=False)
    when_zh = serializers.CharField(max_length=300, required=False, allow_blank=True)
    when_en = serializers.CharField(max_length=300, required=False, allow_blank=True)
    answers = serializers.ChoiceField(Answers.choices, required=False)
    active = serializers.BooleanField(required=False)


class TemplateResource(Resource):
    """``/api/v1/templates/``."""

    listing = "templates"
    create = Write(TemplateInput, services.create_template, "conversations.change_template")
    update = Write(TemplateChange, services.change_template, "conversations.change_template")


class ReminderInput(serializers.Serializer):
    """A new step of the ladder."""

    store = Scoped(stores_for, "code", required=False, default=None)
    position = serializers.IntegerField(min_value=1, max_value=50)
    after_days = serializers.IntegerField(min_value=1, max_value=90)
    base_code = serializers.CharField(max_length=10)
    active = serializers.BooleanField(default=True)
    inducement = serializers.BooleanField(default=False)
    lawful_note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ReminderChange(serializers.Serializer):
    """What of a step may change."""

    after_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    base_code = serializers.CharField(max_length=10, required=False)
    active = serializers.BooleanField(required=False)
    inducement = serializers.BooleanField(required=False)
    lawful_note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ReminderResource(Resource):
    """``/api/v1/settings/reminder-steps/``: the ladder by which an unanswered question is asked again."""

    listing, path, tag = "reminder-steps", "settings/reminder-steps", "settings"
    create = Write(ReminderInput, services.add_step, "core.change_policy")
    update = Write(ReminderChange, services.change_step, "core.change_policy")


class TellingInput(serializers.Serializer):
    """One matter for the buyers of some orders or parcels: a text of the house, or own words. Nothing is sent before ``send``."""

    about_type = serializers.ChoiceField(["orders.order", "logistics.parcel"])
    about_ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=10_000)
    template = serializers.CharField(
        required=False, max_length=10, default="", allow_blank=True, help_text="base code of a text"
    )
    language = serializers.CharField(required=False, max_length=10, default="en", help_text="language of the own words")
    subject = serializers.CharField(required=False, max_length=300, default="", allow_blank=True)
    body = serializers.CharField(required=False, max_length=10_000, default="", allow_blank=True)


class TellingResource(Resource):
    """``/api/v1/tellings/``: made and prepared here (or by the action ``tell`` of parcels), looked through, then sent."""

    listing = "tellings"
    create = Write(TellingInput, telling.make_telling, "conversations.send_message")
    version_fields = ("state",)


class TellingRowChange(serializers.Serializer):
    """Other words for one buyer."""

    subject = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=10_000)


class TellingRowResource(Resource):
    """``/api/v1/telling-rows/?telling=ID``: the buyers of a telling."""

    listing = "telling-rows"
    update = Write(TellingRowChange, telling.change_row, "conversations.send_message")
    version_fields = ("verdict", "why", "subject", "body")


RESOURCES = [
    TellingResource,
    TellingRowResource,
    MessageResource,
    ConversationResource,
    TemplateResource,
    ReminderResource,
]
