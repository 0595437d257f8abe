"""The list of duties: everything owed, for managers and programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import counts
from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from worklist import selectors, services
from worklist.choices import Band, Doer, DutyState, Group
from worklist.filters import DutyFilter
from worklist.forms import DoneForm, SnoozeForm
from worklist.models import Duty
from worklist.registry import RULES

TONES = {
    DutyState.PLANNED: "neutral", DutyState.OPEN: "amber", DutyState.CLAIMED: "sea", DutyState.SNOOZED: "neutral",
    DutyState.DONE: "leaf", DutyState.CANCELLED: "neutral", DutyState.STUCK: "rose",
}  # fmt: skip
STATES = {state.value: (state.label, TONES[state]) for state in DutyState}


class DutyRow(serializers.Serializer):
    """A duty as lists and programs see it."""

    id = serializers.CharField()
    title = serializers.CharField(label=_("Duty"))
    number = serializers.CharField(label=_("Number"))
    rule = serializers.CharField(label=_("Rule"))
    state = serializers.ChoiceField(DutyState.choices, label=_("State"))
    doer = serializers.ChoiceField(Doer.choices, label=_("Done by"))
    role = serializers.CharField(label=_("Role"))
    owner = serializers.CharField(source="owner.username", label=_("Held by"), allow_null=True)
    group = serializers.ChoiceField(Group.choices, label=_("Group"))
    band = serializers.ChoiceField(Band.choices, label=_("Band"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    subject_type = serializers.CharField(label=_("Subject"))
    subject_id = serializers.CharField()
    round = serializers.IntegerField(label=_("Round"))
    due_at = serializers.DateTimeField(label=_("Due"))
    snoozed_until = serializers.DateTimeField(label=_("Put away until"), allow_null=True)
    stake = serializers.DecimalField(14, 4, label=_("At stake"), allow_null=True)
    stake_currency = serializers.CharField()
    rank = serializers.DecimalField(14, 4, label=_("Rank"))
    attempts = serializers.IntegerField(label=_("Tries"))
    last_error = serializers.CharField(label=_("Last error"))
    reason = serializers.CharField(label=_("Reason"))
    created_at = serializers.DateTimeField(label=_("Since"))
    closed_at = serializers.DateTimeField(label=_("Ended"), allow_null=True)


class Claim(Action):
    """Take it."""

    name, label, permission, icon, order = "claim", _("Take"), "worklist.work_duty", "hand-stop", 10
    undo = "unclaim"

    def apply(self, obj: Duty, actor: Actor, now: datetime, **data: Any) -> None:
        """One duty."""
        services.claim(duty=obj, actor=actor, now=now)


class Unclaim(Action):
    """Let it go."""

    name, label, permission, icon, order = "unclaim", _("Let go"), "worklist.work_duty", "arrow-back-up", 20

    def apply(self, obj: Duty, actor: Actor, now: datetime, **data: Any) -> None:
        """One duty."""
        services.unclaim(duty=obj, actor=actor, now=now)


class Snooze(Action):
    """Put it away."""

    name, label, permission, icon, order, form = (
        "snooze",
        _("Put away"),
        "worklist.work_duty",
        "clock-pause",
        30,
        SnoozeForm,
    )

    def apply(self, obj: Duty, actor: Actor, now: datetime, **data: Any) -> None:
        """One duty."""
        services.snooze(duty=obj, until=data["until"], reason=data["reason"], actor=actor, now=now)


class Done(Action):
    """Done in another way."""

    name, label, permission, icon, order, form = (
        "done",
        _("Done otherwise"),
        "worklist.work_duty",
        "circle-check",
        40,
        DoneForm,
    )

    def apply(self, obj: Duty, actor: Actor, now: datetime, **data: Any) -> None:
        """One duty."""
        services.done(duty=obj, reason=data["reason"], actor=actor, now=now)


class Retry(Action):
    """Let the clock try again."""

    name, label, permission, icon, order = "retry", _("Try again"), "worklist.work_duty", "refresh", 50

    def apply(self, obj: Duty, actor: Actor, now: datetime, **data: Any) -> None:
        """One duty."""
        services.retry(duty=obj, actor=actor, now=now)


@register
class DutyListing(Listing):
    """Everything owed to anybody, by people and by the clock."""

    name, title, permission = "duties", _("Duties"), "worklist.view_duty"
    model, row, filters = Duty, DutyRow, DutyFilter
    columns = [
        Column("title", link="worklist:duty"),
        Column("number", mono=True),
        Column("state", badge=STATES),
        Column("due_at", time="due", sortable=True),
        Column("stake", money="stake_currency"),
        Column("rank", align="num", sortable=True, default=False),
        Column("owner"),
        Column("role", default=False),
        Column("group", badge=Group),
        Column("doer", badge=Doer, default=False),
        Column("store", mono=True, default=False),
        Column("reason", default=False),
        Column("last_error", default=False),
        Column("created_at", default=False),
        Column("closed_at", default=False),
    ]
    actions = [Claim(), Unclaim(), Snooze(), Done(), Retry()]
    views = [
        View("open", _("Open"), "state=open&state=claimed&state=stuck", default=True),
        View("stuck", _("Stuck"), "state=stuck"),
        View("snoozed", _("Put away"), "state=snoozed"),
        View("planned", _("Planned for the clock"), "state=planned", counted=False),
        View("all", _("All"), counted=False),
    ]
    url, detail_url, default_order, label_field = "worklist:list", "worklist:duty", "due_at", "rule"
    computed, needs = ("title", "number"), ("facts",)
    scan_ok = {
        "state": "each view asks a partial index of its states", "group": "asked together with open states (index duty_day)",
        "doer": "a narrowing of other filters", "subject": "asks the index of subjects", "due_at": "open duties have an index by due time",
        "rank": "asked of open duties (index duty_today)",
    }  # fmt: skip
    empty = (_("Nothing is owed."), _("Duties appear by themselves; the clock does many of them alone."), "", "")
    icon = "list-check"

    def queryset(self, actor: Actor) -> QuerySet[Duty]:
        """The duties of the actor's role and stores."""
        return selectors.duties_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Title and number in the reader's language."""
        for row in rows:
            rule = RULES.get(row["rule"])
            row["title"] = str(rule.title) if rule else row["rule"]
            row["number"] = str(row["facts"].get("number", ""))


counts.register("today", selectors.open_count, permission="worklist.view_duty", hot=True)
