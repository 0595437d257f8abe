"""Writing buyers: finding or making them in sets, the blacklist, and the right to be forgotten."""

from customers.services.blacklist import blacklist, change, lift
from customers.services.finding import find_or_create_buyers
from customers.services.privacy import erase_buyer, export_buyer
from customers.services.writers import find_or_create_writers

__all__ = [
    "blacklist",
    "change",
    "erase_buyer",
    "export_buyer",
    "find_or_create_buyers",
    "find_or_create_writers",
    "lift",
]
