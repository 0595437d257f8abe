"""What quotes hear."""

from __future__ import annotations

from core.clock import utcnow
from core.events import subscribe
from logistics.events import ParcelsShipped
from logistics.services import quoting


@subscribe(ParcelsShipped, recovered_by="logistics.expect_freight")
def on_parcels_shipped(event: ParcelsShipped) -> None:
    """What left is expected to cost something."""
    quoting.estimate_parcels(parcel_ids=event.parcel_ids, now=utcnow())
