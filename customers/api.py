"""REST for buyers."""

from __future__ import annotations

from core.listing.rest import Resource


class BuyerResource(Resource):
    """``/api/v1/customers/``; e-mail, phone and login are empty for tokens without the scope for personal data."""

    listing = "customers"


RESOURCES = [BuyerResource]
