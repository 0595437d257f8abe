"""What the scale says to a buyer who claims fewer pieces than he paid for: full, short, or it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NONE, FULL, SHORT, OPEN = "none", "full", "short", "inconclusive"


@dataclass(frozen=True)
class Tolerance:
    """How far a scale and a catalogue may be apart: so many grams, or so many per cent of what is expected."""

    grams: Decimal = Decimal(5)
    percent: Decimal = Decimal(2)

    def of(self, expected: Decimal) -> Decimal:
        """The greater of both."""
        return max(self.grams, expected * self.percent / 100)


def weigh_check(
    expected: Decimal | None, packed: Decimal | None, missing: Decimal | None, tolerance: Tolerance | None = None
) -> str:
    """``expected``: goods and packing; ``packed``: the scale at sealing; ``missing``: weight of the pieces claimed missing.

    none: there is no scale record, or nothing to compare it with. inconclusive: the pieces weigh less than twice the tolerance,
    or neither story fits. full: the parcel weighed what all pieces weigh. short: it was lighter by just the pieces claimed.
    """
    if expected is None or packed is None or missing is None:
        return NONE
    margin = (tolerance or Tolerance()).of(expected)
    if missing < 2 * margin:
        return OPEN
    if abs(expected - packed) <= margin:
        return FULL
    return SHORT if abs(expected - packed - missing) <= margin else OPEN
