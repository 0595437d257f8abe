"""One line of Today as the page shows it. Formatted once in Python; nothing here queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import format as f
from core import policies as house
from core.audit import Actor
from core.listing.columns import address
from worklist import policies, rules
from worklist.choices import Band, DutyState
from worklist.models import Duty
from worklist.registry import RULES
from worklist.selectors import Bulk


def title_of(duty: Duty) -> str:
    """What is owed, in the reader's language."""
    rule = RULES.get(duty.rule)
    return str(rule.title) if rule else duty.rule


def who_html(facts: dict[str, Any], seen: bool) -> Any:
    """Whom a duty is about; a buyer (whoever has a country) without his name for people who may not see it."""
    if not facts.get("who"):
        return ""
    return f.buyer_html(facts["who"] if seen or not facts.get("country") else "", facts.get("country"))


class Lines:
    """Makes the rows of one page: what does not change from row to row is found once."""

    def __init__(self, actor: Actor, now: datetime, *, sums: bool = True) -> None:
        self.seen = actor.has_perm("orders.view_personal")
        self.me, self.now, self.sums = actor.user_id, now, sums  # sums: the rank is what the list is ordered by
        self.head, self.tail = address("worklist:duty")
        self.steps = house.value(policies.URGENCY, now)
        self.words = _("× %(chance)s × %(urgency)s ÷ %(minutes)s min")
        self.titles: dict[str, str] = {}
        self.dues: dict[tuple[datetime, bool], Any] = {}

    def line(self, duty: Duty) -> dict[str, Any]:
        """The row of one duty."""
        facts = duty.facts
        return {
            "id": duty.pk, "url": f"{self.head}{duty.pk}{self.tail}",
            "due": self._due(duty), "title": self.titles.get(duty.rule) or self.titles.setdefault(duty.rule, title_of(duty)),
            "subject": facts.get("subject", ""), "number": facts.get("number", ""), "sub": self._sub(duty),
            "stake": f.money(duty.stake, duty.stake_currency) if duty.stake is not None and duty.stake_currency else "",
            "stake_note": self.sum_text(duty), "css": "",
        }  # fmt: skip

    def _due(self, duty: Duty) -> Any:
        """Many are due at the same moment: the end of a day, when a warehouse closes."""
        key = (duty.due_at, duty.band == Band.TODAY)
        if key not in self.dues:
            self.dues[key] = f.due_html(duty.due_at, self.now, hard=key[1])
        return self.dues[key]

    def _sub(self, duty: Duty) -> Any:
        rule, facts = RULES.get(duty.rule), duty.facts
        if duty.state == DutyState.STUCK:
            return _("The clock gave up: %(error)s") % {"error": duty.last_error[:120]}
        parts = [who_html(facts, self.seen)] if facts.get("who") else []
        if rule and (words := rule.sentence(facts)):
            parts.append(words)
        if duty.owner_id not in (None, self.me):  # asked first: the person's own lines come without their owner
            parts.append(_("%(who)s is on it") % {"who": duty.owner.label})
        return f.joined_html(parts)

    def sum_text(self, duty: Duty) -> str:
        """The sum behind the rank, short: "× 25% × 2 ÷ 5 min"."""
        if duty.stake_house is None or not self.sums:
            return ""
        rank = _rank(duty, self.now, self.steps)
        return self.words % {
            "chance": f.percent(rank.chance), "urgency": f"{rank.urgency.normalize():f}", "minutes": f"{rank.minutes.normalize():f}",
        }  # fmt: skip


def bulk_line(bulk: Bulk, url: str, now: datetime) -> dict[str, Any]:
    """The row of several duties that are done together."""
    rule = RULES[bulk.rule]
    currency = house.value(policies.HOUSE_CURRENCY, now)
    return {
        "id": f"b-{bulk.rule.replace('.', '-')}", "url": url, "due": f.due_html(bulk.due_at, now, hard=bulk.band == Band.TODAY),
        "title": str(rule.bulk_line) % {"count": bulk.count}, "subject": "", "number": "", "sub": _("Can be done together"),
        "stake": f.money(bulk.stake_house, currency) if bulk.stake_house else "", "stake_note": "", "css": "",
    }  # fmt: skip


def _rank(duty: Duty, now: datetime, steps: list[Any]) -> rules.Rank:
    return rules.rank(
        stake=duty.stake_house, chance=duty.chance, minutes=duty.minutes, left=duty.due_at - now, steps=steps
    )


def rank_text(duty: Duty, now: datetime) -> str:
    """The sum behind the rank in words."""
    if duty.stake_house is None:
        return ""
    rank = _rank(duty, now, house.value(policies.URGENCY, now))
    currency = house.value(policies.HOUSE_CURRENCY, now)
    return _(
        "Loss avoided per minute: %(stake)s at stake × %(chance)s chance × %(urgency)s for the time left ÷ %(minutes)s min = %(value)s"
    ) % {
        "stake": f.money(rank.stake, currency), "chance": f.percent(rank.chance), "urgency": f"{rank.urgency.normalize():f}",
        "minutes": f"{rank.minutes.normalize():f}", "value": f.money(rank.value, currency),
    }  # fmt: skip
