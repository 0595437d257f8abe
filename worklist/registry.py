"""The declaration of a follow-up: trigger, due rule, stop rule and action in one class; nothing about it lives elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models

from accounts.choices import Role
from core import audit
from core.audit import Actor
from worklist.choices import Band, Doer, Group


@dataclass(frozen=True)
class Every:
    """Repeat ``days`` after each act, at most ``rounds`` rounds (the first included)."""

    days: int
    rounds: int


@dataclass(frozen=True)
class AsDue:
    """Repeat when :meth:`FollowUpRule.due_at` says for the next round, as long as the rule is not over."""


class FollowUpRule:
    """One kind of duty. Subclass, set the class attributes, and ``register`` it in ``followups.py``.

    ``doer`` clock: at ``due_at`` the runner calls :meth:`act`; services called by it write rows only (network goes through
    the outbox). ``doer`` person: the duty is open on Today from its creation, ``due_at`` is its deadline, and a service
    closes it when the thing was done (or the sweep, when :meth:`over` says so).
    """

    key: ClassVar[str]
    title: ClassVar[Any]
    target: ClassVar[type[models.Model]]
    doer: ClassVar[str] = Doer.CLOCK
    role: ClassVar[str] = Role.SERVICE
    group: ClassVar[str] = Group.ORDERS
    band: ClassVar[int] = Band.ROUTINE
    minutes: ClassVar[Decimal] = Decimal("2")
    chance: ClassVar[Decimal] = Decimal("1")
    starts_on: ClassVar[type | tuple[type, ...] | None] = None
    again: ClassVar[Every | AsDue | None] = None
    #: A rule of the clock without ``again`` acts once for a subject for ever, unless it says that it may restart.
    restarts: ClassVar[bool] = False
    #: When several lines of this rule are open, Today shows them as one: "%(count)s notes to sign".
    bulk_line: ClassVar[Any] = ""

    def candidates(self, now: datetime) -> models.QuerySet[Any]:
        """All subjects that should have a living duty of this rule now: what the nightly sweep plans if it is missing."""
        raise NotImplementedError

    def subject_of(self, event: Any) -> int | Iterable[int] | None:
        """The id (or ids) of the subjects that a ``starts_on`` event speaks of; None when it is no business of this rule."""
        raise NotImplementedError

    def due_at(self, subject: Any, round: int, now: datetime) -> datetime | None:
        """When round ``round`` is due; None when it never is."""
        raise NotImplementedError

    def warn_at(self, subject: Any, due: datetime, now: datetime) -> datetime | None:
        """From when the deadline ``due`` of a duty of people counts as near (the clock's own warning): from then on the line
        stands among what is due today. None = it never moves up by itself."""
        return None

    def over(self, subject: Any, now: datetime) -> bool:
        """Whether the reason has gone. Asked again just before acting and by the sweep."""
        raise NotImplementedError

    def act(self, subject: Any, *, now: datetime, round: int) -> None:
        """Do it (clock rules only): one service call that writes rows."""
        raise NotImplementedError

    def act_many(self, subjects: list[Any], *, now: datetime, rounds: dict[int, int]) -> None:
        """The set form of :meth:`act`; the default does one by one. ``rounds`` maps subject id to round."""
        for subject in subjects:
            self.act(subject, now=now, round=rounds[subject.pk])

    def load(self, ids: Iterable[int]) -> list[Any]:
        """The subjects with these ids and what :meth:`over` and :meth:`act` read of them, in primary-key order."""
        return list(self.target._base_manager.filter(pk__in=list(ids)).order_by("pk"))

    def stake(self, subject: Any) -> tuple[Decimal, str] | None:
        """Money at risk with its currency, or None."""
        return None

    def facts(self, subject: Any) -> dict[str, Any]:
        """What the line on Today shows: ``number``, ``who``, ``country``, ``url`` (page with the next step), ``panel``
        (address of the fragment shown in the subject pane), ``do`` (an address that does the next step at once by POST; with
        ``do_form`` True a short form in the dialog), ``fields`` for the sentence. Plain JSON values."""
        return {}

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line on Today in the reader's language, from ``facts``."""
        return ""

    def next_step(self, facts: dict[str, Any]) -> str:
        """The words of the button that does it."""
        return ""

    def bulk_url(self) -> str:
        """The page where all open lines of this rule can be done together; "" = the list of duties of this rule."""
        return ""

    def role_of(self, subject: Any) -> str:
        """The role that does it, where it depends on the subject."""
        return self.role

    def band_of(self, subject: Any) -> int:
        """The band of Today, where it depends on the subject."""
        return self.band

    def chance_of(self, subject: Any) -> Decimal:
        """The chance that the stake is lost when nobody acts, where it depends on the subject."""
        return self.chance

    def store_of(self, subject: Any) -> int | None:
        """The store whose people see the duty; None = house matters."""
        return getattr(subject, "store_id", None)

    @property
    def subject_type(self) -> str:
        """The stable name of the subject's kind."""
        return audit.subject_type(self.target)


RULES: dict[str, FollowUpRule] = {}

#: Called with every rule as it is registered; the subscribers of this app tie the rule's events here.
TIES: list[Callable[[FollowUpRule], None]] = []

#: Work that ``run_due`` does between two rounds so that an act can reach its end (the outbox sends): ``fn(now) -> done``.
#: Upper apps append to it; each function answers how many rows it dealt with.
drain: list[Callable[[datetime], int]] = []


#: Work that no duty stands for, at a table of its own: ``fn(actor, now) -> (sentence, label of the button, address) or None``. An empty
#: list of duties names it, so that nobody goes home too early.
elsewhere: list[Callable[[Actor, datetime], tuple[str, str, str] | None]] = []


def register(rule: type[FollowUpRule]) -> type[FollowUpRule]:
    """Class decorator: put the rule on the register. Two rules with one key are refused."""
    if rule.key in RULES:
        raise ValueError(f"follow-up {rule.key} is declared twice")
    RULES[rule.key] = rule()
    for tie in TIES:
        tie(RULES[rule.key])
    return rule
