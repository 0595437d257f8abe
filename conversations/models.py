"""Threads with buyers, the texts we use, and how each text reached the buyer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store, User
from conversations.choices import (
    Answers,
    DeliveryState,
    Direction,
    LeftOut,
    MessageState,
    Route,
    SendMode,
    TellingState,
    TemplateKind,
    Verdict,
)
from core.audit import tracked
from core.format import in_own_language
from core.models import Job
from customers.models import Buyer
from stores.models import OutboundCall


@tracked()
class Template(models.Model):
    """A text with checked placeholders in one language. ``store`` null = every store; a store's own version wins.

    ``variant`` names the sibling (N without extension, U without a carrier record, UN both); the guardrail decides.
    """

    code = models.CharField(max_length=10)
    base_code = models.CharField(max_length=10, help_text="code without N/U/UN: rules name this one")
    language = models.CharField(max_length=10, default="en")
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=TemplateKind.choices)
    trigger = models.CharField(max_length=120, blank=True)
    send_mode = models.CharField(max_length=8, choices=SendMode.choices)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    guardrail = models.CharField(max_length=300, blank=True)
    checks = models.JSONField(default=list, blank=True, help_text="named checks that must hold before it is sent")
    guardrail_zh = models.CharField(max_length=300, blank=True, help_text="the guardrail in Chinese")
    when_zh = models.CharField(max_length=300, blank=True, help_text="when to send it, for colleagues who read Chinese")
    when_en = models.CharField(max_length=300, blank=True, help_text="the same in English")
    answers = models.CharField(
        max_length=8, choices=Answers.choices, default=Answers.PERSON, help_text="whether it ends the wait of the buyer"
    )
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("template")
        constraints = [
            models.UniqueConstraint(fields=["code", "language", "store"], name="template_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language}"

    @property
    def when(self) -> str:
        """When to send it, in the reader's language, else in the other."""
        return in_own_language(self.when_zh, self.when_en)

    @property
    def must_be(self) -> str:
        """What must be true, in the reader's language, else in the other."""
        return in_own_language(self.guardrail_zh, self.guardrail)


@tracked()
class Conversation(models.Model):
    """All messages between one buyer and one store."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="conversations")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="conversations")
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True, help_text="the newest message of either side")
    waiting_since = models.DateTimeField(null=True, help_text="first unanswered message of the buyer")
    asked_at = models.DateTimeField(null=True, help_text="since when we ask again until the buyer answers")
    asked_type = models.CharField(
        max_length=60, blank=True, help_text="what we ask about: orders.order or logistics.parcel"
    )
    asked_id = models.BigIntegerField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0, help_text="steps of the ladder gone since asked_at")
    created_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("conversation")
        constraints = [models.UniqueConstraint(fields=["store", "buyer"], name="conversation_once")]
        indexes = [
            models.Index(
                fields=["waiting_since", "id"], name="conversation_waiting", condition=Q(waiting_since__isnull=False)
            ),
            models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
            models.Index(fields=["asked_at", "id"], name="conversation_asked", condition=Q(asked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.buyer)


@tracked()
class ReminderStep(models.Model):
    """One step of the ladder by which an unanswered question is asked again. A store's own step wins over the house's at the
    same place; a step that offers something counts only for one store, and only when somebody says why it is lawful there.
    """

    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    after_days = models.PositiveSmallIntegerField(help_text="days after the question was asked")
    base_code = models.CharField(max_length=10, help_text="the text that goes out")
    inducement = models.BooleanField(default=False, help_text="it offers money or a discount")
    active = models.BooleanField(default=True)
    lawful_note = models.CharField(max_length=300, blank=True, help_text="why an inducement is allowed on this channel")

    class Meta:
        verbose_name = _("step of the reminders")
        constraints = [
            models.UniqueConstraint(fields=["store", "position"], name="reminder_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(inducement=False) | Q(active=False) | (Q(store__isnull=False) & ~Q(lawful_note="")),
                name="reminder_inducement_lawful",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


@tracked(exclude=["subject", "body", "facts"])
class Message(models.Model):
    """One text, ours or the buyer's. ``key`` makes each automatic text of a step and cycle exist once."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    state = models.CharField(max_length=10, choices=MessageState.choices)
    key = models.CharField(max_length=120, unique=True, help_text="step and cycle, or the channel's message id")
    template_code = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    facts = models.JSONField(default=dict, help_text="the facts the text was filled with")
    about_type = models.CharField(max_length=60, blank=True, help_text="orders.order or logistics.parcel")
    about_id = models.BigIntegerField(null=True)
    is_chaser = models.BooleanField(default=False, help_text="counts for the caps: one a day, three unanswered")
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="when it was written or received")

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("message")
        indexes = [
            models.Index(fields=["conversation", "-at"], name="message_thread"),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
            models.Index(fields=["store", "-at"], name="message_drafts", condition=Q(state="draft")),
            models.Index(fields=["-at", "-id"], name="message_newest"),
            models.Index(fields=["state", "-at"], name="message_state"),
            models.Index(fields=["template_code", "-at"], name="message_template"),
        ]


