"""What is owed around articles."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.choices import Role
from accounts.models import Store
from core import clock
from products import selectors
from products.events import ItemsToMatch
from products.services.matching import DUTY
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class ToMatch(FollowUpRule):
    """One line per store: channel SKUs that orders wait for must be matched; it blocks the approval of notes."""

    key, title, target, doer = DUTY, _("Match channel SKUs"), Store, Doer.PERSON
    role, group, band, minutes = Role.PURCHASER, Group.ORDERS, Band.WAITING, Decimal("5")
    starts_on = ItemsToMatch

    def candidates(self, now: datetime) -> QuerySet[Store]:
        """Stores with waiting channel SKUs."""
        return selectors.stores_to_match()

    def subject_of(self, event: ItemsToMatch) -> int:
        """The store."""
        return event.store_id

    def due_at(self, subject: Store, round: int, now: datetime) -> datetime:
        """By the end of the store's day."""
        return clock.end_of_day(now, subject.time_zone)

    def over(self, subject: Store, now: datetime) -> bool:
        """Nothing waits any more."""
        return subject.closed_at is not None or not selectors.waiting_items(subject.pk).exists()

    def store_of(self, subject: Store) -> int:
        """The store itself."""
        return subject.pk

    def facts(self, subject: Store) -> dict[str, Any]:
        """How many, and the page where they are matched."""
        count = selectors.waiting_items(subject.pk).count()
        url = f"{reverse('products:to-match')}?state=to_match&needed=true&store={subject.code}"
        return {"number": subject.code, "who": subject.name, "country": "", "url": url, "fields": {"count": count}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """How many channel SKUs wait."""
        count = int(facts.get("fields", {}).get("count", 0))
        text = ngettext(
            "%(count)s channel SKU waits for its article; its notes cannot be approved.",
            "%(count)s channel SKUs wait for their articles; their notes cannot be approved.",
            count,
        )
        return text % {"count": count}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The words of the button."""
        return str(_("Match them"))
