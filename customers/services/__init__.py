"""Writing buyers: finding or making them in sets, the blacklist, and the right to be forgotten."""

from customers.services.blacklist import blacklist, change, lift
from customers.services.finding import find_or_create_buyers
from customers.services.privacy import erase_buyer, export_buyer

__all__ = ["blacklist", "change", "erase_buyer", "export_buyer", "find_or_create_buyers", "lift"]
