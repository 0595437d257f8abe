"""The REST door of this app: ``erp/api.py`` collects RESOURCES."""

from logistics.api import dispatch, parcels

RESOURCES = [*dispatch.RESOURCES, *parcels.RESOURCES]

__all__ = ["RESOURCES"]
