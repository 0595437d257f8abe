"""Ties every rule to the events that start it. A lost event costs time only: the sweep plans from the candidates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.clock import utcnow
from core.events import subscribe
from core.timeline import NoteWritten
from worklist import registry, services
from worklist.registry import FollowUpRule
from worklist.services import mentions


def tie(rule: FollowUpRule) -> None:
    """Plan the rule's duty when one of its events is published."""
    events = rule.starts_on if isinstance(rule.starts_on, tuple) else (rule.starts_on,)
    for event in events:
        if event is None:
            continue

        @subscribe(event, recovered_by="worklist.sweep")
        def start(news: Any) -> None:
            found = rule.subject_of(news)
            if found is None:
                return
            ids: Iterable[int] = (found,) if isinstance(found, int) else found
            services.plan(rule_key=rule.key, subject_ids=ids, now=utcnow())


@subscribe(NoteWritten, recovered_by="worklist.find_mentions")
def on_note_written(news: NoteWritten) -> None:
    """Somebody was named in a note."""
    mentions.take_up(entry_ids=[news.entry_id], now=utcnow())


for _rule in registry.RULES.values():
    tie(_rule)
registry.TIES.append(tie)
