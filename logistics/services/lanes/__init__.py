"""Lanes: reckoned from the parcels by the clock; accepted and promised by people."""

from logistics.services.lanes.counting import count_days
from logistics.services.lanes.deciding import accept_lane, promise_lane, set_sight
from logistics.services.lanes.lateness import refresh_lateness, refresh_when_due
from logistics.services.lanes.reckoning import Reckoned, refresh_lanes

__all__ = [
    "Reckoned",
    "accept_lane",
    "count_days",
    "promise_lane",
    "refresh_lanes",
    "refresh_lateness",
    "refresh_when_due",
    "set_sight",
]
