"""``manage.py import_matches``: which article each channel SKU of a store stands for, from a table; twice is once."""

from __future__ import annotations

from orders.management.commands.import_products import TableCommand


class Command(TableCommand):
    """Import SKU matches: channel_sku, sku, quantity."""

    help = "Import SKU matches of a store from a file (columns channel_sku, sku, quantity; several rows make a bundle)."
    kind = "matches"
