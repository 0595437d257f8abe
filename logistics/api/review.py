"""REST of the weekly review: reviews and their parcels; noting, telling and closing as actions."""

from __future__ import annotations

from core.listing.rest import Resource


class ReviewResource(Resource):
    """Weekly reviews: read, take anew, close."""

    listing, path = "transit-reviews", "transit-reviews"


class ReviewLineResource(Resource):
    """Parcels of the weekly review: read, note a finding, tell the buyer."""

    listing, path = "review-lines", "review-lines"


RESOURCES: list[type] = [ReviewResource, ReviewLineResource]
