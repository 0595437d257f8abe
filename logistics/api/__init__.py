"""The REST door of this app: ``erp/api.py`` collects RESOURCES and ROUTES."""

from logistics.api import dispatch, parcels, quotes

RESOURCES = [*dispatch.RESOURCES, *parcels.RESOURCES, *quotes.RESOURCES]
ROUTES = quotes.ROUTES

__all__ = ["RESOURCES", "ROUTES"]
