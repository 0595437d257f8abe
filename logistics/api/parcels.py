"""REST resources of parcels."""

RESOURCES: list[type] = []
