"""Photos of packed goods on the pages of parcels and orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from core.panels import Panel, register
from customers.registry import personal_data
from logistics.models import Parcel
from logistics.selectors import parcels, photos
from logistics.services import photos as service
from orders.models import Order


def of_parcel(parcel: Parcel, actor: Actor) -> Mapping[str, Any]:
    """The photos of one parcel."""
    return _shown([parcel])


def of_order(order: Order, actor: Actor) -> Mapping[str, Any]:
    """The photos of every parcel of an order."""
    return _shown(list(parcels.parcels_of_order(order, actor)))


def _shown(held: list[Parcel]) -> Mapping[str, Any]:
    return {
        "photos": [
            {
                "url": reverse("logistics:photo", args=[row.pk]),
                "said": " · ".join(
                    filter(None, [row.parcel and row.parcel.number, f.moment(row.taken_at), row.taken_by and row.taken_by.label])
                ),
            }
            for row in photos.of_parcels(held)
        ]
    }  # fmt: skip


register(
    "parcels.detail",
    Panel("photos", _("Photos"), "orders.view_personal", "logistics/_photos.html", of_parcel, order=15),
)
register(
    "orders.detail",
    Panel("photos", _("Photos of parcels"), "orders.view_personal", "logistics/_photos.html", of_order, order=25),
)
personal_data("photos", export=service.export_buyer, erase=service.erase_buyer)
