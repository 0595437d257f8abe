"""The purchaser's half of the day: articles that waiting orders lack, one line for each article."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core.clock import end_of_day
from inventory.models import Balance
from logistics.selectors import buying as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class GoodsToBuy(FollowUpRule):
    """Waiting orders lack an article: the purchaser gets it, or says that it cannot be had (DSP-07)."""

    key, title, target = "logistics.goods_to_buy", _("Get goods for waiting orders"), Balance
    doer, role, group, band = Doer.PERSON, Role.PURCHASER, Group.ORDERS, Band.WAITING
    minutes, chance = Decimal("4"), Decimal("0.4")

    def load(self, ids: Iterable[int]) -> list[Balance]:
        """Stock rows with what the orders lack."""
        return selectors.balances_with_need(ids)

    def candidates(self, now: datetime) -> QuerySet[Balance]:
        """Articles of which orders lack pieces."""
        return selectors.lacking()

    def due_at(self, subject: Balance, round: int, now: datetime) -> datetime | None:
        """The shop's first latest dispatch among them; the end of the day when it is near or has passed."""
        late = end_of_day(now, subject.warehouse.time_zone)
        first = subject.need.first  # type: ignore[attr-defined]
        return max(first, now) if first is not None and first < late else late

    def over(self, subject: Balance, now: datetime) -> bool:
        """Nobody lacks it any more."""
        return not subject.need.pieces  # type: ignore[attr-defined]

    def store_of(self, subject: Balance) -> int | None:
        """Stock belongs to the house."""
        return None

    def stake(self, subject: Balance) -> tuple[Decimal, str] | None:
        """What the buyers paid, when it is one currency."""
        orders = [order for order, _pieces in subject.need.orders]  # type: ignore[attr-defined]
        if len({order.currency for order in orders}) != 1:
            return None
        return sum((order.total for order in orders), Decimal(0)), orders[0].currency

    def facts(self, subject: Balance) -> dict[str, Any]:
        """Article, pieces, orders."""
        need = subject.need  # type: ignore[attr-defined]
        return {
            "number": subject.sku.code, "who": subject.sku.name_zh or subject.sku.name_en, "country": "",
            "url": reverse("inventory:detail", args=[subject.pk]), "panel": reverse("logistics:buy-pane", args=[subject.pk]),
            "fields": {"pieces": need.pieces, "orders": len(need.orders), "warehouse": subject.warehouse.name},
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """How many orders wait for how many pieces."""
        told = facts["fields"]
        return ngettext(
            "%(orders)s order lacks %(pieces)s pieces (%(warehouse)s)",
            "%(orders)s orders lack %(pieces)s pieces (%(warehouse)s)", told["orders"],
        ) % told  # fmt: skip

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("See the article")