@tracked(exclude=["address"])
class Delivery(models.Model):
    """One route of one message. Sent by the outbox (``call``) or by hand with a person's confirmation."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=8, choices=Route.choices)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    call = models.OneToOneField(OutboundCall, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(fields=["message", "route"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="delivery_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="delivery_open", condition=Q(state__in=["queued", "leased", "unknown", "by_hand"])),
            models.Index(fields=["state", "created_at"], name="delivery_state"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.route} {self.pk}"


@tracked(exclude=["texts"])
class Telling(models.Model):
    """One matter told to many buyers: prepared, looked through, then sent by a job, one text a buyer."""

    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=TellingState.choices, default=TellingState.PREPARING)
    code = models.CharField(max_length=10, blank=True, help_text="base code of the text; empty = own words")
    texts = models.JSONField(default=dict, help_text="own words: language -> subject and body")
    text_key = models.CharField(max_length=64, help_text="what is told: the code, or a digest of the own words")
    about_type = models.CharField(max_length=60, help_text="logistics.parcel or orders.order")
    about_ids = models.JSONField(default=list)
    source_type = models.CharField(max_length=60, blank=True, help_text="what it was started from: a lane, an incident")
    source_id = models.BigIntegerField(null=True)
    source_label = models.CharField(max_length=120, blank=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    author_label = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("telling")
        indexes = [models.Index(fields=["source_type", "source_id"], name="telling_source")]

    def __str__(self) -> str:
        return self.number


@tracked(exclude=["subject", "body"])
class TellingRow(models.Model):
    """One buyer of a telling: the text as it was seen, or why the buyer is left out."""

    telling = models.ForeignKey(Telling, on_delete=models.CASCADE, related_name="rows")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="+")
    about_id = models.BigIntegerField(help_text="the order or parcel the text is about")
    more_ids = models.JSONField(default=list, help_text="further ones of the same buyer")
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    why = models.CharField(max_length=12, choices=LeftOut.choices, blank=True)
    detail = models.JSONField(default=list, help_text="which facts are not known, what is not true")
    template_code = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    edited = models.BooleanField(default=False, help_text="a person changed the words for this buyer")
    anyway = models.BooleanField(default=False, help_text="a person wants the buyer told again")
    by_hand = models.BooleanField(default=False, help_text="reaches the buyer only by copying into the channel")
    message = models.OneToOneField(Message, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("buyer of a telling")
        constraints = [
            models.UniqueConstraint(fields=["telling", "buyer"], name="telling_buyer_once"),
            models.CheckConstraint(
                condition=~Q(verdict="told") | Q(message__isnull=False, told_at__isnull=False), name="told_has_message"
            ),
            models.CheckConstraint(condition=~Q(verdict="out") | ~Q(why=""), name="left_out_has_reason"),
        ]
        indexes = [
            models.Index(fields=["telling", "verdict", "id"], name="telling_rows"),
            models.Index(fields=["buyer", "-told_at"], name="telling_told", condition=Q(verdict="told")),
        ]
