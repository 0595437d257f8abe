"""The duty of pairs of sealed parcels whose labels look exchanged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from logistics.choices import ParcelState
from logistics.followups.parcels import page_of
from logistics.models import Parcel
from logistics.selectors import witness as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class Mirror(FollowUpRule):
    """Two parcels of a batch whose weights fit each other's articles: somebody opens both before they leave (DSP-17)."""

    key, title, target = "logistics.mirror", _("Look into exchanged labels"), Parcel
    doer, role, group, band, minutes = Doer.PERSON, Role.WAREHOUSE, Group.DISPATCH, Band.TODAY, Decimal("3")

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with the other of the pair."""
        rows = Parcel._base_manager.filter(pk__in=list(ids)).select_related("mirror", "order", "store").order_by("pk")
        return list(rows)

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """Sealed parcels of a pair nobody has looked into."""
        found: QuerySet[Parcel] = selectors.open_mirrors()
        return found

    def subject_of(self, event: Any) -> None:
        """Starts on no event: sealing finds the pair."""

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime | None:
        """At once: the carrier comes today."""
        return subject.packed_at or now

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Confirmed, opened again, or gone."""
        return subject.mirror_id is None or subject.mirror_cleared_at is not None or subject.state != ParcelState.PACKED

    def stake(self, subject: Parcel) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.order.total, subject.order.currency

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """Both parcels."""
        return {
            "number": subject.number, "other": subject.mirror.number if subject.mirror else "", "order": subject.order.number,
            "country": subject.country, "who": subject.order.buyer_name, "url": page_of(subject.pk, "logistics:parcel"),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Which two."""
        return gettext("%(number)s and %(other)s may carry each other's labels. Open both before they leave.") % {
            "number": facts.get("number", ""),
            "other": facts.get("other", ""),
        }

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open them."""
        return gettext("Open both parcels")
