"""Photos of packed goods."""

from __future__ import annotations

from collections.abc import Sequence

from core.audit import Actor
from logistics.models import DispatchNote, Parcel, ParcelPhoto


def of_note(note: DispatchNote) -> list[ParcelPhoto]:
    """The photos of what a note's present revision was packed as."""
    rows = ParcelPhoto.objects.filter(note=note, revision=note.revision, removed_at__isnull=True).exclude(file="")
    return list(rows.order_by("pk"))


def of_parcels(parcels: Sequence[Parcel]) -> list[ParcelPhoto]:
    """The photos of these parcels and of the boxes they travel in."""
    boxes = {parcel.together_id or parcel.pk for parcel in parcels}
    rows = ParcelPhoto.objects.filter(parcel__in=boxes, removed_at__isnull=True).exclude(file="")
    return list(rows.select_related("taken_by", "parcel").order_by("pk"))


def photo_for(actor: Actor, pk: int) -> ParcelPhoto | None:
    """One photo of the actor's stores, or None."""
    return ParcelPhoto.objects.filter(pk=pk, removed_at__isnull=True).exclude(file="").first()
