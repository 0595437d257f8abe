"""Cases with their answers and remedies; the buyer's ratings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.models import Store
from core.audit import tracked
from disputes.choices import (
    OPEN_CASES,
    OURS,
    STANDING,
    AnswerState,
    CaseKind,
    CaseState,
    Outcome,
    RemedyKind,
    ReplyState,
    Route,
)
from orders.models import Order
from stores.models import OutboundCall


@tracked()
class RootCause(models.Model):
    """What may lie at the root of a case or a bad rating: the house's own list. Cases and ratings keep its ``code``.

    It is offered from ``valid_from`` to ``valid_until``; what was named with it keeps it for ever.
    """

    code = models.CharField(max_length=30, unique=True, help_text="stays for ever; programs and reports use it")
    name = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(help_text="from this day on it can be named")
    valid_until = models.DateField(null=True, help_text="the last day on which it can be named; empty = for good")
    origin = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("root cause")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")), name="cause_days"
            )
        ]

    def __str__(self) -> str:
        return (self.name_zh if (get_language() or "").startswith("zh") else self.name) or self.code


@tracked(exclude=["reason"])
class Case(models.Model):
    """A dispute, return, exchange or chargeback about one order, from the first complaint to its end.

    ``respond_by`` is filled exactly while we owe an answer; ``next_check_at`` while the case is open.
    """

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="cases")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=30, unique=True, help_text="what people read out")
    external_id = models.CharField(max_length=80, blank=True, help_text="the channel's id; empty = opened by hand")
    kind = models.CharField(max_length=14, choices=CaseKind.choices)
    reason = models.TextField(blank=True, help_text="the buyer's words")
    claimed = models.DecimalField(max_digits=14, decimal_places=4, null=True, help_text="what the buyer asks for")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPENED)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    turn = models.PositiveIntegerField(default=1, help_text="how often it was our turn; an answer belongs to a turn")
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    turned_at = models.DateTimeField(help_text="since when it is as it is")
    respond_by = models.DateTimeField(null=True, help_text="then the channel decides without us")
    clock_source = models.CharField(max_length=40, blank=True, help_text="channel, or the code of the deadline")
    next_check_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=30, blank=True, help_text="code of a root cause; empty = not named yet")
    cause_note = models.CharField(max_length=300, blank=True)
    channel_version = models.BigIntegerField(default=0, help_text="an older one never overwrites")
    channel_updated_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("case")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], condition=~Q(external_id=""), name="case_once"),
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(external_id="") & ~Q(state="closed"), name="case_by_hand_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in OURS]) | Q(respond_by__isnull=False),
                name="case_ours_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["for_buyer", "agreed", "closed"]) | Q(respond_by__isnull=True),
                name="case_not_ours_no_clock",
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(next_check_at__isnull=False), name="case_open_has_check"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="case_closed_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "-id"], name="case_of_order"),
            models.Index(fields=["respond_by", "id"], name="case_respond_by"),
            models.Index(fields=["state", "-opened_at", "-id"], name="case_state"),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(
                fields=["next_check_at", "id"], name="case_check", condition=Q(state__in=[s.value for s in OPEN_CASES])
            ),
            models.Index(fields=["cause", "-id"], name="case_cause"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it is not at its end."""
        return self.state != CaseState.CLOSED

    @property
    def owed(self) -> bool:
        """Whether we owe an answer."""
        return self.respond_by is not None


