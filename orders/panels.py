"""Where orders stand on pages and exports of apps below."""

from __future__ import annotations

from customers.registry import personal_data
from orders.services import privacy

personal_data("orders", export=privacy.export_buyer, erase=privacy.erase_buyer)
