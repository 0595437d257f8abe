"""Exceptions of the working calendar: holidays, and make-up days that are worked."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import audit
from core.audit import Actor
from core.errors import NotAllowed
from core.models import CalendarDay
from core.reach import need_reach


def exceptions(since: date) -> QuerySet[CalendarDay]:
    """The exceptions from ``since`` on, by day."""
    return CalendarDay.objects.filter(day__gte=since).order_by("day")


def _need(actor: Actor, now: datetime) -> None:
    if not actor.has_perm("core.change_policy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)


def set_day(*, day: date, working: bool, name: str, actor: Actor, now: datetime) -> CalendarDay:
    """Make ``day`` a holiday or a worked day; what stood there before is replaced."""
    _need(actor, now)
    row, _made = CalendarDay.objects.update_or_create(day=day, defaults={"working": working, "name": name})
    audit.record(
        row, "calendar.set", actor=actor, now=now, text="Working calendar changed", day=str(day), working=working
    )
    return row


def remove_day(*, pk: int, actor: Actor, now: datetime) -> None:
    """Let the day follow its weekday again; a second time changes nothing."""
    _need(actor, now)
    for row in CalendarDay.objects.filter(pk=pk):
        audit.record(row, "calendar.remove", actor=actor, now=now, text="Working calendar changed", day=str(row.day))
        row.delete()