@tracked(exclude=["text"])
class Answer(models.Model):
    """What we answered, or want to answer, in one turn of a case: an offer, or a refusal with evidence."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    turn = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1, help_text="how often this turn was answered anew")
    kind = models.CharField(max_length=14, choices=RemedyKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    currency = models.CharField(max_length=3)
    text = models.TextField(help_text="what the channel and the buyer read")
    state = models.CharField(max_length=10, choices=AnswerState.choices)
    call = models.ForeignKey(OutboundCall, null=True, on_delete=models.PROTECT, related_name="+")
    needs = models.CharField(
        max_length=40, blank=True, help_text="the permission that approves it; empty = nobody has to"
    )
    refused = models.CharField(max_length=300, blank=True, help_text="why it failed or was not approved")
    author_label = models.CharField(max_length=150)
    author_ref = models.BigIntegerField(null=True)
    approved_label = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("answer")
        constraints = [
            models.UniqueConstraint(fields=["case", "turn", "attempt"], name="answer_attempt_once"),
            models.UniqueConstraint(
                fields=["case", "turn"], condition=Q(state__in=[s.value for s in STANDING]), name="answer_once_per_turn"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="answer_amount_positive"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="answer_state")]


@tracked(exclude=["note"])
class Remedy(models.Model):
    """What a buyer was given in a case. Never changed; a mistake is recorded beside it."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="remedies")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="remedies")
    key = models.CharField(max_length=60, help_text="the same key is the same remedy")
    kind = models.CharField(max_length=14, choices=RemedyKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True, help_text="money paid back; empty = none")
    currency = models.CharField(max_length=3)
    route = models.CharField(max_length=8, choices=Route.choices)
    reference = models.CharField(max_length=80, blank=True, help_text="transaction, new order, waybill number")
    note = models.CharField(max_length=300, blank=True)
    actor_label = models.CharField(max_length=150)
    given_at = models.DateTimeField()

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("remedy")
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="remedy_once"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="remedy_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="remedy_of_order"),
            models.Index(fields=["-given_at", "-id"], name="remedy_newest"),
            models.Index(fields=["kind", "-given_at"], name="remedy_kind"),
        ]


@tracked(exclude=["text", "reply"])
class Feedback(models.Model):
    """A rating of one order, 1 to 5 stars, as the channel shows it now, and the one reply we have."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="feedback")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="feedback")
    external_id = models.CharField(max_length=80)
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    given_at = models.DateTimeField()
    received_at = models.DateTimeField()
    first_stars = models.PositiveSmallIntegerField(null=True, help_text="before the buyer revised it")
    revised_at = models.DateTimeField(null=True)
    channel_version = models.BigIntegerField(default=0, help_text="an older one never overwrites")
    reply = models.TextField(blank=True)
    reply_state = models.CharField(max_length=8, choices=ReplyState.choices, blank=True)
    reply_attempt = models.PositiveSmallIntegerField(default=0)
    reply_call = models.ForeignKey(OutboundCall, null=True, on_delete=models.PROTECT, related_name="+")
    reply_refused = models.CharField(max_length=300, blank=True)
    reply_by = models.CharField(max_length=150, blank=True)
    replied_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True, help_text="an answered bad rating is looked at until it is revised")
    cause = models.CharField(max_length=30, blank=True, help_text="code of a root cause; empty = not named yet")
    cause_note = models.CharField(max_length=300, blank=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("feedback")
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="feedback_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="feedback_stars"),
            models.CheckConstraint(
                condition=~Q(reply_state="sent") | Q(replied_at__isnull=False), name="reply_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["stars", "-given_at"], name="feedback_worst"),
            models.Index(fields=["reply_state", "stars", "id"], name="feedback_reply_state"),
            models.Index(fields=["-given_at", "-id"], name="feedback_newest"),
            models.Index(fields=["cause", "-id"], name="feedback_cause"),
            models.Index(fields=["next_look_at", "id"], name="feedback_look", condition=Q(next_look_at__isnull=False)),
        ]

    @property
    def answered(self) -> bool:
        """Whether the one reply is given or on its way."""
        return self.reply_state in (ReplyState.QUEUED, ReplyState.SENT)


class FeedbackVersion(models.Model):
    """What a rating said before the buyer revised it."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="versions")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    given_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    objects = ScopedManager(store="feedback__store")

    class Meta:
        verbose_name = _("earlier rating")
        constraints = [models.UniqueConstraint(fields=["feedback", "given_at", "stars"], name="earlier_rating_once")]
