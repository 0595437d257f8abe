"""The composer under a thread: about what, which text, how it would read, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import models
from django.urls import reverse

from conversations import rules, selectors, services
from conversations.choices import TemplateKind, purpose_words
from conversations.models import Conversation, Template
from conversations.selectors.fact_words import fact_word
from core import audit
from core.audit import Actor

#: What a person fills in for one text: kept in the form under this prefix.
FACT = "fact-"


class Composer:
    """What is being written: read from the form, never trusted further than the person's own stores."""

    def __init__(self, thread: Conversation, actor: Actor, now: datetime, data: Mapping[str, Any]) -> None:
        self.thread, self.actor, self.now, self.data = thread, actor, now, data
        self.subjects = selectors.subjects_of(thread.buyer_id, actor)
        self.about = self._about()
        self.code = str(data.get("code", ""))[:10]
        self.template = self._template()
        self.extra = {
            name[len(FACT) :]: rules.plain_text(str(value))[:1000]
            for name, value in data.items()
            if name.startswith(FACT)
        }
        self.preview = self._preview()

    def _about(self) -> models.Model | None:
        asked = str(self.data.get("about", ""))
        offered = {f"{item.type}:{item.id}": item for item in self.subjects}
        chosen = offered.get(asked) or (self.subjects[0] if self.subjects and asked != "none" else None)
        return selectors.about_object(chosen.type, chosen.id) if chosen else None

    def _template(self) -> Template | None:
        if not self.code:
            return None
        versions = selectors.versions_of(self.code, self.thread)
        return versions[0] if versions else None

    def _preview(self) -> services.Preview | None:
        if self.template is None or self.about is None:
            return None
        return services.preview(
            template=self.template, about=self.about, actor=self.actor, now=self.now, extra=self.extra
        )

    def refusal(self) -> str:
        """Why the chosen text may not be sent at all: something it says would not be true. "" when it may."""
        if self.preview is None or not self.preview.untrue:
            return ""
        return services.refusal(self.code, (), self.preview.untrue)

    def own_words(self, text: str) -> bool:
        """Whether the text is not (any more) the one the template gave."""
        return self.preview is None or not rules.same_words(self.preview.body, rules.plain_text(text))

    def context(self) -> dict[str, Any]:
        """What the composer's markup needs."""
        shown = self.preview
        chosen = f"{audit.subject_type(self.about)}:{self.about.pk}" if self.about else "none"
        typed = str(self.data.get("text", ""))
        if not self.code and rules.marks(typed):
            typed = ""  # what is left of a text with gaps is no beginning for own words
        refill = "fill" in self.data or not typed
        return {
            "compose_url": reverse("conversations:compose", args=[self.thread.pk]), "write_url": reverse("conversations:write"),
            "abouts": [{"value": f"{a.type}:{a.id}", "label": a.label, "chosen": f"{a.type}:{a.id}" == chosen} for a in self.subjects],
            "template_groups": self._groups(), "code": self.code, "template": self.template, "preview": shown,
            "needs_about": self.template is not None and self.about is None,
            "text": shown.body if shown and refill else typed,
            "subject": shown.subject if shown and refill else str(self.data.get("subject", "")),
            "gaps": self._gaps(shown),
            "refusal": services.refusal(self.code, (), shown.untrue) if shown and shown.untrue else "",
        }  # fmt: skip

    def _gaps(self, shown: services.Preview | None) -> list[dict[str, str]]:
        if shown is None or self.template is None:
            return []
        used = {*rules.names(self.template.body), *rules.names(self.template.subject)}
        names = list(dict.fromkeys([*(name for name in self.extra if name in used), *shown.missing]))
        return [
            {"name": f"{FACT}{name}", "label": fact_word(name), "value": self.extra.get(name, "")} for name in names
        ]

    def _groups(self) -> list[tuple[Any, list[dict[str, Any]]]]:
        offered = selectors.offered_templates(self.thread)
        order = list(TemplateKind.values)
        offered.sort(key=lambda row: (order.index(row.kind), row.code))
        return [
            (
                TemplateKind(kind).label,
                [
                    {"code": row.code, "label": f"{row.code} · {purpose_words(row.purpose)}", "words": row.when}
                    for row in rows
                ],
            )
            for kind, rows in groupby(offered, key=lambda row: row.kind)
        ]
