"""What is owed around cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import format as f
from core.clock import end_of_day, utcnow
from disputes import selectors, services
from disputes.choices import AnswerState, CaseKind, CaseState, RemedyKind
from disputes.events import CasesTurned
from disputes.followups.common import name_by, page
from disputes.models import Answer, Case
from disputes.rules.cases import duty_due
from logistics.choices import Advice
from logistics.selectors import judging
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


def both_words(facts: dict[str, Any]) -> str:
    """The clock of the promise and what is asked, for a line on Today."""
    promised = f.moment(datetime.fromisoformat(facts["promised"]))
    words = dict(Advice.choices).get(facts.get("advice", ""), "")
    return gettext("promised by %(day)s · %(advice)s (%(rule)s)") % {
        "day": promised, "advice": words, "rule": facts.get("rule") or "–",
    }  # fmt: skip


class CaseRule(FollowUpRule):
    """A duty about a case: what all of them share."""

    target, doer, group, band = Case, Doer.PERSON, Group.MESSAGES, Band.TODAY

    def load(self, ids: Iterable[int]) -> list[Case]:
        """Cases with store, order, buyer and whether an answer is on its way."""
        return selectors.with_answers(ids)

    def stake(self, subject: Case) -> tuple[Decimal, str] | None:
        """What the buyer claims, else what he paid."""
        money = subject.claimed or subject.order.total
        return (money, subject.currency) if money else None

    def facts(self, subject: Case) -> dict[str, Any]:
        """The case, its order, its kind and its clock."""
        return {
            "number": subject.number, "who": subject.order.buyer_name, "country": subject.order.country,
            "url": page("disputes:case", subject.pk), "panel": page("disputes:case-pane", subject.pk),
            "order": subject.order.number, "kind": subject.kind, "state": subject.state,
            "until": subject.respond_by.isoformat() if subject.respond_by else "",
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What it is about."""
        kind = str(CaseKind(facts["kind"]).label) if facts.get("kind") in CaseKind.values else ""
        return gettext("%(kind)s, order %(order)s") % {"kind": kind, "order": facts.get("order", "")}


@register
class AnswerCase(CaseRule):
    """The buyer or the platform waits for our answer; when the clock ends the channel decides without us (RET-11)."""

    key, title, minutes, chance = "disputes.answer", _("Answer a case"), Decimal("6"), Decimal("0.6")

    def load(self, ids: Iterable[int]) -> list[Case]:
        """Cases that know what the tables ask for their parcel under way."""
        rows = super().load(ids)
        selectors.with_parcels(rows, utcnow())
        return rows

    def facts(self, subject: Case) -> dict[str, Any]:
        """The other clock too: until when its parcel was promised, and what the tables ask (TRK-16)."""
        said: judging.Judged | None = subject.parcel_said  # type: ignore[attr-defined]
        found = super().facts(subject)
        if said is not None and said.parcel.promised_by is not None:
            found |= {"promised": said.parcel.promised_by.isoformat(), "advice": said.step.advice, "rule": said.step.rule_id}
        return found

    def candidates(self, now: datetime) -> QuerySet[Case]:
        """Cases that wait for us and have no answer on its way."""
        return selectors.owed()

    def due_at(self, subject: Case, round: int, now: datetime) -> datetime | None:
        """A margin before the channel decides."""
        if subject.respond_by is None:
            return None
        return duty_due(subject.respond_by, subject.turned_at, services.margin(subject.store_id, now))

    def over(self, subject: Case, now: datetime) -> bool:
        """Answered, the buyer's turn, or ended."""
        return not subject.is_open or not subject.owed or bool(subject.is_going)  # type: ignore[attr-defined]

    def sentence(self, facts: dict[str, Any]) -> str:
        """What it is about, and when the channel decides."""
        words = super().sentence(facts)
        if not facts.get("until"):
            return words
        until = f.moment(datetime.fromisoformat(facts["until"]))
        words = gettext("%(what)s · the channel decides %(until)s") % {"what": words, "until": until}
        return f"{words} · {both_words(facts)}" if facts.get("promised") else words

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Answer the case")


@register
class FollowCase(CaseRule):
    """A case that waits for somebody else: look whether it moved. An agreed one is followed until it is closed (RMD-13)."""

    key, title, minutes, chance = "disputes.follow_case", _("Look at a waiting case"), Decimal("2"), Decimal("0.2")
    band = Band.RANKED

    def candidates(self, now: datetime) -> QuerySet[Case]:
        """Cases whose next check has come."""
        return selectors.standing_still(now)

    def due_at(self, subject: Case, round: int, now: datetime) -> datetime | None:
        """By the end of that day."""
        return end_of_day(max(subject.next_check_at or now, now), subject.store.time_zone)

    def over(self, subject: Case, now: datetime) -> bool:
        """It moved, or somebody looked."""
        return not subject.is_open or subject.owed or subject.next_check_at is None or subject.next_check_at > now

    def sentence(self, facts: dict[str, Any]) -> str:
        """Whom it waits for."""
        state = str(CaseState(facts["state"]).label) if facts.get("state") in CaseState.values else ""
        return f"{super().sentence(facts)} · {state}"

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look at the case")


