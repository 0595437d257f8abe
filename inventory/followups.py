"""Duties about stock."""

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
from core import clock, policies
from inventory import selectors
from inventory.models import Balance
from inventory.policies import LOW_STOCK_DAYS
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class LowStock(FollowUpRule):
    """An article is at its reorder point: the purchaser decides (STK-16)."""

    key, title, target = "inventory.low_stock", _("Article runs low"), Balance
    doer, role, group, band = Doer.PERSON, Role.PURCHASER, Group.DISPATCH, Band.ROUTINE
    minutes, chance = Decimal("3"), Decimal("0.3")
    bulk_line = _("%(count)s articles run low")

    def candidates(self, now: datetime) -> QuerySet[Balance]:
        """Articles at or below their reorder point."""
        return selectors.low_stock()

    def due_at(self, subject: Balance, round: int, now: datetime) -> datetime | None:
        """Some working days from now, at the end of the day."""
        days = int(policies.value(LOW_STOCK_DAYS, now))
        zone = subject.warehouse.time_zone
        day = policies.work_calendar(now).add_working_days(clock.local_day(now, zone), days)
        return clock.end_of_day(clock.at_wall(day, datetime.min.time(), zone), zone)

    def over(self, subject: Balance, now: datetime) -> bool:
        """Enough again, or no reorder point any more."""
        return not subject.reorder_point or subject.available > subject.reorder_point

    def load(self, ids: Iterable[int]) -> list[Balance]:
        """With article and warehouse."""
        return list(Balance.objects.filter(pk__in=list(ids)).select_related("sku", "warehouse").order_by("pk"))

    def store_of(self, subject: Balance) -> int | None:
        """Stock belongs to the house."""
        return None

    def stake(self, subject: Balance) -> tuple[Decimal, str] | None:
        """What the missing pieces cost."""
        if subject.sku.cost is None:
            return None
        return subject.sku.cost * max(subject.reorder_point - subject.available, 1), subject.sku.cost_currency

    def facts(self, subject: Balance) -> dict[str, Any]:
        """Article and figures."""
        return {
            "number": subject.sku.code, "who": subject.sku.name_en or subject.sku.name_zh, "country": "",
            "url": reverse("inventory:detail", args=[subject.pk]),
            "fields": {"available": subject.available, "point": subject.reorder_point, "warehouse": subject.warehouse.name},
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        return gettext("%(available)s available, reorder point %(point)s (%(warehouse)s)") % facts["fields"]

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Order goods")

    def bulk_url(self) -> str:
        """The list of what runs low."""
        return f"{reverse('inventory:list')}?view=low"
