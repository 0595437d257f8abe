"""REST resources of dispatch."""

RESOURCES: list[type] = []
