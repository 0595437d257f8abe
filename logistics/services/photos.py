"""Photos of packed goods with their label: kept on the parcel as proof (DSP-16)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils.translation import gettext_noop

from core import audit, pictures
from core.audit import Actor
from core.longwork import private_storage
from customers.models import Buyer
from logistics.models import DispatchNote, Parcel, ParcelPhoto


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    jpeg: bytes
    width: int
    height: int


def develop(raw: bytes) -> tuple[Picture | None, str]:
    """The picture drawn anew in a process apart, or None with the stable code of why not."""
    said = pictures.redraw(raw)
    if "refused" in said:
        return None, str(said["refused"])
    return Picture(said["jpeg"], said["width"], said["height"]), ""


def keep(*, note: DispatchNote, parcel: Parcel | None, picture: Picture, actor: Actor, now: datetime) -> ParcelPhoto:
    """Keep a picture of a note's packed goods; a sealed parcel has it at once, else when it is sealed."""
    name = private_storage().save(f"photos/{now:%Y/%m}/{uuid4().hex}.jpg", ContentFile(picture.jpeg))
    row = ParcelPhoto.objects.create(
        note=note, revision=note.revision, parcel=parcel, file=name, digest=hashlib.sha256(picture.jpeg).hexdigest(),
        width=picture.width, height=picture.height, size=len(picture.jpeg), taken_by_id=actor.user_id, taken_at=now,
    )  # fmt: skip
    audit.record(note, "note.photo", actor=actor, now=now, text=gettext_noop("Photo of the packed goods taken"))
    return row


def export_buyer(buyer: Buyer) -> list[dict[str, object]]:
    """When photos of this buyer's parcels were taken, as plain values."""
    rows = ParcelPhoto._base_manager.filter(note__order__buyer=buyer).exclude(file="").order_by("pk")
    return [
        {"note": number, "taken_at": at.isoformat(), "sha256": digest}
        for number, at, digest in rows.values_list("note__number", "taken_at", "digest")
    ]


def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Delete the photos of a buyer's parcels: his address stands on the label. Answers how many; again deletes none."""
    rows = list(ParcelPhoto._base_manager.filter(note__order__buyer=buyer).exclude(file=""))
    for row in rows:
        private_storage().delete(row.file)
    ParcelPhoto._base_manager.filter(pk__in=[row.pk for row in rows]).update(file="", removed_at=now)
    return len(rows)
