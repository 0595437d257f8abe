"""A declared value below the price paid waits for a second person."""

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
from logistics.choices import DifferenceState
from logistics.models import ValueDifference
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class SecondPerson(FollowUpRule):
    """Somebody else agrees to a value below the price paid, or refuses it."""

    key, title, target = "logistics.value_second_person", _("Agree to a declared value"), ValueDifference
    doer, role, band, minutes = Doer.PERSON, Role.SUPERVISOR, Band.WAITING, Decimal("2")
    group = Group.DISPATCH

    def store_of(self, subject: ValueDifference) -> int | None:
        """That of the note."""
        return subject.note.store_id

    def subject_of(self, event: Any) -> Iterable[int] | int | None:
        """Starts on no event: the service plans it."""
        return None

    def load(self, ids: Iterable[int]) -> list[ValueDifference]:
        """Differences with their note."""
        rows = ValueDifference._base_manager.filter(pk__in=list(ids)).order_by("pk")
        return list(rows.select_related("note", "note__store", "note__order", "sku"))

    def candidates(self, now: datetime) -> QuerySet[ValueDifference]:
        """Those that wait."""
        return ValueDifference.objects.filter(state=DifferenceState.WAITING)

    def due_at(self, subject: ValueDifference, round: int, now: datetime) -> datetime | None:
        """With the note."""
        return subject.note.due_at or subject.entered_at

    def over(self, subject: ValueDifference, now: datetime) -> bool:
        """Agreed, refused or void."""
        return subject.state != DifferenceState.WAITING

    def facts(self, subject: ValueDifference) -> dict[str, Any]:
        """The note, the value asked for, and why."""
        return {
            "number": subject.note.number, "country": subject.note.country, "who": subject.entered_label,
            "article": subject.sku.code, "value": f.money(subject.value, subject.note.declared_currency),
            "paid": f.money(subject.paid, subject.note.declared_currency), "url": reverse("logistics:note", args=[subject.note_id]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Who asks for what."""
        return gettext("%(who)s asks to declare %(article)s at %(value)s instead of %(paid)s.") % {
            name: facts.get(name, "") for name in ("who", "article", "value", "paid")
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Decide."""
        return gettext("Agree or refuse")
