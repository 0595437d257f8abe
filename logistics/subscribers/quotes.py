"""What quotes hear."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.events import subscribe
from core.jobs import later
from logistics.events import ParcelsShipped
from logistics.services import rate_files
from orders import registry as order_registry


@subscribe(ParcelsShipped, recovered_by="logistics.expect_freight")
def on_parcels_shipped(event: ParcelsShipped) -> None:
    """What left is expected to cost something; nobody at the counter waits for that."""
    later("logistics.estimate_parcels", parcel_ids=list(event.parcel_ids))


order_registry.table_writers["rates"] = rate_files.import_rates
order_registry.table_results["rates"] = (_("Rate tables"), "logistics:rate-tables")
