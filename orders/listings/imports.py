"""Lists of files that came in and of the profiles by which they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters as df
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from core.models import Job
from orders.choices import ImportKind
from orders.forms.importing import LABELS
from orders.models import ImportFile, ImportProfile
from orders.selectors import imports as selectors
from orders.services.importing import profiles

STATES = {
    "waiting": (_("Not yet imported"), "amber"), "queued": (_("Waiting"), "amber"), "running": (_("Running"), "indigo"),
    "done": (_("Finished"), "leaf"), "failed": (_("Failed"), "rose"), "cancelled": (_("Cancelled"), "neutral"),
}  # fmt: skip


class ImportRow(serializers.Serializer):
    """A file that was handed in, with what came of it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(ImportKind.choices, label=_("Kind"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    name = serializers.CharField(label=_("File"))
    size = serializers.IntegerField(label=_("Bytes"))
    state = serializers.CharField(label=_("State"))
    dry_run = serializers.BooleanField(label=_("Trial"))
    created = serializers.IntegerField(label=_("New"))
    updated = serializers.IntegerField(label=_("Changed"))
    unchanged = serializers.IntegerField(label=_("Unchanged"))
    rejected = serializers.IntegerField(label=_("Rejected"))
    errors = serializers.ListField(child=serializers.DictField(), label=_("First rejected rows"))
    job_id = serializers.CharField(label=_("Job"), allow_null=True)
    by_label = serializers.CharField(label=_("Handed in by"))
    created_at = serializers.DateTimeField(label=_("When"))


class ImportFilter(df.FilterSet):
    """What may be asked of imports."""

    kind = df.MultipleChoiceFilter(choices=ImportKind.choices, label=_("Kind"))

    class Meta:
        model = ImportFile
        fields: list[str] = []


@register
class ImportListing(Listing):
    """Files that were handed in."""

    name, title, permission = "imports", _("Imports"), "orders.view_order"
    model, row, filters = ImportFile, ImportRow, ImportFilter
    columns = [
        Column("name", link="orders:import-open", width="wide"),
        Column("kind", badge=ImportKind),
        Column("store", mono=True),
        Column("state", badge=STATES),
        Column("created"),
        Column("updated"),
        Column("unchanged"),
        Column("rejected"),
        Column("by_label"),
        Column("created_at", sortable=True),
    ]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field = "orders:imports", "orders:import-open", "-created_at", "name"
    computed = ("state", "dry_run", "created", "updated", "unchanged", "rejected")
    needs = ("counts", "job__state", "job__payload")
    scan_ok = {"kind": "imports are some a day and read newest first"}
    icon = "file-import"
    empty = (
        _("No imports yet."),
        _("Files that are handed in are kept here for some days."),
        _("Import orders"),
        "orders:import",
    )

    def queryset(self, actor: Actor) -> QuerySet[ImportFile]:
        """Those of the actor's stores."""
        return selectors.imports_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """State and figures from the job and the counts."""
        for row in rows:
            payload, counts = row["job__payload"] or {}, row["counts"] or {}
            row["dry_run"] = bool(payload.get("dry_run"))
            state = row["job__state"] or "waiting"
            row["state"] = "waiting" if row["dry_run"] and state == Job.State.DONE else state
            for name in ("created", "updated", "unchanged", "rejected"):
                row[name] = counts.get(name)
            row["errors"] = [
                {"row": e[0], "order": e[1], "field": e[2], "value": e[3], "reason": e[4]} for e in row["errors"] or ()
            ]


class ProfileRow(serializers.Serializer):
    """A saved way to read files."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Name"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    base = serializers.CharField(label=_("Base"))
    mapping = serializers.JSONField(label=_("Columns"))
    options = serializers.JSONField(label=_("How it is read"))
    created_at = serializers.DateTimeField(label=_("Saved"))


class DeleteProfile(Action):
    """Forget a profile."""

    name, label, permission = "delete", _("Delete"), "orders.import_order"
    icon, tone, confirm = "trash", "danger", _("Imports that used it stay as they are.")

    def apply(self, obj: ImportProfile, actor: Actor, now: datetime, **data: Any) -> None:
        """One profile."""
        profiles.delete_profile(profile=obj, actor=actor, now=now)


@register
class ProfileListing(Listing):
    """How files are read."""

    name, title, permission = "import-profiles", _("Import profiles"), "orders.import_order"
    model, row = ImportProfile, ProfileRow
    columns = [
        Column("name", link="orders:profile"),
        Column("store", mono=True),
        Column("base"),
        Column("mapping", html=lambda row: ", ".join(str(LABELS.get(name, name)) for name in row["mapping"]),
               text=lambda row: ", ".join(row["mapping"])),
        Column("created_at", time="day"),
    ]
    actions = [DeleteProfile()]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field = "orders:profiles", "orders:profile", "name", "name"
    small = True
    icon = "file-import"
    empty = (
        _("No profiles yet."),
        _("Map the columns of a file once and keep it under a name."),
        _("Import orders"),
        "orders:import",
    )

    def queryset(self, actor: Actor) -> QuerySet[ImportProfile]:
        """Those of the actor's stores and of the house."""
        return selectors.profiles_for(actor)
