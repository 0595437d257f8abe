"""Personal data that customs keep."""

from __future__ import annotations

from customers.registry import personal_data
from logistics.services.customs import privacy

personal_data("customs", export=privacy.export_buyer, erase=privacy.erase_buyer)
