"""What happened to notes and parcels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotesReleased:
    """Notes reached the warehouse."""

    note_ids: tuple[int, ...]


@dataclass(frozen=True)
class ParcelsShipped:
    """Parcels were handed over to a carrier."""

    parcel_ids: tuple[int, ...]


@dataclass(frozen=True)
class ParcelSettled:
    """A parcel was delivered, returned, lost or closed."""

    parcel_id: int
