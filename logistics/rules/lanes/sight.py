"""Whether a lane is blind: its parcels are not scanned to the door, so silence says nothing."""

from __future__ import annotations

#: Reaches of the table of coverage that end before the door.
SHORT = frozenset({"none", "to_departure", "to_arrival"})


#: How far a lane is taken to be scanned when its own parcels say otherwise than the table of coverage.
BLIND_REACH, SEEING_REACH = "to_arrival", "full"


def reach_of(listed: str, blind: bool | None) -> str:
    """How far a lane is scanned: as ``listed`` in the table of coverage, unless what is known of it (``blind``; None = nothing)
    contradicts the list."""
    if blind is None or blind == (listed in SHORT):
        return listed
    return BLIND_REACH if blind else SEEING_REACH


def lesser(one: str, other: str) -> str:
    """Of two reaches the shorter: what we may tell a buyer when they disagree."""
    order = ("none", "to_departure", "to_arrival", "full")
    return min(one, other, key=lambda reach: order.index(reach) if reach in order else len(order))


def is_blind(reach: str, *, old: int, said: int, least: int, seen_share: float, dark_share: float) -> tuple[bool, str]:
    """Whether a lane is blind, and who says so ("table" or "own").

    The table of coverage begins; with ``least`` parcels old enough to have arrived (``old``), the lane's own experience
    counts: one the table calls blind sees when at least ``seen_share`` of them were confirmed (``said``), one the table calls
    scanned is blind when hardly any was (below ``dark_share``).
    """
    listed = reach in SHORT
    if old < max(least, 1):
        return listed, "table"
    share = said / old
    if listed and share >= seen_share:
        return False, "own"
    if not listed and share < dark_share:
        return True, "own"
    return listed, "table"
