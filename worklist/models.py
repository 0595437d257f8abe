"""The one table of everything the shop owes anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from accounts.choices import Role
from accounts.models import Store, User
from core.audit import tracked
from worklist.choices import ALIVE, Band, Doer, DutyState, Group


@tracked(exclude=["facts", "rank", "claim_until", "warn_at"])
class Duty(models.Model):
    """Something owed by a time: done by a person (a line on Today) or by the clock (a planned act).

    ``rule`` and the subject and ``round`` are unique together: planning twice is once.
    """

    rule = models.CharField(max_length=60, help_text="key of the follow-up rule")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    round = models.PositiveIntegerField(default=0)
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DutyState.choices, default=DutyState.PLANNED)
    doer = models.CharField(max_length=8, choices=Doer.choices)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="duties")
    group = models.CharField(max_length=12, choices=Group.choices)
    band = models.PositiveSmallIntegerField(choices=Band.choices, default=Band.ROUTINE)
    claim_until = models.DateTimeField(null=True, help_text="a claim nobody renews ends then; empty = assigned")
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(
        null=True, help_text="from then on its time counts as near: it comes first; empty = never, or it has come"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    stake = models.DecimalField(max_digits=14, decimal_places=4, null=True, help_text="money at risk")
    stake_currency = models.CharField(max_length=3, blank=True)
    stake_house = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, help_text="the stake in the house currency"
    )
    chance = models.DecimalField(
        max_digits=4, decimal_places=3, default=1, help_text="chance that the stake is lost if not done"
    )
    minutes = models.DecimalField(max_digits=5, decimal_places=1, default=2, help_text="work it takes a person")
    rank = models.DecimalField(
        max_digits=14, decimal_places=4, default=0, help_text="expected loss avoided per minute, in house currency"
    )
    facts = models.JSONField(
        default=dict, help_text="what the line shows: number, buyer, country, link, sentence fields"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was snoozed, done by hand or cancelled")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager(store="store")

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject_type", "subject_id", "round"], name="duty_once"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "cancelled"], closed_at__isnull=False)
                | (~Q(state__in=["done", "cancelled"]) & Q(closed_at__isnull=True)),
                name="duty_closed_or_alive",
            ),
            models.CheckConstraint(
                condition=~Q(state="snoozed") | Q(snoozed_until__isnull=False), name="duty_snooze_has_end"
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "due_at", "id"], name="duty_due_clock", condition=Q(state="planned")),
            models.Index(fields=["snoozed_until"], name="duty_snoozed", condition=Q(state="snoozed")),
            models.Index(
                fields=["role", "band", "-rank", "due_at", "id"], name="duty_today",
                condition=Q(state__in=["open", "claimed", "stuck"]),
            ),
            models.Index(
                fields=["role", "group", "due_at", "id"], name="duty_day_free",
                condition=Q(state__in=["open", "claimed", "stuck"], owner__isnull=True),
            ),
            models.Index(
                fields=["owner", "role", "group", "due_at", "id"], name="duty_day_owner",
                condition=Q(state__in=["open", "claimed", "snoozed", "stuck"]),
            ),
            models.Index(
                fields=["role", "group", "due_at", "id"], name="duty_day", condition=Q(state__in=["open", "claimed", "stuck"])
            ),
            models.Index(
                fields=["role", "owner", "rule", "group", "band"], name="duty_together",
                include=["due_at", "rank", "stake_house", "store"], condition=Q(state__in=["open", "claimed", "stuck"]),
            ),
            models.Index(
                fields=["warn_at"], name="duty_warn", condition=Q(warn_at__isnull=False, closed_at__isnull=True)
            ),
            models.Index(fields=["claim_until"], name="duty_claim_ends", condition=Q(state="claimed")),
            models.Index(fields=["rule", "id"], name="duty_rule_alive", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["closed_at"], name="duty_closed", condition=Q(doer="person", closed_at__isnull=False)),
            models.Index(fields=["subject_type", "subject_id"], name="duty_subject"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_type}:{self.subject_id} #{self.round}"

    @property
    def is_alive(self) -> bool:
        """Whether it still has to be dealt with."""
        return self.state in ALIVE
