"""Duties around the hand-over: shops that must be told by hand, waybill numbers that run out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core.clock import end_of_day
from logistics.choices import ParcelState
from logistics.followups.parcels import page_of
from logistics.models import Parcel, Service
from logistics.selectors import dispatch as selectors
from logistics.selectors import pools
from logistics.services.shipping import tracking_link
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class DeclareToday(FollowUpRule):
    """The shop cannot be told by program: a person enters the number the day the goods leave (DSP-13)."""

    key, title, target = "logistics.declare_today", _("Mark as shipped in the shop"), Parcel
    doer, role, group, band = Doer.PERSON, Role.SERVICE, Group.DISPATCH, Band.TODAY
    minutes, chance = Decimal("1.5"), Decimal("0.7")

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with order, store and service."""
        rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("order", "store", "service").order_by("pk")
        return list(rows)

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """Parcels that left, whose shop neither was told nor is being told."""
        return Parcel.objects.filter(pk__in=[p.pk for p in selectors.undeclared(5000)])

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the hand-over knows which shops need it."""

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime | None:
        """The end of the day it left."""
        return end_of_day(subject.shipped_at or now, subject.store.time_zone)

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Declared, or closed."""
        return (
            subject.declared_at is not None
            or subject.state == ParcelState.CLOSED
            or subject.declare_call_id is not None
        )

    def stake(self, subject: Parcel) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.order.total, subject.order.currency

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """What is copied into the shop."""
        return {
            "number": subject.tracking_number or subject.number, "order": subject.order.number, "country": subject.country,
            "who": subject.order.buyer_name, "service": subject.service.name_en if subject.service else "",
            "url": page_of(subject.pk, "logistics:declare"), "panel": page_of(subject.pk, "logistics:declare-pane"),
            "link": tracking_link(subject), "store": subject.store.name,
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What to copy where."""
        return gettext("%(store)s, order %(order)s: enter %(number)s (%(service)s).") % {
            name: facts.get(name, "") for name in ("store", "order", "number", "service")
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Copy and confirm."""
        return gettext("Copy and confirm")


@register
class NumberLow(FollowUpRule):
    """A pool of waybill numbers runs out."""

    key, title, target = "logistics.number_low", _("Get waybill numbers"), Service
    doer, role, group, band, minutes = Doer.PERSON, Role.WAREHOUSE, Group.DISPATCH, Band.WAITING, Decimal("10")

    def candidates(self, now: datetime) -> QuerySet[Service]:
        """Services that live from a pool with few free numbers."""
        return Service.objects.filter(pk__in=[service.pk for service in pools.low_pools(now)])

    def subject_of(self, event: Any) -> None:
        """Starts on no event: taking numbers tells."""

    def due_at(self, subject: Service, round: int, now: datetime) -> datetime | None:
        """Tomorrow."""
        return now + timedelta(days=1)

    def over(self, subject: Service, now: datetime) -> bool:
        """There are enough again, or the service is switched off."""
        return subject.pk not in {service.pk for service in pools.low_pools(now)}

    def facts(self, subject: Service) -> dict[str, Any]:
        """The pool."""
        url = f"{reverse('logistics:numbers')}?service={subject.code}"
        return {"number": subject.code, "url": url, "free": pools.free_numbers(subject)}

    def sentence(self, facts: dict[str, Any]) -> str:
        """How many are left."""
        return gettext("%(free)s free numbers of %(number)s are left.") % {
            "free": facts.get("free", 0),
            "number": facts.get("number", ""),
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Add."""
        return gettext("Add numbers")
