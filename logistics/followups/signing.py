"""The duty of a missing signature stands on Today of the role that can give it."""

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
from logistics.choices import NoteState
from logistics.followups.dispatch import NoteRule
from logistics.models import DispatchNote
from logistics.selectors import buying as selectors
from worklist.choices import Band, Doer
from worklist.registry import register


@register
class PriceSignature(NoteRule):
    """The purchaser signs the price (DSP-03); the note itself is the supervisor's (``logistics.note_in_time``)."""

    key, title, doer, role = "logistics.price_signature", _("Sign the price"), Doer.PERSON, Role.PURCHASER
    band, minutes = Band.WAITING, Decimal("1")
    bulk_line = _("%(count)s prices to sign")

    def load(self, ids: Iterable[int]) -> list[DispatchNote]:
        """Notes, and whether the price is signed."""
        return selectors.notes_with_price_sign(ids)

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Drafts without a price signature."""
        return selectors.unpriced_drafts()

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """When the note has to be with the warehouse."""
        return subject.due_at

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Signed, released or withdrawn; or its order waits for something else."""
        waits = subject.state == NoteState.DRAFT and subject.order.state in ("ready", "part_shipped")
        return not waits or bool(subject.price_signed)  # type: ignore[attr-defined]

    def facts(self, subject: DispatchNote) -> dict[str, Any]:
        """The note, and the address that signs it."""
        sign = reverse("core:act", args=["dispatch-notes", subject.pk, "sign"])
        return {**super().facts(subject), "do": sign, "do_form": True}

    def next_step(self, facts: dict[str, Any]) -> str:
        """Sign."""
        return gettext("Sign the price")

    def sentence(self, facts: dict[str, Any]) -> str:
        """The order."""
        return gettext("Order %(order)s waits for the price signature.") % {"order": facts.get("order", "")}

    def bulk_url(self) -> str:
        """All of them on one page."""
        return f"{reverse('logistics:notes')}?view=to-sign"
