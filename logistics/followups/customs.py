"""Duties of customs: data that is missing before the label, a declared value that waits for a second person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import format as f
from core.clock import end_of_day
from logistics.choices import DifferenceState, NoteState
from logistics.events import NotesReleased
from logistics.followups.dispatch import NoteRule
from logistics.models import DispatchNote, ValueDifference
from logistics.selectors.customs import lists
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class CustomsGaps(NoteRule):
    """An order is on its way to its label and an article of it lacks customs data: somebody completes the article in time."""

    key, title = "logistics.customs_gaps", _("Complete the customs data")
    doer, role, band, minutes = Doer.PERSON, Role.PURCHASER, Band.WAITING, Decimal("1.5")
    starts_on, chance = NotesReleased, Decimal("0.2")
    bulk_line = _("%(count)s orders lack customs data")

    def load(self, ids: Iterable[int]) -> list[DispatchNote]:
        """Notes with what their lines lack."""
        rows = super().load(ids)
        missing: dict[int, list[str]] = defaultdict(list)
        lines = lists.lines_with_gaps().filter(note_id__in=[note.pk for note in rows]).order_by("position")
        for note_id, code in lines.values_list("note_id", "sku__code"):
            missing[note_id].append(code)
        for note in rows:
            note.lacking = missing[note.pk]  # type: ignore[attr-defined]
        return rows

    def subject_of(self, event: NotesReleased) -> Iterable[int]:
        """The notes released; drafts are found by the sweep."""
        return event.note_ids

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes before their label with a gap."""
        return lists.notes_with_gaps()

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime:
        """Before the label: the note's own time while it is on the desk, the pick-up while it is in the warehouse."""
        desk = subject.state in (NoteState.DRAFT, NoteState.SIGNED)
        own = subject.due_at if desk else subject.pickup_at
        return own or end_of_day(now, subject.warehouse.time_zone)

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Complete, or past its label."""
        return subject.state not in lists.BEFORE_LABEL or not subject.lacking  # type: ignore[attr-defined]

    def facts(self, subject: DispatchNote) -> dict[str, Any]:
        """The note, its articles, and the list where they are completed."""
        codes = subject.lacking  # type: ignore[attr-defined]
        url = f"{reverse('logistics:customs-gaps')}?{urlencode({'note': subject.number})}"
        return {**super().facts(subject), "articles": ", ".join(dict.fromkeys(codes[:5])), "url": url}

    def sentence(self, facts: dict[str, Any]) -> str:
        """Which articles."""
        return gettext("Before its label: text, HS code, origin or weight of %(articles)s.") % {
            "articles": facts.get("articles", "")
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Complete."""
        return gettext("Complete")

    def bulk_url(self) -> str:
        """All of them on one page."""
        return reverse("logistics:customs-gaps")


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
