"""Incidents on lanes: opened, prolonged, ended; their parcels extended, their notes sent another way."""

from logistics.services.incidents.keeping import end_incident, open_incident, prolong_incident, review_incidents
from logistics.services.incidents.parcels import EXTEND, extend_parcels, extend_piece
from logistics.services.incidents.rerouting import REROUTE, Rerouting, reroute, reroute_piece

__all__ = [
    "EXTEND", "REROUTE", "Rerouting", "end_incident", "extend_parcels", "extend_piece", "open_incident", "prolong_incident", "reroute",
    "reroute_piece", "review_incidents",
]  # fmt: skip
