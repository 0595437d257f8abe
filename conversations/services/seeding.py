"""Starting texts: the reference list in English, the automatic ones in six more languages."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from conversations.choices import Answers, SendMode, TemplateKind
from conversations.models import ReminderStep, Template
from conversations.rules import base_code_of
from conversations.rules.cards import CARD

#: What colleagues read beside a text.
_NOTES = ("guardrail_zh", "when_zh", "when_en")
DATA = Path(__file__).resolve().parent.parent / "data"


def load_reference(*, now: datetime) -> int:
    """Add the texts that are missing (by code and language, for all stores); answers how many. What staff changed stays."""
    checks = {row["template_code"]: row["checks"].split(";") for row in _rows("guardrails.csv")}
    english = {row["template_code"]: row for row in _rows("message_templates.csv")}
    known = set(Template.objects.filter(store__isnull=True).values_list("code", "language"))
    wanted = [(row, row["subject"], row["body"], row["language"]) for row in english.values()]
    for row in _rows("translations.csv"):
        wanted.append((english[row["template_code"]], row["subject"], row["body"], row["language"]))
    fresh = [
        Template(
            code=row["template_code"], base_code=base_code_of(row["template_code"]), language=language, purpose=row["purpose"],
            kind=row["kind"], trigger=row["trigger"], send_mode=row["send_mode"], subject=subject, body=body,
            guardrail=row["guardrail"],
            **{name: row[name] for name in _NOTES}, answers=row["answers"], checks=checks.get(row["template_code"], []), updated_at=now,
        )
        for row, subject, body, language in wanted
        if (row["template_code"], language) not in known
    ]  # fmt: skip
    Template.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh) + _cards(now, known) + _notes(english) + _steps()


def _cards(now: datetime, known: set[tuple[str, str]]) -> int:
    """The card in the parcel: a text like the others, printed and never sent."""
    fresh = [
        Template(
            code=CARD, base_code=CARD, language=row["language"], purpose="insert_card", kind=TemplateKind.MARKETING,
            trigger="parcel packed", send_mode=SendMode.MANUAL, subject=row["subject"], body=row["body"], answers=Answers.NEVER,
            guardrail="printed and laid into the parcel; never a reward for a rating",
            guardrail_zh="随包裹打印放入；不得以评价换取任何奖励",
            when_en="printed with the labels where the house rule allows it", when_zh="按规则随面单一起打印", updated_at=now,
        )
        for row in _rows("insert_cards.csv")
        if (CARD, row["language"]) not in known
    ]  # fmt: skip
    return len(Template.objects.bulk_create(fresh, ignore_conflicts=True))


def _notes(english: dict[str, dict[str, str]]) -> int:
    """The notes in both languages, on texts loaded before there were two; a note that staff wrote stays."""
    old = [
        row
        for row in Template.objects.filter(when_en="", guardrail_zh="", code__in=english)
        if row.when_zh == english[row.code]["when_zh"]
    ]
    for row in old:
        row.when_en, row.guardrail_zh = english[row.code]["when_en"], english[row.code]["guardrail_zh"]
    return Template.objects.bulk_update(old, ["when_en", "guardrail_zh"], batch_size=500)


def _steps() -> int:
    """The house's ladder of reminders, where there is none yet: what staff changed or removed stays so."""
    if ReminderStep.objects.filter(store__isnull=True).exists():
        return 0
    rows = [
        ReminderStep(
            position=int(row["position"]), after_days=int(row["after_days"]), base_code=row["base_code"],
            inducement=row["inducement"] == "yes", active=row["active"] == "yes",
        )
        for row in _rows("reminder_steps.csv")
    ]  # fmt: skip
    return len(ReminderStep.objects.bulk_create(rows, ignore_conflicts=True))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
