"""Duties of the day's end: lists no carrier has signed, parcels that left and that their shop does not know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core.clock import at_wall, end_of_day
from logistics.choices import ParcelState
from logistics.followups.parcels import page_of
from logistics.models import Manifest, Parcel
from logistics.selectors import manifests as selectors
from logistics.selectors.naming import carrier_said
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class ListUnsigned(FollowUpRule):
    """The carrier took the parcels and nobody signed: until then the house alone says that they left."""

    key, title, target = "logistics.list_unsigned", _("Have the hand-over list signed"), Manifest
    doer, role, group = Doer.PERSON, Role.WAREHOUSE, Group.DISPATCH
    band, minutes = Band.WAITING, Decimal("1")

    def load(self, ids: Iterable[int]) -> list[Manifest]:
        """Lists with their warehouse and count."""
        return selectors.with_facts(list(ids))

    def candidates(self, now: datetime) -> QuerySet[Manifest]:
        """Those without a signature."""
        return selectors.unsigned(now)

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the hand-over that begins a list plans it."""

    def due_at(self, subject: Manifest, round: int, now: datetime) -> datetime:
        """The end of its day."""
        return end_of_day(at_wall(subject.day, time(12), subject.warehouse.time_zone), subject.warehouse.time_zone)

    def over(self, subject: Manifest, now: datetime) -> bool:
        """Signed."""
        return subject.signed_at is not None

    def facts(self, subject: Manifest) -> dict[str, Any]:
        """The carrier and its day, and the form that records the signature."""
        return {
            "number": subject.number, "who": subject.carrier, "day": f"{subject.day:%Y-%m-%d}",
            "url": reverse("logistics:manifest", args=[subject.pk]),
            "do": reverse("core:act", args=["manifests", subject.pk, "sign"]), "do_form": True,
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Whose signature."""
        return gettext("%(who)s has not signed for what left on %(day)s.") % {
            "who": carrier_said(facts.get("who") or "") or gettext("The carrier"),
            "day": facts.get("day", ""),
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Record it."""
        return gettext("Record the signature")


@register
class NotOnline(FollowUpRule):
    """The day ended and the shop was told by program but has not confirmed the number (DSP-13): a person looks."""

    key, title, target = "logistics.not_online", _("Left, but the number is not online"), Parcel
    doer, role, group, band = Doer.PERSON, Role.SERVICE, Group.DISPATCH, Band.TODAY
    minutes, chance = Decimal("2"), Decimal("0.5")
    bulk_line = _("%(count)s parcels left without an online number")

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with order, store and service."""
        rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("order", "store", "service").order_by("pk")
        return list(rows)

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """Parcels that left on an earlier day whose shop is still being told."""
        return selectors.untold_after_day(now)

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the end of the day finds them."""

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime:
        """The end of the day it left, or two hours from now."""
        return max(end_of_day(subject.shipped_at or now, subject.store.time_zone), now + timedelta(hours=2))

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Online, closed, or a person enters it by hand (which is a duty of its own)."""
        told = subject.declared_at is not None or subject.state == ParcelState.CLOSED
        return told or subject.declare_call_id is None

    def stake(self, subject: Parcel) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.order.total, subject.order.currency

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """The parcel and where to copy its number from."""
        return {
            "number": subject.tracking_number or subject.number, "order": subject.order.number, "country": subject.country,
            "who": subject.order.buyer_name, "store": subject.store.name, "url": page_of(subject.pk, "logistics:declare"),
            "panel": page_of(subject.pk, "logistics:declare-pane"),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is known."""
        return gettext("%(store)s has not confirmed the number of order %(order)s. Look there; enter it by hand if it is missing.") % {
            name: facts.get(name, "") for name in ("store", "order")
        }  # fmt: skip

    def next_step(self, facts: dict[str, Any]) -> str:
        """Look."""
        return gettext("Check the shop")

    def bulk_url(self) -> str:
        """All of them on one page."""
        return f"{reverse('logistics:parcels')}?view=untold"
