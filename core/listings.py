"""The list of long work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import longwork, selectors
from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from core.models import Job

STATES = {"queued": (_("Waiting"), "amber"), "running": (_("Running"), "indigo"), "done": (_("Finished"), "leaf"),
          "failed": (_("Failed"), "rose"), "cancelled": (_("Cancelled"), "neutral")}  # fmt: skip


class JobRow(serializers.Serializer):
    """A piece of long work."""

    id = serializers.CharField()
    kind = serializers.CharField(label=_("Kind"))
    title = serializers.CharField(label=_("Job"))
    state = serializers.ChoiceField(Job.State.choices, label=_("State"))
    total = serializers.IntegerField(label=_("Rows"))
    done = serializers.IntegerField(label=_("Done"))
    failed = serializers.IntegerField(label=_("Refused"))
    result = serializers.DictField(label=_("Result"))
    created_at = serializers.DateTimeField(label=_("Asked"))
    finished_at = serializers.DateTimeField(label=_("Finished"), allow_null=True)


class JobFilter(django_filters.FilterSet):
    """What may be asked of jobs."""

    state = django_filters.MultipleChoiceFilter(choices=Job.State.choices, label=_("State"))
    kind = django_filters.CharFilter(label=_("Kind"))


class CancelJob(Action):
    """Ask it to stop."""

    name, label, permission, icon = "cancel", _("Stop"), "core.view_job", "player-stop"
    confirm = _("What is done stays done.")

    def apply(self, obj: Any, actor: Actor, now: datetime, **data: Any) -> None:
        longwork.cancel(job=obj, actor=actor, now=now)

    def shown_for(self, obj: Any) -> bool:
        return obj.state in (Job.State.QUEUED, Job.State.RUNNING)


@register
class JobListing(Listing):
    """Own long work; keepers of the audit trail see all."""

    name, title, permission = "jobs", _("Jobs"), "core.view_job"
    model, row, filters = Job, JobRow, JobFilter
    columns = (
        Column(
            "title",
            html=lambda row: longwork.title_of(row["kind"], row["title"], row["payload___title"]),
            needs=("kind",),
            link="core:job",
            width="wide",
        ),
        Column("state", badge=STATES),
        Column("done"),
        Column("failed"),
        Column("total"),
        Column("created_at"),
        Column("finished_at"),
        Column("kind", mono=True, default=False),
    )
    actions = (CancelJob(),)
    views = (View("all", _("All"), default=True), View("live", _("Running"), "state=queued&state=running"))
    needs = ("payload___title",)  # what a title of its own says, in the reader's language
    url, detail_url, label_field = "core:jobs", "core:job", "title"
    default_order = "-id"
    scan_ok = {"state": "jobs are few and read newest first", "kind": "jobs are few and read newest first"}
    empty = (_("No long work yet."), _("Imports, exports and print batches are followed here."), "", "")
    icon = "progress-check"

    def queryset(self, actor: Actor) -> QuerySet[Job]:
        return selectors.jobs_for(actor)
