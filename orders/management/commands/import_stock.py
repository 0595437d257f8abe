"""``manage.py import_stock``: what lies on the shelves, from a table; the same file of the same day counts once."""

from __future__ import annotations

from orders.management.commands.import_products import TableCommand


class Command(TableCommand):
    """Import counted stock: sku, quantity, bin, warehouse."""

    help = "Import counted stock from a file (columns sku, quantity, bin, warehouse). The ledger gets the differences."
    kind = "stock"
