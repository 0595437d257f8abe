"""What dispatch adds to the list of parcels: hand over, and which shops were not told yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Action, Outcome, RowPart, register_part
from logistics.choices import ParcelState
from logistics.models import Parcel
from logistics.selectors import board, manifests
from logistics.services import shipping


class HandOver(Action):
    """Give sealed parcels to their carrier."""

    name, label, permission = "hand-over", _("Hand over"), "logistics.hand_over_parcel"
    icon, order, key, done_text = "truck-delivery", 62, "h", _("Handed over.")
    confirm = _("The shop and the buyer are told.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        made = shipping.hand_over(parcels=[obj], actor=actor, now=now)
        if obj.pk in made.refused:
            raise made.refused[obj.pk]

    def apply_many(self, objs: Sequence[Parcel], actor: Actor, now: datetime, **data: Any) -> list[Outcome]:
        """Many parcels as a set."""
        made = shipping.hand_over(parcels=objs, actor=actor, now=now)
        return [Outcome.refused(pk, error) for pk, error in made.refused.items()]

    def shown_for(self, obj: Parcel) -> bool:
        """While it is sealed and here."""
        return obj.state == ParcelState.PACKED


class ConfirmDeclared(Action):
    """The number was entered in the shop by hand."""

    name, label, permission = "declared", _("Marked as shipped in the shop"), "logistics.view_parcel"
    icon, order, done_text = "check", 64, _("Marked as shipped.")

    def apply(self, obj: Parcel, actor: Actor, now: datetime, **data: Any) -> None:
        """One parcel."""
        shipping.confirm_declared(parcel=obj, actor=actor, now=now)

    def shown_for(self, obj: Parcel) -> bool:
        """After it left, until the shop knows."""
        return obj.shipped_at is not None and obj.declared_at is None and obj.note_id is not None


def by_undeclared(rows: QuerySet[Parcel], name: str, value: bool) -> QuerySet[Parcel]:
    """Parcels that left and whose number is not online; or the others."""
    return rows.filter(pk__in=manifests.untold().values("pk")) if value else rows.filter(declared_at__isnull=False)


register_part(
    "parcels",
    RowPart(
        "declared",
        fields={"declared_at": serializers.DateTimeField(label=_("Marked as shipped"), allow_null=True)},
        part=lambda ids, actor: board.declared_at(ids),
        filters={
            "undeclared": django_filters.BooleanFilter(method=by_undeclared, label=_("Not marked as shipped")),
        },
        actions=[HandOver(), ConfirmDeclared()],
        scan_ok={"undeclared": "an index holds the parcels that left and are not declared"},
    ),
)
