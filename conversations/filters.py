"""What may be asked of the lists of messages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.selectors import stores_for
from conversations.choices import LeftOut, MessageState, SendMode, TellingState, TemplateKind, Verdict
from conversations.models import Conversation, Message, ReminderStep, Telling, TellingRow, Template


def _stores(request: Any) -> QuerySet[Any]:
    return stores_for(request.actor)


class StoreFilter(django_filters.ModelMultipleChoiceFilter):
    """Some of the actor's stores, by code."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """``store IN ids``."""
        return qs.filter(store__in=[store.pk for store in value]) if value else qs


class MessageFilter(django_filters.FilterSet):
    """What may be asked of the list of messages."""

    state = django_filters.MultipleChoiceFilter(choices=MessageState.choices, label=_("State"))
    store = StoreFilter(queryset=_stores, to_field_name="code", field_name="store", distinct=False, label=_("Store"))
    template = django_filters.CharFilter(field_name="template_code", label=_("Text"))
    at = django_filters.IsoDateTimeFromToRangeFilter(label=_("When"))
    conversation = django_filters.NumberFilter(field_name="conversation_id", label=_("Thread"))
    about_type = django_filters.CharFilter(label=_("About"))
    about_id = django_filters.NumberFilter(label=_("About number"))

    class Meta:
        model = Message
        fields: list[str] = []


class ConversationFilter(django_filters.FilterSet):
    """What may be asked of the list of threads."""

    store = StoreFilter(queryset=_stores, to_field_name="code", field_name="store", distinct=False, label=_("Store"))
    waiting = django_filters.BooleanFilter(
        field_name="waiting_since", lookup_expr="isnull", exclude=True, label=_("Waits for us")
    )
    asking = django_filters.BooleanFilter(
        field_name="asked_at", lookup_expr="isnull", exclude=True, label=_("Asked again until answered")
    )
    buyer = django_filters.NumberFilter(field_name="buyer_id", label=_("Buyer"))

    class Meta:
        model = Conversation
        fields: list[str] = []


class TemplateFilter(django_filters.FilterSet):
    """What may be asked of the list of texts."""

    kind = django_filters.MultipleChoiceFilter(choices=TemplateKind.choices, label=_("About"))
    send_mode = django_filters.MultipleChoiceFilter(choices=SendMode.choices, label=_("How it goes out"))
    language = django_filters.AllValuesMultipleFilter(label=_("Language"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Template
        fields: list[str] = []


class ReminderFilter(django_filters.FilterSet):
    """What may be asked of the ladder of reminders."""

    store = django_filters.ModelChoiceFilter(
        queryset=lambda request: stores_for(request.actor), to_field_name="code", label=_("Store")
    )
    active = django_filters.BooleanFilter(label=_("In use"))
    inducement = django_filters.BooleanFilter(label=_("Offers money or a discount"))

    class Meta:
        model = ReminderStep
        fields: list[str] = []


class TellingFilter(django_filters.FilterSet):
    """What may be asked of the list of tellings."""

    state = django_filters.MultipleChoiceFilter(choices=TellingState.choices, label=_("State"))
    source_type = django_filters.CharFilter(label=_("Started from"))
    source_id = django_filters.NumberFilter(label=_("Its number"))

    class Meta:
        model = Telling
        fields: list[str] = []


class TellingRowFilter(django_filters.FilterSet):
    """What may be asked of the buyers of tellings."""

    telling = django_filters.NumberFilter(field_name="telling_id", label=_("Telling"))
    verdict = django_filters.MultipleChoiceFilter(choices=Verdict.choices, label=_("What becomes of them"))
    why = django_filters.MultipleChoiceFilter(choices=LeftOut.choices, label=_("Why left out"))
    buyer = django_filters.NumberFilter(field_name="buyer_id", label=_("Buyer"))

    class Meta:
        model = TellingRow
        fields: list[str] = []
