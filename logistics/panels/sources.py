"""Personal data that tracking sources told."""

from __future__ import annotations

from customers.registry import personal_data
from logistics.services.sources import privacy

personal_data("tracking", export=privacy.export_buyer, erase=privacy.erase_buyer)