class AnswerRule(FollowUpRule):
    """A duty about an answer that waits for a person."""

    target, doer, group, band, minutes = Answer, Doer.PERSON, Group.MESSAGES, Band.TODAY, Decimal("3")

    def load(self, ids: Iterable[int]) -> list[Answer]:
        """Answers with case, order and store."""
        rows = Answer._base_manager.filter(pk__in=list(ids)).select_related("store", "case__order", "case__store")
        return list(rows.order_by("pk"))

    def due_at(self, subject: Answer, round: int, now: datetime) -> datetime | None:
        """As the case itself."""
        case = subject.case
        if case.respond_by is None:
            return now
        return duty_due(case.respond_by, case.turned_at, services.margin(case.store_id, now))

    def stake(self, subject: Answer) -> tuple[Decimal, str] | None:
        """What the buyer claims, else what he paid."""
        money = subject.case.claimed or subject.case.order.total
        return (money, subject.currency) if money else None

    def facts(self, subject: Answer) -> dict[str, Any]:
        """The case and what is offered."""
        case = subject.case
        return {
            "number": case.number, "who": case.order.buyer_name, "country": case.order.country, "order": case.order.number,
            "url": page("disputes:case", case.pk), "panel": page("disputes:case-pane", case.pk), "kind": subject.kind,
            "amount": str(subject.amount) if subject.amount is not None else "", "currency": subject.currency,
            "author": subject.author_label,
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is offered, and by whom."""
        kind = str(RemedyKind(facts["kind"]).label) if facts.get("kind") in RemedyKind.values else ""
        money = f" {f.money(Decimal(facts['amount']), facts['currency'])}" if facts.get("amount") else ""
        return gettext("%(what)s, written by %(who)s") % {"what": f"{kind}{money}", "who": facts.get("author", "")}


@register
class ApproveAnswer(AnswerRule):
    """An offer above its author's limit waits for somebody who may stand for it (RET-12)."""

    key, title, role = "disputes.approve", _("Approve an offer"), Role.SUPERVISOR

    def candidates(self, now: datetime) -> QuerySet[Answer]:
        """Proposed answers of the present turn."""
        return selectors.to_approve()

    def over(self, subject: Answer, now: datetime) -> bool:
        """Approved, rejected or no longer wanted."""
        return subject.state != AnswerState.PROPOSED

    def role_of(self, subject: Answer) -> str:
        """A manager above the supervisor's limit."""
        return Role.MANAGER if subject.needs == "disputes.approve_any_remedy" else Role.SUPERVISOR

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look and approve")


@register
class AnswerByHand(AnswerRule):
    """The shop takes no answers by program: a person gives it there and confirms."""

    key, title = "disputes.answer_by_hand", _("Give an answer in the shop")

    def candidates(self, now: datetime) -> QuerySet[Answer]:
        """Answers to be given by hand."""
        return selectors.by_hand()

    def over(self, subject: Answer, now: datetime) -> bool:
        """Given, or no longer wanted."""
        return subject.state != AnswerState.BY_HAND

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Copy and confirm")


@register
class NameCause(CaseRule):
    """A case ended and nobody said what lay at its root (RMD-08)."""

    key, title, minutes = "disputes.name_cause", _("Name the root cause"), Decimal("0.5")
    group, band, starts_on = Group.FEEDBACK, Band.ROUTINE, CasesTurned
    bulk_line = _("%(count)s cases ended: name their root cause")

    def candidates(self, now: datetime) -> QuerySet[Case]:
        """Cases that ended lately without a cause."""
        return selectors.without_cause(now)

    def subject_of(self, event: CasesTurned) -> Iterable[int]:
        """Those that changed hands; what has not ended is over at once."""
        return event.case_ids

    def due_at(self, subject: Case, round: int, now: datetime) -> datetime | None:
        """Some days after the end."""
        return name_by(subject.closed_at or now, subject.store, now)

    def over(self, subject: Case, now: datetime) -> bool:
        """Named, open again, history, or long ago."""
        named = bool(subject.cause) or subject.order.history
        return subject.is_open or named or selectors.long_ago(subject.closed_at, now)

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Name the cause")

    def bulk_url(self) -> str:
        """The list of them."""
        return f"{reverse('disputes:cases')}?view=no-cause"
