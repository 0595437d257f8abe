"""The operations log: what was done in the shop, by whom and when, by module; written by itself, on holidays too (OPS-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from accounts.selectors import store_names
from core import format as f
from core import timeline
from core.audit import Actor
from core.listing import Column, Listing, View, register
from core.models import ActivityEntry
from reports import selectors
from reports.choices import KINDS, Module, module_of
from reports.filters import LogFilter


class LogRow(serializers.Serializer):
    """One recorded line as lists and programs see it."""

    id = serializers.CharField()
    at = serializers.DateTimeField(label=_("Time"))
    module = serializers.ChoiceField(Module.choices, label=pgettext_lazy("module", "Module"))
    subject_type = serializers.CharField(label=_("Kind"))
    subject_id = serializers.CharField()
    subject = serializers.CharField(label=_("About"), allow_null=True)
    verb = serializers.CharField(label=_("What, as programs know it"))
    sentence = serializers.CharField(label=_("What was done"))
    reason = serializers.CharField(label=_("Reason"))
    changes = serializers.DictField(label=_("Before and after"), allow_null=True)
    who = serializers.CharField(label=_("Who"))
    actor_kind = serializers.ChoiceField(KINDS, label=_("Person or program"))
    store = serializers.CharField(label=_("Store"), allow_null=True)


def _subject(row: Mapping[str, Any]) -> Any:
    name = row["subject"] or row["_kind"]
    return f.link_html(row["_url"], name) if row["_url"] else name


def _changes(row: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name}: {before or f.DASH} → {after or f.DASH}" for name, (before, after) in (row["changes"] or {}).items()
    )


@register
class LogListing(Listing):
    """Every recorded line, the newest first."""

    name, title, permission = "operations-log", _("Operations log"), "core.view_audit"
    model, row, filters = ActivityEntry, LogRow, LogFilter
    columns = [
        Column("at", time="full"),
        Column("who"),
        Column("module", badge=Module),
        Column("subject", html=_subject, text=lambda row: row["subject"] or row["_kind"], needs=("subject_type", "subject_id")),
        Column("sentence", width="wide"),
        Column("changes", html=_changes, text=_changes, width="wide"),
        Column("reason", html=lambda row: row["_reason"], text=lambda row: row["_reason"]),
        Column("store", mono=True, roomy=True),
        Column("actor_kind", badge={key: (label, "neutral") for key, label in KINDS}, default=False),
        Column("verb", mono=True, default=False),
        Column("subject_type", mono=True, default=False),
    ]  # fmt: skip
    computed = ("module", "subject", "sentence", "changes", "who", "store")
    needs = ("text", "params", "actor_label", "store_ref")
    views = [
        View("all", _("All"), default=True, counted=False),
        *(View(module.value, module.label, f"module={module.value}", counted=False) for module in Module),
        View("people", _("By people"), "by=user", counted=False),
    ]
    url, default_order, label_field = "reports:log", "-id", "verb"
    scan_ok = dict.fromkeys(
        ("module", "store", "by", "who", "verb"), "read newest first by the key; the days narrow it (index activity_at)"
    )
    empty = (_("Nothing was recorded yet."), _("Every change writes its line here by itself."), "", "")
    icon = "history"

    def queryset(self, actor: Actor) -> QuerySet[ActivityEntry]:
        """The lines the actor may read."""
        return selectors.log_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """Words: the sentence, who, the object and its address."""
        found = selectors.subjects(((row["subject_type"], row["subject_id"]) for row in rows), actor)
        stores = {pk: code for pk, code, _name in store_names(actor)}
        kinds = selectors.kind_names()
        for row in rows:
            line = ActivityEntry(
                verb=row["verb"], text=row["text"], params=row["params"], actor_kind=row["actor_kind"], actor_label=row["actor_label"],
                reason=row["reason"],
            )  # fmt: skip
            given = row["params"].get("changes")
            row["module"] = module_of(row["subject_type"]).value
            row["subject"], row["_url"] = found.get((row["subject_type"], row["subject_id"]), (None, ""))
            row["_kind"] = kinds.get(row["subject_type"], row["subject_type"])
            row["_reason"] = timeline.reason(line)
            row["sentence"], row["who"] = timeline.sentence(line), timeline.who(line)
            row["changes"] = {k: [str(a), str(b)] for k, (a, b) in given.items()} if _pairs(given) else None
            row["store"] = stores.get(row["store_ref"])


def _pairs(given: Any) -> bool:
    """Whether changes are kept as field -> [before, after]."""
    return isinstance(given, dict) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in given.values())
