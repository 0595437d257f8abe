"""Duties of messages: answer the buyer, copy what no program sends, complete what the clock could not fill."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from conversations import rules, selectors, services
from conversations.choices import DeliveryState, MessageState
from conversations.events import BuyerWrote
from conversations.models import Conversation, Delivery, Message
from conversations.selectors.fact_words import fact_word
from core.audit import SYSTEM
from core.clock import plus_days
from worklist.choices import Band, Doer, Group
from worklist.registry import AsDue, FollowUpRule, register


def _thread_facts(thread: Conversation) -> dict[str, Any]:
    return {"who": str(thread.buyer), "country": thread.buyer.country, "url": reverse("conversations:thread", args=[thread.pk]),
            "panel": reverse("conversations:thread", args=[thread.pk])}  # fmt: skip


@register
class Answer(FollowUpRule):
    """A buyer wrote and waits: answer within the channel's clock."""

    key, title, target = "conversations.answer", _("Answer the buyer"), Conversation
    doer, role, group, band = Doer.PERSON, Role.SERVICE, Group.MESSAGES, Band.WAITING
    minutes = Decimal(4)
    starts_on = BuyerWrote

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every thread in which somebody waits."""
        return Conversation._base_manager.filter(waiting_since__isnull=False)

    def subject_of(self, event: BuyerWrote) -> int:
        """The thread."""
        return event.conversation_id

    def due_at(self, subject: Conversation, round: int, now: datetime) -> datetime | None:
        """The first unanswered message plus the channel's hours."""
        if subject.waiting_since is None:
            return None
        return subject.waiting_since + timedelta(hours=selectors.answer_hours(subject.store, now))

    def warn_at(self, subject: Conversation, due: datetime, now: datetime) -> datetime | None:
        """As the clock warns: then it stands among what is due today."""
        return selectors.answer_warning(subject.store, due, now)

    def over(self, subject: Conversation, now: datetime) -> bool:
        """Answered."""
        return subject.waiting_since is None

    def load(self, ids: Any) -> list[Any]:
        """With store and buyer."""
        return list(Conversation._base_manager.filter(pk__in=list(ids)).select_related("store", "buyer").order_by("pk"))

    def facts(self, subject: Conversation) -> dict[str, Any]:
        """Who waits since when, and the beginning of the text."""
        last = selectors.last_inbound(subject)
        since = subject.waiting_since.isoformat() if subject.waiting_since else ""
        return {**_thread_facts(subject), "fields": {"text": last.body[:120] if last else "", "since": since}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """What the buyer wrote."""
        return str(facts.get("fields", {}).get("text", ""))

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Answer")


@register
class SendByHand(FollowUpRule):
    """A text that no program takes to the channel: copy it there and say “sent”."""

    key, title, target = "conversations.send_by_hand", _("Copy a message into the channel"), Delivery
    doer, role, group, band = Doer.PERSON, Role.SERVICE, Group.MESSAGES, Band.ROUTINE
    minutes = Decimal(1)
    bulk_line = _("%(count)s messages to copy into channels")

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every delivery that waits for a person."""
        return Delivery._base_manager.filter(state=DeliveryState.BY_HAND)

    def due_at(self, subject: Delivery, round: int, now: datetime) -> datetime:
        """The day it was written."""
        return subject.created_at + timedelta(hours=24)

    def over(self, subject: Delivery, now: datetime) -> bool:
        """Sent, or no longer wanted."""
        return subject.state != DeliveryState.BY_HAND

    def load(self, ids: Any) -> list[Any]:
        """With message, store and buyer."""
        rows = Delivery._base_manager.filter(pk__in=list(ids)).order_by("pk")
        return list(rows.select_related("store", "message__conversation__buyer"))

    def facts(self, subject: Delivery) -> dict[str, Any]:
        """To whom, what."""
        message = subject.message
        url = reverse("conversations:by-hand-one", args=[subject.pk])
        buyer = message.conversation.buyer
        fields = {"code": message.template_code, "text": message.body[:120], "store": subject.store.name}
        return {"number": message.facts.get("order_no", ""), "who": str(buyer), "country": buyer.country, "url": url, "panel": url,
                "fields": fields}  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Where it goes."""
        fields = facts.get("fields", {})
        return gettext("%(store)s: text %(code)s") % {
            "store": fields.get("store", ""),
            "code": fields.get("code") or "–",
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Copy and confirm")

    def bulk_url(self) -> str:
        """All of them one after the other."""
        return reverse("conversations:by-hand")


@register
class Remind(FollowUpRule):
    """A buyer who was asked something and is silent is asked again, at most once a day along the ladder (MSG-19)."""

    key, title, target, doer = "conversations.remind", _("Ask the buyer again"), Conversation, Doer.CLOCK
    group, band, again, minutes = Group.MESSAGES, Band.ROUTINE, AsDue(), Decimal(1)
    restarts = True

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Threads in which we ask until the buyer answers."""
        return Conversation._base_manager.filter(asked_at__isnull=False)

    def load(self, ids: Any) -> list[Any]:
        """With store, buyer and the steps of the store."""
        return selectors.asking(ids)

    def due_at(self, subject: Conversation, round: int, now: datetime) -> datetime | None:
        """The days of the next step after the question, at the same time of day in the store's zone."""
        step = rules.next_step(subject.ladder, subject.reminded)  # type: ignore[attr-defined]
        if subject.asked_at is None or step is None:
            return None
        return plus_days(subject.asked_at, step.after_days, subject.store.time_zone)

    def over(self, subject: Conversation, now: datetime) -> bool:
        """Answered, stopped, or asked often enough."""
        return subject.asked_at is None or rules.next_step(subject.ladder, subject.reminded) is None  # type: ignore[attr-defined]

    def act(self, subject: Conversation, *, now: datetime, round: int) -> None:
        """Ask again."""
        services.remind(threads=[subject], actor=SYSTEM, now=now)

    def act_many(self, subjects: list[Any], *, now: datetime, rounds: dict[int, int]) -> None:
        """Ask all."""
        services.remind(threads=subjects, actor=SYSTEM, now=now)

    def facts(self, subject: Conversation) -> dict[str, Any]:
        """The thread."""
        return _thread_facts(subject)


class _DraftRule(FollowUpRule):
    """A draft that waits for a person."""

    target = Message
    doer, role, group = Doer.PERSON, Role.SERVICE, Group.MESSAGES

    def due_at(self, subject: Message, round: int, now: datetime) -> datetime:
        """The day it was written."""
        return subject.at + timedelta(hours=24)

    def over(self, subject: Message, now: datetime) -> bool:
        """Sent or discarded."""
        return subject.state != MessageState.DRAFT

    def load(self, ids: Any) -> list[Any]:
        """With thread, store and buyer."""
        rows = Message._base_manager.filter(pk__in=list(ids)).order_by("pk")
        return list(rows.select_related("store", "conversation__buyer", "conversation__store"))

    def facts(self, subject: Message) -> dict[str, Any]:
        """To whom, which text, what is missing."""
        found = _thread_facts(subject.conversation)
        refused = subject.facts.get("refused") or {}
        why = "; ".join([*refused.get("missing", []), *refused.get("untrue", [])])
        return {
            **found,
            "number": subject.facts.get("order_no", ""),
            "fields": {"code": subject.template_code, "why": why},
        }


@register
class RefusedText(_DraftRule):
    """A text the clock could not send because a fact is missing or not true."""

    key, title = "conversations.refused_text", _("Complete a text that could not be sent")
    band, minutes = Band.WAITING, Decimal(4)

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every draft with gaps."""
        return Message._base_manager.filter(state=MessageState.DRAFT, facts__has_key="refused")

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is missing."""
        fields = facts.get("fields", {})
        why = "; ".join(fact_word(part) for part in str(fields.get("why", "")).split("; "))
        return gettext("Text %(code)s: %(why)s") % {"code": fields.get("code", ""), "why": why}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Complete and send")


@register
class CheckDraft(_DraftRule):
    """A suggested text that a person looks at before it goes."""

    key, title = "conversations.check_draft", _("Look at a suggested text")
    band, minutes = Band.ROUTINE, Decimal(1)
    bulk_line = _("%(count)s suggested texts to look at")

    def candidates(self, now: datetime) -> QuerySet[Any]:
        """Every whole draft."""
        return Message._base_manager.filter(state=MessageState.DRAFT).exclude(facts__has_key="refused")

    def sentence(self, facts: dict[str, Any]) -> str:
        """Which text."""
        return gettext("Text %(code)s is ready") % {"code": facts.get("fields", {}).get("code", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Read and send")
