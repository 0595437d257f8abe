"""The REST door of this app: ``erp/api.py`` collects RESOURCES and ROUTES."""

from logistics.api import (
    arrivals,
    customs,
    dispatch,
    documents,
    incidents,
    lanes,
    parcels,
    quotes,
    rates,
    review,
    sources,
)

RESOURCES = [
    *dispatch.RESOURCES, *parcels.RESOURCES, *quotes.RESOURCES, *rates.RESOURCES, *customs.RESOURCES, *documents.RESOURCES,
    *sources.RESOURCES, *lanes.RESOURCES, *incidents.RESOURCES, *review.RESOURCES,
]  # fmt: skip
ROUTES = [*arrivals.ROUTES, *quotes.ROUTES, *customs.ROUTES, *documents.ROUTES]

__all__ = ["RESOURCES", "ROUTES"]
