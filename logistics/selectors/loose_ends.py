"""Reads over what would otherwise belong to nobody: ready orders without a note, orders whose parcel will not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.choices import ParcelState
from logistics.models import DispatchNote, Parcel
from logistics.selectors.dispatch import OPEN_NOTES
from orders.choices import OrderState
from orders.models import Order
from worklist.choices import DutyState
from worklist.models import Duty

#: A note drafts itself within seconds; after so long it will not.
DRAFTED_WITHIN = timedelta(hours=1)
#: How a parcel ends without having arrived.
NOT_ARRIVED = [ParcelState.LOST, ParcelState.RETURNED, ParcelState.CLOSED]
_ON_ITS_WAY = [ParcelState.PACKED, ParcelState.SHIPPED, ParcelState.DELIVERED]
_WAITING = [OrderState.READY, OrderState.PART_SHIPPED]


def orders_without_open_note(now: datetime) -> QuerySet[Order]:
    """Orders with goods to send for which no note is under way: it was withdrawn, or there was nothing to put on it."""
    open_one = DispatchNote._base_manager.filter(order_id=OuterRef("pk"), state__in=OPEN_NOTES)
    rows = Order._base_manager.filter(state__in=_WAITING, history=False, ready_at__lt=now - DRAFTED_WITHIN)
    return rows.exclude(Exists(open_one))


def orders_with_open_note(ids: Iterable[int]) -> list[Order]:
    """These orders in primary-key order, each with ``has_note``: whether a note is under way."""
    open_one = DispatchNote._base_manager.filter(order_id=OuterRef("pk"), state__in=OPEN_NOTES)
    rows = Order._base_manager.filter(pk__in=list(ids)).select_related("store").annotate(has_note=Exists(open_one))
    return list(rows.order_by("pk"))


def parcels_not_arrived() -> QuerySet[Parcel]:
    """Parcels that left and will not arrive while their order still counts as under way, no other parcel is, and nobody has
    said yet what becomes of it."""
    other = Parcel._base_manager.filter(order_id=OuterRef("order_id"), state__in=_ON_ITS_WAY, pk__gt=OuterRef("pk"))
    said = Duty._base_manager.filter(
        Q(owner__isnull=False) | Q(facts__by_program=True),
        rule="logistics.parcel_not_arrived",
        subject_id=OuterRef("pk"),
        state=DutyState.DONE,
    )
    rows = Parcel._base_manager.filter(
        state__in=NOT_ARRIVED, shipped_at__isnull=False, order__history=False,
        order__state__in=[OrderState.PART_SHIPPED, OrderState.SHIPPED],
    )  # fmt: skip
    return rows.exclude(Exists(other)).exclude(Exists(said))
