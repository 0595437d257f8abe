"""Lists: declared once, shown as page, REST, export and bulk actions. Everything an app needs is imported from here."""

from core.listing.actions import Action, Outcome
from core.listing.base import LISTINGS, Listing, View, register, register_part
from core.listing.columns import Column
from core.listing.rows import RowPart
from core.listing.searching import Contains, Exact, LastDigits, Prefix, Source, Words

__all__ = [
    "LISTINGS", "Action", "Column", "Contains", "Exact", "LastDigits", "Listing", "Outcome", "Prefix", "RowPart", "Source", "View",
    "Words", "register", "register_part",
]  # fmt: skip
